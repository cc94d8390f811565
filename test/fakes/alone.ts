import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { BoxWatch, type Ended, type OperatorJson, operatorJson, pidsOf } from './house.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LOOK_AGAIN_MS = 50;

export type Environment = Readonly<Record<string, string>>;

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A subcommand of `ackbox` that runs until it is ended, with what it says to the person who typed it. */
export class AckboxProgram {
  readonly folder: string;
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #out = '';
  #err = '';

  constructor(folder: string, args: readonly string[], env: Environment = {}) {
    this.folder = folder;
    this.#child = spawn('node', [join(ROOT, 'src', 'cli', 'bootstrap.mjs'), ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#child.stdout?.on('data', (bytes) => (this.#out += String(bytes)));
    this.#child.stderr?.on('data', (bytes) => (this.#err += String(bytes)));
    this.ended = new Promise((resolve) => void this.#child.once('close', (code) => resolve({ code, out: this.#out, err: this.#err })));
  }

  /** Everything it said so far. */
  get said(): string {
    return this.#out + this.#err;
  }

  /** The first match of a pattern in what it says. */
  async says(pattern: RegExp, timeoutMs = 20_000): Promise<RegExpExecArray> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = pattern.exec(this.said);
      if (found !== null) return found;
      if (performance.now() > deadline) throw new Error(`${pattern} was not said within ${timeoutMs} ms, but: ${this.said}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** As a power cut: no word, no last write, of the command and of every program of ours that it keeps. */
  async kill(): Promise<void> {
    for (const pid of pidsOf(this.folder, '.ts')) process.kill(pid, 'SIGKILL');
    await this.ended;
  }

  async end(): Promise<Ended> {
    this.#child.kill('SIGTERM');
    return await this.ended;
  }
}

const HEADEND_SCRIPTS = { command: '/ackbox.ts', registry: '/headend/main.ts', sender: '/sender/main.ts' } as const;

/** `ackbox headend` by itself, always at the same ports. */
export class LoneHeadend extends AckboxProgram {
  readonly url: string;

  constructor(folder: string, ports: { readonly http: number; readonly rtsp: number }, env: Environment = {}) {
    super(folder, ['headend', '--data', folder, '--http-port', String(ports.http), '--rtsp-port', String(ports.rtsp)], env);
    this.url = `https://127.0.0.1:${ports.http}`;
  }

  ready(): Promise<unknown> {
    return this.says(/^operator /m);
  }

  /** Ends one of its processes as a power cut would, or sends it another signal. The command starts again what died. */
  strike(which: keyof typeof HEADEND_SCRIPTS, signal: NodeJS.Signals = 'SIGKILL'): void {
    const [pid, ...others] = this.pidsOf(which);
    if (pid === undefined || others.length > 0) throw new Error(`there is not one process that is the ${which}`);
    process.kill(pid, signal);
  }

  pidsOf(which: keyof typeof HEADEND_SCRIPTS): readonly number[] {
    return pidsOf(this.folder, HEADEND_SCRIPTS[which]);
  }

  operator(): Promise<OperatorJson> {
    return operatorJson(this.url, this.folder);
  }
}

/** `ackbox box` by itself. */
export class LoneBox extends AckboxProgram {
  readonly watch: BoxWatch;

  constructor(folder: string, headendUrl: string, env: Environment = {}) {
    super(folder, ['box', '--data', folder, '--headend', headendUrl, '--screen-port', '0'], env);
    this.watch = new BoxWatch(folder);
  }
}
