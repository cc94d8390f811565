import {
  type AckLedger,
  buildAck,
  confirmTrial,
  counts,
  createAckLedger,
  noteReceiptDurable,
  noteWindow,
  received,
} from '../../src/domain/credit/ack-ledger.ts';
import type { ClassCount } from '../../src/domain/credit/billing-class.ts';
import type { AckMessage, AckpayMessage, WindowMessage } from '../../src/domain/credit/messages.ts';
import type { AdmittedSession } from '../../src/headend/stream-port.ts';
import { type AckpayCodec, ackpayCodec } from '../../src/platform/crypto/ackpay-codec.ts';
import { challengeResponse } from '../../src/platform/crypto/challenge.ts';
import { sha256 } from '../../src/platform/crypto/digest.ts';
import { createSrtpReceiver, createSrtpSender, type SrtpReceiver, type SrtpSender } from '../../src/platform/srtp.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { fromHex } from '../../src/units/bytes.ts';
import { extendSequence } from '../../src/units/packet-index.ts';
import { SAMPLES_PER_PACKET } from '../../src/units/time.ts';
import { encodeReceipt, sidBytes } from '../../src/wire/ack-receipt.ts';
import { isAckpay } from '../../src/wire/ackpay.ts';
import { OPUS_PAYLOAD_TYPE } from '../../src/wire/media-format.ts';
import { encodeRtcp, splitCompound } from '../../src/wire/rtcp.ts';
import { decodeRtp } from '../../src/wire/rtp.ts';
import { isRtx, unwrapRtx } from '../../src/wire/rtx.ts';

const SSRC = 0xb0_c5_0001;

export interface ReceivedPacket {
  readonly sequence: number;
  readonly packetIndex: number;
  readonly payload: Uint8Array;
}

/** A box without sockets, player and store: the real ledger, the real codecs and keys. It acknowledges when it is told to. */
export class VirtualBox {
  readonly ledger: AckLedger;
  readonly packets: ReceivedPacket[] = [];
  readonly windows: WindowMessage[] = [];
  readonly challenged: { readonly sequence: number; readonly response: Uint8Array }[] = [];
  duplicates = 0;
  byes = 0;
  /** Drops media for which it returns true. */
  loses: (bytes: Uint8Array) => boolean = () => false;
  answers: (response: Uint8Array) => Uint8Array = (response) => response;
  readonly #session: AdmittedSession;
  readonly #signer: Signer;
  readonly #sid: Uint8Array;
  readonly #codec: AckpayCodec;
  readonly #ssrc: number;
  readonly #srtp: SrtpReceiver;
  readonly #srtcp: SrtpSender;
  readonly #send: (bytes: Uint8Array) => void;
  #counter = 0;
  #reference: number;
  #media = 0;
  #confirmEventId: Uint8Array = new Uint8Array(16);
  timestampOrigin = 0;

  constructor(session: AdmittedSession, signer: Signer, send: (bytes: Uint8Array) => void, ssrc = SSRC) {
    this.#ssrc = ssrc;
    const { row, terms, keys } = session;
    this.#session = session;
    this.#signer = signer;
    this.#send = send;
    this.#sid = sidBytes(row.sid);
    this.#codec = ackpayCodec(keys, terms, row.termsHash);
    this.#srtp = createSrtpReceiver(keys.srtpToDevice, row.nextSequence);
    this.#srtcp = createSrtpSender(keys.srtpToHeadend, ssrc);
    this.#reference = row.nextSequence;
    this.ledger = createAckLedger(terms.credit, {
      trial: terms.trial,
      confirmed: row.confirmEventId !== null || terms.trial === null,
      nextSequence: row.nextSequence,
      counts: row.counts,
      lostPaid: row.lostPaid,
    });
  }

  get lastWindow(): WindowMessage | undefined {
    return this.windows.at(-1);
  }

