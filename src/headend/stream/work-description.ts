import type { StoredWork } from '../../ports/headend-stores.ts';
import { SAMPLES_PER_PACKET } from '../../units/time.ts';
import { OPUS_PAYLOAD_TYPE } from '../../wire/rtx.ts';
import { buildDescribe } from '../../wire/sdp.ts';
import type { AckpayAttributes } from '../../wire/sdp-ackpay.ts';

/** Announced bandwidth: 96 kb/s Opus with its RTP and UDP headers. */
const BANDWIDTH_KBPS = 128;

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
    control: 'audio',
    payloadType: OPUS_PAYLOAD_TYPE,
    channels: work.channels,
    bandwidthKbps: BANDWIDTH_KBPS,
    preSkip: work.preSkip,
    totalSamples: packets >= work.packets ? work.totalSamples : packets * SAMPLES_PER_PACKET - work.preSkip,
    ackpay,
  });
}
