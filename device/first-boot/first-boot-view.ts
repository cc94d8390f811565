import type { BoxView } from '../session/box-view.ts';
import { NO_VIEWERS } from '../session/viewer-view.ts';
import type { Language } from '../texts/box-texts.ts';
import { isLanguage } from '../texts/box-texts.ts';
import { type FirstBootText, firstBootTexts, LANGUAGE_NAMES } from '../texts/first-boot-texts.ts';
import { type Answers, type Choice, choicesOf, likelyChoice, type MachineFacts, OPENS_AT, type Question, questionsOf } from './questions.ts';
import type { FirstBootView } from './shown-question.ts';

/** How far the enrolment is, beside the questions. */
export type Enrolment =
  | { readonly state: 'asking'; readonly trouble: string | null }
  | { readonly state: 'code'; readonly code: string }
  | { readonly state: 'enrolled'; readonly currency: string };

export interface FirstBootFacts {
  readonly machine: MachineFacts;
  readonly answers: Answers;
  readonly enrolment: Enrolment;
  readonly tunePlays: boolean;
}

/** Not an answer: plays or ends the work that every box brings along. */
export const TUNE = 'tune';
/** The account's currency is taken. */
export const TAKE = 'take';
/** Where the sound is the question, it can be heard. */
const HEARD: ReadonlySet<Question> = new Set<Question>(['output', 'least', 'most']);

export function languageOf({ language }: Answers): Language {
  return isLanguage(language) ? language : 'en';
}

/** @param question null where all are answered */
export function firstBootView(question: Question | null, facts: FirstBootFacts): FirstBootView {
  const asked = questionsOf(facts.machine, facts.answers);
  const place = question === null ? asked.length : asked.indexOf(question);
  const say = speaker(facts, { step: String(place + 1), steps: String(asked.length + 1), opens: OPENS_AT });
  const [progress] = say('step');
  const canGoBack = place > 0;
  if (question === null) return { progress, canGoBack, ...enrolmentStep(facts, say) };
  const choices = choicesOf(question, facts.machine, facts.answers).map(({ value, words }) => ({ value, words: wordsOf(question, value, words, say) }));
  const [asks, line] = say(question);
  const likely = likelyChoice(question, facts.machine, facts.answers);
  return {
    ...{ step: question, progress, asks, line, likely, code: null, canGoBack },
    choices: HEARD.has(question) ? [...choices, tune(facts, say)] : choices,
  };
}

type Say = (text: FirstBootText, values?: Readonly<Record<string, string>>) => readonly [string, string];

function enrolmentStep(facts: FirstBootFacts, say: Say): Pick<FirstBootView, 'step' | 'asks' | 'line' | 'choices' | 'likely' | 'code'> {
  const { enrolment, answers } = facts;
  if (enrolment.state === 'enrolled') {
    const values = { theirs: enrolment.currency, ours: answers.currency ?? '' };
    const [asks, line] = say('differs', values);
    return { step: 'differs', asks, line, choices: [{ value: TAKE, words: say('take', values)[0] }], likely: TAKE, code: null };
  }
  const code = enrolment.state === 'code' ? enrolment.code : null;
  const [asks, line] = enrolment.state === 'code' ? say('enrol', { code: enrolment.code }) : say('reach', { trouble: enrolment.trouble ?? say('patience')[0] });
  return { step: 'enrol', asks, line, choices: [tune(facts, say)], likely: TUNE, code };
}

function tune({ tunePlays }: FirstBootFacts, say: Say): Choice {
  return { value: TUNE, words: say(tunePlays ? 'quiet' : 'tune')[0] };
}

function wordsOf(question: Question, value: string, words: string, say: Say): string {
  if (question === 'language' && isLanguage(value)) return LANGUAGE_NAMES[value];
  if (value === 'never' || (question === 'output' && value === 'auto')) return say(value)[0];
  return words;
}

function speaker({ answers }: FirstBootFacts, always: Readonly<Record<string, string>>): Say {
  const texts = firstBootTexts[languageOf(answers)];
  const fill = (text: string, values: Readonly<Record<string, string>>): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  return (text, values = {}) => {
    const [sentence, line] = texts[text];
    return [fill(sentence, { ...always, ...values }), fill(line, { ...always, ...values }).slice(0, 16)];
  };
}

/** A box that is not set up yet sells nothing, plays nothing and owes nothing; this is all there is to see of it. */
export function viewOfFirstBoot(shown: FirstBootView, facts: FirstBootFacts, name: string, silentPlayer: boolean): BoxView {
  const online = facts.enrolment.state !== 'asking';
  return {
    ...{
      profile: facts.machine.profile,
      name,
      playback: 'first-boot',
      cash: 'inhibited',
      connectivity: online ? 'online' : 'offline',
      service: 'outOfService',
    },
    ...{ sound: 'open', sentence: shown.asks, shortLine: shown.line, language: languageOf(facts.answers), firstBoot: shown },
    said: { key: 'firstBoot', values: { asks: shown.asks, line: shown.line }, notice: null },
    viewer: NO_VIEWERS,
    ...{ entry: null, tracks: null, channelCount: 0, question: null, creditMinor: '0', currency: facts.answers.currency ?? 'EUR', focusIndex: 0 },
    ...{
      catalogueVersion: '',
      catalogueSize: 0,
      focus: null,
      nowPlaying: null,
      queue: [],
      nextStartInMs: 0,
      lastReceipt: null,
      loans: [],
      renewal: null,
      rental: null,
    },
    ...{
      account: null,
      volumePercent: 100,
      standby: false,
      houseMusic: false,
      housePays: false,
      premiumPercent: null,
      volumeRange: null,
      volumeZones: [],
      silentPlayer,
      guestLink: null,
    },
    ...{ simulatedAcceptor: false, faults: [], lastContactMs: null },
  };
}
