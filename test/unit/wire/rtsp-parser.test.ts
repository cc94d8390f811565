import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { concatBytes } from '../../../src/units/bytes.ts';
import { type RtspItem, serializeInterleaved, serializeRequest, serializeResponse } from '../../../src/wire/rtsp.ts';
import { RtspParser } from '../../../src/wire/rtsp-parser.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** As captured from ffmpeg 5.1, and from rtspsrc of GStreamer 1.22 with its RealMedia headers. */
const FFMPEG_SETUP =
  'SETUP rtsp://127.0.0.1:8554/song/track0 RTSP/1.0\r\nTransport: RTP/AVP/UDP;unicast;client_port=24730-24731\r\nCSeq: 3\r\nUser-Agent: Lavf59.27.100\r\n\r\n';
const GST_OPTIONS =
  'OPTIONS rtsp://127.0.0.1:8554/work RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: RealMedia Player Version 6.0.9.1235 (linux-2.0-libc6-i386-gcc2.95)\r\nClientChallenge: 9e26d33f2984236010ef6253fb1887f7\r\nPlayerStarttime: [28/03/2003:22:50:23 00:00]\r\nCompanyID: KnKV4M4I/B2FjJ1TToLycw==\r\nGUID: 00000000-0000-0000-0000-000000000000\r\nRegionData: 0\r\n\r\n';

function parsed(...chunks: readonly Uint8Array[]): readonly RtspItem[] {
  const parser = new RtspParser();
  return chunks.flatMap((chunk) => {
    const { items, fault } = parser.push(chunk);
    expect(fault).toBeNull();
    return items;
  });
}

function faultOf(...chunks: readonly string[]): string | undefined {
  const parser = new RtspParser();
  return chunks.map((chunk) => parser.push(text(chunk)).fault?.code).at(-1);
}

describe('the RTSP parser', () => {
  it('reads what ffmpeg and GStreamer send', () => {
    const [setup, options] = parsed(text(FFMPEG_SETUP + GST_OPTIONS));
    expect(setup).toMatchObject({ kind: 'request', method: 'SETUP', uri: 'rtsp://127.0.0.1:8554/song/track0' });
    expect(setup?.kind === 'request' && setup.headers.get('transport')).toBe('RTP/AVP/UDP;unicast;client_port=24730-24731');
    expect(options).toMatchObject({ kind: 'request', method: 'OPTIONS' });
  });

  it('gives the same items however the bytes are cut', () => {
    const stream = concatBytes(
      text(FFMPEG_SETUP),
      serializeInterleaved(1, Uint8Array.of(0x80, 0x24, 0x0d, 0x0a)),
      serializeResponse({ status: 200, headers: { CSeq: 3, Session: 'abc;timeout=60' }, body: text('v=0\r\n') }),
      text('\r\n\r\n'),
      serializeRequest({ method: 'PLAY', uri: 'rtsp://h/w', headers: { CSeq: 4, Range: 'npt=0-' } }),
    );
    const whole = parsed(stream);
    expect(whole.map((item) => item.kind)).toEqual(['request', 'interleaved', 'response', 'request']);
    expect(parsed(...Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(whole);
    for (let cut = 1; cut < stream.length; cut += 7) expect(parsed(stream.slice(0, cut), stream.slice(cut))).toEqual(whole);
  });

  it('takes bare line feeds, folded lines, repeated headers and names in any case', () => {
    const [item] = parsed(text('describe * RTSP/1.0\nCSEQ:  2\nRequire: a.b\nrequire: ackpay.v1\nX-Long: one\n  two\n\n'));
    expect(item).toMatchObject({ kind: 'request', method: 'DESCRIBE', uri: '*' });
    expect(item?.kind === 'request' && [...item.headers]).toEqual([
      ['cseq', '2'],
      ['require', 'a.b, ackpay.v1'],
      ['x-long', 'one two'],
    ]);
  });

  it('takes a response without a reason', () => {
    expect(parsed(text('RTSP/1.0 454\r\nCSeq: 9\r\n\r\n'))[0]).toMatchObject({ kind: 'response', status: 454, reason: '' });
  });

  it('refuses what is not RTSP 1.0, and stays refusing', () => {
    expect(faultOf('GET / HTTP/1.1\r\n\r\n')).toBe('malformed');
    expect(faultOf('PLAY rtsp://h RTSP/2.0\r\n\r\n')).toBe('unsupported-version');
    expect(faultOf('PLAY rtsp://h RTSP/1.0\r\nno colon\r\n\r\n', 'PLAY rtsp://h RTSP/1.0\r\n\r\n')).toBe('malformed');
    expect(faultOf('PLAY rtsp://h RTSP/1.0\r\nContent-Length: -1\r\n\r\n')).toBe('malformed');
  });

  it('gives the good requests before a bad one', () => {
    const { items, fault } = new RtspParser().push(text(`${FFMPEG_SETUP}nonsense\r\n\r\n`));
    expect([items.length, fault?.code]).toEqual([1, 'malformed']);
  });

  it('holds no more than one bounded message', () => {
    expect(faultOf(`PLAY rtsp://h RTSP/1.0\r\nX: ${'x'.repeat(limits.rtspMessageBytes)}`)).toBe('too-large');
    expect(faultOf(`PLAY rtsp://h RTSP/1.0\r\nContent-Length: ${limits.rtspMessageBytes}\r\n\r\n`)).toBe('too-large');
  });

  it('never lets a value forge a header', () => {
    expect(() => serializeResponse({ status: 200, headers: { Session: 'a\r\nX: y' } })).toThrow('one line');
    expect(() => serializeRequest({ method: 'PLAY', uri: 'rtsp://h\r\nX: y', headers: {} })).toThrow();
  });
});
