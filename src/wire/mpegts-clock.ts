import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { NULL_PID, PCR_CYCLE_TICKS, PCR_TICKS_PER_MS, readTsPacket, TS_PACKET_BYTES, type TsPacket } from './mpegts.ts';
import { TableReader } from './mpegts-tables.ts';

/** A packet of the program, and when it is to be sent. Stuffing is left out. */
export interface TimedTsPacket {
  readonly bytes: Uint8Array;
  /** Ticks of 27 MHz since the first clock reference. */
  readonly ticks: number;
  /** `tables` describe the program; `start` is where a decoder can begin; everything else is `media`. */
  readonly kind: 'tables' | 'start' | 'media';
}

/** Two clock references lie at most 100 ms apart (2.7.2); this is 3.7 MB of them. */
const PACKETS_WITHOUT_CLOCK_MAX = 20_000;
/** A longer step is a cut, not a pause: the clock begins anew there. */
const STEP_MAX_TICKS = 1_000 * PCR_TICKS_PER_MS;
/** Describes services; ffmpeg puts it between the tables and the picture. */
const SERVICE_PID = 0x11;

/**
 * Finds the time of every packet of a transport stream: the program's clock says when some of them are to be sent, the others lie
 * evenly between (ISO/IEC 13818-1, 2.4.2.2). Holds what came since the last clock reference, and no more.
 */
export class TransportClock {
  readonly #tables = new TableReader();
  readonly #give: (packet: TimedTsPacket) => void;
  readonly #onCut: () => void;
  #waiting: { readonly bytes: Uint8Array; readonly kind: TimedTsPacket['kind']; readonly place: number }[] = [];
  /** Packets since the last clock reference, stuffing included: it takes time too. */
  #place = 0;
  #lastPcr: number | null = null;
  #ticks = 0;
  #ticksPerPacket = 0;

  /** @param onCut what comes from now on does not follow what came before: its clock began anew */
  constructor(give: (packet: TimedTsPacket) => void, onCut: () => void = () => {}) {
    this.#give = give;
    this.#onCut = onCut;
  }

  get tables(): TableReader {
    return this.#tables;
  }

  /** Takes whole packets in order. Errors: `no-sync`, `no-clock`. */
  take(bytes: Uint8Array): Result<void, Fault<'no-sync' | 'no-clock'>> {
    for (let at = 0; at < bytes.length; at += TS_PACKET_BYTES) {
      const packet = readTsPacket(bytes, at);
      if (packet === null) return fault('no-sync', 'it is no transport stream, or broken');
      this.#tables.take(packet);
      const { clockPid } = this.#tables.program ?? { clockPid: null };
      if (packet.pcrTicks !== null && packet.pid === clockPid) this.#follow(packet.pcrTicks, packet.discontinuity);
      this.#place += 1;
      const kind = this.#kindOf(packet);
      if (kind !== null) this.#waiting.push({ bytes: bytes.slice(at, at + TS_PACKET_BYTES), kind, place: this.#place - 1 });
      if (this.#waiting.length > PACKETS_WITHOUT_CLOCK_MAX) return fault('no-clock', 'its program has no clock');
    }
    return ok(undefined);
  }

  /** What follows the last clock reference goes on at the pace before it. */
  finish(): void {
    this.#release(this.#ticksPerPacket);
  }

  #kindOf(packet: TsPacket): TimedTsPacket['kind'] | null {
    if (packet.pid === NULL_PID) return null;
    if (this.#tables.isTable(packet.pid) || packet.pid === SERVICE_PID) return 'tables';
    return packet.randomAccess && packet.unitStart && packet.pid === this.#tables.program?.videoPid ? 'start' : 'media';
  }

  #follow(pcrTicks: number, discontinuity: boolean): void {
    const before = this.#lastPcr;
    this.#lastPcr = pcrTicks;
    // What comes before the first reference is sent with it.
    const step = before === null ? 0 : (pcrTicks - before + PCR_CYCLE_TICKS) % PCR_CYCLE_TICKS;
    const cut = discontinuity || step > STEP_MAX_TICKS;
    if (cut && before !== null) this.#onCut();
    if (!cut && before !== null && this.#place > 0) this.#ticksPerPacket = step / this.#place;
    this.#release(before === null ? 0 : this.#ticksPerPacket);
    this.#ticks += before === null ? 0 : cut ? this.#place * this.#ticksPerPacket : step;
    this.#place = 0;
  }

  #release(ticksPerPacket: number): void {
    for (const { bytes, kind, place } of this.#waiting) this.#give({ bytes, kind, ticks: this.#ticks + place * ticksPerPacket });
    this.#waiting = [];
  }
}
