import { closePlay } from '../../device/checkout/closing.ts';
import type { CreditTerms, Terms } from '../../src/domain/credit/terms.ts';
import { sha256, sha256Hex } from '../../src/platform/crypto/digest.ts';
import { loadSigner } from '../../src/platform/crypto/ed25519-signer.ts';
import { enrolmentCode } from '../../src/platform/enrolment-code.ts';
import { type SignedRequest, signRequest } from '../../src/platform/request-signature.ts';
import { rtspAuth } from '../../src/platform/rtsp-auth.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { fromHex, toHex } from '../../src/units/bytes.ts';
import { asId } from '../../src/units/ids.ts';
import { SAMPLES_PER_PACKET } from '../../src/units/time.ts';
import { canonicalJson } from '../../src/wire/canonical-json.ts';
import type {
  EnrolRequest,
  EnrolResponse,
  NonceResponse,
  OfferRequest,
  ReportRequest,
  ReportResponse,
  ResumeRequest,
  ResumeResponse,
} from '../../src/wire/http-api.ts';
import { encodeCompound, encodeRtcp, type ReceiverReport, type SenderReport } from '../../src/wire/rtcp.ts';
import { type HeaderList, LEAD_PARAMETER, serializeRequest, serializeResponse } from '../../src/wire/rtsp.ts';
import { formatNptRange, formatRtpInfo, formatTransport } from '../../src/wire/rtsp-headers.ts';
import { buildDescribe, buildOffer } from '../../src/wire/sdp.ts';
import { settlementAnswerBytes } from '../../src/wire/settlement-answer.ts';
import { encodeTerms, signedTermsBytes } from '../../src/wire/terms-text.ts';
import { RECEIPT, SSRCS } from '../unit/wire/sample-messages.ts';
import { DEVICE_KEY, DEVICE_KEYS, HEADEND_KEY, MEDIA, PLAY, RESUMED, TRANSCRIPT, VECTORS } from './vector-values.ts';

/** The Ed25519 key whose seed is 32 bytes that count up from `first` (RFC 8410): nobody's key. */
function signerFrom(first: number): Signer {
  const seed = Uint8Array.from({ length: 32 }, (_, at) => first + at);
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]).toString('base64');
  const loaded = loadSigner(`-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`);
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value;
}

export const DEVICE_SIGNER = signerFrom(0x81);
export const HEADEND_SIGNER = signerFrom(0xc1);
export const CREDIT: CreditTerms = {
  ...{ creditWindowPackets: 50, receiptWindowPackets: 250, lossAllowancePerMille: 15, ackEveryPackets: 10, ackIntervalMs: 200, receiptIntervalMs: 2_000 },
  ...{ challengeEveryMinPackets: 16, challengeEveryMaxPackets: 64, retransmitDeadlineMs: 800, prebufferMs: 150, playoutBufferPackets: 53, ackAuth: 'srtcp' },
};
export const TERMS: Terms = {
  version: 1,
  sid: RECEIPT.sid,
  ...{ account: asId('a1'), outlet: asId('o1'), location: asId('l1'), licence: asId('p1'), work: asId('w1') },
  ...{ packets: 6_000, packetMs: 20, currency: 'EUR' },
  nodes: [{ id: asId('n1'), vendor: asId('v1'), modelHash: '33'.repeat(32), quoteMinor: '100' }],
  pricingStateHash: '44'.repeat(32),
  credit: CREDIT,
  trial: { mode: 'restrict', packets: 250 },
  afterTrial: 'restart',
  deviceEphemeral: toHex(DEVICE_KEY.publicKey),
  headendEphemeral: toHex(HEADEND_KEY.publicKey),
  issuedAtMs: 1_800_000_000_000,
  expiresAtMs: 1_800_000_900_000,
};
const termsText = encodeTerms(TERMS);
const ask = { session: null, credit: CREDIT, trial: TERMS.trial };

