import type { Span } from '../../../src/domain/credit/billing-class.ts';
import type { AdmittedSession } from '../../../src/headend/stream-port.ts';
import { type AckpayCodec, ackpayCodec } from '../../../src/platform/crypto/ackpay-codec.ts';
import { createSrtpReceiver, type SrtpReceiver } from '../../../src/platform/srtp.ts';
import { extendSequence } from '../../../src/units/packet-index.ts';
import { ok } from '../../../src/units/result.ts';
import { SAMPLES_PER_PACKET } from '../../../src/units/time.ts';
import { isAckpay } from '../../../src/wire/ackpay.ts';
import { OPUS_PAYLOAD_TYPE } from '../../../src/wire/media-format.ts';
import { decodeRed, RED_PAYLOAD_TYPE } from '../../../src/wire/red.ts';
import { splitCompound } from '../../../src/wire/rtcp.ts';
import { decodeRtp } from '../../../src/wire/rtp.ts';
import { isRtx, unwrapRtx } from '../../../src/wire/rtx.ts';

interface Tapped {
  readonly session: AdmittedSession;
  readonly codec: AckpayCodec;
  readonly srtp: SrtpReceiver;
  readonly spans: Map<number, Span>;
  readonly slots: { readonly sequence: number; readonly packetIndex: number }[];
  reference: number;
}

/**
 * Listens on the wire with the keys of every epoch: which packets of the work reached the box in paid slots. It shares no rule
 * with the two ledgers. A payload names its packet.
 */
export class Wiretap {
  readonly #epochs: Tapped[] = [];

  admit(session: AdmittedSession): void {
    this.#epochs.push({
      session,
      codec: ackpayCodec(session.keys, session.terms, session.row.termsHash),
      srtp: createSrtpReceiver(session.keys.srtpToDevice, session.row.nextSequence),
      spans: new Map(),
      slots: [],
      reference: session.row.nextSequence,
    });
  }

  /** A datagram that reaches the box. */
  hear(bytes: Uint8Array, rtcp: boolean): void {
    // The newest epochs first: at most a few are ever alive at once.
    for (const tapped of this.#epochs.slice(-3).reverse()) if (rtcp ? hearRtcp(tapped, bytes) : hearRtp(tapped, bytes)) return;
  }

  /** Distinct packets of the work that came in paid slots of this session, over all its epochs. */
  paidIndexes(sid: string): ReadonlySet<number> {
    const indexes = new Set<number>();
    for (const tapped of this.#epochs) {
      if (tapped.session.row.sid !== sid) continue;
      const spans = [...tapped.spans.values()].sort((left, right) => left.sequence - right.sequence);
      for (const slot of tapped.slots) {
        const span = spans.findLast((candidate) => candidate.sequence <= slot.sequence);
        if (span?.billingClass === 'paid') indexes.add(slot.packetIndex);
      }
    }
    return indexes;
  }
}

function hearRtp(tapped: Tapped, bytes: Uint8Array): boolean {
  const opened = tapped.srtp.unprotectRtp(bytes);
  if (!opened.ok) return opened.error.code === 'replayed';
  // What was sent again comes in a stream of its own, and is the packet that it was.
  const original = isRtx(opened.value) ? unwrapRtx(opened.value, { payloadType: OPUS_PAYLOAD_TYPE, ssrc: 0 }) : ok(opened.value);
  const packet = original.ok ? decodeRtp(original.value) : original;
  if (!packet.ok) return false;
  const sequence = extendSequence(packet.value.sequence, tapped.reference);
  tapped.reference = Math.max(tapped.reference, sequence);
  const { payloadType, payload } = packet.value;
  const red = payloadType === RED_PAYLOAD_TYPE ? decodeRed(payload, OPUS_PAYLOAD_TYPE) : ok({ copies: [], own: payload });
  if (!red.ok) return false;
  for (const copy of red.value.copies) {
    tapped.slots.push({ sequence: sequence - copy.ticksBefore / SAMPLES_PER_PACKET, packetIndex: indexOf(copy.payload) });
  }
  tapped.slots.push({ sequence, packetIndex: indexOf(red.value.own) });
  return true;
}

function hearRtcp(tapped: Tapped, bytes: Uint8Array): boolean {
  const opened = tapped.srtp.unprotectRtcp(bytes);
  if (!opened.ok) return false;
  const packets = splitCompound(opened.value);
  for (const packet of packets.ok ? packets.value : []) {
    const message = isAckpay(packet) ? tapped.codec.read(packet) : null;
    if (message?.ok !== true || message.value.message.type !== 'window') continue;
    for (const span of message.value.message.spans) tapped.spans.set(span.sequence, span);
  }
  return true;
}

/** As fakes/paid-scene.ts writes it into the first bytes. */
function indexOf(payload: Uint8Array): number {
  return (payload[3] ?? 0) | ((payload[1] ?? 0) << 8) | ((payload[2] ?? 0) << 16);
}
