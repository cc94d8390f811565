import { limits } from '../../limits.ts';
import { challengeResponse } from '../../platform/crypto/challenge.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import { createSrtpSender, type SrtpSender } from '../../platform/srtp.ts';
import type { Random } from '../../ports/random.ts';
import { packetsIn } from '../../units/time.ts';
import { sidBytes } from '../../wire/ack-receipt.ts';
import { mediaFormatOf } from '../../wire/media-format.ts';
import { encodeRed, RED_PAYLOAD_TYPE } from '../../wire/red.ts';
import { encodeRtp, type RtpPacket } from '../../wire/rtp.ts';
import { wrapRtx } from '../../wire/rtx.ts';
import type { AdmittedSession } from '../stream-port.ts';
import { type MediaPath, NO_PATH } from './media-path.ts';
import { Redundancy } from './redundancy.ts';
import type { RtpSource } from './rtp-source.ts';
import { SentPackets } from './sent-packets.ts';

export interface PaidMediaDeps {
  readonly session: AdmittedSession;
  readonly random: Random;
  readonly source: RtpSource;
  /** Bytes that came from the peer so far, on any connection. */
  readonly receivedBytes: () => number;
  /** Earlier packets that may go along with each one, as SETUP agreed; absent: none. */
  readonly redundantPackets?: number;
}

/** The challenge that went out with a packet, and the answer it must bring. */
export interface SentChallenge {
  readonly sequence: number;
  readonly response: Uint8Array;
}

/** Until a peer proved that it hears us it is sent at most this many times what it sent (ruling 23). */
const UNPROVEN_FACTOR = 3;
/**
 * Departure from ruling 23: the first burst and two ACK intervals are always sent. SETUP and PLAY are some 650 bytes, three
 * times that is less than the prebuffer, and the first sound would wait for the first ACK. The TCP handshake and the HMAC have
 * already proved the address; what this bounds is only what a wrong port of that very host gets.
 */
const UNPROVEN_PACKETS = packetsIn(limits.prebufferMs + 2 * limits.ackIntervalMs);
/** What an SRTP packet has beside its payload: header, challenge, tag. */
const PACKET_OVERHEAD_BYTES = 12 + 16 + 16;

/** Makes the SRTP packets of a paid stream, puts challenges on some, and keeps them until they are resolved, to be sent again. */
export class PaidMedia {
  readonly #deps: PaidMediaDeps;
  readonly #source: RtpSource;
  readonly #payloadType: number;
  readonly #sid: Uint8Array;
  readonly #srtp: SrtpSender;
  /** Retransmissions are a stream of their own (RFC 4588): SRTP never uses an index twice, and the first stream stays countable. */
  readonly #rtx: SrtpSender;
  readonly redundancy: Redundancy;
  path: MediaPath = NO_PATH;
  /** In clear, as they went out first; those that are not resolved yet. */
  readonly #sent: SentPackets;
  #untilChallenge: number;
  #rtxSequence: number;
  #sentPackets = 0;
  #sentBytes = 0;
  #proven = false;
  #marker = true;

  constructor(deps: PaidMediaDeps) {
    this.#deps = deps;
    this.#source = deps.source;
    const { payloadType, ticksPerPacket } = mediaFormatOf(deps.session.work);
    this.#payloadType = payloadType;
    this.redundancy = new Redundancy(deps.redundantPackets ?? 0, ticksPerPacket);
    const { row, keys } = deps.session;
    this.#sid = sidBytes(row.sid);
    this.#srtp = createSrtpSender(keys.srtpToDevice, deps.source.ssrc, row.nextSequence);
    this.#rtx = createSrtpSender(keys.srtpToDevice, deps.source.rtxSsrc, row.nextSequence);
    this.#rtxSequence = row.nextSequence;
    this.#sent = new SentPackets(row.nextSequence);
    this.#untilChallenge = this.#drawGap();
  }

  /** The peer answered under its keys: it is there, and wants what it gets. */
  notePeerProven(): void {
    this.#proven = true;
  }

