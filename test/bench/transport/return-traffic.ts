import { limits } from '../../../src/limits.ts';
import { PlayScene } from '../../fakes/play-scene.ts';

/** Of IPv4 and UDP, for each datagram. */
const HEADERS_BYTES = 28;
const PACKETS = 6_000;
/** The ACK, the smallest of what carries money, and the receipt; a receiver report is smaller. */
const ACK_MIN_BYTES = 76;
const RECEIPT_MIN_BYTES = 180;

export interface ReturnTraffic {
  readonly ackEveryPackets: number;
  readonly paidPackets: number;
  readonly datagrams: { readonly acks: number; readonly receipts: number; readonly reports: number };
  readonly bytes: number;
  readonly bytesPerPaidPacket: number;
}

/**
 * All that a box sends back by UDP while it plays a bought work of two minutes: ACKs, receipts, answers to challenges, receiver reports,
 * all as SRTCP. The real box and the real headend, in virtual time and without loss, so that the figure is the same everywhere.
 */
export async function returnTraffic(): Promise<ReturnTraffic> {
  const scene = await PlayScene.open(PACKETS);
  const datagrams = { acks: 0, receipts: 0, reports: 0 };
  let bytes = 0;
  scene.network.feedback = ({ length }) => {
    datagrams[length < ACK_MIN_BYTES ? 'reports' : length < RECEIPT_MIN_BYTES ? 'acks' : 'receipts'] += 1;
    bytes += length + HEADERS_BYTES;
    return true;
  };
  await scene.eventually(scene.bought('p1'));
  for (let passed = 0; !scene.told.includes('finished') && passed < 30 * PACKETS; passed += 200) await scene.clock.advance(200);
  const paidPackets = scene.headend.paid?.views().reduce((sum, view) => sum + view.packetsPaid, 0) ?? 0;
  await scene.remove();
  const each = Math.round((100 * bytes) / Math.max(1, paidPackets)) / 100;
  return { ackEveryPackets: limits.ackEveryPackets, paidPackets, datagrams, bytes, bytesPerPaidPacket: each };
}
