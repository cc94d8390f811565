import type { Box } from '../../../device/session/box.ts';
import type { BoxView } from '../../../device/session/box-view.ts';
import type { IntentEvent } from '../../../device/session/events.ts';
import type { Title } from './works.ts';
import type { World } from './world.ts';

const PATIENCE_MS = 1_000;

/** What a person at the box can do: look, press, throw a coin in. Never twice within a second. */
export class Person {
  readonly #world: World;
  #busyUntilMs = 0;
  /** Virtual milliseconds since the present step began. */
  #stepStartMs = 0;
  okPresses = 0;
  #shown = '';

  constructor(world: World) {
    this.#world = world;
  }

  begin(): void {
    this.#stepStartMs = this.#world.clock.nowMs;
  }

  get stepMs(): number {
    return this.#world.clock.nowMs - this.#stepStartMs;
  }

  get nowMs(): number {
    return this.#world.clock.nowMs;
  }

  /** What the box shows; null while its screen is dark. */
  look(): BoxView | null {
    const view = this.#world.box?.view() ?? null;
    const shown =
      view === null
        ? 'dark'
        : `${view.playback} ${view.nowPlaying?.title ?? ''} credit ${view.creditMinor} queue ${view.queue.map(({ title }) => title).join(' ')} ${view.connectivity}`;
    if (shown !== this.#shown) this.#world.steps.note(`shown: ${shown}`);
    this.#shown = shown;
    return view;
  }

  press(event: IntentEvent): void {
    this.#do(`press ${JSON.stringify(event)}`, (box) => {
      if (event.type === 'intent.ok') this.okPresses += 1;
      box.intent(event, '3');
    });
  }

  ok(title: Title): void {
    const work = this.#world.box?.works().find((candidate) => candidate.title === title);
    if (work !== undefined) this.press({ type: 'intent.ok', workId: work.id });
  }

  coin(valueMinor: bigint): void {
    this.#do(`coin ${valueMinor}`, (box) => void box.coin(valueMinor).catch(() => {}));
  }

  command(line: string): void {
    this.#do(line, (box) => void box.command(line, { role: 'staff', surface: 'console' }).catch(() => {}));
  }

  #do(what: string, act: (box: Box) => void): void {
    const { box, clock, steps } = this.#world;
    if (box === null || clock.nowMs < this.#busyUntilMs) return;
    this.#busyUntilMs = clock.nowMs + PATIENCE_MS;
    steps.note(what);
    act(box);
  }
}