  /** False where a peer that never answered has been sent enough. */
  mayReach(payload: Uint8Array): boolean {
    if (this.#proven || this.#sentPackets < Math.max(UNPROVEN_PACKETS, packetsIn(limits.ackIntervalMs, this.#deps.session.terms.packetMs))) return true;
    return this.#sentBytes + payload.length + PACKET_OVERHEAD_BYTES <= UNPROVEN_FACTOR * this.#deps.receivedBytes();
  }

  /** The next packet begins a new run (RFC 3551, 4.1: marker after a silence). */
  noteNewRun(): void {
    this.#marker = true;
  }

  /** First transmission of a slot. Returns the challenge it carries, if it is its turn. */
  send(sequence: number, packetIndex: number, payload: Uint8Array, nowMs: number): SentChallenge | null {
    const nonce = this.#untilChallenge <= 0 ? this.#deps.random.bytes(8) : null;
    this.#untilChallenge = nonce === null ? this.#untilChallenge - 1 : this.#drawGap();
    const packet = this.#packetOf(sequence, packetIndex, this.#marker, payload, nonce);
    const withCopies = this.#withCopies(packet, sequence, packetIndex);
    const datagram = withCopies === null ? this.#srtp.protectWritten(packet) : this.#srtp.protectRtp(withCopies);
    this.redundancy.noteSent(sequence, packetIndex, payload, nonce !== null);
    // Sent again, it goes without copies.
    this.#sent.keep(sequence, packetIndex, this.#marker, payload, nonce);
    this.#marker = false;
    this.#source.noteSent(packetIndex, payload.length, nowMs);
    this.#sentPackets += 1;
    this.#sentBytes += datagram.length;
    this.path.sendRtp(datagram);
    if (nonce === null) return null;
    return { sequence, response: challengeResponse(this.#deps.session.keys.challenge, this.#sid, sequence, nonce, sha256(payload)) };
  }

  /** Sends a slot again, challenge and all; how often that may be, the credit monitor says. */
  repeat(sequence: number): void {
    const sent = this.#sent.find(sequence);
    if (sent === null || !this.#proven) return;
    const packet = this.#packetOf(sequence, sent.packetIndex, sent.marker, sent.payload, sent.challenge);
    const wrapped = wrapRtx(encodeRtp(packet), { ssrc: this.#source.rtxSsrc, sequence: this.#rtxSequence });
    this.#rtxSequence += 1;
    this.redundancy.noteRepeat();
    this.path.sendRtp(this.#rtx.protectRtp(wrapped));
  }

  /** Encrypts and sends an RTCP packet or compound of this stream. */
  sendRtcp(bytes: Uint8Array): void {
    this.path.sendRtcp(this.#srtp.protectRtcp(bytes));
  }

  /** Forgets what need not be sent again. */
  forgetBelow(resolvedBase: number): void {
    this.#sent.forgetBelow(resolvedBase);
  }

  #packetOf(sequence: number, packetIndex: number, marker: boolean, payload: Uint8Array, challenge: Uint8Array | null): RtpPacket {
    const header = {
      payloadType: this.#payloadType,
      marker,
      sequence: sequence % 65_536,
      timestamp: this.#source.timestampOf(packetIndex),
      ssrc: this.#source.ssrc,
      payload,
    };
    return challenge === null ? header : { ...header, challenge };
  }

  #withCopies(packet: RtpPacket, sequence: number, packetIndex: number): Uint8Array | null {
    const copies = this.redundancy.copiesFor(sequence, packetIndex, limits.datagramBytes - PACKET_OVERHEAD_BYTES - packet.payload.length);
    if (copies.length === 0) return null;
    return encodeRtp({ ...packet, payloadType: RED_PAYLOAD_TYPE, payload: encodeRed({ copies, own: packet.payload }, this.#payloadType) });
  }

  /** Between two challenged packets: uniform in 16..64 (of the terms). */
  #drawGap(): number {
    const { challengeEveryMinPackets: min, challengeEveryMaxPackets: max } = this.#deps.session.terms.credit;
    const [high = 0, low = 0] = this.#deps.random.bytes(2);
    return min - 1 + ((256 * high + low) % Math.max(1, max - min + 1));
  }
}
