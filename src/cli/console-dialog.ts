import type { Duplex } from 'node:stream';
import { limits } from '../limits.ts';
import { sha256Hex } from '../platform/crypto/digest.ts';
import type { Clock } from '../ports/clock.ts';
import { XmodemReceiver, type XmodemStep } from '../wire/xmodem.ts';

const CTRL_C = '\x03';
/** A console that is there echoes at once; a slow one over a modem takes its time. */
const ECHO_MS = 3_000;
/** Only so that the next one finds it in order; nobody waits for that. */
const LEAVE_MS = 1_000;
const BLOCK_WAIT_MS = 3_000;
/** What a terminal would do with a line and nobody wants in a file. */
const ESCAPE = String.fromCharCode(27);
const ESCAPES = new RegExp(`${ESCAPE}\\[[0-9;]*[A-Za-z]`, 'g');
const PART_OF_ESCAPE = new RegExp(`${ESCAPE}(\\[[0-9;]*)?$`);
const END = /-----END \S+ \d+ [0-9a-f]{64}-----\r?\n/;
const END_CHARACTERS = 400;
const HEARD_CHARACTERS = 4 * limits.supportBundleBytes;

export interface ConsoleAnswer {
  readonly ok: boolean;
  readonly code: string;
  readonly text: string;
  readonly data: unknown;
}

export interface ReceivedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface SignIn {
  readonly role: string;
  readonly pin: string;
}

/** A program at the serial console: it signs in, speaks machine mode, and leaves the console as it found it. Throws with words. */
export class ConsoleDialog {
  readonly #line: Duplex;
  readonly #clock: Clock;
  readonly #decoder = new TextDecoder();
  #heard = '';
  #part = '';
  /** Whoever waits, and whoever leaves meanwhile. */
  readonly #waiting = new Set<() => void>();
  #signedIn = false;
  #left = false;

  constructor(line: Duplex, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
    line.on('data', this.#hear);
  }

  /** Whatever was there before on the line is dropped, whoever left it there. */
  async attune(nonce: string, signIn: SignIn | null): Promise<void> {
    this.#line.write(`${CTRL_C}${nonce}`);
    const [echoed] = await this.#until(new RegExp(nonce), ECHO_MS, 'No console answers on this line: is the box on, and is it the right port?');
    this.#forget(echoed);
    this.#line.write(`${CTRL_C}mode human\r`);
    // Twice for a sign-in: once for Ctrl-C, once for the line that is no role.
    const [prompt = ''] = await this.#until(/mode human[\s\S]*(ackbox> |role \([^)]*\): )/, ECHO_MS, 'The console is busy: another command still runs on it.');
    if (!prompt.endsWith('ackbox> ')) await this.#signIn(signIn);
    this.#line.write('mode machine\r');
    await this.#until(/mode machine/, ECHO_MS, 'The console went silent.');
  }

  /** @param onLive what a command shows as it goes on */
  async run(command: string, timeoutMs: number, onLive: (line: string) => void): Promise<ConsoleAnswer> {
    this.#line.write(`${command}\r`);
    for (;;) {
      const [whole = '', json = ''] = await this.#until(/\n[^\n{]*(\{"(?:ok|live)":.*\})\r?\n/, timeoutMs, `No answer came within ${timeoutMs / 1_000} s.`);
      this.#forget(whole);
      const answer = JSON.parse(json) as ConsoleAnswer & { readonly live?: string };
      if (answer.live === undefined) return answer;
      onLive(answer.live);
    }
  }

  /** The file that the command before it has begun to send. */
  async receive(timeoutMs: number): Promise<ReceivedFile> {
    const [whole = '', how = '', name = '', size = '', hash = ''] = await this.#until(
      /-----(XMODEM|BEGIN) (\S+) (\d+) ([0-9a-f]{64})-----\r?\n/,
      ECHO_MS,
      'The console sends no file.',
    );
    this.#forget(whole);
    if (Number(size) > limits.supportBundleBytes) throw new Error(`The console announces ${size} bytes; ${limits.supportBundleBytes} are taken.`);
    const bytes = how === 'BEGIN' ? await this.#base64(timeoutMs) : (await this.#xmodem(timeoutMs)).subarray(0, Number(size));
    if (bytes.length !== Number(size) || sha256Hex(bytes) !== hash) throw new Error('What was received is not what was sent: the line is bad. Try again.');
    return { name, bytes };
  }

