import type { Log } from '../../src/ports/log.ts';
import type { BoxControl, BoxTotals, BoxView, CommandOutcome } from '../session/box-view.ts';
import type { IntentEvent } from '../session/events.ts';
import { type Enrolment, firstBootView, TAKE, TUNE, viewOfFirstBoot } from './first-boot-view.ts';
import { type Answers, answer, type MachineFacts, nextQuestion, type Question, takeBack } from './questions.ts';
import type { FirstBootView } from './shown-question.ts';

export interface FirstBootParts {
  readonly machine: MachineFacts;
  readonly name: string;
  readonly silentPlayer: boolean;
  readonly answers: Answers;
  readonly log: Log;
  /** Durable before it returns. */
  keep(answers: Answers): void;
  /** Through which output the sound goes from now on. */
  useOutput(name: string): Promise<void>;
  setVolume(percent: number): Promise<void>;
  /** The free work that every box brings along; false ends it. */
  playTune(on: boolean): Promise<void>;
}

const NOT_YET = 'This box is not set up yet: setup shows the question.';

/** The box at its first start: asks its questions on every surface at once, and does nothing else. */
export class FirstBootBox implements BoxControl {
  /** Resolves when every question has its answer and the headend knows the box. */
  readonly finished: Promise<void>;
  readonly #parts: FirstBootParts;
  readonly #listeners = new Set<(view: BoxView) => void>();
  #answers: Answers;
  #enrolment: Enrolment = { state: 'asking', trouble: null };
  #tunePlays = false;
  #currencyTaken = false;
  /** Of whoever has no screen: the place of the choice that has the focus. */
  #place: { readonly step: string; readonly value: string } | null = null;
  #finish: () => void = () => {};

  constructor(parts: FirstBootParts) {
    this.#parts = parts;
    this.#answers = parts.answers;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  get answers(): Answers {
    return this.#answers;
  }

  enrolmentIs(enrolment: Enrolment): void {
    this.#enrolment = enrolment;
    this.#show();
  }

  view(): BoxView {
    const facts = this.#facts();
    return viewOfFirstBoot(this.#shown(), facts, this.#parts.name, this.#parts.silentPlayer);
  }

  onChange(listener: (view: BoxView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  works(): readonly never[] {
    return [];
  }

  intent(event: IntentEvent): void {
    const { choices, likely } = this.#shown();
    if (event.type === 'intent.up' || event.type === 'intent.left') this.#move(-1);
    else if (event.type === 'intent.down' || event.type === 'intent.right') this.#move(1);
    else if (event.type === 'intent.back') this.#back();
    else if (event.type === 'intent.answer') this.#choose(event.value);
    else if (event.type === 'intent.ok') this.#choose(likely || (choices[0]?.value ?? ''));
  }

  async coin(): Promise<void> {
    throw new Error(NOT_YET);
  }

  totals(): Promise<BoxTotals> {
    return Promise.reject(new Error(NOT_YET));
  }

  /** `setup`, `setup back`, `setup VALUE` (as it stands in the list, or its number), `setup tune`. */
  async command(line: string): Promise<CommandOutcome> {
    const [verb = '', ...words] = line.trim().split(/\s+/);
    const wanted = words.join(' ');
    if (verb === 'help')
      return said(
        'setup            the question, with its choices\nsetup CHOICE     answers it: a choice as it stands there, or its number\nsetup back       the question before',
      );
    if (verb !== 'setup') return { ok: false, code: 'not-set-up', text: NOT_YET, data: null };
    if (wanted === 'back') this.#back();
    else if (wanted !== '') {
      const { choices } = this.#shown();
      const found = choices.find(({ value, words: shown }, place) =>
        [value, shown, String(place + 1)].some((text) => text.toLowerCase() === wanted.toLowerCase()),
      );
      if (found === undefined)
        return { ok: false, code: 'no-such-choice', text: `${JSON.stringify(wanted)} is none of the choices.\n${this.#asText()}`, data: this.#shown() };
      this.#choose(found.value);
    }
    return said(this.#asText(), this.#shown());
  }

  #asText(): string {
    const { progress, asks, choices, likely } = this.#shown();
    return [
      `${progress}. ${asks}`,
      ...choices.map(({ value, words }, place) => `${value === likely ? '*' : ' '}${String(place + 1).padStart(3)}  ${words}`),
    ].join('\n');
  }

  #facts() {
    return { machine: this.#parts.machine, answers: this.#answers, enrolment: this.#enrolment, tunePlays: this.#tunePlays };
  }

  #shown(): FirstBootView {
    const shown = firstBootView(nextQuestion(this.#parts.machine, this.#answers), this.#facts());
    const moved = this.#place?.step === shown.step && shown.choices.some(({ value }) => value === this.#place?.value) ? this.#place.value : null;
    return moved === null ? shown : { ...shown, likely: moved };
  }

  #move(step: number): void {
    const { step: name, choices, likely } = this.#shown();
    const place = choices.findIndex(({ value }) => value === likely) + step;
    const next = choices[Math.max(0, Math.min(choices.length - 1, place))];
    this.#place = next === undefined ? null : { step: name, value: next.value };
    this.#show();
  }

  #back(): void {
    this.#keep(takeBack(this.#parts.machine, this.#answers));
  }

  #choose(value: string): void {
    const question = nextQuestion(this.#parts.machine, this.#answers);
    if (value === TUNE) this.#tune(!this.#tunePlays);
    else if (question !== null) this.#answer(question, value);
    else if (value === TAKE && this.#enrolment.state === 'enrolled') {
      this.#currencyTaken = true;
      this.#show();
    }
  }

  #answer(question: Question, value: string): void {
    const answers = answer(question, value, this.#parts.machine, this.#answers);
    if (answers === null) return;
    this.#keep(answers);
    if (question === 'output') this.#do(this.#parts.useOutput(value));
    if (question === 'least' || question === 'most') this.#do(this.#parts.setVolume(Number(value)));
  }

  #tune(on: boolean): void {
    this.#tunePlays = on;
    this.#do(this.#parts.playTune(on));
    this.#show();
  }

  #keep(answers: Answers): void {
    this.#parts.keep(answers);
    this.#answers = answers;
    this.#place = null;
    this.#show();
  }

  #do(effect: Promise<void>): void {
    effect.catch((error: unknown) => this.#parts.log.warn('first-boot-sound', { message: error instanceof Error ? error.message : String(error) }));
  }

  #show(): void {
    const { machine } = this.#parts;
    const enrolled = this.#enrolment.state === 'enrolled' ? this.#enrolment : null;
    const agreed = enrolled !== null && (this.#currencyTaken || enrolled.currency === this.#answers.currency);
    if (agreed && nextQuestion(machine, this.#answers) === null) this.#finish();
    const view = this.view();
    for (const listener of this.#listeners) listener(view);
  }
}

function said(text: string, data: unknown = null): CommandOutcome {
  return { ok: true, code: 'ok', text, data };
}
