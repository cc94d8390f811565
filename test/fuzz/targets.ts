import { Pacer } from '../../src/headend/stream/pacer.ts';
import { PlainDesk } from '../../src/headend/stream/plain-desk.ts';
import { createSrtpReceiver } from '../../src/platform/srtp.ts';
import { asId, type SessionId } from '../../src/units/ids.ts';
import { decodeReceipt } from '../../src/wire/ack-receipt.ts';
import { decodeAckpay } from '../../src/wire/ackpay.ts';
import { decodeShort } from '../../src/wire/ackpay-short.ts';
import { TransportClock } from '../../src/wire/mpegts-clock.ts';
import { SlotFiller } from '../../src/wire/mpegts-slots.ts';
import { decodeRed } from '../../src/wire/red.ts';
import { decodeRtcp, splitCompound } from '../../src/wire/rtcp.ts';
import { decodeRtp } from '../../src/wire/rtp.ts';
import { parseNptRange, parseRtpInfo, parseSessionHeader, parseTransport } from '../../src/wire/rtsp-headers.ts';
import { RtspParser } from '../../src/wire/rtsp-parser.ts';
import { unwrapRtx } from '../../src/wire/rtx.ts';
import { parseDescribe, parseOffer } from '../../src/wire/sdp.ts';
import { FakeDatagrams, FakeRtspClient } from '../fakes/desk-scene.ts';
import { MemoryCatalogue } from '../fakes/memory-catalogue.ts';
import { MemorySegments } from '../fakes/memory-segments.ts';
import { workOf } from '../fakes/paid-scene.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import type { Draw } from './mutation.ts';

/** Takes any bytes. True where they were understood; it may never throw. */
export type Target = (bytes: Uint8Array, draw: Draw) => boolean;

const decoder = new TextDecoder();

function rtsp(bytes: Uint8Array, draw: Draw): boolean {
  const parser = new RtspParser();
  let understood = false;
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + draw(600);
    const { items } = parser.push(bytes.subarray(at, end));
    understood ||= items.length > 0;
    at = end;
  }
  return understood;
}

function headers(bytes: Uint8Array): boolean {
  const value = decoder.decode(bytes);
  parseSessionHeader(value);
  return parseTransport(value).length > 0 || parseNptRange(value).ok || parseRtpInfo(value).ok;
}

function rtcp(bytes: Uint8Array): boolean {
  const split = splitCompound(bytes);
  return split.ok && split.value.map((packet) => decodeRtcp(packet).ok).includes(true);
}

/** The whole desk for strangers, with all its state: nobody's requests may make it throw or grow. */
function plainDesk(): Target {
  const clock = new VirtualClock();
  const catalogue = new MemoryCatalogue();
  for (const id of ['free', 'priced']) catalogue.putWork({ ...workOf(600, [], id === 'free'), id }, id);
  const log = { info: () => {}, warn: () => {} };
  const [segments, datagrams] = [new MemorySegments(), new FakeDatagrams()];
  const desk = new PlainDesk({ clock, random: new SeededRandom(3), log, catalogue, segments, pacer: new Pacer(clock), datagrams });
  let client = new FakeRtspClient();
  return (bytes, draw) => {
    if (draw(200) === 0) {
      desk.gone(client);
      client = new FakeRtspClient(`10.0.${draw(256)}.${draw(256)}`);
    }
    let answered = false;
    for (const item of new RtspParser().push(bytes).items) {
      if (item.kind === 'request') answered = desk.answer(item, client, draw(2) === 0 ? 'free' : 'priced').status === 200 || answered;
      else if (item.kind === 'interleaved') desk.onFrame(item.channel, item.payload, client);
    }
    desk.onRtcp(bytes, { address: client.peerAddress, port: 6_001 });
    datagrams.rtp.length = 0;
    datagrams.rtcp.length = 0;
    return answered;
  };
}

/** A film's way into packets; what is broken must not make it throw, nor a clock that jumps make it count without end. */
function transportStream(bytes: Uint8Array): boolean {
  let slots = 0;
  const filler = new SlotFiller(2, () => {
    slots += 1;
  });
  const clock = new TransportClock((packet) => filler.take(packet));
  const taken = clock.take(bytes);
  clock.finish();
  filler.finish();
  if (slots > 1_000 + 600 * bytes.length) throw new Error(`${slots} packets of ${bytes.length} bytes`);
  return taken.ok && slots > 0;
}

const SHORT_CONTEXT = { sid: asId<SessionId>('00'.repeat(16)), epoch: 0, termsHash: new Uint8Array(16) };

export function fuzzTargets(): ReadonlyMap<string, Target> {
  const srtp = createSrtpReceiver({ key: new Uint8Array(16), salt: new Uint8Array(12) });
  return new Map<string, Target>([
    ['rtsp', rtsp],
    ['rtsp-headers', headers],
    ['sdp', (bytes) => [parseDescribe(decoder.decode(bytes)).ok, parseOffer(decoder.decode(bytes)).ok].includes(true)],
    ['rtp', (bytes) => [decodeRtp(bytes).ok, decodeRed(bytes, 97).ok, unwrapRtx(bytes, { payloadType: 97, ssrc: 1 }).ok].includes(true)],
    ['rtcp', rtcp],
    ['ackpay', (bytes) => [decodeAckpay(bytes).ok, decodeShort(bytes, SHORT_CONTEXT).ok, decodeReceipt(bytes).ok].includes(true)],
    ['srtp', (bytes) => srtp.unprotectRtp(bytes).ok || srtp.unprotectRtcp(bytes).ok],
    ['mpegts', transportStream],
    ['desk', plainDesk()],
  ]);
}
