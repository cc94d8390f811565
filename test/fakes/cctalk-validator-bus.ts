import type { ByteLine } from '../../device/cash/cctalk-line.ts';
import { CCTALK, CCTALK_VALIDATOR, encodeCctalk, takeCctalk } from '../../src/wire/cctalk.ts';

/** A bill validator with an escrow on a ccTalk bus. It answers at once; a routed bill needs a moment, which the test gives. */
export class CctalkValidatorBus implements ByteLine {
  enabled = false;
  mask = 0;
  mode = 0;
  /** The number of the bill that is held. */
  held: number | null = null;
  /** How the held bill was routed: it arrives there with `settle`. */
  routed: 'stack' | 'back' | null = null;
  readonly bills: readonly string[] = ['EU0005A', 'EU0010A', 'EU0020A', 'GB0010A'];
  readonly stacked: number[] = [];
  #counter = 0;
  #events: (readonly [number, number])[] = [];
  #heard: readonly number[] = [];
  #listener: (bytes: Uint8Array) => void = () => {};

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  write(bytes: Uint8Array): void {
    this.#listener(bytes);
    this.#heard = [...this.#heard, ...bytes];
    const taken = takeCctalk(this.#heard);
    if (!taken.ok || taken.value.frame === null) return;
    this.#heard = taken.value.rest;
    const { destination, header, data } = taken.value.frame;
    if (destination !== CCTALK_VALIDATOR) return;
    this.#listener(encodeCctalk({ destination: 1, source: CCTALK_VALIDATOR, header: CCTALK.answer, data: this.#reply(header, data) }));
  }

  /** A guest feeds a bill; false where it is not drawn in. */
  insert(bill: number): boolean {
    if (!this.enabled || this.held !== null || (this.mask & (1 << (bill - 1))) === 0) return false;
    this.held = bill;
    this.#happen(bill, 1);
    return true;
  }

  /** The routed bill arrives. */
  settle(): void {
    if (this.held === null || this.routed === null) return;
    if (this.routed === 'stack') {
      this.stacked.push(this.held);
      this.#happen(this.held, 0);
    } else this.#happen(0, 1);
    this.held = null;
    this.routed = null;
  }

  status(code: number): void {
    this.#happen(0, code);
  }

  losePower(): void {
    this.#counter = 0;
    this.#events = [];
    this.enabled = false;
    this.mask = 0;
    this.held = null;
    this.routed = null;
  }

  #happen(first: number, second: number): void {
    this.#counter = this.#counter === 255 ? 1 : this.#counter + 1;
    this.#events = [[first, second] as const, ...this.#events].slice(0, 5);
  }

  #reply(header: number, data: readonly number[]): readonly number[] {
    const [first = 0, second = 0] = data;
    if (header === CCTALK.category) return letters('Bill Validator');
    if (header === CCTALK.billId) return letters(this.bills[first - 1] ?? '.......');
    if (header === CCTALK.billScaling) return [100, 0, 2];
    if (header === CCTALK.billMode) this.mode = first;
    if (header === CCTALK.inhibits) this.mask = first | (second << 8);
    if (header === CCTALK.masterInhibit) this.enabled = first === 1;
    if (header === CCTALK.routeBill) {
      if (this.held === null) return [254];
      this.routed ??= first === 1 ? 'stack' : 'back';
    }
    return header === CCTALK.readBillEvents ? [this.#counter, ...Array.from({ length: 5 }, (_, index) => this.#events[index] ?? [0, 0]).flat()] : [];
  }
}

function letters(text: string): readonly number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
