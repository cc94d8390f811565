import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SerialPort } from 'serialport';
import { KEY_CODES, type KeyName } from '../../device/input/keys.ts';
import type { RunningHeadend } from '../../src/headend/headend.ts';
import { CctalkBus } from './cctalk-bus.ts';
import { headendOn } from './headend-on-localhost.ts';
import { ackbox, BoxWatch, clearAway, pidsOf, scratch, soundFile } from './house.ts';
import { PtyPair } from './pty-pair.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const REMOTE = 'gpio_ir_recv';
const STARTS_MAX = 8;

type BoxEvent = Readonly<Record<string, unknown>>;

/** A box on its cable, as its service runs it: whenever it ends it is started again. A headend with three songs, a remote, a ccTalk acceptor. */
export class RunbookSite extends BoxWatch {
  readonly data: string;
  readonly cable: PtyPair;
  readonly events: BoxEvent[] = [];
  /** On the serial line that the box may open. */
  readonly acceptor = new CctalkBus();
  readonly acceptorCable: PtyPair;
  headend!: RunningHeadend;
  #child: ChildProcess | null = null;
  #stopped = false;
  #starts = 0;
  #headendLost = false;
  #waiting: (() => void)[] = [];
  #remote: number | null = null;
  #acceptorPort: SerialPort | null = null;

  constructor() {
    const data = scratch();
    super(join(data, 'box'));
    this.data = data;
    this.cable = new PtyPair(data);
    this.acceptorCable = new PtyPair(join(data, 'a'));
  }

  async open(): Promise<void> {
    this.headend = await headendOn(join(this.data, 'headend'));
    const songs = join(this.data, 'songs');
    for (const [index, name] of ['First Train', 'Second Train', 'Third Train'].entries()) await soundFile(songs, `${name}.flac`, 8, 300 + 100 * index);
    const taken = await ackbox('ingest', songs, '--data', join(this.data, 'headend'));
    if (taken.code !== 0) throw new Error(taken.err);
    this.#fitRemote();
    await this.cable.plug();
    await this.#fitAcceptor();
    const options = [
      `headend=${this.headend.url}`,
      'name=Jukebox at the bar',
      `console-port=${this.cable.ours}`,
      'board=simulated',
      'panel-coins=100,card500',
      'input-devices=on',
      `input-folder=${join(this.data, 'input')}`,
      'screen-port=0',
      'audio-output=null',
    ];
    writeFileSync(join(this.data, 'box.conf'), `${options.join('\n')}\n`);
  }

  /** As a service with Restart=always. */
  start(): void {
    const args = [join(ROOT, 'src/cli/bootstrap.mjs'), 'box', '--json', '--data', this.folder, '--config', join(this.data, 'box.conf')];
    const child = spawn('node', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.events.push(JSON.parse(line) as BoxEvent);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    child.once('exit', () => {
      this.#starts += 1;
      // A box that can not start is not started for ever: the test sees what is missing.
      if (!this.#stopped && this.#starts < STARTS_MAX) this.start();
    });
  }

  /** The first event of the box's that fits, of those from a number on. */
  async told(event: string, from = 0): Promise<BoxEvent> {
    for (;;) {
      const found = this.events.slice(from).find((one) => one.event === event);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Closes a contact of the board. */
  async closeContact(line: string, ms = 50, times = 1): Promise<void> {
    const outcome = await (await this.client()).command(`board press "${line}" ms=${ms} times=${times}`, 'technician');
    if (!outcome.ok) throw new Error(outcome.text);
  }

  /** A scancode of the remote, as the kernel tells it. */
  remote(scancode: number): void {
    this.#remote ??= openSync(join(this.data, 'input', 'event0'), constants.O_RDWR | constants.O_NONBLOCK);
    writeSync(this.#remote, Buffer.concat([inputEvent(4, 4, scancode), inputEvent(0, 0, 0)]));
  }

  /** A key of the keyboard, down and up. */
  key(name: KeyName): void {
    this.#remote ??= openSync(join(this.data, 'input', 'event0'), constants.O_RDWR | constants.O_NONBLOCK);
    for (const value of [1, 0]) writeSync(this.#remote, Buffer.concat([inputEvent(1, KEY_CODES[name], value), inputEvent(0, 0, 0)]));
  }

  /** For good. */
  async loseHeadend(): Promise<void> {
    if (this.#headendLost) return;
    this.#headendLost = true;
    await this.headend.close();
  }

  kill(): void {
    for (const pid of [...pidsOf(this.folder, '/box.mjs'), ...pidsOf(this.folder, '/main.ts')]) process.kill(pid, 'SIGKILL');
  }

  /** What a card that lost its blocks looks like: the middle of the book is zeros. */
  damageBook(): void {
    for (const name of readdirSync(this.folder).filter((file) => /\.(sqlite|db)$/.test(file))) {
      const file = openSync(join(this.folder, name), 'r+');
      writeSync(file, Buffer.alloc(16_384), 0, 16_384, 4_096);
      closeSync(file);
    }
  }

  async close(): Promise<void> {
    this.#stopped = true;
    const child = this.#child;
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    if (child !== null && child.exitCode === null) {
      child.kill('SIGTERM');
      await gone;
    }
    await this.loseHeadend();
    await this.cable.pull();
    await new Promise<void>((resolve) => (this.#acceptorPort === null ? resolve() : this.#acceptorPort.close(() => resolve())));
    await this.acceptorCable.pull();
    if (this.#remote !== null) closeSync(this.#remote);
    clearAway(this.data);
  }

  async #fitAcceptor(): Promise<void> {
    mkdirSync(join(this.data, 'a'));
    await this.acceptorCable.plug();
    const port = new SerialPort({ path: this.acceptorCable.theirs, baudRate: 9_600 });
    port.on('data', (bytes: Buffer) => this.acceptor.write(bytes));
    this.acceptor.onBytes((bytes) => void port.write(Buffer.from(bytes)));
    this.#acceptorPort = port;
  }

  #fitRemote(): void {
    const folder = join(this.data, 'input');
    mkdirSync(folder);
    writeFileSync(join(folder, 'devices'), `N: Name="${REMOTE}"\nH: Handlers=kbd event0\nB: EV=100013\nB: KEY=1\n\n`);
    execFileSync('mkfifo', [join(folder, 'event0')]);
  }
}

function inputEvent(type: number, code: number, value: number): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt16LE(type, 16);
  bytes.writeUInt16LE(code, 18);
  bytes.writeInt32LE(value, 20);
  return bytes;
}