const offer: OfferRequest = {
  ...{ playId: 'p1', work: 'w1', trial: true, maxQuoteMinor: '100', currency: 'EUR', deviceEphemeral: TERMS.deviceEphemeral },
  sdp: buildOffer({ address: '0.0.0.0', payloadType: 97, ackpay: ask, red: true }),
};
export const OFFER_SIGNED: SignedRequest = {
  ...{ method: 'POST', path: '/v1/sessions', body: new TextEncoder().encode(JSON.stringify(offer)) },
  ...{ idempotencyKey: 'p1', ephemeral: TERMS.deviceEphemeral },
};
const resume: ResumeRequest = {
  ...{ nonce: '11'.repeat(16), epoch: 1, deviceEphemeral: TERMS.deviceEphemeral, receipt: null },
  paidRanges: [
    [0, 40],
    [41, 39],
  ],
};
export const CLOSING = closePlay(
  {
    ...{ terms: TERMS, termsHash: sha256Hex(termsText), playId: asId('p1'), epoch: 1, counts: RECEIPT.counts, unheardPaidPackets: 20 },
    ...{ lostPackets: 1, heardMs: 1_400, confirmEventId: 'bb'.repeat(16), endReason: 'stopped', wallMs: 1_800_000_010_000 },
  },
  DEVICE_SIGNER,
);
const enrol: EnrolRequest = { devicePublicKey: toHex(DEVICE_SIGNER.publicKey), nonce: '11'.repeat(16), name: 'Corner bar', profile: 'jukebox' };
const enrolled: EnrolResponse = {
  ...{ state: 'enrolled', account: 'a1', outlet: 'o1', location: 'l1', currency: 'EUR', headendPublicKey: toHex(HEADEND_SIGNER.publicKey) },
};
const resumed: ResumeResponse = { ...RESUMED, signature: toHex(HEADEND_SIGNER.sign(TRANSCRIPT)), rtspUrl: 'rtsp://headend.example:8554/' };
export const SETTLEMENT = {
  ...{ sid: RECEIPT.sid, statementHash: sha256Hex(CLOSING.statement.text), chargedMinor: String(CLOSING.chargedMinor), agreed: true },
};

const record = canonicalJson({ statement: CLOSING.statement.text, signature: CLOSING.statement.signature });
const report: ReportRequest = {
  generation: '01a203c6-a47f-74eb-96d8-2926f3000001',
  records: [
    {
      ...{ sequence: 7, bootId: '01a203c6-a47f-74eb-96d8-2926f3000002', kind: 'receipt', monotonicNs: '12000000000' },
      ...{ wallMs: 1_800_000_010_000, wallQuality: 'synced', body: record, bodyHash: sha256Hex(record) },
    },
  ],
  status: { version: '1.0.0' },
  commandResults: [],
};
const reported: ReportResponse = {
  acknowledgedThrough: 7,
  conflicts: [],
  settlements: [
    {
      ...{ sid: SETTLEMENT.sid, chargedMinor: SETTLEMENT.chargedMinor, agreed: true, reason: '' },
      countersignature: toHex(HEADEND_SIGNER.sign(settlementAnswerBytes(SETTLEMENT))),
    },
  ],
  commands: [],
};

/** Headers that every RTSP request of the example session has. */
function request(method: string, cseq: number, own: HeaderList, text = ''): string {
  const body = new TextEncoder().encode(text);
  const auth = rtspAuth(DEVICE_KEYS.rtsp, { method, uri: PLAY.uri, cseq, body });
  const headers = { CSeq: cseq, Require: 'ackpay.v1', 'Ackpay-Session': RECEIPT.sid, 'Ackpay-Epoch': 1, 'Ackpay-Auth': auth, ...own };
  return new TextDecoder().decode(serializeRequest({ method, uri: PLAY.uri, headers, body }));
}

function answer(headers: HeaderList): string {
  return new TextDecoder().decode(serializeResponse({ status: 200, headers }));
}

const session = { Session: '0123456789abcdef' };
const udp = { profile: 'RTP/SAVPF', lower: 'UDP', clientPort: [6_000, 6_001] } as const;

