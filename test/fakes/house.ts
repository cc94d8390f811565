import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { BoxClient, type ViewOfBox } from '../../src/cli/box-client.ts';
import type { viewHeadend } from '../../src/headend/billing/operator-view.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const BOOTSTRAP = join(ROOT, 'src', 'cli', 'bootstrap.mjs');
const LOOK_AGAIN_MS = 50;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export type OperatorJson = Awaited<ReturnType<typeof viewHeadend>>;

export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'ackbox-house-'));
}

/** Sound files of our own making, as ffmpeg writes them; the ending chooses the format. */
export async function soundFile(folder: string, name: string, seconds: number, hertz: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const source = ['-f', 'lavfi', '-i', `sine=frequency=${hertz}:duration=${seconds}:sample_rate=48000`];
  const title = name.replace(/\.[a-z0-9]+$/, '');
  const made = await run('ffmpeg', ['-loglevel', 'error', '-y', ...source, '-metadata', `title=${title}`, '-metadata', 'artist=Sine', join(folder, name)]);
  if (made.code !== 0) throw new Error(made.err);
}

/** Runs a program to its end. */
export async function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  return await ending(child);
}

/** `ackbox ...` as a person types it, through the set-up of the checkout. */
export function ackbox(...args: readonly string[]): Promise<Ended> {
  return run('node', [BOOTSTRAP, ...args]);
}

function ending(child: ChildProcess): Promise<Ended> {
  const texts = { out: '', err: '' };
  child.stdout?.on('data', (bytes) => (texts.out += String(bytes)));
  child.stderr?.on('data', (bytes) => (texts.err += String(bytes)));
  return new Promise((resolve) => void child.once('close', (code) => resolve({ code, ...texts })));
}

/** Processes whose command line names `folder`: never found by name alone. */
export function pidsOf(folder: string, script = ''): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const words = commandLine(pid);
      return words.some((word) => word.includes(folder)) && (script === '' || words.some((word) => word.endsWith(script)));
    })
    .map(Number);
}

function commandLine(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Ends whatever still works in a folder of a test, and removes the folder. */
export function clearAway(folder: string): void {
  for (const pid of pidsOf(folder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It went by itself meanwhile.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** A box somewhere on this machine, seen through its local API, also across its restarts. */
export class BoxWatch {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Read anew each time: a box that started again has another token and perhaps another port. */
  client(): Promise<BoxClient> {
    return BoxClient.ofFolder(this.folder);
  }

  /** The first answer that is not null, of the views that the box pushes. */
  async until<Answer>(what: string, ask: (view: ViewOfBox) => Answer | null, timeoutMs = 20_000): Promise<Answer> {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), timeoutMs);
    let answer: Answer | null = null;
    let latest: ViewOfBox | null = null;
    while (answer === null && !stop.signal.aborted) {
      const look = (view: ViewOfBox): void => {
        latest = view;
        answer ??= ask(view);
        if (answer !== null) stop.abort();
      };
      await this.client()
        .then((client) => client.follow(look, stop.signal))
        .catch(() => {});
      if (!stop.signal.aborted) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    clearTimeout(late);
    if (answer === null) throw new Error(`${what} did not come within ${timeoutMs} ms; the last view: ${JSON.stringify(latest)}`);
    return answer;
  }

  view(): Promise<ViewOfBox> {
    return this.until('a view', (view) => view);
  }

  async press(type: string, more: { readonly workId?: string; readonly on?: boolean; readonly digit?: number } = {}): Promise<void> {
    await (await this.client()).intent({ type, ...more });
  }

  async coin(valueMinor = 100n): Promise<void> {
    await (await this.client()).coin(valueMinor);
  }

  /** Totals in which every record is delivered; waits for them. */
  async deliveredTotals(timeoutMs = 25_000): Promise<Totals> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const totals = await this.client()
        .then((client) => client.totals())
        .then((answer) => answer as unknown as Totals)
        .catch(() => null);
      if (totals !== null && totals.outbox.acknowledgedThrough >= totals.outbox.written) return totals;
      if (performance.now() > deadline) throw new Error(`not every record arrived: ${JSON.stringify(totals?.outbox)}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS * 4));
    }
  }
}

export interface Totals {
  readonly ledger: Readonly<Record<'earnedMinor' | 'cashBoxMinor' | 'patronCreditMinor' | 'heldMinor' | 'unclaimedMinor' | 'refundedOutMinor', string>> & {
    readonly problem: string | null;
  };
  readonly outbox: {
    readonly written: number;
    readonly acknowledgedThrough: number;
    readonly usageWritten: number;
    readonly usageAcknowledged: number;
    readonly quarantined: number;
  };
}

/** `npm start` without a terminal, in a folder of its own: headend and box as they really run. */
export class RunningHouse extends BoxWatch {
  readonly data: string;
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #said = '';

  constructor(data: string, args: readonly string[] = []) {
    super(join(data, 'box'));
    this.data = data;
    const ports = ['--screen-port', '0', '--http-port', '0', '--rtsp-port', '0'];
    this.#child = spawn('node', [BOOTSTRAP, 'start', '--data', data, ...ports, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stderr?.on('data', (bytes) => (this.#said += String(bytes)));
    this.ended = ending(this.#child);
  }

  /** What it told the person at the terminal so far. */
  get said(): string {
    return this.#said;
  }

  /** The sender works in the folder of the headend. */
  kill(which: 'box' | 'headend' | 'sender'): number {
    const pids = pidsOf(join(this.data, which === 'sender' ? 'headend' : which), `/${which}.mjs`);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    return pids.length;
  }

  /** The operator's JSON, over TLS with the headend's own CA. */
  async operator(): Promise<OperatorJson> {
    const link = /operator\s+(\S+)/.exec(this.#said)?.[1];
    if (link === undefined) throw new Error(`no operator address yet: ${this.#said}`);
    return await operatorJson(new URL(link).origin, join(this.data, 'headend'));
  }

  /** Ends it; its folder stays. */
  async end(): Promise<Ended> {
    this.#child.kill('SIGTERM');
    return await this.ended;
  }

  async stop(): Promise<Ended> {
    const ended = await this.end();
    clearAway(this.data);
    return ended;
  }
}

export async function operatorJson(url: string, headendFolder: string): Promise<OperatorJson> {
  const { Agent } = await import('undici');
  const token = readFileSync(join(headendFolder, 'operator-token'), 'utf8').trim();
  const dispatcher = new Agent({ connect: { ca: readFileSync(join(headendFolder, 'trust', 'ca.pem'), 'utf8') } });
  try {
    const { body } = await request(`${url}/operator.json`, { dispatcher, headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(5_000) });
    return (await body.json()) as OperatorJson;
  } finally {
    await dispatcher.destroy();
  }
}

/** What one account of the headend's ledger holds. */
export function balance(operator: OperatorJson, account: string): string {
  return operator.ledger.balances.find((row) => row.account === account)?.minor ?? '0';
}
