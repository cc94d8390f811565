import { type Static, Type } from '@sinclair/typebox';
import { limits } from '../limits.ts';

/**
 * The headend's HTTP API as schemas: the OpenAPI document, the validation and the types of both programs come from here.
 * Every request of a box is signed (platform/request-signature.ts, ruling 22). Amounts are decimal text in minor units;
 * binary values are lower-case hex.
 */
const Hex = (bytes: number) => Type.String({ pattern: `^[0-9a-f]{${2 * bytes}}$` });
const Text = (max: number) => Type.String({ maxLength: max });
const Amount = Type.String({ pattern: '^-?[0-9]{1,15}$' });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** Packet indexes of a work: [first, packets], in order, with a hole between any two. */
const Ranges = Type.Array(Type.Array(Count, { minItems: 2, maxItems: 2 }), { maxItems: limits.paidRanges });

/** RFC 9457. `code` is closed and stable; `title` says what to do. */
export const Problem = Type.Object({ type: Type.String(), code: Type.String(), title: Type.String(), status: Type.Integer() });
export type Problem = Static<typeof Problem>;

/** First contact of a box: its key and a nonce. The one-time code shown on the box is derived from these and the CA it saw. */
export const EnrolRequest = Type.Object({
  devicePublicKey: Hex(32),
  nonce: Hex(16),
  name: Text(80),
  profile: Type.Union([Type.Literal('jukebox'), Type.Literal('set-top')]),
});
export type EnrolRequest = Static<typeof EnrolRequest>;
export const EnrolResponse = Type.Union([
  Type.Object({ state: Type.Literal('pending') }),
  Type.Object({ state: Type.Literal('enrolled'), account: Text(64), outlet: Text(64), location: Text(64), currency: Text(3), headendPublicKey: Hex(32) }),
]);
export type EnrolResponse = Static<typeof EnrolResponse>;

/** One form in which a film can be sent. */
export const Rendition = Type.Object({
  name: Type.String({ pattern: '^[a-z0-9-]{1,32}$' }),
  codec: Type.Union([Type.Literal('h264'), Type.Literal('hevc')]),
  width: Type.Integer({ minimum: 1, maximum: 8_192 }),
  height: Type.Integer({ minimum: 1, maximum: 8_192 }),
});
export type Rendition = Static<typeof Rendition>;

export const CatalogueWork = Type.Object({
  id: Text(64),
  title: Text(300),
  artist: Text(300),
  album: Text(300),
  genre: Text(300),
  year: Type.Union([Type.Integer(), Type.Null()]),
  durationMs: Count,
  channels: Type.Integer({ minimum: 1, maximum: 2 }),
  preSkip: Count,
  totalSamples: Count,
  packets: Count,
  /** dB to add so that the work sounds at -18 LUFS. */
  gainDb: Type.Number({ minimum: -40, maximum: 40 }),
  priceMinor: Amount,
  currency: Text(3),
  free: Type.Boolean(),
  cover: Type.Union([Hex(32), Type.Null()]),
  /** A work with pictures; absent for sound alone. Its packets last `packetMs` and not 20 ms, in every rendition. */
  video: Type.Optional(Type.Object({ packetMs: Type.Integer({ minimum: 1, maximum: limits.packetMs }), renditions: Type.Array(Rendition, { minItems: 1 }) })),
  /** Years: from this age on; absent: for everybody. A set-top asks for its PIN. */
  ageRating: Type.Optional(Type.Integer({ minimum: 1, maximum: 21 })),
  /** A live channel, and its number on the remote: packet 0 is the moment at which it is joined. */
  channel: Type.Optional(Type.Object({ number: Type.Integer({ minimum: 0, maximum: 9_999 }) })),
});
export type CatalogueWork = Static<typeof CatalogueWork>;
export const CatalogueResponse = Type.Object({ version: Text(64), works: Type.Array(CatalogueWork) });
export type CatalogueResponse = Static<typeof CatalogueResponse>;

