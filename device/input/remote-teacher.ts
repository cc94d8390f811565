import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../src/limits.ts';
import { readIfThere, writeDurably } from '../../src/platform/durable-file.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { monotonicMs } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { type Keymap, parseKeymaps, printKeymap } from '../../src/wire/keymap-toml.ts';
import { isKeyName, type KeyName } from './keys.ts';

/** What a remote needs to steer the box, in the order in which they are asked for. */
export const TAUGHT_KEYS = [
  'KEY_UP',
  'KEY_DOWN',
  'KEY_LEFT',
  'KEY_RIGHT',
  'KEY_OK',
  'KEY_BACK',
  'KEY_PLAYPAUSE',
  'KEY_NEXTSONG',
  'KEY_STOPCD',
  'KEY_VOLUMEUP',
  'KEY_VOLUMEDOWN',
  'KEY_MUTE',
] as const satisfies readonly KeyName[];

/** A held key says its scancode again and again: what comes so soon is the same press. */
const SAME_PRESS_MS = 250;

export interface HeardKey {
  readonly device: string;
  readonly scancode: number | null;
  readonly key: KeyName | null;
}

export interface Taught {
  readonly device: string | null;
  readonly learned: readonly { readonly key: KeyName; readonly scancode: number }[];
  /** In limits.remoteLearnMs nobody pressed these. */
  readonly missing: readonly KeyName[];
}

/** Remotes by name: their keymaps in the kernel's toml form, one file a remote in the box's folder, taught by pressing its keys. */
export class RemoteTeacher {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #keymaps = new Map<string, ReadonlyMap<number, KeyName>>();
  #listener: ((heard: HeardKey) => void) | null = null;
  #lastMs = Number.NEGATIVE_INFINITY;
  #last = '';

  constructor(options: { readonly folder: string; readonly clock: Clock; readonly log: Log }) {
    this.#folder = options.folder;
    this.#clock = options.clock;
    mkdirSync(this.#folder, { recursive: true });
    for (const file of readdirSync(this.#folder).filter((name) => name.endsWith('.toml'))) {
      const read = parseKeymaps(readIfThere(join(this.#folder, file)) ?? '');
      if (read.ok) for (const keymap of read.value) this.#take(keymap);
      else options.log.warn('keymap-unreadable', { file, why: read.error.message });
    }
  }

  /** Somebody teaches or tries a remote just now. */
  get busy(): boolean {
    return this.#listener !== null;
  }

  keyOf(device: string, scancode: number): KeyName | null {
    return this.#keymaps.get(device)?.get(scancode) ?? null;
  }

  hear(device: string, scancode: number): void {
    this.#tell({ device, scancode, key: this.keyOf(device, scancode) }, `${device} ${scancode}`);
  }

  /** A key that the kernel named: a keyboard, CEC, or a remote with a keymap of the kernel's. */
  hearKey(device: string, key: KeyName): void {
    if (this.#keymaps.get(device) === undefined) this.#tell({ device, scancode: null, key }, `${device} ${key}`);
  }

  /** Asks for the keys one after the other. `asked` is told which is next. The keymap is durable when this resolves. */
  async learn(protocol: string, asked: (key: KeyName, number: number) => void): Promise<Taught> {
    const learned: { key: KeyName; scancode: number }[] = [];
    let device: string | null = null;
    await this.#listen(
      limits.remoteLearnMs,
      (heard, end) => {
        const known = learned.some(({ scancode }) => scancode === heard.scancode);
        if (heard.scancode === null || known || (device !== null && device !== heard.device)) return;
        device = heard.device;
        const key = TAUGHT_KEYS[learned.length];
        if (key !== undefined) learned.push({ key, scancode: heard.scancode });
        const next = TAUGHT_KEYS[learned.length];
        if (next === undefined) end();
        else asked(next, learned.length + 1);
      },
      () => asked(TAUGHT_KEYS[0], 1),
    );
    if (device !== null && learned.length > 0) this.#keep({ name: device, protocol, keys: learned });
    return { device, learned, missing: TAUGHT_KEYS.slice(learned.length) };
  }

  /** What is pressed within the time, by its names. */
  async listen(forMs: number): Promise<readonly HeardKey[]> {
    const all: HeardKey[] = [];
    await this.#listen(forMs, (heard) => {
      if (all.length < limits.remoteTestKeys) all.push(heard);
    });
    return all;
  }

  #listen(forMs: number, take: (heard: HeardKey, end: () => void) => void, begin: () => void = () => {}): Promise<void> {
    if (this.#listener !== null) return Promise.reject(new Error('Somebody else is teaching or trying a remote: wait a minute.'));
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#listener = null;
        resolve();
      };
      const cancel = this.#clock.after(forMs, end);
      this.#listener = (heard) => take(heard, end);
      begin();
    });
  }

  #tell(heard: HeardKey, name: string): void {
    const nowMs = monotonicMs(this.#clock);
    const again = name === this.#last && nowMs - this.#lastMs < SAME_PRESS_MS;
    this.#last = name;
    this.#lastMs = nowMs;
    if (!again) this.#listener?.(heard);
  }

  #keep(keymap: Keymap): void {
    const file = `${
      keymap.name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '') || 'remote'
    }.toml`;
    writeDurably(join(this.#folder, file), printKeymap(keymap));
    this.#take(keymap);
  }

  #take({ name, keys }: Keymap): void {
    this.#keymaps.set(name, new Map(keys.flatMap(({ scancode, key }) => (isKeyName(key) ? [[scancode, key] as const] : []))));
  }
}