  onRtp(bytes: Uint8Array): void {
    if (this.loses(bytes)) return;
    const opened = this.#srtp.unprotectRtp(bytes);
    if (!opened.ok) {
      this.duplicates += 1;
      return;
    }
    const original = isRtx(opened.value) ? unwrapRtx(opened.value, { payloadType: OPUS_PAYLOAD_TYPE, ssrc: this.#media }) : opened;
    const packet = original.ok ? decodeRtp(original.value) : original;
    if (!packet.ok) throw new Error(packet.error.message);
    const { payload, timestamp, challenge } = packet.value;
    this.#media = packet.value.ssrc;
    const sequence = extendSequence(packet.value.sequence, this.#reference);
    this.#reference = Math.max(this.#reference, sequence);
    const packetIndex = ((timestamp - this.timestampOrigin + 2 ** 32) % 2 ** 32) / SAMPLES_PER_PACKET;
    if (received(this.ledger, sequence, packetIndex) !== 'new') return;
    this.packets.push({ sequence, packetIndex, payload });
    if (challenge === undefined) return;
    const response = challengeResponse(this.#session.keys.challenge, this.#sid, sequence, challenge, sha256(payload));
    this.challenged.push({ sequence, response: this.answers(response) });
  }

  onRtcp(bytes: Uint8Array): void {
    const opened = this.#srtp.unprotectRtcp(bytes);
    if (!opened.ok) throw new Error(opened.error.message);
    const split = splitCompound(opened.value);
    for (const packet of split.ok ? split.value : []) {
      if (packet[1] === 203) this.byes += 1;
      if (!isAckpay(packet)) continue;
      const message = this.#codec.read(packet);
      if (!message.ok || message.value.message.type !== 'window') throw new Error('the headend sends windows only');
      this.#media = message.value.ssrcs.sender;
      this.#takeWindow(message.value.message);
    }
  }

  acknowledge(): void {
    const body = buildAck(this.ledger);
    if (body === null) return;
    const answered = new Set(this.windows.map((window) => window.challengeAnswered));
    const challenge = this.challenged.find((open) => !answered.has(open.sequence)) ?? null;
    this.say({ ...body, ...this.#counted(), challenge });
  }

  /** Signs and sends what was acknowledged; `morePaid` lies upwards, `lie` says anything, `withheld` keeps the receipt here: a peer that denies its ACKs. */
  receipt(
    claim: {
      readonly morePaid?: number;
      readonly withheld?: boolean;
      readonly lie?: (honest: ClassCount) => ClassCount;
      readonly counts?: readonly ClassCount[];
      readonly base?: number;
    } = {},
  ): void {
    const { lie = (honest) => honest } = claim;
    const more = (count: ClassCount): ClassCount => (count.billingClass === 'paid' ? { ...count, packets: count.packets + (claim.morePaid ?? 0) } : count);
    const claimed = claim.counts ?? counts(this.ledger).map((count) => lie(more(count)));
    const receipt = {
      sid: this.#session.row.sid,
      epoch: this.#session.epoch,
      ackCounter: this.#counter,
      base: claim.base ?? this.ledger.base,
      counts: claimed,
      termsHash: this.#termsHash(),
      confirmEventId: this.#confirmEventId,
      wallMs: 0,
    };
    if (claim.morePaid === undefined && claim.counts === undefined) noteReceiptDurable(this.ledger, claimed);
    if (claim.withheld === true) return;
    this.say({ type: 'receipt', ...this.#counted(), receipt, signature: this.#signer.sign(encodeReceipt(receipt)) });
  }

  confirm(eventId: Uint8Array): void {
    this.#confirmEventId = eventId;
    confirmTrial(this.ledger);
    this.say({ type: 'confirm', ...this.#counted(), eventId, mode: 'button', termsHash: this.#termsHash() });
  }

  /** Sends any message under the keys of the session. Returns the datagram, for a replay. */
  say(message: AckpayMessage): Uint8Array {
    const datagram = this.#srtcp.protectRtcp(this.#codec.write(message, { sender: this.#ssrc, media: this.#media }));
    this.#send(datagram);
    return datagram;
  }

  /** An ACK that claims slots up to `end`, received or not. */
  claimUpTo(end: number): Uint8Array {
    const ack: AckMessage = { type: 'ack', ...this.#counted(), base: end, bitmap: 0n, ranges: [], paidPackets: end, challenge: null };
    return this.say(ack);
  }

  /** An ACK with any content. */
  claim(content: Pick<AckMessage, 'base' | 'bitmap' | 'paidPackets' | 'challenge'>): void {
    this.say({ type: 'ack', ...this.#counted(), ranges: [], ...content });
  }

  /** What anybody on the network can send: a BYE in clear, in the name of this box. */
  spoofBye(): void {
    this.#send(encodeRtcp({ type: 'bye', ssrcs: [this.#ssrc], reason: 'spoofed' }));
  }

  #takeWindow(window: WindowMessage): void {
    this.windows.push(window);
    noteWindow(this.ledger, window);
  }

  #counted(): { readonly epoch: number; readonly counter: number } {
    this.#counter += 1;
    return { epoch: this.#session.epoch, counter: this.#counter };
  }

  #termsHash(): Uint8Array {
    return (fromHex(this.#session.row.termsHash) ?? new Uint8Array(32)).subarray(0, 16);
  }
}
