import { describe, expect, it } from 'vitest';
import type { AckpayMessage } from '../../src/domain/credit/messages.ts';
import { openAckpay } from '../../src/platform/crypto/ackpay-seal.ts';
import { challengeResponse } from '../../src/platform/crypto/challenge.ts';
import { sha256 } from '../../src/platform/crypto/digest.ts';
import { verifyRtspAuth } from '../../src/platform/rtsp-auth.ts';
import { createSrtpReceiver } from '../../src/platform/srtp.ts';
import { toHex } from '../../src/units/bytes.ts';
import { decodeReceipt } from '../../src/wire/ack-receipt.ts';
import { decodeShort } from '../../src/wire/ackpay-short.ts';
import { decodeRed, RED_PAYLOAD_TYPE } from '../../src/wire/red.ts';
import { decodeRtcp, splitCompound } from '../../src/wire/rtcp.ts';
import { decodeRtp } from '../../src/wire/rtp.ts';
import { RtspParser } from '../../src/wire/rtsp-parser.ts';
import { unwrapRtx } from '../../src/wire/rtx.ts';
import { decodeSegment } from '../../src/wire/segment.ts';
import { CONFIRM, FULL_ACK, PLAIN_ACK, RECEIPT, RECEIPT_MESSAGE, SHORT_CONTEXT, SSRCS, STEADY_ACK, WINDOW } from '../unit/wire/sample-messages.ts';
import { formatVector, readVectors } from './protocol-document.ts';
import { MORE_VECTORS } from './text-vectors.ts';
import { DEVICE_KEYS, HEADEND_KEYS, MEDIA, NACK, NONCE, PLAY, RED, REPORT, SEGMENT, SID } from './vector-values.ts';

const written = readVectors();

/** The bytes as the document has them, and no other. */
function bytesOf(name: string): Uint8Array {
  const bytes = written.get(name);
  if (bytes === undefined) throw new Error(`PROTOCOL.md has no vector ${name}`);
  return bytes;
}

describe('the byte vectors of PROTOCOL.md', () => {
  it('are those of the code, each of them, written in one way', () => {
    const asWritten = [...written].map(([name, bytes]) => formatVector(name, bytes)).sort();
    expect(asWritten).toEqual(
      Object.entries(MORE_VECTORS)
        .map(([name, bytes]) => formatVector(name, bytes))
        .sort(),
    );
  });

  it('are derived alike by both sides', () => {
    expect(toHex(HEADEND_KEYS.deviceTag)).toBe(toHex(bytesOf('key-ack')));
    expect(toHex(HEADEND_KEYS.headendTag)).toBe(toHex(bytesOf('key-srv')));
    expect(toHex(HEADEND_KEYS.challenge)).toBe(toHex(bytesOf('key-chal')));
    expect(toHex(HEADEND_KEYS.rtsp)).toBe(toHex(bytesOf('key-rtsp')));
    expect(toHex(HEADEND_KEYS.srtpToDevice.key) + toHex(HEADEND_KEYS.srtpToDevice.salt)).toBe(toHex(bytesOf('srtp-to-device')));
    expect(toHex(sha256(bytesOf('transcript')))).toBe(toHex(bytesOf('transcript-hash')));
  });

  it.each<[string, AckpayMessage]>([
    ['ack', PLAIN_ACK],
    ['ack-full', FULL_ACK],
    ['receipt-message', RECEIPT_MESSAGE],
    ['window', WINDOW],
    ['confirm', CONFIRM],
  ])('%s opens under the keys of the example session', (name, message) => {
    const opened = openAckpay(message.type === 'window' ? DEVICE_KEYS : HEADEND_KEYS, SID, bytesOf(name));
    expect(opened.ok && opened.value.message).toEqual(message);
  });

  it.each<[string, AckpayMessage]>([
    ['short-ack', STEADY_ACK],
    ['short-ack-full', FULL_ACK],
    ['short-receipt-message', RECEIPT_MESSAGE],
    ['short-window', WINDOW],
    ['short-confirm', CONFIRM],
  ])('%s says the same in its short form', (name, message) => {
    const opened = decodeShort(bytesOf(name), SHORT_CONTEXT);
    expect(opened.ok && opened.value.message).toEqual(message);
  });

  it('srtcp-short is the receipt and the ACK in one datagram', () => {
    const opened = createSrtpReceiver(HEADEND_KEYS.srtpToHeadend).unprotectRtcp(bytesOf('srtcp-short'));
    expect(opened.ok && splitCompound(opened.value)).toEqual({ ok: true, value: [bytesOf('short-receipt-message'), bytesOf('short-ack')] });
  });

  it('receipt reads as it was signed', () => expect(decodeReceipt(bytesOf('receipt'))).toEqual({ ok: true, value: RECEIPT }));

  it('srtcp-ack is the ack, srtp the rtp, rtx too', () => {
    expect(createSrtpReceiver(HEADEND_KEYS.srtpToHeadend).unprotectRtcp(bytesOf('srtcp-ack'))).toEqual({ ok: true, value: bytesOf('ack') });
    expect(createSrtpReceiver(DEVICE_KEYS.srtpToDevice).unprotectRtp(bytesOf('srtp'))).toEqual({ ok: true, value: bytesOf('rtp') });
    expect(unwrapRtx(bytesOf('rtx'), { payloadType: 97, ssrc: SSRCS.media })).toEqual({ ok: true, value: bytesOf('rtp') });
    expect(decodeRtp(bytesOf('rtp'))).toEqual({ ok: true, value: MEDIA });
  });

  it('red has the copies of two packets and its own sound', () => {
    const packet = decodeRtp(bytesOf('red'));
    expect(packet).toMatchObject({ ok: true, value: { payloadType: RED_PAYLOAD_TYPE, sequence: 100, timestamp: 96_960 } });
    expect(packet.ok && decodeRed(packet.value.payload, 97)).toEqual({ ok: true, value: RED });
  });

  it('challenge-response answers the challenge in rtp', () => {
    const response = challengeResponse(HEADEND_KEYS.challenge, SID, MEDIA.sequence, NONCE, sha256(MEDIA.payload));
    expect(toHex(bytesOf('challenge-response'))).toBe(toHex(response));
  });

  it('rtsp-play is authentic, and frame a frame', () => {
    const [request] = new RtspParser().push(bytesOf('rtsp-play')).items;
    const auth = request?.kind === 'request' ? (request.headers.get('ackpay-auth') ?? '') : '';
    expect(verifyRtspAuth(HEADEND_KEYS.rtsp, PLAY, auth)).toBe(true);
    expect(new RtspParser().push(bytesOf('frame')).items).toEqual([{ kind: 'interleaved', channel: 0, payload: bytesOf('rtp') }]);
  });

  it('reports, NACK and segment read as they were meant', () => {
    expect(decodeRtcp(bytesOf('empty-report'))).toEqual({ ok: true, value: REPORT });
    expect(decodeRtcp(bytesOf('nack'))).toEqual({ ok: true, value: NACK });
    const segment = decodeSegment(bytesOf('segment'));
    expect(segment.ok && [...segment.value]).toEqual(SEGMENT);
  });
});
