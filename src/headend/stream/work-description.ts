import { limits } from '../../limits.ts';
import type { StoredWork } from '../../ports/headend-stores.ts';
import { packetMsOf, samplesPerPacket } from '../../units/time.ts';
import { mediaFormatOf } from '../../wire/media-format.ts';
import { buildDescribe } from '../../wire/sdp.ts';
import type { AckpayAttributes } from '../../wire/sdp-ackpay.ts';

/** Announced bandwidth: 96 kb/s Opus with its RTP and UDP headers. */
const BANDWIDTH_KBPS = 128;
const RTP_UDP_IP_BYTES = 40;

/**
 * The SDP of a work, for DESCRIBE.
 * @param packets how much of it this client gets
 * @param address of ours, as the client reached it
 */
export function describeWork(work: StoredWork, packets: number, address: string, ackpay: AckpayAttributes | null = null): string {
  return buildDescribe({
    sessionId: Number.parseInt(work.id.replace(/[^0-9a-f]/gi, '').slice(0, 12), 16) || 0,
    address,
    name: `${work.artist} - ${work.title}`.replace(/[\r\n]/g, ' '),
    control: work.video === undefined ? 'audio' : 'film',
    payloadType: mediaFormatOf(work).payloadType,
    channels: work.channels,
    bandwidthKbps: bandwidthOf(work),
    preSkip: work.preSkip,
    totalSamples: packets >= work.packets ? work.totalSamples : Math.min(work.totalSamples, packets * samplesPerPacket(work) - work.preSkip),
    ackpay,
    red: ackpay !== null,
  });
}

/** Of a film: every packet as full as it can be. */
function bandwidthOf(work: StoredWork): number {
  if (work.video === undefined) return BANDWIDTH_KBPS;
  return Math.ceil((8 * (limits.videoPayloadBytes + RTP_UDP_IP_BYTES)) / packetMsOf(work));
}
