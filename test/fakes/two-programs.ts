import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { approveByCode } from '../../src/cli/approve-enrolment.ts';
import { BoxWatch, type Ended, run } from './house.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');

type Event = Readonly<Record<string, unknown>>;

/** A headend and a set-top box as the processes that they are, below one folder; each can be killed and started again. */
export class TwoPrograms {
  readonly home: string;
  readonly watch: BoxWatch;
  url = '';
  #headend: ChildProcess | null = null;
  #box: ChildProcess | null = null;

  constructor(home: string) {
    this.home = home;
    this.watch = new BoxWatch(this.folder('box'));
  }

  folder(name: string): string {
    return join(this.home, name);
  }

  /** At the port that it had, once it had one. */
  async startHeadend(): Promise<void> {
    const port = this.url === '' ? '0' : new URL(this.url).port;
    const args = ['src/headend/main.ts', '--data', this.folder('headend'), '--http-port', port, '--rtsp-port', '0'];
    const { child, event } = await this.#start(args, 'ready', 'failed');
    if (event.event !== 'ready') throw new Error(JSON.stringify(event));
    this.#headend = child;
    this.url = String(event.url);
  }

  async startBox(): Promise<void> {
    const sound = ['--audio-output', `wav:${this.folder('sound.wav')}`];
    const args = ['device/main.ts', '--data', this.folder('box'), '--headend', this.url, '--profile', 'set-top', '--screen-port', '0', ...sound];
    const { child, event } = await this.#start(args, 'enrol-code', 'ready');
    this.#box = child;
    if (event.event === 'enrol-code') await approveByCode({ url: this.url, headendFolder: this.folder('headend'), code: String(event.code) });
  }

  /** kill -9. */
  async killHeadend(): Promise<void> {
    await kill(this.#headend);
  }

  async killBox(): Promise<void> {
    await kill(this.#box);
  }

  async tell(line: string, role: 'customer' | 'staff' = 'staff'): Promise<{ readonly ok: boolean; readonly code: string; readonly text: string }> {
    return await (await this.watch.client()).command(line, role);
  }

  async loan(title: string, state: string): Promise<string> {
    const find = (view: Awaited<ReturnType<BoxWatch['view']>>) => view.loans.find((loan) => loan.title === title && loan.state === state)?.licence ?? null;
    return await this.watch.until(`${title} ${state}`, find, 40_000);
  }

  async workId(title: string): Promise<string> {
    return (await (await this.watch.client()).works()).find((work) => work.title === title)?.id ?? '';
  }

  get outlet(): string {
    return (JSON.parse(readFileSync(join(this.folder('box'), 'enrolment.json'), 'utf8')) as { outlet: string }).outlet;
  }

  /** The command line, on the headend's folder; `--headend` is for the caller to say, as not every command asks it. */
  ackbox(...args: readonly string[]): Promise<Ended> {
    return run(NODE, ['src/cli/ackbox.ts', ...args, '--data', this.folder('headend')]);
  }

  async #start(args: readonly string[], ...names: readonly string[]): Promise<{ readonly child: ChildProcess; readonly event: Event }> {
    const child = spawn(NODE, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
    const event = await new Promise<Event>((resolve) => {
      lines.on('line', (line) => {
        const said = JSON.parse(line) as Event;
        if (names.includes(String(said.event))) resolve(said);
      });
    });
    return { child, event };
  }
}

function kill(child: ChildProcess | null): Promise<void> {
  return new Promise((resolve) => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
