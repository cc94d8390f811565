import type { Clock } from '../../src/ports/clock.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import { CCTALK, CCTALK_ACCEPTOR, CCTALK_HOST, encodeCctalk, takeCctalk } from '../../src/wire/cctalk.ts';

export type CctalkLineFault = Fault<'silent' | 'noise' | 'refused'>;

/** What the line needs of a serial port. */
export interface ByteLine {
  write(bytes: Uint8Array): void;
  onBytes(listener: (bytes: Uint8Array) => void): void;
}

/** The acceptor answers within 50 ms of the last byte by the specification; a slow adapter doubles that. */
const ANSWER_MS = 150;
const BUFFER_BYTES = 512;

/**
 * Questions and answers on a ccTalk bus, one at a time, whoever asks. The bus is one wire: what is sent comes back as an echo before the answer,
 * unless the adapter swallows it.
 */
export class CctalkLine {
  readonly #line: ByteLine;
  readonly #clock: Clock;
  #heard: readonly number[] = [];
  #sent: readonly number[] = [];
  #asked = CCTALK_ACCEPTOR;
  #turn: Promise<void> = Promise.resolve();
  #answered: ((answer: Result<readonly number[], CctalkLineFault>) => void) | null = null;

  constructor(line: ByteLine, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
    line.onBytes((bytes) => this.#hear(bytes));
  }

  /** @returns the answer's data. Errors: `silent` nobody answered in time; `noise` a damaged answer; `refused` the acceptor does not know this */
  ask(header: number, data: readonly number[] = [], address = CCTALK_ACCEPTOR): Promise<Result<readonly number[], CctalkLineFault>> {
    const answer = this.#turn.then(() => this.#ask(header, data, address));
    this.#turn = answer.then(() => {});
    return answer;
  }

  #ask(header: number, data: readonly number[], address: number): Promise<Result<readonly number[], CctalkLineFault>> {
    const frame = encodeCctalk({ destination: address, source: CCTALK_HOST, header, data });
    this.#asked = address;
    this.#heard = [];
    this.#sent = [...frame];
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ANSWER_MS, () => this.#answer(fault('silent', 'Nothing answers on the ccTalk line: check power and cable.')));
      this.#answered = (answer) => {
        cancel();
        resolve(answer);
      };
      this.#line.write(frame);
    });
  }

  #answer(answer: Result<readonly number[], CctalkLineFault>): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(answer);
  }

  #hear(bytes: Uint8Array): void {
    if (this.#answered === null) return;
    this.#heard = [...this.#heard, ...bytes].slice(-BUFFER_BYTES);
    const echoed = this.#sent.every((byte, index) => this.#heard[index] === byte);
    const taken = takeCctalk(echoed ? this.#heard.slice(this.#sent.length) : this.#heard);
    if (!taken.ok) {
      // An echo that is not whole yet may look like noise: the time limit decides, not the first bytes.
      if (this.#heard.length > this.#sent.length) this.#answer(taken);
      return;
    }
    const { frame } = taken.value;
    if (frame === null || frame.destination !== CCTALK_HOST) return;
    this.#answer(
      frame.header === CCTALK.answer && frame.source === this.#asked
        ? ok(frame.data)
        : fault('refused', `A question on the ccTalk line was refused (${frame.header}).`),
    );
  }
}