  async leave(): Promise<void> {
    this.#line.write(`${CTRL_C}mode human\r${this.#signedIn ? 'logout\r' : ''}`);
    const left = this.#signedIn ? /logout[\s\S]*role \(/ : /mode human[\s\S]*(?:ackbox> |role \()/;
    await this.#until(left, LEAVE_MS, '').catch(() => {});
    this.#line.off('data', this.#hear);
    this.#left = true;
    this.#wake();
  }

  async #signIn(signIn: SignIn | null): Promise<void> {
    if (signIn === null)
      throw new Error('This console asks who you are: --as technician, staff or collector, with the PIN in ACKBOX_PIN or in a file (--pin-file).');
    this.#heard = '';
    this.#line.write(`${signIn.role}\r`);
    const [asked = ''] = await this.#until(/PIN: |one-time code: |role \(/, ECHO_MS, 'The console went silent.');
    if (asked.startsWith('role')) throw new Error('--as is technician, staff or collector.');
    if (!asked.startsWith('PIN')) throw new Error(`${signIn.role} has no PIN yet: sign in once by hand with the one-time code that the box shows.`);
    this.#heard = '';
    this.#line.write(`${signIn.pin}\r`);
    const [said = ''] = await this.#until(/Signed in as \w+|[^\r\n]+\r?\n[\s\S]*role \(/, ECHO_MS, 'The console went silent.');
    if (!said.startsWith('Signed in')) throw new Error(said.split(/\r?\n/)[0] ?? 'The sign-in was refused.');
    this.#signedIn = true;
  }

  async #base64(timeoutMs: number): Promise<Uint8Array> {
    // Each look begins where the last one ended: a file is long, and comes in small pieces.
    let seen = 0;
    const ended = (heard: string): RegExpExecArray | null => {
      const end = END.exec(heard.slice(seen));
      if (end === null) seen = Math.max(0, heard.length - END_CHARACTERS);
      return end;
    };
    const [end] = await this.#until({ exec: ended }, timeoutMs, 'The file did not end in time.');
    const text = this.#heard.slice(0, this.#heard.lastIndexOf(end));
    this.#forget(end);
    return Buffer.from(text, 'base64');
  }

  #xmodem(timeoutMs: number): Promise<Uint8Array> {
    const receiver = new XmodemReceiver(limits.supportBundleBytes + 1_024);
    this.#line.off('data', this.#hear);
    return new Promise<Uint8Array>((resolve, reject) => {
      let cancel = (): void => {};
      const cancelAll = this.#clock.after(timeoutMs, () => finish(() => reject(new Error('The file did not end in time.'))));
      const finish = (settle: () => void): void => {
        cancel();
        cancelAll();
        this.#line.off('data', hear);
        this.#line.on('data', this.#hear);
        settle();
      };
      const take = ({ send, end }: XmodemStep): void => {
        if (send.length > 0) this.#line.write(send);
        cancel();
        if (end === null) cancel = this.#clock.after(BLOCK_WAIT_MS, () => take(receiver.overdue()));
        else finish(() => (end === 'done' ? resolve(receiver.bytes()) : reject(new Error('The transfer was broken off: the line is bad. Try again.'))));
      };
      const hear = (bytes: Buffer): void => take(receiver.hear(bytes));
      this.#line.on('data', hear);
      take(receiver.overdue());
    });
  }

  readonly #hear = (bytes: Buffer): void => {
    const text = this.#part + this.#decoder.decode(bytes, { stream: true });
    const part = PART_OF_ESCAPE.exec(text)?.[0] ?? '';
    this.#part = part;
    this.#heard = (this.#heard + text.slice(0, text.length - part.length).replace(ESCAPES, '')).slice(-HEARD_CHARACTERS);
    this.#wake();
  };

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #forget(upTo: string): void {
    this.#heard = this.#heard.slice(this.#heard.lastIndexOf(upTo) + upTo.length - 1);
  }

  /** Waits until what was heard matches. */
  async #until(pattern: Pick<RegExp, 'exec'>, timeoutMs: number, otherwise: string): Promise<RegExpExecArray> {
    let late = false;
    const cancel = this.#clock.after(timeoutMs, () => {
      late = true;
      this.#wake();
    });
    try {
      for (;;) {
        const found = pattern.exec(this.#heard);
        if (found !== null) return found;
        if (late || this.#left) throw new Error(otherwise);
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    } finally {
      cancel();
    }
  }
}
