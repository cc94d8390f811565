import { concatBytes } from '../units/bytes.ts';
import { nullPacket, PCR_TICKS_PER_MS, TS_PACKETS_PER_RTP } from './mpegts.ts';
import type { TimedTsPacket } from './mpegts-clock.ts';

/** What one RTP packet carries: 1 to 7 transport packets. */
export interface TsSlot {
  readonly packetIndex: number;
  readonly payload: Uint8Array;
  /** Begins with the tables and a picture from which a decoder can begin. */
  readonly accessPoint: boolean;
}

/**
 * Deals a transport stream out to packets of a fixed time each, so that the packets of a film are counted, paid, sought and paced
 * exactly as those of a song: packet n is sent at n x `packetMs`, and carries what the program's clock made due by then.
 *
 * ```
 * clock    |  0 ms        |  4 ms        |  8 ms        |  12 ms
 * due      |  T T S S     |  S x 11      |  S           |  -
 * packets  |  T T S S     |  S x 7       |  S x 5       |  stuffing
 * ```
 *
 * More than seven are late by a packet or more; an access point begins a packet of its own, with the tables in front. Stuffing is
 * not carried, except where nothing else is due.
 */
export class SlotFiller {
  readonly #slotTicks: number;
  readonly #give: (slot: TsSlot) => void;
  readonly #lastTables = new Map<number, Uint8Array>();
  #tables: Uint8Array[] = [];
  #content: Uint8Array[] = [];
  #accessPoint = false;
  #index = 0;
  #lateSlots = 0;

  constructor(packetMs: number, give: (slot: TsSlot) => void) {
    this.#slotTicks = packetMs * PCR_TICKS_PER_MS;
    this.#give = give;
  }

  /** How late the latest packet so far leaves, in packets. */
  get lateSlots(): number {
    return this.#lateSlots;
  }

  take({ bytes, ticks, kind }: TimedTsPacket): void {
    this.#advanceTo(Math.floor(ticks / this.#slotTicks));
    if (kind === 'tables') {
      this.#keepTables(bytes);
      return;
    }
    if (kind === 'start') this.#begin();
    else for (const table of this.#tables.splice(0)) this.#add(table);
    this.#add(bytes);
    this.#lateSlots = Math.max(this.#lateSlots, this.#index - Math.floor(ticks / this.#slotTicks));
  }

  /** @returns how many packets there are */
  finish(): number {
    if (this.#content.length > 0) this.#emit();
    return this.#index;
  }

  /** Held back until it is known whether a picture follows from which one can begin. */
  #keepTables(bytes: Uint8Array): void {
    this.#lastTables.set((((bytes[1] ?? 0) & 0x1f) << 8) | (bytes[2] ?? 0), bytes);
    if (this.#tables.length >= TS_PACKETS_PER_RTP - 1) for (const table of this.#tables.splice(0)) this.#add(table);
    this.#tables.push(bytes);
  }

  #begin(): void {
    if (this.#content.length > 0) this.#emit();
    this.#accessPoint = true;
    const tables = this.#tables.length > 0 ? this.#tables.splice(0) : [...this.#lastTables.values()];
    for (const table of tables.slice(-(TS_PACKETS_PER_RTP - 1))) this.#content.push(table);
  }

  #add(bytes: Uint8Array): void {
    if (this.#content.length === TS_PACKETS_PER_RTP) this.#emit();
    this.#content.push(bytes);
  }

  #advanceTo(due: number): void {
    while (this.#index < due) this.#emit();
  }

  #emit(): void {
    const payload = this.#content.length === 0 ? nullPacket() : concatBytes(...this.#content);
    this.#give({ packetIndex: this.#index, payload, accessPoint: this.#accessPoint });
    this.#content = [];
    this.#accessPoint = false;
    this.#index += 1;
  }
}
