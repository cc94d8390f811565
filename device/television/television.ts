import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { PressKind } from '../input/key-press.ts';
import type { KeyName } from '../input/keys.ts';
import type { BoxView } from '../session/box-view.ts';
import type { CecBus, CecPower, CecWord } from './cec-bus.ts';

export interface TelevisionParts {
  readonly bus: CecBus;
  readonly clock: Clock;
  readonly log: Log;
  /** So long nothing was to be heard or seen before the television may sleep; null: it never has to. Milliseconds. */
  readonly standbyMs: number | null;
  /** The volume keys are the television's. */
  readonly volume: boolean;
}

const VOLUME: Partial<Record<KeyName, CecWord>> = { KEY_VOLUMEUP: 'volume-up', KEY_VOLUMEDOWN: 'volume-down', KEY_MUTE: 'mute' };
/** Keys that come faster than the line takes them are one turn of the knob. */
const WAITING_MAX = 8;

/**
 * The television at the box's HDMI output: on, and at our input, when something begins (one-touch play); asleep a while after the last of
 * it, or with the box, unless somebody watches something else by then. One message at a time, and no play ever waits for one.
 */
export class Television {
  readonly #parts: TelevisionParts;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #plays = false;
  #closed = false;
  #standby = false;
  /** We turned it on, so we may turn it off. */
  #ours = false;
  #address: string | null = null;
  #cancelStandby: () => void = () => {};

  constructor(parts: TelevisionParts) {
    this.#parts = parts;
    void this.#after(() => this.#join());
  }

  /** What the box shows now. */
  follow({ playback, service, standby }: Pick<BoxView, 'playback' | 'service' | 'standby'>): void {
    const plays = /^(preListen|awaitingConfirmation|confirming|playing)/.test(playback);
    if (plays && !this.#plays) this.#begin();
    if (!plays && this.#plays && this.#parts.standbyMs !== null) {
      this.#cancelStandby = this.#parts.clock.after(this.#parts.standbyMs, () => void this.off());
    }
    this.#plays = plays;
    // Whoever sends the box to sleep, or wakes it, means the television as well.
    if (standby && !this.#standby) void this.off();
    if (!standby && this.#standby) void this.on();
    this.#standby = standby;
    const closed = service === 'outOfService';
    if (closed && !this.#closed && !plays && this.#parts.standbyMs !== null) void this.off();
    this.#closed = closed;
  }

  /** On, and at our input. @returns whether it took both */
  on(): Promise<boolean> {
    return this.#after(async () => {
      if ((await this.#join()) === null) return false;
      this.#ours = true;
      return (await this.#send('image-view-on')) && (await this.#send('active-source'));
    });
  }

  /** @param asked somebody asks for it: else it stays on where it was never ours, or is somebody else's by now. @returns whether it took it */
  off(asked = false): Promise<boolean> {
    this.#cancelStandby();
    return this.#after(async () => {
      if (this.#address === null) return false;
      if (!asked && !(this.#ours && (await this.#isSeen()))) return false;
      this.#ours = false;
      return await this.#send('standby');
    });
  }

  /** What it says of itself, asked now. Null where there is none, or it says nothing. */
  power(): Promise<CecPower | null> {
    return this.#after(async () => ((await this.#join()) === null ? null : await this.#parts.bus.power()));
  }

  /** @returns whether the key is the television's: while one is there */
  takes(key: KeyName, kind: PressKind): boolean {
    const word = this.#parts.volume && this.#address !== null ? VOLUME[key] : undefined;
    if (word === undefined) return false;
    if (kind !== 'long' && this.#waiting < WAITING_MAX) void this.#after(() => this.#send(word));
    return true;
  }

  close(): void {
    this.#cancelStandby();
  }

  #begin(): void {
    this.#cancelStandby();
    void this.on();
  }

  async #isSeen(): Promise<boolean> {
    const seen = await this.#parts.bus.activeSource();
    return seen === null || seen === this.#address;
  }

  async #join(): Promise<string | null> {
    const before = this.#address;
    this.#address = await this.#parts.bus.join();
    if (this.#address !== before) this.#parts.log.info('television', { address: this.#address ?? 'none' });
    return this.#address;
  }

  async #send(word: CecWord): Promise<boolean> {
    const taken = await this.#parts.bus.send(word);
    if (!taken) this.#parts.log.warn('television-deaf', { word });
    return taken;
  }

  #after<Answer>(next: () => Promise<Answer>): Promise<Answer> {
    this.#waiting += 1;
    const answer = this.#last.then(next).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = answer.then(
      () => {},
      () => {},
    );
    return answer;
  }
}
