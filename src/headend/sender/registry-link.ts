import { connect, type Socket } from 'node:net';
import { limits } from '../../limits.ts';
import { takeLines } from '../../platform/line-socket.ts';
import type { Clock } from '../../ports/clock.ts';
import { decodeAnswer, type SenderAnswer, type SenderCall } from '../../wire/sender-link.ts';

/** One connection of the registry to a sender. A call that gets no answer in time, or whose connection breaks, resolves to null. */
export class RegistryLink {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (answer: SenderAnswer | null) => void>();
  /** Resolves when the connection is gone. */
  readonly gone: Promise<void>;
  #lastId = 0;

  private constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.gone = new Promise((resolve) => {
      socket.once('close', () => {
        for (const settle of this.#waiting.values()) settle(null);
        resolve();
      });
    });
    takeLines(socket, limits.senderAnswerCharacters, (line) => this.#take(line));
  }

  /** Null where nobody listens. */
  static open(path: string, clock: Clock): Promise<RegistryLink | null> {
    return new Promise((resolve) => {
      const socket = connect(path);
      socket.on('error', () => resolve(null));
      socket.once('connect', () => resolve(new RegistryLink(socket, clock)));
    });
  }

  call(call: SenderCall): Promise<SenderAnswer | null> {
    if (!this.#socket.writable) return Promise.resolve(null);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(limits.senderCallMs, () => settle(null));
      const settle = (answer: SenderAnswer | null): void => {
        cancel();
        this.#waiting.delete(id);
        resolve(answer);
      };
      this.#waiting.set(id, settle);
      this.#socket.write(`${JSON.stringify({ id, ...call })}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(line: string): void {
    const answer = decodeAnswer(line);
    if (answer === null) this.#socket.destroy();
    else this.#waiting.get(answer.id)?.(answer);
  }
}
