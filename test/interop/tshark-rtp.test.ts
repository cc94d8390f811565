import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/units/bytes.ts';
import { encodeAckpay } from '../../src/wire/ackpay.ts';
import { encodeShort } from '../../src/wire/ackpay-short.ts';
import { encodeCompound, encodeRtcp, ntpFromWallMs, type ReportBlock } from '../../src/wire/rtcp.ts';
import { encodeRtp } from '../../src/wire/rtp.ts';
import { serializeInterleaved, serializeRequest, serializeResponse } from '../../src/wire/rtsp.ts';
import { buildDescribe } from '../../src/wire/sdp.ts';
import { CONFIRM, FULL_ACK, PLAIN_ACK, RECEIPT_MESSAGE, SHORT_CONTEXT, WINDOW } from '../unit/wire/sample-messages.ts';
import { tcpSegment, udpDatagram, writePcap } from './pcap-file.ts';

const RTP_PORT = 46_000;
const RTCP_PORT = 46_001;
const RTSP_PORT = 46_002;
const [SSRC, DEVICE] = [0xcafebabe, 0x0000dec1];
const SSRCS = { sender: DEVICE, media: SSRC };
const REPORT: ReportBlock = {
  ssrc: SSRC,
  fractionLost: 5,
  cumulativeLost: 3,
  highestSequence: 65_600,
  jitter: 20,
  lastSenderReport: 0x0102_0304,
  delaySinceLastSenderReport: 655,
};

