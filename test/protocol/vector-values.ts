import { sealAckpay } from '../../src/platform/crypto/ackpay-seal.ts';
import { challengeResponse } from '../../src/platform/crypto/challenge.ts';
import { sha256 } from '../../src/platform/crypto/digest.ts';
import { deriveSessionKeys, type EphemeralKey, importEphemeral } from '../../src/platform/crypto/key-agreement.ts';
import type { SessionKeys } from '../../src/platform/crypto/session-keys.ts';
import { rtspAuth } from '../../src/platform/rtsp-auth.ts';
import { createSrtpSender } from '../../src/platform/srtp.ts';
import { concatBytes, fromHex, toHex } from '../../src/units/bytes.ts';
import { encodeReceipt, sidBytes } from '../../src/wire/ack-receipt.ts';
import { encodeShort } from '../../src/wire/ackpay-short.ts';
import { encodeRed, RED_PAYLOAD_TYPE } from '../../src/wire/red.ts';
import { resumeTranscript } from '../../src/wire/resume-transcript.ts';
import { encodeRtcp, type Nack, type ReceiverReport } from '../../src/wire/rtcp.ts';
import { encodeRtp, type RtpPacket } from '../../src/wire/rtp.ts';
import { type HeaderList, serializeInterleaved, serializeRequest } from '../../src/wire/rtsp.ts';
import { wrapRtx } from '../../src/wire/rtx.ts';
import { encodeSegment } from '../../src/wire/segment.ts';
import { CONFIRM, FULL_ACK, PLAIN_ACK, RECEIPT, RECEIPT_MESSAGE, SHORT_CONTEXT, SSRCS, STEADY_ACK, WINDOW } from '../unit/wire/sample-messages.ts';

/** PKCS #8 header of a bare X25519 private key (RFC 8410). */
const X25519_PKCS8 = fromHex('302e020100300506032b656e04220420') ?? new Uint8Array();

/** 32 bytes that count up from `first`: nobody's key. */
function exampleKey(first: number): EphemeralKey {
  return importEphemeral(concatBytes(X25519_PKCS8, counting(first, 32)));
}

function counting(first: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => first + at);
}

export const SID = sidBytes(RECEIPT.sid);
export const DEVICE_KEY = exampleKey(0x01);
export const HEADEND_KEY = exampleKey(0x41);

/** What a headend answers to a resume, before it is signed. */
export const RESUMED = {
  epoch: 1,
  headendEphemeral: toHex(HEADEND_KEY.publicKey),
  counts: [{ node: 0, billingClass: 'paid' as const, packets: 80 }],
  lostPaid: 1,
  nextSequence: 0,
  paidRanges: [
    [0, 40],
    [41, 40],
  ],
  confirmEventId: 'bb'.repeat(16),
};
export const TRANSCRIPT = resumeTranscript({
  sid: RECEIPT.sid,
  termsHash: 'aa'.repeat(32),
  nonce: '11'.repeat(16),
  deviceEphemeral: toHex(DEVICE_KEY.publicKey),
  response: RESUMED,
});

function keysOf(side: 'device' | 'headend'): SessionKeys {
  const [own, other] = side === 'device' ? [DEVICE_KEY, HEADEND_KEY] : [HEADEND_KEY, DEVICE_KEY];
  const keys = deriveSessionKeys({ ourPrivate: own.privateKey, theirPublic: other.publicKey, sid: SID, epoch: 1, transcriptHash: sha256(TRANSCRIPT) });
  if (!keys.ok) throw new Error(keys.error.message);
  return keys.value;
}

export const DEVICE_KEYS = keysOf('device');
export const HEADEND_KEYS = keysOf('headend');
export const NONCE = counting(0xa0, 8);
export const MEDIA: RtpPacket = {
  payloadType: 97,
  marker: true,
  sequence: 99,
  timestamp: 96_000,
  ssrc: SSRCS.media,
  challenge: NONCE,
  payload: Uint8Array.of(0xfc, 0xff, 0xfe),
};
export const REPORT: ReceiverReport = { type: 'receiver-report', ssrc: SSRCS.sender, reports: [] };
export const NACK: Nack = { type: 'nack', sender: SSRCS.sender, media: SSRCS.media, lost: [10, 12, 65_535] };
/** Slot 100 with copies of 98 and of 99, which has no challenge here. */
export const RED = {
  copies: [
    { ticksBefore: 1_920, payload: Uint8Array.of(0xfc, 0x62) },
    { ticksBefore: 960, payload: Uint8Array.of(0xfc, 0x63, 0x63) },
  ],
  own: Uint8Array.of(0xfc, 0x64),
};
export const RTX_STREAM = { ssrc: SSRCS.media + 1, sequence: 5 };
export const PLAY = { method: 'PLAY', uri: `rtsp://headend.example:8554/sessions/${RECEIPT.sid}`, cseq: 2, body: new Uint8Array() };
export const SEGMENT = [Uint8Array.of(0xfc, 1), Uint8Array.of(0xfc, 2, 3)];

