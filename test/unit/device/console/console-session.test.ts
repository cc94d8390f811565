import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConsoleKeys } from '../../../../device/console/console-keys.ts';
import { ConsoleSession } from '../../../../device/console/console-session.ts';
import type { BoxControl, CommandOutcome, LiveOutput } from '../../../../device/session/box-view.ts';
import { limits } from '../../../../src/limits.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

/** The technician's end of the line: what was typed, and all that was seen. */
class Cable extends Duplex {
  seen = '';
  #wake: () => void = () => {};

  override _write(chunk: Buffer | string, _: BufferEncoding, done: () => void): void {
    this.seen += String(chunk);
    this.#wake();
    done();
  }

  override _read(): void {}

  type(text: string): void {
    this.push(Buffer.from(text));
  }

  async line(text: string, expected: string | RegExp): Promise<void> {
    const from = this.seen.length;
    this.type(`${text}\r`);
    await this.sees(expected, from);
  }

  async sees(expected: string | RegExp, from = 0): Promise<void> {
    const there = (): boolean => (typeof expected === 'string' ? this.seen.slice(from).includes(expected) : expected.test(this.seen.slice(from)));
    while (!there())
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }
}

let cable: Cable;
let clock: VirtualClock;
let session: ConsoleSession;
let settings: Map<string, string>;
let keys: ConsoleKeys;
let ran: { readonly line: string; readonly role: string }[];

const LONG = Array.from({ length: 60 }, (_, index) => `row ${index + 1} ${index % 2 === 0 ? 'Blue' : 'Red'}`).join('\n');
const box = {
  view: () => ({ name: 'Bar', firstBoot: null }),
  command: async (line: string, { role, live }: { readonly role: string; readonly live: LiveOutput }): Promise<CommandOutcome> => {
    ran.push({ line, role });
    if (line === 'watch') {
      live.show('seen one');
      await new Promise((resolve) => live.signal.addEventListener('abort', resolve));
      return { ok: true, code: 'ok', text: 'No longer watched.', data: null };
    }
    if (line === 'long') return { ok: true, code: 'ok', text: LONG, data: null };
    if (line === 'help') return { ok: true, code: 'ok', text: 'show queue\nshow status\nskip', data: null };
    if (line === 'worse') return { ok: false, code: 'money-unreported', text: 'Not while this would be lost:\n  2.00', data: null };
    if (line === 'bad') return { ok: false, code: 'bad-argument', text: 'That is wrong.', data: null };
    return { ok: true, code: 'ok', text: `did ${line}`, data: { amount: 5n } };
  },
} as unknown as BoxControl;

function store(): ConstructorParameters<typeof ConsoleKeys>[0] {
  return { getSetting: async (name) => settings.get(name) ?? null, putSetting: async (name, value) => void settings.set(name, value) };
}

function open(withKeys: boolean): void {
  cable = new Cable();
  keys = new ConsoleKeys(store(), clock);
  session = new ConsoleSession({ line: cable, box, clock, keys: withKeys ? keys : null });
}

beforeEach(() => {
  clock = new VirtualClock();
  settings = new Map();
  ran = [];
});
afterEach(() => session.close());

