import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSrtpReceiver } from '../../src/platform/srtp.ts';
import { concatBytes } from '../../src/units/bytes.ts';
import { asId, type SessionId } from '../../src/units/ids.ts';
import { decodeReceipt } from '../../src/wire/ack-receipt.ts';
import { decodeAckpay } from '../../src/wire/ackpay.ts';
import { decodeShort } from '../../src/wire/ackpay-short.ts';
import { parseCanonicalJson } from '../../src/wire/canonical-json.ts';
import { OggOpusWriter } from '../../src/wire/ogg-opus.ts';
import { opusPacketSamples } from '../../src/wire/opus-packet.ts';
import { decodeRtcp, splitCompound } from '../../src/wire/rtcp.ts';
import { decodeRtp } from '../../src/wire/rtp.ts';
import { parseNptRange, parseRtpInfo, parseSessionHeader, parseTransport } from '../../src/wire/rtsp-headers.ts';
import { RtspParser } from '../../src/wire/rtsp-parser.ts';
import { parseDescribe, parseOffer } from '../../src/wire/sdp.ts';
import { decodeSegment } from '../../src/wire/segment.ts';
import { demuxOggOpus } from '../fakes/ogg-opus-demux.ts';

const SHORT_CONTEXT = { sid: asId<SessionId>('00'.repeat(16)), epoch: 0, termsHash: new Uint8Array(16) };
const BUDGET = { numRuns: 2_000, interruptAfterTimeLimit: 3_000 };
const noise = fc.uint8Array({ maxLength: 256 });
const header = (...bytes: number[]) => noise.map((rest) => concatBytes(Uint8Array.from(bytes), rest));

/** Random bytes alone never get past the first check: most runs begin like the real thing. */
const datagram = fc.oneof(
  noise,
  header(0x80, 0x61),
  header(0x9f, 0x61),
  header(0x90, 0x61, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde, 0, 2),
  header(0x81, 200, 0, 6),
  header(0x82, 202, 0, 8),
  header(0x81, 205, 0, 4),
  header(0xa1, 203, 0, 2),
  fc.tuple(fc.integer({ min: 4, max: 60 }), fc.integer({ min: 0x10, max: 0x24 }), noise).map(([words, type, rest]) => {
    const whole = concatBytes(Uint8Array.of(0x8f, 206, 0, words, 0, 0, 0, 1, 0, 0, 0, 2, 0x41, 0x43, 0x4b, 0x50, type, 0), rest, new Uint8Array(300));
    return whole.slice(0, 4 * (words + 1));
  }),
);

/** A parser may refuse; it may not throw. Each answer is looked at, so that nothing is optimised away. */
function answers(...results: readonly { readonly ok: boolean }[]): void {
  for (const result of results) expect(typeof result.ok).toBe('boolean');
}

describe('random bytes never stop the program', () => {
  it('as datagrams', () => {
    const receiver = createSrtpReceiver({ key: new Uint8Array(16), salt: new Uint8Array(12) });
    fc.assert(
      fc.property(datagram, (bytes) => {
        answers(decodeRtp(bytes), decodeRtcp(bytes), splitCompound(bytes), decodeAckpay(bytes), decodeShort(bytes, SHORT_CONTEXT), decodeReceipt(bytes));
        expect([receiver.unprotectRtp(bytes).ok, receiver.unprotectRtcp(bytes).ok]).toEqual([false, false]);
        opusPacketSamples(bytes);
      }),
      BUDGET,
    );
  });

  it('as receipts and segments', () => {
    const receipt = header(0x4a, 0x50, 0x52, 0x31, ...new Array<number>(18).fill(0), 3);
    fc.assert(
      fc.property(fc.oneof(noise, receipt), (bytes) => answers(decodeReceipt(bytes), decodeSegment(bytes))),
      BUDGET,
    );
  });

  it('as an RTSP connection, in any pieces', () => {
    const line = fc.constantFrom(
      'PLAY rtsp://h RTSP/1.0',
      'RTSP/1.0 200 OK',
      'CSeq: 1',
      'Content-Length: 3',
      'Content-Length: 99999',
      ' folded',
      '',
      '',
      '$\u0000\u0000\u0002ab',
      'x',
      ':',
    );
    const stream = fc.oneof(
      noise,
      fc.array(line, { maxLength: 12 }).map((lines) => new TextEncoder().encode(lines.join('\r\n'))),
    );
    fc.assert(
      fc.property(fc.array(stream, { maxLength: 6 }), (pieces) => {
        const parser = new RtspParser();
        for (const piece of pieces) expect(Array.isArray(parser.push(piece).items)).toBe(true);
        const whole = new RtspParser().push(concatBytes(...pieces));
        const again = new RtspParser();
        const bytewise = Array.from(concatBytes(...pieces), (byte) => again.push(Uint8Array.of(byte)).items).flat();
        expect(bytewise).toEqual(whole.items);
      }),
      { ...BUDGET, numRuns: 500 },
    );
  });

  it('as text: headers, SDP, JSON', () => {
    const word = fc.constantFrom(
      'npt=',
      '-',
      'url=',
      ';seq=',
      ';rtptime=',
      'RTP/AVP',
      ';client_port=',
      ';interleaved=0-1',
      ',',
      '9',
      'm=audio 0 RTP/AVP 97\n',
      'a=rtpmap:97 opus/48000/2\n',
      'a=ackpay:1 sid=\n',
      'v=0\n',
      'a=',
      '{"a":',
      '[',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.array(word, { maxLength: 12 }).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(text, (value) => {
        answers(parseNptRange(value), parseRtpInfo(value), parseDescribe(value), parseOffer(value), parseCanonicalJson(value, 1_000));
        expect(Array.isArray(parseTransport(value))).toBe(true);
        expect(parseSessionHeader(value).timeoutSeconds).toBeGreaterThanOrEqual(0);
      }),
      BUDGET,
    );
  });

  it('as an Ogg file: noise, and a good file with bytes changed or cut', () => {
    const writer = new OggOpusWriter({ serial: 1, channels: 2, preSkip: 312 });
    const packet = new Uint8Array(80).fill(0xfc);
    const good = concatBytes(writer.head({ A: 'b' }), writer.packet(packet), writer.packet(packet));
    fc.assert(
      fc.property(noise, fc.nat(good.length), fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), (bytes, length, position, byte) => {
        const changed = good.slice();
        const same = changed[position] === byte;
        changed[position] = byte;
        answers(demuxOggOpus(bytes), demuxOggOpus(good.slice(0, length)));
        expect(demuxOggOpus(changed).ok).toBe(same);
      }),
      BUDGET,
    );
  });
});
