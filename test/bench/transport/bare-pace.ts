import type { DatagramPair } from '../../../src/headend/stream/datagram-socket.ts';
import { Pacer } from '../../../src/headend/stream/pacer.ts';
import type { Peer } from '../../../src/headend/stream/peer.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { monotonicMs, sleep } from '../../../src/ports/clock.ts';
import { PACKET_MS } from '../../../src/units/time.ts';
import type { Lateness } from './bench-session.ts';
import { PaceMeter } from './pace-meter.ts';

const SETTLE_MS = 1_000;
const SECONDS = 4;
/** As long as that of RTP, with the source where RTP has it: by this the meter tells streams apart, and the crowd knows that they are none of its own. */
const HEADER_BYTES = 12;

/** As many streams on the same wheel, and for each packet nothing but a datagram: how late these are is the machine's doing, and no sender's. */
export async function bareLateness(pair: DatagramPair, streams: number, payloads: readonly Uint8Array[], to: Peer): Promise<Lateness> {
  const meter = new PaceMeter(SECONDS);
  const { sendRtp } = meter.watch(pair);
  const pacer = new Pacer(systemClock);
  for (let index = 0; index < streams; index += 1) {
    const datagram = new Uint8Array(HEADER_BYTES + (payloads[index % payloads.length]?.length ?? 0));
    new DataView(datagram.buffer).setUint32(8, index);
    meter.add(index);
    let sent = 0;
    let startMs = Number.POSITIVE_INFINITY;
    const tick = (nowMs: number): void => {
      for (; sent * PACKET_MS <= nowMs - startMs; sent += 1) sendRtp(datagram, to);
    };
    const seat = pacer.join({ tick });
    startMs = seat.dueWithTurns(monotonicMs(systemClock));
  }
  await sleep(systemClock, SETTLE_MS);
  meter.begin();
  await sleep(systemClock, 1_000 * SECONDS);
  meter.end();
  pacer.stop();
  return meter.lateness().lateMs;
}
