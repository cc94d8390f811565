import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/platform/system-clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import type { Image } from './image.ts';

/** Lines of the chip that the board `qemu-virt` uses as inputs; open contacts are high. */
const INPUTS = [0, 1, 4, 5];
const SOCKET_WAIT_MS = 20_000;
const LOOK_MS = 50;

export interface MachineOptions {
  readonly image: Image;
  /** The data partition: survives the machine. */
  readonly data: string;
  readonly folder: string;
  /** Of this machine; the box's page is behind it. */
  readonly screenPort: number;
}

/**
 * An arm64 board with Debian's kernel, a disk that forgets what was not synced, and a GPIO chip (pl061) whose lines are pressed from
 * outside, over qemu's test protocol.
 */
export class Machine {
  readonly #child: ChildProcess;
  readonly #console: string;
  readonly #qtest: Socket;
  readonly #answers: AsyncIterator<string>;
  readonly #chip: string;

  private constructor(child: ChildProcess, console: string, qtest: Socket, chip: string) {
    this.#child = child;
    this.#console = console;
    this.#qtest = qtest;
    this.#answers = createInterface({ input: qtest })[Symbol.asyncIterator]();
    this.#chip = chip;
  }

  static async start(options: MachineOptions): Promise<Machine> {
    const paths = { console: join(options.folder, 'console.log'), qtest: join(options.folder, 'qtest.sock'), qmp: join(options.folder, 'qmp.sock') };
    for (const path of Object.values(paths)) rmSync(path, { force: true });
    const child = spawn('qemu-system-aarch64', [...boardArguments(options), ...channelArguments(paths)], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [qtest, qmp] = await Promise.all([connected(paths.qtest), connected(paths.qmp)]);
    const machine = new Machine(child, paths.console, qtest, await findChip(qmp));
    for (const line of INPUTS) await machine.#set(line, true);
    return machine;
  }

  /** What kernel and services said so far. */
  get said(): string {
    return existsSync(this.#console) ? readFileSync(this.#console, 'utf8') : '';
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Closes a contact to ground for so long: a button, or a coin's pulse. */
  async close(line: number, milliseconds: number): Promise<void> {
    await this.#set(line, false);
    await sleep(systemClock, milliseconds);
    await this.#set(line, true);
  }

  /** Pulls the plug. */
  async cut(): Promise<void> {
    if (!this.alive) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
    this.#qtest.destroy();
  }

  async #set(line: number, high: boolean): Promise<void> {
    this.#qtest.write(`set_irq_in ${this.#chip} unnamed-gpio-in ${line} ${high ? 1 : 0}\n`);
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done === true || String(value).startsWith('FAIL')) throw new Error(`the line ${line} could not be set: ${String(value)}`);
      if (String(value).startsWith('OK')) return;
    }
  }
}

function boardArguments({ image, data, screenPort }: MachineOptions): readonly string[] {
  const disk = (id: string, file: string, more: string): readonly string[] => [
    ...['-drive', `if=none,id=${id},file=${file},format=raw,${more}`],
    ...['-device', `virtio-blk-pci,drive=${id}`],
  ];
  return [
    ...['-M', 'virt', '-cpu', 'cortex-a53', '-smp', '2', '-m', '1024', '-display', 'none', '-no-reboot'],
    ...[
      '-kernel',
      image.kernel,
      '-initrd',
      image.initrd,
      '-append',
      'console=ttyAMA0 quiet panic=-1 systemd.journald.forward_to_console=1 systemd.log_color=0',
    ],
    ...disk('root', image.root, 'readonly=on'),
    // Past the page cache of this machine: what the guest did not sync was never here.
    ...disk('data', data, 'cache=none'),
    ...['-netdev', `user,id=net,hostfwd=tcp:127.0.0.1:${screenPort}-10.0.2.15:8480`, '-device', 'virtio-net-pci,netdev=net,romfile='],
  ];
}

function channelArguments(paths: { readonly console: string; readonly qtest: string; readonly qmp: string }): readonly string[] {
  const sockets = ['-qtest', `unix:${paths.qtest},server=on,wait=off`, '-qtest-log', 'none', '-qmp', `unix:${paths.qmp},server=on,wait=off`];
  return ['-serial', `file:${paths.console}`, ...sockets];
}

async function connected(path: string): Promise<Socket> {
  const deadline = performance.now() + SOCKET_WAIT_MS;
  for (;;) {
    const socket = connect(path);
    const outcome = await Promise.race([once(socket, 'connect').then(() => null), once(socket, 'error').then(([error]) => error as Error)]).catch(
      (error: Error) => error,
    );
    if (outcome === null) return socket;
    if (performance.now() > deadline) throw outcome;
    await sleep(systemClock, LOOK_MS);
  }
}

/** The path of the GPIO chip among qemu's objects. */
async function findChip(qmp: Socket): Promise<string> {
  const lines = createInterface({ input: qmp })[Symbol.asyncIterator]();
  const ask = async (execute: string, facts: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    qmp.write(`${JSON.stringify({ execute, arguments: facts })}\n`);
    for (;;) {
      const answer = JSON.parse(String((await lines.next()).value)) as { readonly return?: unknown; readonly error?: unknown };
      if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error));
      if (answer.return !== undefined) return answer.return;
    }
  };
  await ask('qmp_capabilities');
  const children = (await ask('qom-list', { path: '/machine/unattached' })) as readonly { readonly name: string; readonly type: string }[];
  const chip = children.find(({ type }) => type === 'child<pl061>');
  if (chip === undefined) throw new Error('this machine has no pl061');
  qmp.destroy();
  return `/machine/unattached/${chip.name}`;
}