/** What an outside dissector says about bytes that our codecs wrote. */
describe('tshark reads what we write', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-tshark-'));
  const file = join(folder, 'wire.pcap');
  const decodeAs = ['-d', `udp.port==${RTP_PORT},rtp`, '-d', `udp.port==${RTCP_PORT},rtcp`, '-d', `tcp.port==${RTSP_PORT},rtsp`];
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** One line a packet that matches, its fields separated by `|`. */
  function tshark(filter: string, ...fields: readonly string[]): readonly string[] {
    const columns = fields.flatMap((field) => ['-e', field]);
    const output = execFileSync('tshark', ['-r', file, ...decodeAs, '-Y', filter, '-T', 'fields', '-E', 'separator=|', ...columns], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.split('\n').filter((line) => line !== '');
  }

  beforeAll(() => {
    const media = [0, 1, 2].map((index) => ({
      payloadType: 97,
      marker: index === 0,
      sequence: 65_534 + index,
      timestamp: 960 * index,
      ssrc: SSRC,
      payload: new Uint8Array(200).fill(0xfc),
    }));
    const rtp = media.map(({ sequence, ...rest }, index) => ({
      ...rest,
      sequence: sequence % 65_536,
      ...(index === 1 ? { challenge: new Uint8Array(8).fill(0x5a) } : {}),
    }));
    const report = encodeCompound([
      { type: 'sender-report', ssrc: SSRC, ntp: ntpFromWallMs(1_800_000_000_500), rtpTimestamp: 960, packets: 3, octets: 600, reports: [] },
      { type: 'source-description', chunks: [{ ssrc: SSRC, cname: 'headend@ackbox' }] },
    ]);
    const receiverReport = encodeCompound([
      { type: 'receiver-report', ssrc: DEVICE, reports: [REPORT] },
      { type: 'nack', sender: DEVICE, media: SSRC, lost: [65_535, 0, 14, 40] },
      { type: 'bye', ssrcs: [DEVICE], reason: 'end of the song' },
    ]);
    const messages = [PLAIN_ACK, FULL_ACK, RECEIPT_MESSAGE, WINDOW, CONFIRM];
    const short = messages.map((message) => encodeShort(message, SSRCS, SHORT_CONTEXT));
    const ackpay = [...messages.map((message) => encodeAckpay(message, SSRCS)), ...short];
    const withReport = concatBytes(encodeRtcp({ type: 'receiver-report', ssrc: DEVICE, reports: [] }), encodeAckpay(PLAIN_ACK, SSRCS));
    const sdp = buildDescribe({
      sessionId: 1,
      address: '127.0.0.1',
      name: 'x',
      control: 'track0',
      payloadType: 97,
      channels: 2,
      bandwidthKbps: 110,
      preSkip: 312,
      totalSamples: 48_000,
      ackpay: null,
    });
    const transport = { CSeq: 1, Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };
    const rtsp = [
      serializeRequest({ method: 'SETUP', uri: 'rtsp://127.0.0.1/w/track0', headers: transport }),
      serializeResponse({ status: 200, headers: { ...transport, Session: '4711' } }),
      serializeRequest({ method: 'DESCRIBE', uri: 'rtsp://127.0.0.1/w', headers: { CSeq: 2, Accept: 'application/sdp' } }),
      serializeResponse({ status: 200, headers: { CSeq: 2, 'Content-Type': 'application/sdp' }, body: new TextEncoder().encode(sdp) }),
    ];
    let position = 1;
    const segments = rtsp.map((bytes) => {
      const segment = tcpSegment(RTSP_PORT, position, bytes);
      position += bytes.length;
      return segment;
    });
    writeFileSync(
      file,
      writePcap([
        ...rtp.map((packet) => udpDatagram(RTP_PORT, encodeRtp(packet))),
        ...[report, receiverReport, ...ackpay, withReport].map((bytes) => udpDatagram(RTCP_PORT, bytes)),
        ...segments,
        tcpSegment(
          RTSP_PORT,
          position,
          serializeInterleaved(0, encodeRtp({ payloadType: 97, marker: false, sequence: 9, timestamp: 0, ssrc: SSRC, payload: new Uint8Array(20) })),
        ),
      ]),
    );
  });

  it('without a malformed packet or a warning, but that it does not know the name ACKP', () => {
    expect(tshark('frame', 'frame.number')).toHaveLength(21);
    expect(tshark('_ws.malformed', 'frame.number')).toEqual([]);
    const warnings = tshark('_ws.expert.severity >= 6291456', '_ws.expert.message');
    expect(warnings).toEqual(new Array(11).fill('Unknown Application Layer Feedback Type'));
  });

  it('as RTP, with the challenge as a header extension', () => {
    expect(tshark('rtp && udp', 'rtp.p_type', 'rtp.seq', 'rtp.timestamp', 'rtp.ssrc', 'rtp.marker')).toEqual([
      '97|65534|0|0xcafebabe|1',
      '97|65535|960|0xcafebabe|0',
      '97|0|1920|0xcafebabe|0',
    ]);
    expect(tshark('rtp.ext.rfc5285.id', 'rtp.seq', 'rtp.ext.rfc5285.id', 'rtp.ext.rfc5285.len', 'rtp.ext.rfc5285.data')).toEqual([
      `65535|3|8|${'5a'.repeat(8)}`,
    ]);
  });

  /** tshark counts the masked packets on beyond 65,535 without wrapping: 65536 and 65550 are 0 and 14. */
  it('as sender report, description, receiver report, NACK and BYE', () => {
    expect(
      tshark(
        'rtcp.pt == 200',
        'rtcp.senderssrc',
        'rtcp.timestamp.ntp',
        'rtcp.timestamp.rtp',
        'rtcp.sender.packetcount',
        'rtcp.sender.octetcount',
        'rtcp.sdes.text',
      ),
    ).toEqual(['0xcafebabe|Jan 15, 2027 08:00:00.500000000 UTC|960|3|600|headend@ackbox']);
    expect(
      tshark(
        'rtcp.rtpfb.nack_pid',
        'rtcp.ssrc.fraction',
        'rtcp.ssrc.cum_nr',
        'rtcp.ssrc.ext_high',
        'rtcp.rtpfb.nack_pid',
        'rtcp.rtpfb.nack_blp',
        'rtcp.sdes.text',
      ),
    ).toEqual(['5|3|65600|65535,65536,65550,40|0x4001,0x0000|end of the song']);
  });

  it('as application layer feedback of our name, its length checked', () => {
    const feedback = tshark('rtcp.psfb.fmt == 15 && !(rtcp.pt == 201)', 'rtcp.senderssrc', 'rtcp.mediassrc', 'rtcp.length', 'rtcp.length_check');
    expect(feedback).toEqual([14, 25, 48, 28, 18, 7, 12, 28, 23, 13].map((words) => `0x0000dec1|0xcafebabe|${words}|1`));
    expect(tshark('rtcp.psfb.fmt == 15 && rtcp.pt == 201', 'rtcp.pt', 'rtcp.length_check')).toEqual(['201,206|1']);
  });

  it('as RTSP with SDP, and RTP inside the connection', () => {
    expect(tshark('rtsp.method', 'rtsp.method', 'rtsp.url')).toEqual(['SETUP|rtsp://127.0.0.1/w/track0', 'DESCRIBE|rtsp://127.0.0.1/w']);
    expect(tshark('sdp', 'rtsp.status', 'sdp.media', 'sdp.mime.type')).toEqual(['200|audio 0 RTP/AVPF 97 98|opus,rtx']);
    expect(tshark('rtsp && rtp', 'rtp.seq')).toEqual(['9']);
  });
});
