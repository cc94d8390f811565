import type { ByteLine } from '../../device/cash/cctalk-line.ts';
import { CCTALK, encodeCctalk, takeCctalk } from '../../src/wire/cctalk.ts';

/** A coin acceptor on a ccTalk bus, with its faults: echo, silence, damaged answers, loss of power. Answers at once. */
export class CctalkBus implements ByteLine {
  echo = true;
  silent = false;
  /** Damages the answers still to come, so many of them. */
  damaged = 0;
  enabled = false;
  mask = 0;
  category = 'Coin Acceptor';
  readonly coins: readonly string[] = ['EU010A', 'EU020A', 'EU050A', 'EU100A', 'EU200A', 'GB100A'];
  readonly asked: number[] = [];
  #counter = 0;
  #events: (readonly [number, number])[] = [];
  #heard: readonly number[] = [];
  #listener: (bytes: Uint8Array) => void = () => {};

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  write(bytes: Uint8Array): void {
    if (this.echo) this.#listener(bytes);
    this.#heard = [...this.#heard, ...bytes];
    const taken = takeCctalk(this.#heard);
    if (!taken.ok || taken.value.frame === null) return;
    this.#heard = taken.value.rest;
    const { header, data } = taken.value.frame;
    this.asked.push(header);
    if (!this.silent) this.#answer(this.#reply(header, data));
  }

  /** A coin falls; false where it is not taken. */
  insert(position: number): boolean {
    const taken = this.enabled && (this.mask & (1 << (position - 1))) !== 0;
    if (taken) this.#happen(position, 1);
    return taken;
  }

  fail(code: number): void {
    this.#happen(0, code);
  }

  losePower(): void {
    this.#counter = 0;
    this.#events = [];
    this.enabled = false;
    this.mask = 0;
  }

  #happen(position: number, second: number): void {
    this.#counter = this.#counter === 255 ? 1 : this.#counter + 1;
    this.#events = [[position, second] as const, ...this.#events].slice(0, 5);
  }

  #reply(header: number, data: readonly number[]): readonly number[] {
    if (header === CCTALK.category) return letters(this.category);
    if (header === CCTALK.coinId) return letters(this.coins[(data[0] ?? 0) - 1] ?? '......');
    if (header === CCTALK.inhibits) this.mask = (data[0] ?? 0) | ((data[1] ?? 0) << 8);
    if (header === CCTALK.masterInhibit) this.enabled = data[0] === 1;
    if (header !== CCTALK.readEvents) return [];
    return [this.#counter, ...Array.from({ length: 5 }, (_, index) => this.#events[index] ?? [0, 0]).flat()];
  }

  #answer(data: readonly number[]): void {
    const bytes = encodeCctalk({ destination: 1, source: 2, header: CCTALK.answer, data });
    if (this.damaged > 0) {
      this.damaged -= 1;
      bytes[bytes.length - 1] = ((bytes[bytes.length - 1] ?? 0) + 1) & 0xff;
    }
    // In pieces, as a serial line hands them over.
    this.#listener(bytes.subarray(0, 2));
    this.#listener(bytes.subarray(2));
  }
}

function letters(text: string): readonly number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
