import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from '../../src/ports/log.ts';
import type { MpvIpc } from './mpv-ipc.ts';

/** A way out of the box for sound, by mpv's name. */
export interface SoundOutput {
  readonly name: string;
  readonly description: string;
}

/** mpv knows more ways than lead to a loudspeaker. */
const LOUDSPEAKERS = /^(auto|alsa|pulse|pipewire)(\/|$)/;
const AUTO: SoundOutput = { name: 'auto', description: 'auto' };

/** A player that runs keeps its first list of ALSA's devices: one that came or went since is only in a new one. */
const LISTING_MS_MAX = 10_000;

/** What mpv can play through; the first leaves the choice to mpv. */
export async function listOutputs(ipc: MpvIpc | null): Promise<readonly SoundOutput[]> {
  const answer = await ipc?.command('get_property', 'audio-device-list');
  const listed = answer?.ok === true && Array.isArray(answer.value) ? (answer.value as readonly unknown[]) : [];
  return leadingToLoudspeakers(
    listed.flatMap((one) =>
      typeof one === 'object' && one !== null && 'name' in one && 'description' in one
        ? [{ name: String(one.name), description: String(one.description) }]
        : [],
    ),
  );
}

/** What is there at this moment, asked of a player of its own. */
export async function listOutputsNow(program = 'mpv'): Promise<readonly SoundOutput[]> {
  const { stdout } = await promisify(execFile)(program, ['--no-config', '--audio-device=help'], { timeout: LISTING_MS_MAX });
  return leadingToLoudspeakers([...stdout.matchAll(/^\s*'([^']+)' \((.*)\)$/gm)].map(([, name = '', description = '']) => ({ name, description })));
}

function leadingToLoudspeakers(listed: readonly SoundOutput[]): readonly SoundOutput[] {
  return [AUTO, ...listed.filter(({ name }) => LOUDSPEAKERS.test(name) && name !== AUTO.name)];
}

export interface OutputState {
  /** By mpv's name; null: the choice is mpv's. */
  readonly chosen: string | null;
  /** It could not be opened, or went: mpv chose another one. */
  readonly gone: boolean;
  /** mpv's driver in use, or the last one, such as alsa; `null` as a word: sound goes nowhere, at the right pace. Null: nothing played yet. */
  readonly driver: string | null;
}

/** Keeps the player on the output that was chosen, and on another one while that can not be had: silence is the worst answer of a jukebox. */
export class OutputChoice {
  readonly #ipc: () => MpvIpc | null;
  readonly #log: Log;
  readonly #before: (device: string) => Promise<void>;
  /** Linux knows a sound card. */
  readonly #card: boolean;
  #chosen: string | null;
  #gone = false;
  #driver: string | null = null;

  /** @param before is done before another output is opened */
  constructor(chosen: string | null, card: boolean, ipc: () => MpvIpc | null, log: Log, before: (device: string) => Promise<void> = async () => {}) {
    this.#chosen = chosen;
    this.#card = card;
    this.#ipc = ipc;
    this.#log = log;
    this.#before = before;
  }

  get state(): OutputState {
    return { chosen: this.#chosen, gone: this.#gone, driver: this.#driver };
  }

  async choose(name: string): Promise<void> {
    this.#chosen = name === AUTO.name ? null : name;
    this.#gone = false;
    await this.#set('ao', this.#chosen === null && !this.#card ? 'null' : '');
    await this.#set('audio-device', name);
  }

  /** For a player that was just found or started: one that plays there already is not disturbed. */
  async begin(): Promise<void> {
    await this.#ipc()?.command('observe_property', DRIVER, 'current-ao');
    const now = await this.#ipc()?.command('get_property', 'audio-device');
    if (this.#chosen !== null && !(now?.ok === true && now.value === this.#chosen)) await this.choose(this.#chosen);
  }

  /** Before a play: it may be there again. */
  async tryAgain(): Promise<void> {
    if (this.#gone && this.#chosen !== null) await this.choose(this.#chosen);
  }

  /** mpv opened a driver, or closed one. With `audio-fallback-to-null` that is `null` where the output could not be opened. */
  driverIs(driver: string | null): void {
    this.#driver = driver ?? this.#driver;
    if (driver !== 'null' || this.#chosen === null || this.#gone) return;
    this.#gone = true;
    this.#log.warn('sound-output-gone', { chosen: this.#chosen });
    void this.#set('audio-device', AUTO.name);
  }

  async #set(option: string, value: string): Promise<void> {
    if (option === 'audio-device') await this.#before(value);
    const answer = await this.#ipc()?.command('set_property', option, value);
    if (answer?.ok === false) this.#log.warn('player-refused', { command: option, message: answer.error.message });
  }
}

/** Of what is observed; the player's own are 1 and 2. */
const DRIVER = 3;
