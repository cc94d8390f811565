import { assert } from '../units/assert.ts';
import { wordAt } from '../units/bytes.ts';
import { extendSequence } from '../units/packet-index.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { type RtpPacket, rtpBytes, rtpHeaderBytes, writeRtp } from '../wire/rtp.ts';
import type { SrtpMaster } from './crypto/session-keys.ts';
import type { PacketCrypt } from './packet-cipher.ts';
import { ReplayWindow } from './replay-window.ts';
import { deriveSrtpCiphers } from './srtp-keys.ts';
import { openRtcp, openRtp, RTCP_CLEAR_BYTES, rtcpIndexOf, sealRtcp, sealRtp } from './srtp-packet.ts';

export { SRTCP_BYTES } from './srtp-packet.ts';

export type SrtpFault = 'truncated' | 'not-rtp' | 'replayed' | 'bad-tag' | 'too-many-sources';

export interface SrtpSender {
  /**
   * Encrypts a whole RTP packet. Each sequence once, in ascending order: two packets under one would break the cipher. What is sent again
   * goes as a stream of its own (RFC 4588).
   */
  protectRtp(packet: Uint8Array): Uint8Array;
  /** The same of a packet that is written only now. The result is good until anything else is encrypted, decrypted or tagged. */
  protectWritten(packet: RtpPacket): Uint8Array;
  /** Encrypts an RTCP packet or compound of this SSRC. */
  protectRtcp(packet: Uint8Array): Uint8Array;
}

export interface SrtpReceiver {
  /** Authenticates, decrypts and guards against replays. `replayed` is normal for a duplicate on the network. */
  unprotectRtp(packet: Uint8Array): Result<Uint8Array, Fault<SrtpFault>>;
  unprotectRtcp(packet: Uint8Array): Result<Uint8Array, Fault<SrtpFault>>;
}

const SOURCES_MAX = 4;

/**
 * One direction of SRTP and SRTCP under AEAD_AES_128_GCM (RFC 7714) with keys derived as in RFC 3711.
 * @param firstSequence extended sequence at which this epoch begins; its upper bits are the first rollover counter. Both sides
 *   give the same value (0 for a new session, the agreed next sequence after a resume).
 */
export function createSrtpSender(master: SrtpMaster, ssrc: number, firstSequence = 0): SrtpSender {
  return new GcmSender(deriveSrtpCiphers(master), ssrc, firstSequence);
}

class GcmSender implements SrtpSender {
  readonly #rtp: PacketCrypt;
  readonly #rtcp: PacketCrypt;
  readonly #ssrc: number;
  readonly #firstSequence: number;
  #last: number;
  #rtcpIndex = 0;

  constructor({ rtp, rtcp }: ReturnType<typeof deriveSrtpCiphers>, ssrc: number, firstSequence: number) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#ssrc = ssrc;
    this.#firstSequence = firstSequence;
    this.#last = firstSequence - 1;
  }

  protectRtp(packet: Uint8Array): Uint8Array {
    const header = rtpHeaderBytes(packet);
    assert(header.ok && wordAt(packet, 8) === this.#ssrc, 'an RTP packet of this source is given');
    return sealRtp(this.#rtp, packet, header.value, this.#nextIndex(wordAt(packet, 0) & 0xffff));
  }

  protectWritten(packet: RtpPacket): Uint8Array {
    assert(packet.ssrc === this.#ssrc, 'an RTP packet of this source is given');
    const index = this.#nextIndex(packet.sequence);
    const packetBytes = rtpBytes(packet);
    const { view, bytes } = this.#rtp.room(packetBytes);
    return this.#rtp.sealRoom(this.#ssrc, index, packetBytes, writeRtp(view, bytes, packet));
  }

  protectRtcp(packet: Uint8Array): Uint8Array {
    assert(packet.length >= RTCP_CLEAR_BYTES && wordAt(packet, 4) === this.#ssrc, 'an RTCP packet of this source is given');
    assert(this.#rtcpIndex < 2 ** 31, 'a key protects at most 2^31 RTCP packets');
    const sealed = sealRtcp(this.#rtcp, packet, this.#rtcpIndex);
    this.#rtcpIndex += 1;
    return sealed;
  }

  #nextIndex(sequence: number): number {
    const index = extendSequence(sequence, Math.max(this.#last, this.#firstSequence));
    assert(index > this.#last, 'one sequence number encrypts one packet');
    this.#last = index;
    return index;
  }
}

/** @param firstSequence as for the sender */
export function createSrtpReceiver(master: SrtpMaster, firstSequence = 0): SrtpReceiver {
  const ciphers = deriveSrtpCiphers(master);
  const rtpSeen = new Map<number, ReplayWindow>();
  const rtcpSeen = new Map<number, ReplayWindow>();
  return {
    unprotectRtp(packet) {
      const header = rtpHeaderBytes(packet);
      if (!header.ok) return header;
      const ssrc = wordAt(packet, 8);
      const seen = rtpSeen.get(ssrc) ?? new ReplayWindow();
      const index = extendSequence(wordAt(packet, 0) & 0xffff, seen.highest < 0 ? firstSequence : seen.highest);
      return accept(rtpSeen, ssrc, seen, index, () => openRtp(ciphers.rtp, packet, header.value, index));
    },
    unprotectRtcp(packet) {
      const index = rtcpIndexOf(packet);
      if (index === null) return fault('truncated', 'the datagram is not encrypted RTCP; drop it');
      const ssrc = wordAt(packet, 4);
      return accept(rtcpSeen, ssrc, rtcpSeen.get(ssrc) ?? new ReplayWindow(), index, () => openRtcp(ciphers.rtcp, packet, index));
    },
  };
}

/** State changes only once the tag was right, so that a forger can neither move the window nor fill the table of sources. */
function accept(
  sources: Map<number, ReplayWindow>,
  ssrc: number,
  seen: ReplayWindow,
  index: number,
  open: () => Uint8Array | null,
): Result<Uint8Array, Fault<SrtpFault>> {
  if (!seen.isFresh(index)) return fault('replayed', 'the packet was taken before, or is too old; drop it');
  const opened = open();
  if (opened === null) return fault('bad-tag', 'the packet is not authentic; drop it');
  if (!sources.has(ssrc) && sources.size >= SOURCES_MAX) return fault('too-many-sources', 'too many sources under one key; drop the packet');
  sources.set(ssrc, seen);
  seen.take(index);
  return ok(opened);
}
