import { type AckLedger, buildAck, counts, createAckLedger, noteReceiptDurable, noteWindow, received } from '../../../src/domain/credit/ack-ledger.ts';
import type { AckMessage, AckpayMessage } from '../../../src/domain/credit/messages.ts';
import type { AdmittedSession } from '../../../src/headend/stream-port.ts';
import { type AckpayCodec, ackpayCodec } from '../../../src/platform/crypto/ackpay-codec.ts';
import { challengeResponse } from '../../../src/platform/crypto/challenge.ts';
import { sha256 } from '../../../src/platform/crypto/digest.ts';
import type * as srtp from '../../../src/platform/srtp.ts';
import type { Signer } from '../../../src/ports/signer.ts';
import { assert } from '../../../src/units/assert.ts';
import { equalBytes, fromHex } from '../../../src/units/bytes.ts';
import { extendSequence } from '../../../src/units/packet-index.ts';
import { SAMPLES_PER_PACKET } from '../../../src/units/time.ts';
import { encodeReceipt, sidBytes } from '../../../src/wire/ack-receipt.ts';
import { isAckpay } from '../../../src/wire/ackpay.ts';
import { splitCompound } from '../../../src/wire/rtcp.ts';
import { decodeRtp } from '../../../src/wire/rtp.ts';

/** What makes and opens the packets of a box: SRTP, or nothing where the bench leaves it out on both sides. */
export interface Protection {
  readonly createSrtpSender: typeof srtp.createSrtpSender;
  readonly createSrtpReceiver: typeof srtp.createSrtpReceiver;
}

/** Every so many packets a box opens one whole, and holds it against what it must be. */
const OPENED_EVERY = 101;

/**
 * A box of the crowd: real ledger, real ACKs and receipts under real keys. It opens all that is said to it, but of the sound only a sample,
 * as one processor plays the boxes of hundreds: the sound is known, and header and challenge are in clear.
 */
export class BenchBox {
  readonly #ledger: AckLedger;
  readonly #session: AdmittedSession;
  readonly #signer: Signer;
  readonly #sid: Uint8Array;
  readonly #codec: AckpayCodec;
  readonly #ssrcs: { readonly sender: number; readonly media: number };
  readonly #timestampOrigin: number;
  readonly #payloads: readonly Uint8Array[];
  readonly #in: srtp.SrtpReceiver;
  readonly #out: srtp.SrtpSender;
  readonly #send: (bytes: Uint8Array) => void;
  #open: { readonly sequence: number; readonly response: Uint8Array }[] = [];
  #counter = 0;
  #reference = 0;
  #taken = 0;
  unacknowledged = 0;
  unsigned = 0;
  ackedTurn = 0;

  constructor(
    session: AdmittedSession,
    signer: Signer,
    protection: Protection,
    place: { readonly ssrc: number; readonly media: number; readonly timestampOrigin: number; readonly payloads: readonly Uint8Array[] },
    send: (bytes: Uint8Array) => void,
  ) {
    this.#session = session;
    this.#signer = signer;
    this.#send = send;
    this.#sid = sidBytes(session.row.sid);
    this.#codec = ackpayCodec(session.keys, session.terms, session.row.termsHash);
    this.#ssrcs = { sender: place.ssrc, media: place.media };
    this.#timestampOrigin = place.timestampOrigin;
    this.#payloads = place.payloads;
    this.#in = protection.createSrtpReceiver(session.keys.srtpToDevice);
    this.#out = protection.createSrtpSender(session.keys.srtpToHeadend, place.ssrc);
    this.#ledger = createAckLedger(session.terms.credit, { confirmed: true });
  }

  onRtp(bytes: Buffer): void {
    const sequence = extendSequence(bytes.readUInt16BE(2), this.#reference);
    this.#reference = Math.max(this.#reference, sequence);
    const packetIndex = ((bytes.readUInt32BE(4) - this.#timestampOrigin + 2 ** 32) % 2 ** 32) / SAMPLES_PER_PACKET;
    if (received(this.#ledger, sequence, packetIndex) !== 'new') return;
    this.unacknowledged += 1;
    this.unsigned += 1;
    this.#taken += 1;
    if (this.#taken % OPENED_EVERY === 0) this.#check(bytes, packetIndex);
    if ((bytes.readUInt8(0) & 0x10) !== 0) this.#answer(bytes, sequence, packetIndex);
  }

  onRtcp(bytes: Uint8Array): void {
    const opened = this.#in.unprotectRtcp(bytes);
    const split = opened.ok ? splitCompound(opened.value) : opened;
    for (const packet of split.ok ? split.value : []) {
      if (!isAckpay(packet)) continue;
      const message = this.#codec.read(packet);
      if (!message.ok || message.value.message.type !== 'window') throw new Error('the headend sends windows only');
      const window = message.value.message;
      noteWindow(this.#ledger, window);
      this.#open = this.#open.filter(({ sequence }) => sequence !== window.challengeAnswered);
    }
  }

  acknowledge(turn: number): void {
    this.unacknowledged = 0;
    this.ackedTurn = turn;
    const body = buildAck(this.#ledger);
    if (body !== null) this.#say({ ...body, ...this.#counted(), challenge: this.#open[0] ?? null } satisfies AckMessage);
  }

  receipt(): void {
    this.unsigned = 0;
    const { row, epoch } = this.#session;
    const claimed = counts(this.#ledger);
    const termsHash = (fromHex(row.termsHash) ?? new Uint8Array(32)).subarray(0, 16);
    const names = { sid: row.sid, epoch, ackCounter: this.#counter, base: this.#ledger.base };
    const receipt = { ...names, counts: claimed, termsHash, confirmEventId: new Uint8Array(16), wallMs: 0 };
    noteReceiptDurable(this.#ledger, claimed);
    this.#say({ type: 'receipt', ...this.#counted(), receipt, signature: this.#signer.sign(encodeReceipt(receipt)) });
  }

  #check(bytes: Uint8Array, packetIndex: number): void {
    const opened = this.#in.unprotectRtp(bytes);
    const packet = opened.ok ? decodeRtp(opened.value) : opened;
    assert(packet.ok && equalBytes(packet.value.payload, this.#payloads[packetIndex] ?? new Uint8Array(0)), 'the sound arrives as it is stored');
  }

  #answer(bytes: Uint8Array, sequence: number, packetIndex: number): void {
    const packet = decodeRtp(bytes);
    const payload = this.#payloads[packetIndex];
    if (!packet.ok || packet.value.challenge === undefined || payload === undefined) return;
    const response = challengeResponse(this.#session.keys.challenge, this.#sid, sequence, packet.value.challenge, sha256(payload));
    this.#open.push({ sequence, response });
  }

  #say(message: AckpayMessage): void {
    this.#send(this.#out.protectRtcp(this.#codec.write(message, this.#ssrcs)));
  }

  #counted(): { readonly epoch: number; readonly counter: number } {
    this.#counter += 1;
    return { epoch: this.#session.epoch, counter: this.#counter };
  }
}
