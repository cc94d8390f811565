import { createInterface, type Interface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { boxCommands } from '../commands/box-commands.ts';
import { encode } from '../screen/view-stream.ts';
import type { BoxControl, LiveOutput, SentFile } from '../session/box-view.ts';
import { CONSOLE_ROLES, type ConsoleKeys, type ConsoleRole } from './console-keys.ts';
import { NoiseFilter } from './noise-filter.ts';
import { render, splitFilters } from './output-filter.ts';
import { fold, TerminalOutput } from './terminal-output.ts';

const PAGE_LINES = 23;
const PROMPT = 'ackbox> ';
/** What a line may hold that the next person at the cable must not get back by the arrow key. */
const SECRET = /passphrase=|passw|pin=|code=|:\/\/[^/\s]+@/i;

export interface ConsoleSessionParts {
  readonly line: Duplex;
  readonly box: BoxControl;
  readonly clock: Clock;
  /** Null on a pseudo terminal of the box's own user: who opens it is that user, and needs no PIN. */
  readonly keys: ConsoleKeys | null;
}

/**
 * One person on one serial line: sign-in, echo, editing, history, Tab, a command at a time, answers by the page. The line never
 * ends: noise, Ctrl-D and Ctrl-Z only bring another prompt, and a box never waits for its console.
 */
export class ConsoleSession {
  readonly #parts: ConsoleSessionParts;
  readonly #input: NoiseFilter;
  readonly #output: TerminalOutput;
  #reader: Interface;
  #role: ConsoleRole | null;
  /** What the next line is the answer to; null: a command. */
  #ask: ((answer: string) => Promise<void>) | null = null;
  #machine = false;
  #page: readonly string[] = [];
  #busy = false;
  #ended = false;
  #secret = false;
  readonly #waiting: string[] = [];
  /** Ends a command that shows what it sees as it comes. */
  #watched: AbortController | null = null;
  /** It asked to be ended by whoever has seen enough. */
  #keyEnds = false;
  #cancelIdle: () => void = () => {};

  constructor(parts: ConsoleSessionParts) {
    this.#parts = parts;
    this.#role = parts.keys === null ? 'technician' : null;
    this.#output = new TerminalOutput(parts.line);
    this.#input = parts.line.pipe(new NoiseFilter());
    this.#reader = this.#open();
    this.#input.on('data', () => this.#heard());
    this.greet();
  }

  #open(): Interface {
    const reader = createInterface({ input: this.#input, output: this.#output, terminal: true, historySize: 100, completer: complete });
    reader.on('line', (typed) => this.#typed(typed));
    reader.on('history', (lines) => {
      if (SECRET.test(lines[0] ?? '')) lines.shift();
    });
    // Ctrl-C drops what was begun; without these listeners Ctrl-Z would stop the whole box, and noise holds both.
    reader.on('SIGINT', () => this.#drop());
    reader.on('SIGTSTP', () => this.#drop());
    reader.on('SIGCONT', () => {});
    // Ctrl-D ends the reader, never the console.
    reader.on('close', () => {
      if (this.#ended) return;
      this.#reader = this.#open();
      if (this.#role !== null && this.#parts.keys !== null) this.#signOut();
      else this.#prompt();
    });
    return reader;
  }

  close(): void {
    this.#ended = true;
    this.#parts.line.unpipe(this.#input);
    this.#cancelIdle();
    this.#watched?.abort();
    this.#reader.close();
  }

  /** The cable is gone: whoever plugs in the next one signs in. */
  hangUp(): void {
    this.#watched?.abort();
    this.#output.dumb = false;
    if (this.#parts.keys !== null && this.#role !== null) this.#signOut();
  }

  greet(): void {
    const { name, firstBoot } = this.#parts.box.view();
    const begun = firstBoot === null ? [] : [`${firstBoot.progress}. ${firstBoot.asks} Type setup.`];
    // Below whatever stood there before the cable was plugged in.
    this.#print(['', ...fold([`Ackbox ${name}. help lists the commands; "| json" after one gives its data.`, ...begun])]);
    if (this.#role === null) void this.#login();
    else this.#prompt();
  }

  /** Noise without an end of line must not grow: what is longer than any command is dropped. */
  #heard(): void {
    if (this.#reader.line.length > limits.consoleLineCharacters) this.#drop();
    if (this.#keyEnds) this.#endWatching();
    this.#cancelIdle();
    this.#cancelIdle = this.#parts.clock.after(limits.consoleIdleMs, () => this.#idle());
  }

  #idle(): void {
    if (this.#parts.keys === null || this.#role === null) return;
    this.#print(['', 'Signed out: nothing was typed for ten minutes.']);
    this.#signOut();
  }

  /** What is pasted comes faster than it is answered: it waits its turn, up to a bound. */
  #typed(typed: string): void {
    if (this.#waiting.length < limits.consoleLinesWaiting) this.#waiting.push(typed);
    if (!this.#busy) void this.#answerAll();
  }

  async #answerAll(): Promise<void> {
    this.#busy = true;
    for (let typed = this.#waiting.shift(); typed !== undefined; typed = this.#waiting.shift()) {
      const ask = this.#ask;
      this.#ask = null;
      this.#output.muted = false;
      if (this.#secret) this.#print(['']);
      this.#secret = false;
      await (ask === null ? this.#command(typed) : ask(typed)).catch((thrown: unknown) =>
        this.#print([thrown instanceof Error ? thrown.message : String(thrown)]),
      );
    }
    this.#busy = false;
    this.#prompt();
  }

  async #command(typed: string): Promise<void> {
    if (this.#page.length > 0) return this.#turnPage(typed);
    const { command, filters } = splitFilters(typed.endsWith('?') ? `help | match ${typed.slice(0, -1).trim() || ' '}` : typed);
    if (command === '') return;
    if (command === 'logout' && this.#parts.keys !== null) return this.#signOut();
    if (/^mode (machine|human|dumb)$/.test(command)) {
      this.#machine = command === 'mode machine';
      this.#output.dumb = command === 'mode dumb';
      return;
    }
    const outcome = await this.#parts.box.command(command, { role: this.#role ?? 'customer', surface: 'console', live: this.#watch() });
    this.#watched = null;
    this.#keyEnds = false;
    const rendered = render(outcome, filters);
    const lines = filters.includes('json') ? rendered : fold(rendered);
    if (this.#machine) this.#print([encode({ ok: outcome.ok, code: outcome.code, text: rendered.join('\n'), data: outcome.data })]);
    else if (filters.includes('no-more') || lines.length <= PAGE_LINES) this.#print(lines);
    else this.#turn(lines);
    if (outcome.sends !== undefined) await this.#send(outcome.sends);
  }

  #watch(): LiveOutput {
    const watched = new AbortController();
    this.#watched = watched;
    const keyEnds = (): void => {
      // Not the key that began it, which is still being heard.
      queueMicrotask(() => {
        this.#keyEnds = this.#watched === watched;
      });
    };
    return {
      show: (line) => this.#show(this.#machine ? [encode({ live: line })] : fold([line])),
      get signal() {
        keyEnds();
        return watched.signal;
      },
    };
  }

  /** The key was for that, and is no part of the next command. */
  #endWatching(): void {
    this.#keyEnds = false;
    this.#reader.write(null, { ctrl: true, name: 'e' });
    this.#reader.write(null, { ctrl: true, name: 'u' });
    this.#watched?.abort();
  }

  /** The line is the file's alone meanwhile: nothing of it is edited, echoed or taken for a command. */
  async #send(sends: SentFile): Promise<void> {
    const { line, clock } = this.#parts;
    const { sendFile } = await import('./send-file.ts');
    line.unpipe(this.#input);
    const said = await sendFile(line, sends, clock);
    line.pipe(this.#input);
    this.#print([said]);
  }

  /** What nobody reads does not grow: a person who watches misses lines instead. */
  #show(lines: readonly string[]): void {
    if (this.#parts.line.writableLength < limits.consoleUnreadBytes) this.#print(lines);
  }

  #turn(lines: readonly string[]): void {
    this.#print(lines.slice(0, PAGE_LINES));
    this.#page = lines.slice(PAGE_LINES);
  }

  /** Enter shows the next page; anything else leaves the rest. */
  #turnPage(typed: string): void {
    const rest = this.#page;
    this.#page = [];
    if (typed.trim() === '') this.#turn(rest);
  }

  async #login(): Promise<void> {
    this.#role = null;
    this.#question('role (technician, staff, collector): ', async (text) => {
      const role = CONSOLE_ROLES.find((name) => text.trim() !== '' && name.startsWith(text.trim()));
      if (role === undefined) return await this.#login();
      const hasPin = await this.#keys().hasPin(role);
      this.#question(hasPin ? 'PIN: ' : 'one-time code: ', async (secret) => await (hasPin ? this.#tryPin(role, secret) : this.#tryCode(role, secret)), true);
    });
  }

  async #tryPin(role: ConsoleRole, pin: string): Promise<void> {
    await this.#welcome(role, await this.#keys().signIn(role, pin.trim()));
  }

  async #tryCode(role: ConsoleRole, code: string): Promise<void> {
    this.#question(
      'choose a PIN of 4 to 12 digits: ',
      async (pin) => await this.#welcome(role, await this.#keys().choosePin(role, code.trim(), pin.trim())),
      true,
    );
  }

  async #welcome(role: ConsoleRole, outcome: { readonly ok: true } | { readonly ok: false; readonly error: { readonly message: string } }): Promise<void> {
    if (!outcome.ok) {
      this.#print([outcome.error.message]);
      return await this.#login();
    }
    this.#role = role;
    this.#print([`Signed in as ${role}.`]);
  }

  #signOut(): void {
    this.#page = [];
    this.#machine = false;
    void this.#login();
  }

  #keys(): ConsoleKeys {
    const { keys } = this.#parts;
    if (keys === null) throw new Error('a console without keys asks for none');
    return keys;
  }

  /** A secret is not echoed as it is typed. */
  #question(text: string, answer: (typed: string) => Promise<void>, secret = false): void {
    this.#ask = answer;
    this.#secret = secret;
    this.#reader.setPrompt(text);
    if (!this.#busy) this.#prompt();
  }

  #prompt(): void {
    if (this.#ended) return;
    if (this.#ask === null) this.#reader.setPrompt(this.#machine ? '' : this.#page.length > 0 ? '--more-- ' : PROMPT);
    this.#output.muted = false;
    this.#reader.prompt();
    this.#output.muted = this.#secret;
  }

  #drop(): void {
    this.#page = [];
    this.#watched?.abort();
    this.#reader.write(null, { ctrl: true, name: 'e' });
    this.#reader.write(null, { ctrl: true, name: 'u' });
    this.#output.muted = false;
    this.#secret = false;
    this.#print(['^C']);
    // A PIN that was begun is not one that was wrong: the sign-in begins again.
    if (this.#role === null && !this.#busy) void this.#login();
    else if (!this.#busy) this.#prompt();
  }

  #print(lines: readonly string[]): void {
    this.#output.print(lines);
  }
}

function complete(typed: string): [string[], string] {
  return [boxCommands.map((command) => command.name).filter((name) => name.startsWith(typed)), typed];
}