/** Checkout: idempotent by `Idempotency-Key` (the play id). `trial: false` when the play comes from the queue. */
export const OfferRequest = Type.Object({
  playId: Text(64),
  work: Text(64),
  trial: Type.Boolean(),
  /** Who is listening, as the box knows him: a coin session. Pre-listens are counted for each; absent: for the box, or its account. */
  payer: Type.Optional(Text(64)),
  /** Of a set-top: whose play it is, for the spending caps of the household; null: a guest's. Absent: as null. */
  spender: Type.Optional(Type.Union([Text(64), Type.Null()])),
  maxQuoteMinor: Amount,
  currency: Text(3),
  deviceEphemeral: Hex(32),
  sdp: Text(8_192),
});
export type OfferRequest = Static<typeof OfferRequest>;
export const OfferResponse = Type.Object({
  sid: Hex(16),
  /** Canonical JSON of `Terms`, to be hashed and stored as these very bytes. */
  terms: Text(16_384),
  signature: Hex(64),
  headendEphemeral: Hex(32),
  /** What the quotes in the terms were made of, for the box to reckon them again: compiled models, one a price node, and the pricing state. */
  pricing: Type.Object({ models: Type.Array(Text(limits.compiledModelBytes), { minItems: 1, maxItems: 32 }), snapshot: Text(limits.httpBodyBytes) }),
  sdp: Text(8_192),
  rtspUrl: Text(300),
});
export type OfferResponse = Static<typeof OfferResponse>;

export const NonceResponse = Type.Object({ nonce: Hex(16) });
export type NonceResponse = Static<typeof NonceResponse>;

/** A fresh key exchange, strictly the next epoch (ruling 22). The device states the receipt it holds, if it has one. */
export const ResumeRequest = Type.Object({
  nonce: Hex(16),
  epoch: Type.Integer({ minimum: 1, maximum: 65_535 }),
  deviceEphemeral: Hex(32),
  receipt: Type.Union([Type.Object({ bytes: Text(1_024), signature: Hex(64) }), Type.Null()]),
  /** Which packets of the work the device counts as paid; the highest ranges where there are more. */
  paidRanges: Ranges,
});
export type ResumeRequest = Static<typeof ResumeRequest>;
export const ResumeResponse = Type.Object({
  epoch: Type.Integer(),
  headendEphemeral: Hex(32),
  /** Signed by the headend over the transcript of the exchange. */
  signature: Hex(64),
  /** What both sides go on from; the device takes it up to its own bound (ruling 27). */
  counts: Type.Array(Type.Object({ node: Count, billingClass: Text(16), packets: Count })),
  lostPaid: Count,
  nextSequence: Count,
  /** Exactly the packets of the work that the paid counts are about: none of them is sold again. */
  paidRanges: Ranges,
  confirmEventId: Hex(16),
  rtspUrl: Text(300),
});
export type ResumeResponse = Static<typeof ResumeResponse>;

export const RECORD_KINDS = ['usage', 'cash', 'receipt', 'audit', 'fault'] as const;
/** One line of the outbox (ruling 30). `body` is canonical JSON text; `bodyHash` its SHA-256. */
export const OutboxRecord = Type.Object({
  sequence: Count,
  bootId: Text(36),
  kind: Type.Union(RECORD_KINDS.map((kind) => Type.Literal(kind))),
  monotonicNs: Type.String({ pattern: '^[0-9]{1,20}$' }),
  wallMs: Type.Number(),
  wallQuality: Type.Union([Type.Literal('synced'), Type.Literal('held'), Type.Literal('unset')]),
  body: Text(16_384),
  bodyHash: Hex(32),
});
export type OutboxRecord = Static<typeof OutboxRecord>;

/** A batch of consecutive records of one store generation. Status of the box rides along; it is never billed. */
export const ReportRequest = Type.Object({
  generation: Text(36),
  records: Type.Array(OutboxRecord, { maxItems: 200 }),
  status: Type.Record(Type.String({ maxLength: 40 }), Type.Union([Type.String({ maxLength: 200 }), Type.Number(), Type.Boolean(), Type.Null()])),
  /** Results of commands the headend sent (ruling 35). */
  commandResults: Type.Array(Type.Object({ id: Text(36), ok: Type.Boolean(), code: Text(40), text: Text(2_000) }), { maxItems: 20 }),
});
export type ReportRequest = Static<typeof ReportRequest>;
export const ReportResponse = Type.Object({
  /** Every record up to here is durable in the system of record (or quarantined, which counts as delivered). */
  acknowledgedThrough: Count,
  /** Sequences whose number was already taken by another payload. */
  conflicts: Type.Array(Count),
  /** Answers to closing statements in the batch. */
  settlements: Type.Array(Type.Object({ sid: Hex(16), chargedMinor: Amount, agreed: Type.Boolean(), reason: Text(200), countersignature: Hex(64) })),
  commands: Type.Array(Type.Object({ id: Text(36), line: Text(400) })),
});
export type ReportResponse = Static<typeof ReportResponse>;
