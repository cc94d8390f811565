import { describeWork } from '../../src/headend/stream/work-description.ts';
import { concatBytes } from '../../src/units/bytes.ts';
import { encodeCompound, encodeRtcp } from '../../src/wire/rtcp.ts';
import { buildOffer } from '../../src/wire/sdp.ts';
import { CREDIT_TERMS } from '../fakes/credit-terms.ts';
import { workOf } from '../fakes/paid-scene.ts';
import { tables, tsPacket, VIDEO_PID } from '../fakes/transport-stream.ts';
import { VECTORS } from '../protocol/vector-values.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** What real clients send (lab/media.md), to be spoilt. GStreamer greets with the headers of another maker. */
const REQUESTS = [
  'OPTIONS rtsp://h/works/free RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: GStreamer/1.22.0\r\nClientChallenge: 9e26d33f2984236010ef6253fb1887f7\r\nCompanyID: KnKV4M4I/B2FjJ1TToLycw==\r\nGUID: 00000000-0000-0000-0000-000000000000\r\nRegionData: 0\r\nPlayerStarttime: [28/03/2003:22:50:23 00:00]\r\n\r\n',
  'DESCRIBE rtsp://h/works/free RTSP/1.0\r\nAccept: application/sdp\r\nCSeq: 2\r\nUser-Agent: Lavf59.27.100\r\n\r\n',
  'SETUP rtsp://h/works/free/audio RTSP/1.0\r\nTransport: RTP/AVP/UDP;unicast;client_port=6000-6001\r\nCSeq: 3\r\n\r\n',
  'SETUP rtsp://h/works/priced RTSP/1.0\r\nCSeq: 4\r\nTransport: RTP/AVPF;unicast;client_port=6000-6001,RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n',
  'PLAY rtsp://h/works/free RTSP/1.0\nRange: npt=0.000-\nCSeq: 5\nSession: 0102\n\n',
  'SET_PARAMETER rtsp://h/works/free RTSP/1.0\r\nCSeq: 6\r\nContent-Type: text/parameters\r\nContent-Length: 9\r\n\r\nvolume: 1',
  'RTSP/1.0 200 OK\r\nCSeq: 7\r\nPublic: OPTIONS\r\n folded\r\nRTP-Info: url=rtsp://h/a;seq=1;rtptime=2\r\nSession: 1;timeout=60\r\n\r\n',
].map(text);

const SDP = [
  describeWork(workOf(600, []), 200, '192.0.2.1'),
  buildOffer({ address: '::1', payloadType: 97, ackpay: { session: null, credit: CREDIT_TERMS, trial: null } }),
].map(text);

const RTCP = [
  encodeCompound([
    {
      type: 'sender-report',
      ssrc: 1,
      ntp: 2n ** 60n,
      rtpTimestamp: 3,
      packets: 4,
      octets: 5,
      reports: [{ ssrc: 1, fractionLost: 1, cumulativeLost: -1, highestSequence: 1, jitter: 1, lastSenderReport: 1, delaySinceLastSenderReport: 1 }],
    },
    { type: 'source-description', chunks: [{ ssrc: 1, cname: 'somebody' }] },
    { type: 'bye', ssrcs: [1, 2], reason: 'end' },
  ]),
  encodeRtcp({ type: 'nack', sender: 1, media: 2, lost: [1, 2, 3, 70] }),
];

const TRANSPORT_STREAM = concatBytes(
  ...tables(),
  tsPacket(VIDEO_PID, { atMs: 0, start: true }),
  tsPacket(VIDEO_PID),
  tsPacket(VIDEO_PID, { atMs: 40 }),
  ...tables(0x24),
  tsPacket(VIDEO_PID, { atMs: 80 }),
);

/** Well-formed examples of everything that is parsed. */
export const CORPUS: readonly Uint8Array[] = [...REQUESTS, concatBytes(...REQUESTS.slice(0, 3)), ...SDP, ...RTCP, TRANSPORT_STREAM, ...Object.values(VECTORS)];