describe('a line of the box’s own user', () => {
  beforeEach(() => open(false));

  test('answers in words, as JSON, filtered and counted', async () => {
    await cable.line('show queue', 'did show queue');
    await cable.line('show queue | json', '{"ok":true,"code":"ok","data":{"amount":"5"}}');
    await cable.line('long | match blue | count', /\b30\b/);
    await cable.line('bad', 'That is wrong. (bad-argument)');
    // Each line of a refusal begins at the first column of a terminal in raw mode.
    await cable.line('worse', 'lost:\r\n  2.00 (money-unreported)\r\n');
    await cable.line('show | turn', 'There is no filter "turn"');
    expect(ran.every(({ role }) => role === 'technician')).toBe(true);
  });

  test.each([
    ['a key', 'q'],
    ['Enter', '\r'],
    ['Ctrl-C', '\x03'],
    ['the next command, which runs then', 'next\r'],
  ])('what shows lines as they come is ended by %s, and no more is left of it', async (_, typed) => {
    await cable.line('watch', 'seen one\r\n');
    const from = cable.seen.length;
    cable.type(typed);
    await cable.sees('No longer watched.', from);
    await cable.line('first', 'did first');
    expect(ran.map(({ line }) => line)).toEqual(['watch', ...(typed === 'next\r' ? ['next'] : []), 'first']);
  });

  test('shows long answers by the page: Enter goes on, anything else leaves', async () => {
    await cable.line('long', '--more-- ');
    expect(cable.seen).not.toContain('row 24');
    await cable.line('', 'row 46');
    expect(cable.seen).not.toContain('row 47');
    await cable.line('q', 'ackbox> ');
    await cable.line('again', 'did again');
    expect(cable.seen).not.toContain('row 47');
    await cable.line('long | no-more', 'row 60');
  });

  test('a machine gets one line of JSON an answer and no prompt, whatever it pastes', async () => {
    await cable.line('mode machine', '');
    const from = cable.seen.length;
    cable.type('one\rtwo\rlong\r');
    await cable.sees(/("ok":true.*){3}/s, from);
    expect(ran.map(({ line }) => line)).toEqual(['one', 'two', 'long']);
    expect(cable.seen.slice(from)).not.toContain('ackbox>');
    await cable.line('mode human', 'ackbox> ');
  });

  test('a secret that was typed is not brought back by the arrow key', async () => {
    await cable.line('show one', 'did show one');
    await cable.line('set wifi-passphrase=hush-hush', 'did set');
    await cable.line('set proxy=http://bar:hush@proxy:3128', 'did set proxy');
    const from = cable.seen.length;
    cable.type('\x1b[A');
    await cable.line('', 'did show one');
    expect(cable.seen.slice(from)).not.toContain('hush');
  });

  test('a dumb terminal sees no escape sequence, until it says that it is one no more', async () => {
    await cable.line('mode dumb', 'ackbox> ');
    const from = cable.seen.length;
    cable.type('show statis\x7f\x7f');
    await cable.line('us', 'did show status');
    await cable.sees('ackbox> ', cable.seen.indexOf('did show status'));
    expect(cable.seen.slice(from)).not.toContain('\u001b');
    const human = cable.seen.length;
    await cable.line('mode human', '\u001b[9G');
    expect(cable.seen.slice(human)).toContain('ackbox> ');
  });

  test('a question mark lists what begins so', async () => {
    await cable.line('show?', 'show status');
    expect(cable.seen).not.toContain('skip');
  });

  test('Ctrl-C drops the line, Ctrl-D and Ctrl-Z only bring a prompt', async () => {
    cable.type('never run');
    cable.type('\x03');
    await cable.line('first', 'did first');
    cable.type('\x04');
    cable.type('\x1a');
    await cable.line('second', 'did second');
    expect(ran.map(({ line }) => line)).toEqual(['first', 'second']);
  });

  test.each([
    [1_000_000, 4_096],
    [8_000, 7],
  ])('%i bytes of noise, %i at a time: nothing grows, and the line works on', async (bytes, atATime) => {
    const random = new SeededRandom(42);
    for (let sent = 0; sent < bytes; sent += atATime) {
      cable.push(Buffer.from(random.bytes(atATime)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    cable.type('\x03');
    await cable.line('still here', 'did still here');
    expect(Math.max(...ran.map(({ line }) => line.length))).toBeLessThanOrEqual(limits.consoleLineCharacters + atATime);
  });
});

describe('a serial port behind a sign-in', () => {
  test('nothing runs before it; the one-time code lets a role choose its PIN, once', async () => {
    open(true);
    const code = keys.newCode();
    await cable.line('show queue', 'role');
    expect(ran).toEqual([]);
    await cable.line('tech', 'one-time code: ');
    await cable.line(code, 'choose a PIN');
    await cable.line('2468', 'Signed in as technician.');
    await cable.line('show queue', 'did show queue');
    await cable.line('logout', 'role');
    await cable.line('technician', 'PIN: ');
    await cable.line('2468', 'Signed in as technician.');
    expect(cable.seen).not.toContain('2468');
    expect(cable.seen).not.toContain(code);
    await cable.line('logout', 'role');
    await cable.line('staff', 'one-time code: ');
    await cable.line(code, 'choose a PIN');
    await cable.line('1357', 'That is not right.');
  });

  test('five wrong PINs lock the door, also after the power was cut; then it opens again', async () => {
    open(true);
    expect(await keys.choosePin('staff', keys.newCode(), '13579')).toMatchObject({ ok: true });
    for (let i = 0; i < 5; i++) {
      await cable.line('staff', 'PIN: ');
      await cable.line('0000', 'That is not right.');
    }
    session.close();
    open(true);
    await cable.line('staff', 'PIN: ');
    await cable.line('13579', /wait \d+ s/);
    await clock.advance(limits.loginLockMs);
    await cable.line('staff', 'PIN: ');
    await cable.line('13579', 'Signed in as staff.');
    await cable.line('show queue', 'did show queue');
    expect(ran).toEqual([{ line: 'show queue', role: 'staff' }]);
  });

  test('a weak PIN is refused and does not use the code up; the stored hash is not the PIN', async () => {
    open(true);
    const code = keys.newCode();
    for (const weak of ['123', 'abcd', '1234567890123']) expect(await keys.choosePin('staff', code, weak)).toMatchObject({ error: { code: 'weak-pin' } });
    expect(await keys.choosePin('staff', code, '86420')).toMatchObject({ ok: true });
    expect([...settings.values()].join()).not.toContain('86420');
  });

  test('who forgot a PIN chooses a new one with the next code; the old one opens nothing then', async () => {
    open(true);
    expect(await keys.choosePin('staff', keys.newCode(), '13579')).toMatchObject({ ok: true });
    await keys.forgetPin('staff');
    expect(await keys.signIn('staff', '13579')).toMatchObject({ error: { code: 'no-pin-yet' } });
    const code = keys.newCode();
    await cable.line('staff', 'one-time code: ');
    await cable.line(code, 'choose a PIN');
    await cable.line('24680', 'Signed in as staff.');
  });

  test('ten quiet minutes sign out, and Ctrl-D does at once', async () => {
    open(true);
    const code = keys.newCode();
    await cable.line('staff', 'one-time code: ');
    await cable.line(code, 'choose a PIN');
    await cable.line('13579', 'Signed in as staff.');
    const from = cable.seen.length;
    await clock.advance(limits.consoleIdleMs);
    await cable.sees('Signed out', from);
    await cable.line('staff', 'PIN: ');
    await cable.line('13579', 'Signed in as staff.');
    const signedIn = cable.seen.length;
    cable.type('\x04');
    await cable.sees('role (', signedIn);
  });
});
