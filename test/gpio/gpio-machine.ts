import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const LOOK_MS = 20;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What every machine here has: Debian's arm64 kernel finds its GPIO chip (pl061), its serial line and its disks. */
const MACHINE = ['-M', 'virt', '-cpu', 'cortex-a53', '-smp', '2', '-m', '1024', '-display', 'none', '-no-reboot', '-accel', 'tcg,thread=multi'];

/** A qemu arm64 machine whose GPIO chip (pl061) is pressed and watched from outside, over qemu's test protocol. */
export class GpioMachine {
  /** What the guest did to its outputs, in order: `6 raise`, `6 lower`. */
  readonly outputs: string[] = [];
  readonly #child: ChildProcess;
  readonly #console: string;
  #qtest: Socket | null = null;
  #chip = '';
  #answered: (answer: string) => void = () => {};

  /** @param system qemu's arguments for what it boots, and from which disks */
  constructor(folder: string, system: readonly string[]) {
    this.#console = join(folder, 'console');
    const channel = (name: string): string => `unix:${join(folder, name)},server=on,wait=off`;
    const channels = ['-serial', `file:${this.#console}`, '-qtest', channel('qtest'), '-qtest-log', 'none', '-qmp', channel('qmp')];
    this.#child = spawn('qemu-system-aarch64', [...MACHINE, ...channels, ...system], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** Connects, and opens every contact: pulled up, they are high. */
  async attach(folder: string, inputs: readonly number[]): Promise<void> {
    this.#chip = await findChip(await connected(join(folder, 'qmp')));
    this.#qtest = await connected(join(folder, 'qtest'));
    createInterface({ input: this.#qtest }).on('line', (line) => this.#hear(line));
    this.#qtest.on('error', () => {}).on('close', () => this.#answered('gone'));
    await this.#ask(`irq_intercept_out ${this.#chip}`);
    for (const line of inputs) await this.set(line, true);
  }

  async set(line: number, high: boolean): Promise<void> {
    await this.#ask(`set_irq_in ${this.#chip} unnamed-gpio-in ${line} ${high ? 1 : 0}`);
  }

  said(): string {
    return existsSync(this.#console) ? readFileSync(this.#console, 'utf8') : '';
  }

  async until(what: string, ask: () => boolean, timeoutMs = 60_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!ask()) {
      if (performance.now() > deadline || this.#child.exitCode !== null) throw new Error(`${what} did not come. The guest said:\n${this.said().slice(-2_000)}`);
      await pause(LOOK_MS);
    }
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What the emulation has cost so far, on all processors of this machine. Source: proc(5), stat; ticks are hundredths. */
  get processorSeconds(): number {
    const path = `/proc/${this.#child.pid}/stat`;
    if (!this.alive || !existsSync(path)) return 0;
    const [user = 0, system = 0] = readFileSync(path, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user + system) / 100;
  }

  /** At once, whatever the guest was doing. Resolves when the machine is gone. */
  async stop(): Promise<void> {
    if (this.alive) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    this.#qtest?.destroy();
  }

  #hear(line: string): void {
    const change = /^IRQ (raise|lower) (\d+)$/.exec(line);
    if (change !== null) this.outputs.push(`${change[2]} ${change[1]}`);
    else this.#answered(line);
  }

  #ask(command: string): Promise<string> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#qtest?.write(`${command}\n`);
    });
  }
}

async function connected(path: string): Promise<Socket> {
  for (;;) {
    const socket = existsSync(path)
      ? await new Promise<Socket | null>((resolve) => {
          const trying = connect(path, () => resolve(trying));
          trying.on('error', () => resolve(null));
        })
      : null;
    if (socket !== null) return socket;
    await pause(LOOK_MS);
  }
}

async function findChip(qmp: Socket): Promise<string> {
  const lines = createInterface({ input: qmp })[Symbol.asyncIterator]();
  const ask = async (command: object): Promise<{ readonly return?: readonly { readonly name: string; readonly type: string }[] }> => {
    qmp.write(`${JSON.stringify(command)}\n`);
    for (;;) {
      const answer = JSON.parse(String((await lines.next()).value)) as Record<string, never>;
      if ('return' in answer || 'error' in answer) return answer;
    }
  };
  await ask({ execute: 'qmp_capabilities' });
  const parts = (await ask({ execute: 'qom-list', arguments: { path: '/machine/unattached' } })).return ?? [];
  qmp.destroy();
  const chip = parts.find(({ type }) => type.includes('pl061'));
  if (chip === undefined) throw new Error('This qemu has no pl061 on its virt machine.');
  return `/machine/unattached/${chip.name}`;
}
