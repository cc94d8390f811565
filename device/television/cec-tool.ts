import { execFile } from 'node:child_process';
import type { CecBus, CecPower, CecWord } from './cec-bus.ts';

/** Each message waits a second for its answer; a line where nobody takes anything tries five times. */
const TOOL_MS = 8_000;
const OSD_NAME = 'Ackbox';
const TELEVISION = ['--to', '0'];
const NO_ADDRESS = 'f.f.f.f';
const KEYS: Partial<Record<CecWord, string>> = { 'volume-up': 'volume-up', 'volume-down': 'volume-down', mute: 'mute' };

/**
 * The kernel's CEC device by `cec-ctl` of v4l-utils, a program of its own, as Node has no ioctl. It goes with each message: nothing of it
 * is held while nobody speaks.
 */
export class CecTool implements CecBus {
  readonly #device: string;
  readonly #program: string;
  #address = NO_ADDRESS;

  /** @param device such as /dev/cec0 */
  constructor(device: string, program = 'cec-ctl') {
    this.#device = device;
    this.#program = program;
  }

  async join(): Promise<string | null> {
    // Its keys become keys of the kernel (rc-cec) and come in with those of other remotes.
    const said = await this.#run('--playback', '--osd-name', OSD_NAME);
    this.#address = /Physical Address\s*:\s*([0-9a-f.]+)/.exec(said ?? '')?.[1] ?? NO_ADDRESS;
    return this.#address === NO_ADDRESS ? null : this.#address;
  }

  async send(word: CecWord): Promise<boolean> {
    return took(await this.#run('--skip-info', ...this.#arguments(word)));
  }

  async power(): Promise<CecPower | null> {
    const said = await this.#run('--skip-info', ...TELEVISION, '--give-device-power-status');
    const found = /pwr-state: (?:to-)?(on|standby)/.exec(said ?? '')?.[1];
    return found === 'on' || found === 'standby' ? found : null;
  }

  async activeSource(): Promise<string | null> {
    return /phys-addr: ([0-9a-f.]+)/.exec((await this.#run('--skip-info', '--to', '15', '--request-active-source')) ?? '')?.[1] ?? null;
  }

  #arguments(word: CecWord): readonly string[] {
    if (word === 'active-source') return ['--to', '15', '--active-source', `phys-addr=${this.#address}`];
    const key = KEYS[word];
    return [...TELEVISION, ...(key === undefined ? [`--${word}`] : ['--user-control-pressed', `ui-cmd=${key}`, '--user-control-released'])];
  }

  #run(...args: readonly string[]): Promise<string | null> {
    return new Promise((resolve) => {
      execFile(this.#program, ['--device', this.#device, ...args], { timeout: TOOL_MS }, (error, stdout) => resolve(error === null ? stdout : null));
    });
  }
}

/** cec-ctl ends well also where nobody took what it sent. */
function took(said: string | null): boolean {
  return said !== null && !/Tx, (Not Acknowledged|Aborted|Error|Timeout|Arbitration Lost|Low Drive|Max Retries)|Not Acknowledged/i.test(said);
}
