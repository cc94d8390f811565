import { type Static, Type } from '@sinclair/typebox';
import { LICENCE_EVENTS, LICENCE_STATUSES } from '../domain/licence/licence.ts';
import { limits } from '../limits.ts';
import { CatalogueWork } from './http-api.ts';

const Text = (max: number) => Type.String({ maxLength: max });
const Instant = Type.String({ maxLength: 30, description: 'ISO 8601, UTC' });
/** Minor units. */
const Fee = Type.String({ pattern: '^(0|[1-9][0-9]{0,8})$' });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/**
 * Checkout (332): a licence of the caller's account on a work. Asked again, it answers the licence that is already there.
 * `maxFeeMinor`: what whoever asks agreed to pay for it; absent: nothing. `decodes`: the films that the box shows, as `decodersText` writes them; absent: none.
 * `spender`: whose fee it is, for the spending caps of the household; absent: a guest's.
 */
export const CheckoutRequest = Type.Object(
  { resource: Text(64), decodes: Type.Optional(Text(80)), maxFeeMinor: Type.Optional(Fee), spender: Type.Optional(Text(64)) },
  { additionalProperties: false },
);
export type CheckoutRequest = Static<typeof CheckoutRequest>;

/** What a checkout would cost whoever asks, and for how long it would be: nothing is agreed by asking. */
export const LendingOffer = Type.Object({
  /** 0 where the account has it checked out already. */
  feeMinor: Fee,
  /** Milliseconds; null: for good. */
  periodMs: Type.Union([Count, Type.Null()]),
});
export type LendingOffer = Static<typeof LendingOffer>;

/** What a return brings along (claims 6 to 9). `copiesFound` is an attestation of the box (B-15). */
export const ReturnRequest = Type.Object(
  {
    uses: Count,
    heardMs: Count,
    content: Type.Union([Type.Literal('deleted'), Type.Literal('sent-back'), Type.Literal('not-there')]),
    bytes: Count,
    copiesFound: Count,
  },
  { additionalProperties: false },
);
export type ReturnRequest = Static<typeof ReturnRequest>;

const Link = Type.Object({ rel: Text(20), href: Text(300), type: Text(80), templated: Type.Optional(Type.Boolean()) });

/** The Status Document of LSD 1.0, 2. `licence` beside it is ours: what the licence is on, and until when. */
export const StatusDocument = Type.Object({
  id: Text(64),
  status: Type.Union(LICENCE_STATUSES.map((status) => Type.Literal(status))),
  message: Text(300),
  updated: Type.Object({ license: Instant, status: Instant }),
  links: Type.Array(Link),
  potential_rights: Type.Optional(Type.Object({ end: Instant })),
  events: Type.Array(Type.Object({ type: Type.Union(LICENCE_EVENTS.map((event) => Type.Literal(event))), name: Text(80), id: Text(64), timestamp: Instant })),
  licence: Type.Object({
    resource: Text(64),
    resourceKind: Type.Union([Type.Literal('work'), Type.Literal('software')]),
    title: Text(300),
    modelHash: Text(64),
    start: Instant,
    end: Type.Union([Instant, Type.Null()]),
    /** What the checkout cost, and each renewal costs. */
    feeMinor: Type.Optional(Fee),
  }),
});
export type StatusDocument = Static<typeof StatusDocument>;

export const LicenceList = Type.Object({ licences: Type.Array(StatusDocument) });
export type LicenceList = Static<typeof LicenceList>;

/** How a title is lent: by the operator, for all licences that are checked out from then on. */
export const LendingRule = Type.Object(
  {
    resourceKind: Type.Union([Type.Literal('work'), Type.Literal('software')]),
    mode: Type.Union([Type.Literal('continuous'), Type.Literal('intermittent')]),
    pulseMs: Type.Union([Type.Integer({ minimum: 1_000, maximum: 86_400_000 }), Type.Null()]),
    unlock: Type.Union([Type.Literal('use'), Type.Literal('lease'), Type.Literal('good'), Type.Null()]),
    protection: Text(40),
    /** One checkout or renewal; of no meaning where it is unlocked for good. */
    periodMs: Type.Integer({ minimum: 1_000, maximum: 366 * 86_400_000 }),
    /** What a checkout and each renewal cost, minor units. */
    feeMinor: Type.Optional(Fee),
    /** Or the hash of a pricing model that the headend knows: each is a use of it. */
    feeModel: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  { additionalProperties: false },
);
export type LendingRule = Static<typeof LendingRule>;

/** A rule, whose model of the fee may come along; it is then kept as one of the house's. */
export const LendingRequest = Type.Object(
  { ...LendingRule.properties, feeModelXml: Type.Optional(Type.String({ minLength: 1, maxLength: limits.pricingModelBytes })) },
  { additionalProperties: false },
);

const HexBytes = (bytes: number) => Type.String({ pattern: `^[0-9a-f]{${2 * bytes}}$` });

const LoanSegment = Type.Object({
  hash: HexBytes(32),
  bytes: Type.Integer({ minimum: 1, maximum: 0xffff_ffff }),
  /** Of a film: the packets of it from which a decoder can begin; the first one is where the segment begins. */
  accessPoints: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 0xffff_ffff }), { minItems: 1, maxItems: 5_000 })),
});

/** What a box needs to fetch a checked-out title and to use it: signed terms, and the segments in order, of whatever media kind. */
export const LoanContent = Type.Object({
  /** Canonical JSON of `LoanTerms`, signed as these very bytes. */
  terms: Text(16_384),
  signature: HexBytes(64),
  work: CatalogueWork,
  segments: Type.Array(LoanSegment, { maxItems: 10_000 }),
});
export type LoanContent = Static<typeof LoanContent>;

/** A pulse asks for the key after the one it names; the first names none. Without a pulse (intermittent mode) `number` is null. */
export const KeyRequest = Type.Object({ number: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]) }, { additionalProperties: false });
export type KeyRequest = Static<typeof KeyRequest>;
/** Leased for memory only. `current` opens what is wrapped now, `next` is to wrap it from now on. */
export const KeyLease = Type.Object({ number: Count, current: Type.Union([HexBytes(32), Type.Null()]), next: HexBytes(32) });
export type KeyLease = Static<typeof KeyLease>;

/** A segment that is sent back whole (claim 7), in parts of limits.loanPartBytes. */
export const ReturnedPart = Type.Object({ from: Count, total: Count, hex: Type.String({ pattern: '^([0-9a-f]{2})*$' }) }, { additionalProperties: false });
export type ReturnedPart = Static<typeof ReturnedPart>;
