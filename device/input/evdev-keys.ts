import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../src/ports/clock.ts';
import { every } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { decodeInputEvents, EV_KEY, EV_MSC, type InputDevice, type InputEvent, MSC_SCAN, parseInputDevices } from '../../src/wire/input-event.ts';
import { type KeyName, keyOfCode } from './keys.ts';

const LOOK_MS = 2_000;

export interface EvdevOptions {
  /** Holds the event files and, as `devices`, the kernel's listing of them; null: /dev/input and /proc/bus/input/devices. */
  readonly folder: string | null;
  readonly clock: Clock;
  readonly log: Log;
  /** A scancode of this remote has a name of the box's own keymap. */
  keyOfScancode(device: string, scancode: number): KeyName | null;
  onKey(key: KeyName, down: boolean, device: string): void;
  /** Every scancode as it comes: for learning a remote. */
  onScancode?(device: string, scancode: number): void;
  /** The device is gone: what was held is held no more. */
  onGone(device: string): void;
}

/**
 * Keys of remotes (gpio-ir and CEC are input devices of the kernel) and USB keyboards, by plain reads of their event files (the box's user is in the group `input`). Devices
 * are known by name: their numbers change from boot to boot. They come and go while the box runs.
 */
export class EvdevKeys {
  readonly #options: EvdevOptions;
  readonly #listing: string;
  readonly #folder: string;
  readonly #open = new Map<string, ChildProcess>();
  #stopLooking: () => void = () => {};
  #stopped = false;

  constructor(options: EvdevOptions) {
    this.#options = options;
    this.#listing = options.folder === null ? '/proc/bus/input/devices' : join(options.folder, 'devices');
    this.#folder = options.folder ?? '/dev/input';
  }

  async start(): Promise<void> {
    await this.look();
    this.#stopLooking = every(this.#options.clock, LOOK_MS, () => void this.look());
  }

  stop(): void {
    this.#stopped = true;
    this.#stopLooking();
    for (const reader of this.#open.values()) reader.kill();
  }

  /** Opens what is new. A machine without input devices has none, and that is no fault. */
  async look(): Promise<void> {
    const text = await readFile(this.#listing, 'utf8').catch(() => '');
    for (const device of parseInputDevices(text)) if (device.keys && !this.#open.has(device.handler)) this.#read(device);
  }

  #read({ name, handler }: InputDevice): void {
    const { log, onGone } = this.#options;
    // A read of an event file waits in one of Node's four worker threads, and four remotes would stop the box; a pipe waits nowhere.
    const reader = spawn('cat', [join(this.#folder, handler)], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#open.set(handler, reader);
    let rest: Uint8Array = new Uint8Array();
    let mapped = false;
    reader.stdout.on('data', (chunk: Buffer) => {
      const taken = decodeInputEvents(Buffer.concat([rest, chunk]));
      rest = taken.rest;
      for (const event of taken.events) mapped = this.#take(name, event, mapped);
    });
    reader.on('error', (error) => log.warn('input-device-unreadable', { name, why: error.message }));
    reader.on('close', () => {
      this.#open.delete(handler);
      if (!this.#stopped) onGone(name);
    });
  }

  /** @returns whether the scancode just seen was named by our keymap: then the kernel's own name for it, which follows, is left out */
  #take(name: string, event: InputEvent, mapped: boolean): boolean {
    const { onKey, onScancode, keyOfScancode } = this.#options;
    if (event.type === EV_MSC && event.code === MSC_SCAN) {
      const scancode = event.value >>> 0;
      onScancode?.(name, scancode);
      const key = keyOfScancode(name, scancode);
      // A remote says a scancode again and again while its key is held, and never that it was let go: each is a press.
      if (key !== null) this.#press(name, key);
      return key !== null;
    }
    // 2 is the kernel's own repeat: the press grammar has its own.
    if (event.type !== EV_KEY || event.value === 2 || mapped) return mapped && event.type !== 0;
    const key = keyOfCode(event.code);
    if (key !== null) onKey(key, event.value === 1, name);
    return false;
  }

  #press(name: string, key: KeyName): void {
    this.#options.onKey(key, true, name);
    this.#options.onKey(key, false, name);
  }
}