/** What is text, by the name that stands above it in the document; lines of RTSP and SDP end in CRLF. */
export const TEXTS: Readonly<Record<string, string>> = {
  'enrolment-code': enrolmentCode(DEVICE_SIGNER.publicKey, new TextEncoder().encode('example CA'), new Uint8Array(16).fill(0x11)),
  'sdp-offer': offer.sdp,
  'sdp-answer': buildDescribe({
    ...{ sessionId: 1, address: '192.0.2.1', name: 'Artist - Title', control: 'audio', payloadType: 97, channels: 2, bandwidthKbps: 128, preSkip: 312 },
    ...{ totalSamples: 5_759_688, ackpay: { session: { sid: RECEIPT.sid, termsHash: sha256Hex(termsText) }, credit: CREDIT, trial: TERMS.trial }, red: true },
  }),
  'offer-request': JSON.stringify(offer),
  terms: termsText,
  'resume-request': JSON.stringify(resume),
  'rtsp-setup': request('SETUP', 1, { Transport: formatTransport({ ...udp, ssrc: SSRCS.sender }), 'Ackpay-Red': '2' }),
  'rtsp-setup-answer': answer({
    CSeq: 1,
    Transport: formatTransport({ ...udp, serverPort: [7_000, 7_001], ssrc: SSRCS.media }),
    Session: `${session.Session};timeout=60`,
    'Ackpay-Red': 2,
  }),
  'rtsp-play-answer': answer({
    ...{ CSeq: 2, Session: `${session.Session};timeout=60`, Range: formatNptRange({ fromMs: 81 * 20, toMs: null }) },
    'RTP-Info': formatRtpInfo({ uri: PLAY.uri, sequence: 99, rtpTimestamp: MEDIA.timestamp - 81 * SAMPLES_PER_PACKET }),
  }),
  'rtsp-set-parameter': request('SET_PARAMETER', 3, { 'Content-Type': 'text/parameters', ...session }, `${LEAD_PARAMETER}: 700\r\n`),
  'rtsp-get-parameter': request('GET_PARAMETER', 4, session),
  'rtsp-pause': request('PAUSE', 5, session),
  'rtsp-teardown': request('TEARDOWN', 6, session),
  statement: CLOSING.statement.text,
  'receipt-record': record,
  'enrol-request': JSON.stringify(enrol),
  'enrol-answer': JSON.stringify(enrolled),
  'nonce-answer': JSON.stringify({ nonce: resume.nonce } satisfies NonceResponse),
  'resume-answer': JSON.stringify(resumed),
  'report-request': JSON.stringify(report),
  'report-answer': JSON.stringify(reported),
};

export const SENDER_REPORT: SenderReport = {
  ...{ type: 'sender-report', ssrc: SSRCS.media, ntp: 0xe8fe_6a2a_8000_0000n, rtpTimestamp: 96_960, packets: 100, octets: 25_000, reports: [] },
};
export const RECEIVER_REPORT: ReceiverReport = {
  type: 'receiver-report',
  ssrc: SSRCS.sender,
  reports: [
    {
      ...{ ssrc: SSRCS.media, fractionLost: 2, cumulativeLost: 1, highestSequence: 99, jitter: 48 },
      ...{ lastSenderReport: 0x6a2a_8000, delaySinceLastSenderReport: 13_107 },
    },
  ],
};

/** Byte vectors of what is agreed, reported and settled. */
export const MORE_VECTORS: Readonly<Record<string, Uint8Array>> = {
  ...VECTORS,
  'device-signing-public': DEVICE_SIGNER.publicKey,
  'headend-signing-public': HEADEND_SIGNER.publicKey,
  'offer-signature': fromHex(signRequest(DEVICE_SIGNER, OFFER_SIGNED)) ?? new Uint8Array(),
  'terms-hash': sha256(new TextEncoder().encode(termsText)),
  'terms-signature': HEADEND_SIGNER.sign(signedTermsBytes(termsText)),
  'resume-signature': HEADEND_SIGNER.sign(TRANSCRIPT),
  'sender-report': encodeCompound([SENDER_REPORT, { type: 'source-description', chunks: [{ ssrc: SSRCS.media, cname: 'ackbox-headend' }] }]),
  'receiver-report': encodeRtcp(RECEIVER_REPORT),
  bye: encodeCompound([
    { ...SENDER_REPORT },
    { type: 'source-description', chunks: [{ ssrc: SSRCS.media, cname: 'ackbox-headend' }] },
    { type: 'bye', ssrcs: [SSRCS.media], reason: 'end of the song' },
  ]),
  'statement-signature': fromHex(CLOSING.statement.signature) ?? new Uint8Array(),
  countersignature: HEADEND_SIGNER.sign(settlementAnswerBytes(SETTLEMENT)),
};
