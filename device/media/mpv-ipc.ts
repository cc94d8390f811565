import { connect, type Socket } from 'node:net';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';

export type IpcFault = Fault<'not-connected' | 'refused' | 'timeout'>;

/** A line of mpv's JSON IPC that is not the answer to a command. */
export interface MpvEvent {
  readonly event: string;
  readonly name?: string;
  readonly data?: unknown;
}

type Answer = (answer: Result<unknown, IpcFault>) => void;

/** mpv's JSON IPC over its Unix socket: numbered commands, one line each way. Source: mpv manual, "JSON IPC". */
export class MpvIpc {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #open = new Map<number, Answer>();
  readonly #listeners = new Set<(event: MpvEvent) => void>();
  readonly #closed = new Set<() => void>();
  #lastId = 0;
  #pending = '';
  #ended = false;

  private constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#onText(text));
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
  }

  /** @returns null where nobody listens at that socket */
  static attach(path: string, clock: Clock): Promise<MpvIpc | null> {
    return new Promise((resolve) => {
      const socket = connect(path);
      socket.once('error', () => resolve(null));
      socket.once('connect', () => {
        socket.removeAllListeners('error');
        resolve(new MpvIpc(socket, clock));
      });
    });
  }

  get connected(): boolean {
    return !this.#ended;
  }

  command(...words: readonly unknown[]): Promise<Result<unknown, IpcFault>> {
    if (this.#ended) return Promise.resolve(fault('not-connected', 'the player has ended; the next play starts it again'));
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(limits.playerCommandMs, () => this.#answer(id, fault('timeout', `the player did not answer ${String(words[0])}`)));
      this.#open.set(id, (answer) => {
        cancel();
        resolve(answer);
      });
      this.#socket.write(`${JSON.stringify({ command: words, request_id: id })}\n`);
    });
  }

  onEvent(listener: (event: MpvEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onClosed(listener: () => void): void {
    this.#closed.add(listener);
  }

  detach(): void {
    this.#closed.clear();
    this.#end();
    this.#socket.destroy();
  }

  #onText(text: string): void {
    this.#pending += text;
    if (this.#pending.length > limits.playerMessageBytes) {
      this.#socket.destroy();
      return;
    }
    for (let at = this.#pending.indexOf('\n'); at >= 0; at = this.#pending.indexOf('\n')) {
      const line = this.#pending.slice(0, at);
      this.#pending = this.#pending.slice(at + 1);
      this.#onLine(line);
    }
  }

  #onLine(line: string): void {
    const message = parseLine(line);
    if (message === null) return;
    if (typeof message.event === 'string') {
      for (const listener of this.#listeners) listener(message as unknown as MpvEvent);
      return;
    }
    if (typeof message.request_id !== 'number') return;
    const refused = message.error !== 'success';
    this.#answer(message.request_id, refused ? fault('refused', `the player answered: ${String(message.error)}`) : ok(message.data));
  }

  #answer(id: number, answer: Result<unknown, IpcFault>): void {
    const waiting = this.#open.get(id);
    this.#open.delete(id);
    waiting?.(answer);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const id of [...this.#open.keys()]) this.#answer(id, fault('not-connected', 'the player ended'));
    for (const listener of this.#closed) listener();
  }
}

function parseLine(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