const playHeaders: HeaderList = {
  CSeq: PLAY.cseq,
  Require: 'ackpay.v1',
  'Ackpay-Session': RECEIPT.sid,
  'Ackpay-Epoch': 1,
  'Ackpay-Auth': rtspAuth(DEVICE_KEYS.rtsp, PLAY),
  Session: '0123456789abcdef',
  Range: 'npt=1.620-',
};

function sealed(message: Parameters<typeof sealAckpay>[2]): Uint8Array {
  const own = message.type === 'window';
  return sealAckpay(own ? HEADEND_KEYS : DEVICE_KEYS, SID, message, own ? { sender: SSRCS.media, media: SSRCS.media } : SSRCS);
}

function short(message: Parameters<typeof sealAckpay>[2]): Uint8Array {
  return encodeShort(message, message.type === 'window' ? { sender: SSRCS.media, media: SSRCS.media } : SSRCS, SHORT_CONTEXT);
}

const rtp = encodeRtp(MEDIA);
const redHeader = { payloadType: RED_PAYLOAD_TYPE, marker: false, sequence: MEDIA.sequence + 1, timestamp: MEDIA.timestamp + 960, ssrc: MEDIA.ssrc };

/** The byte vectors of the protocol document, by the name that stands above each of them. */
export const VECTORS: Readonly<Record<string, Uint8Array>> = {
  'device-public': DEVICE_KEY.publicKey,
  'headend-public': HEADEND_KEY.publicKey,
  transcript: TRANSCRIPT,
  'transcript-hash': sha256(TRANSCRIPT),
  'key-ack': DEVICE_KEYS.deviceTag,
  'key-srv': DEVICE_KEYS.headendTag,
  'key-chal': DEVICE_KEYS.challenge,
  'key-rtsp': DEVICE_KEYS.rtsp,
  'srtp-to-device': concatBytes(DEVICE_KEYS.srtpToDevice.key, DEVICE_KEYS.srtpToDevice.salt),
  'srtp-to-headend': concatBytes(DEVICE_KEYS.srtpToHeadend.key, DEVICE_KEYS.srtpToHeadend.salt),
  'rtsp-play': serializeRequest({ method: PLAY.method, uri: PLAY.uri, headers: playHeaders }),
  rtp,
  srtp: createSrtpSender(HEADEND_KEYS.srtpToDevice, SSRCS.media).protectRtp(rtp),
  rtx: wrapRtx(rtp, RTX_STREAM),
  red: encodeRtp({ ...redHeader, payload: encodeRed(RED, MEDIA.payloadType) }),
  'challenge-response': challengeResponse(DEVICE_KEYS.challenge, SID, MEDIA.sequence, NONCE, sha256(MEDIA.payload)),
  ack: sealed(PLAIN_ACK),
  'ack-full': sealed(FULL_ACK),
  receipt: encodeReceipt(RECEIPT),
  'receipt-message': sealed(RECEIPT_MESSAGE),
  window: sealed(WINDOW),
  confirm: sealed(CONFIRM),
  'srtcp-ack': createSrtpSender(DEVICE_KEYS.srtpToHeadend, SSRCS.sender).protectRtcp(sealed(PLAIN_ACK)),
  'short-ack': short(STEADY_ACK),
  'short-ack-full': short(FULL_ACK),
  'short-receipt-message': short(RECEIPT_MESSAGE),
  'short-window': short(WINDOW),
  'short-confirm': short(CONFIRM),
  'srtcp-short': createSrtpSender(DEVICE_KEYS.srtpToHeadend, SSRCS.sender).protectRtcp(concatBytes(short(RECEIPT_MESSAGE), short(STEADY_ACK))),
  'empty-report': encodeRtcp(REPORT),
  nack: encodeRtcp(NACK),
  frame: serializeInterleaved(0, rtp),
  segment: encodeSegment(SEGMENT),
};
