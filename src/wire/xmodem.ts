/** XMODEM-CRC (Chuck Forsberg, "XMODEM/YMODEM Protocol Reference", 1988, chapter 8): blocks of 128 or 1,024 bytes, each answered. */
const SOH = 0x01;
const STX = 0x02;
const EOT = 0x04;
const ACK = 0x06;
const NAK = 0x15;
const CAN = 0x18;
/** Asks for blocks with a CRC instead of a sum. */
const WANT_CRC = 0x43;
const PAD = 0x1a;

/** What a sender's file should be a multiple of: then nothing is padded, and the receiver has exactly the file. */
export const XMODEM_BLOCK_BYTES = 128;
const LONG_BLOCK_BYTES = 1_024;
/** How often either side tries before it gives up. */
const TRIES = 10;
/** A receiver may be started later than the sender. */
const INVITATIONS = 20;

const CANCEL = Uint8Array.of(CAN, CAN, CAN);

export interface XmodemStep {
  /** To be put on the line now; empty: nothing. */
  readonly send: Uint8Array;
  /** Null while it goes on. */
  readonly end: 'done' | 'cancelled' | 'failed' | null;
}

const NOTHING = new Uint8Array();

function going(send: Uint8Array = NOTHING): XmodemStep {
  return { send, end: null };
}

/** CRC-16 of the polynomial 0x1021, from 0, as XMODEM has it. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc;
}

/** The sending side. It has no clock: whoever owns the line calls `overdue` when nothing came for ten seconds. */
export class XmodemSender {
  readonly #bytes: Uint8Array;
  /** Blocks that were acknowledged; -1 until the receiver asks for the first. */
  #acked = -1;
  #cancels = 0;
  #tries = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** One byte of the receiver. What is none of its words is line noise. */
  hear(byte: number): XmodemStep {
    this.#cancels = byte === CAN ? this.#cancels + 1 : 0;
    if (this.#cancels === 2) return { send: NOTHING, end: 'cancelled' };
    if (this.#acked < 0) return byte === WANT_CRC ? this.#turnTo(0) : going();
    // A receiver that could not read the first block asks as it did before it.
    if (byte === NAK || (byte === WANT_CRC && this.#acked === 0)) return this.overdue();
    if (byte !== ACK) return going();
    return this.#acked * XMODEM_BLOCK_BYTES >= this.#bytes.length ? { send: NOTHING, end: 'done' } : this.#turnTo(this.#acked + 1);
  }

  /** Nothing came in time: the last block again, or the end where the other side stays away. */
  overdue(): XmodemStep {
    this.#tries += 1;
    if (this.#tries > TRIES) return { send: CANCEL, end: 'failed' };
    return this.#acked < 0 ? going() : going(this.#current());
  }

  #turnTo(acked: number): XmodemStep {
    this.#acked = acked;
    this.#tries = 0;
    return going(this.#current());
  }

  #current(): Uint8Array {
    const from = this.#acked * XMODEM_BLOCK_BYTES;
    if (from >= this.#bytes.length) return Uint8Array.of(EOT);
    const payload = new Uint8Array(XMODEM_BLOCK_BYTES).fill(PAD);
    payload.set(this.#bytes.subarray(from, from + XMODEM_BLOCK_BYTES));
    const number = (this.#acked + 1) & 0xff;
    const crc = crc16(payload);
    return Uint8Array.of(SOH, number, 255 - number, ...payload, crc >> 8, crc & 0xff);
  }
}

/** The receiving side, likewise without a clock: `overdue` is called when nothing came for three seconds, and once at the start. */
export class XmodemReceiver {
  readonly #bytesMax: number;
  readonly #blocks: Uint8Array[] = [];
  #received = 0;
  #heard: number[] = [];
  #tries = 0;

  /** @param bytesMax what is longer is cancelled */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** All that was received, with the padding of the last block. */
  bytes(): Uint8Array {
    const whole = new Uint8Array(this.#received);
    let at = 0;
    for (const block of this.#blocks) {
      whole.set(block, at);
      at += block.length;
    }
    return whole;
  }

  hear(bytes: Uint8Array): XmodemStep {
    for (const byte of bytes) this.#heard.push(byte);
    const answers: number[] = [];
    for (let step = this.#take(); step !== null; step = this.#take()) {
      answers.push(...step.send);
      if (step.end !== null) return { send: Uint8Array.from(answers), end: step.end };
    }
    return going(Uint8Array.from(answers));
  }

  overdue(): XmodemStep {
    this.#heard = [];
    this.#tries += 1;
    if (this.#tries > (this.#blocks.length === 0 ? INVITATIONS : TRIES)) return { send: CANCEL, end: 'failed' };
    return going(Uint8Array.of(this.#blocks.length === 0 ? WANT_CRC : NAK));
  }

  /** The next whole thing that was heard; null: not whole yet. */
  #take(): XmodemStep | null {
    const [first, number, complement] = this.#heard;
    if (first === undefined) return null;
    if (first === EOT && this.#blocks.length > 0) return { send: Uint8Array.of(ACK), end: 'done' };
    if (first === CAN && number === CAN) return { send: NOTHING, end: 'cancelled' };
    if (first === CAN && number === undefined) return null;
    if (first !== SOH && first !== STX) {
      // What the console said before the first block.
      this.#heard.shift();
      return going();
    }
    const size = first === SOH ? XMODEM_BLOCK_BYTES : LONG_BLOCK_BYTES;
    if (this.#heard.length < size + 5) return null;
    const block = Uint8Array.from(this.#heard.splice(0, size + 5)).subarray(3);
    const payload = block.subarray(0, size);
    const whole = number !== undefined && number + (complement ?? 0) === 255 && crc16(payload) === (((block[size] ?? 0) << 8) | (block[size + 1] ?? 0));
    return whole ? this.#accept(number, payload) : this.overdue();
  }

  #accept(number: number, payload: Uint8Array): XmodemStep {
    // The one before again: its ACK was lost.
    if (number === (this.#blocks.length & 0xff) && this.#blocks.length > 0) return going(Uint8Array.of(ACK));
    if (number !== ((this.#blocks.length + 1) & 0xff) || this.#received + payload.length > this.#bytesMax) return { send: CANCEL, end: 'failed' };
    this.#blocks.push(payload);
    this.#received += payload.length;
    this.#tries = 0;
    return going(Uint8Array.of(ACK));
  }
}
