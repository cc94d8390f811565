import { type Static, Type } from '@sinclair/typebox';
import { limits } from '../limits.ts';

/** The pricing API of the headend: what `ackbox price` does with files, over HTTP. Amounts are decimal text in major units, as in the cases. */
const closed = { additionalProperties: false } as const;
const Text = (max: number) => Type.String({ maxLength: max });
const Xml = Type.String({ minLength: 1, maxLength: limits.pricingModelBytes, description: 'A pricing model of document 002' });
const Lenient = Type.Optional(Type.Boolean({ description: 'Repairs what document 002 prints wrongly, and says so' }));
const Instant = Type.String({ maxLength: 40, description: 'ISO 8601 with a zone: 2026-03-28T00:00:00Z' });
const Id = Type.String({ pattern: '^[A-Za-z0-9._:-]{1,64}$' });
const Seconds = Type.Number({ minimum: 0, maximum: 1e9 });
const Free = Type.Record(Type.String(), Type.Unknown());

/** `{licence, currency, time_zone, usage_history}` as in a USAGE.json; what is in it is checked by its own reader. */
const Usage = Type.Record(Type.String(), Type.Unknown(), { description: 'licence, currency, time_zone and usage_history' });

const Finding = Type.Object({ line: Type.Integer(), column: Type.Integer(), code: Type.String(), rule: Type.String(), message: Type.String() });
export const CheckBody = Type.Object({ xml: Xml, lenient: Lenient }, closed);
export const CheckAnswer = Type.Object({
  valid: Type.Boolean(),
  errors: Type.Array(Finding),
  warnings: Type.Array(Finding),
  repairs: Type.Array(Finding),
  models: Type.Array(Type.Object({ id: Type.String(), currency: Type.Union([Type.String(), Type.Null()]) })),
});

export const RateBody = Type.Object({ xml: Xml, lenient: Lenient, usage: Usage, until: Instant }, closed);
export const RateAnswer = Type.Object({ cycles: Type.Array(Free), total_amount_due: Type.String(), conflicts: Type.Array(Type.String()) });
export const ExplainAnswer = Type.Object({ currency: Type.String(), cycles: Type.Array(Free) });
export const QuoteBody = Type.Object(
  { xml: Xml, lenient: Lenient, usage: Usage, at: Instant, seconds: Type.Optional(Type.Number({ minimum: 0, maximum: 1e9 })) },
  closed,
);
export const QuoteAnswer = Type.Object({
  price: Type.String(),
  currency: Type.String(),
  in_force: Type.Record(Type.String(), Type.String()),
  alternate_payment: Type.Union([Type.String(), Type.Null()]),
});
export const TreeBody = Type.Object({ tree: Type.Unknown(), licences: Type.Array(Text(64), { maxItems: 1_000 }), use: Text(64) }, closed);
export const TreeAnswer = Type.Object({
  price: Type.Union([Type.String(), Type.Record(Type.String(), Type.String())]),
  attributes: Type.Record(Type.String(), Type.String()),
});
export const CompareBody = Type.Object({ a: Xml, b: Xml, lenient: Lenient }, closed);
export const CompareAnswer = Type.Object({ a: Type.String(), b: Type.String(), same: Type.Boolean(), differences: Type.Array(Free) });
export const SimulateBody = Type.Object(
  { models: Type.Array(Xml, { minItems: 2, maxItems: 2 }), lenient: Lenient, until: Instant, histories: Type.Array(Usage, { minItems: 1, maxItems: 10_000 }) },
  closed,
);
const Spread = Type.Object({ min: Type.String(), p5: Type.String(), p50: Type.String(), p95: Type.String(), max: Type.String() });
export const SimulateAnswer = Type.Object({
  currency: Type.String(),
  users: Type.Integer(),
  winners: Type.Integer(),
  losers: Type.Integer(),
  unchanged: Type.Integer(),
  before: Type.String(),
  after: Type.String(),
  difference: Type.String(),
  spread: Type.Union([Spread, Type.Null()]),
  per_user: Type.Array(Type.Object({ user: Type.String(), before: Type.String(), after: Type.String(), difference: Type.String() })),
  left_out: Type.Array(Type.Object({ index: Type.Integer(), message: Type.String() })),
});

/** So many plays a month; it begins on the first of this month unless it says when. */
const Plan = Type.Object(
  {
    plays_a_month: Type.Integer({ minimum: 0, maximum: limits.plannedUsesOnline }),
    minutes: Type.Optional(Type.Number({ minimum: 0, maximum: 100_000 })),
    months: Type.Integer({ minimum: 1, maximum: limits.plannedMonths }),
    start: Type.Optional(Instant),
    time_zone: Type.Optional(Text(64)),
  },
  closed,
);
/** Which model is cheapest for a history (`usage`, `until`; default: now) or for a plan: one of the two. */
export const CheapestBody = Type.Object(
  {
    models: Type.Array(Xml, { minItems: 1, maxItems: limits.comparedModelsOnline }),
    lenient: Lenient,
    usage: Type.Optional(Usage),
    until: Type.Optional(Instant),
    plan: Type.Optional(Plan),
  },
  closed,
);
export const CheapestAnswer = Type.Object({
  usage: Type.String(),
  from: Type.String(),
  until: Type.String(),
  currency: Type.String(),
  cheapest: Type.Array(Type.String()),
  models: Type.Array(Type.Object({ model: Type.String(), total: Type.String(), more_than_cheapest: Type.String(), billed_until: Type.String() })),
});
export const AuditAnswer = Type.Object({
  licences: Type.Integer(),
  events: Type.Integer(),
  findings: Type.Array(Type.Object({ licence: Type.Integer(), problem: Type.String() })),
});

/** A vendor's model, read strictly; a stored one is never updated (P-2). */
export const ModelBody = Type.Object({ xml: Xml }, closed);
export const ModelAnswer = Type.Object({ id: Type.String(), hash: Type.String(), warnings: Type.Array(Finding) });
export const ModelList = Type.Object({
  models: Type.Array(Type.Object({ id: Type.String(), hash: Type.String(), vendor: Type.String(), created: Type.String() })),
});
/** Points a node to a model: how a new version comes into force. */
export const NodeBody = Type.Object({ model: Type.String({ pattern: '^[0-9a-f]{64}$' }), shared: Type.Optional(Type.Boolean()) }, closed);
export const NodeAnswer = Type.Object({ node: Type.String(), vendor: Type.String(), model: Type.String(), shared: Type.Boolean() });
/** The trees of a vendor; what is in them is checked by their own reader. */
export const SoldTreeBody = Type.Object({ tree: Type.Unknown() }, closed);
export const SoldTreeAnswer = Type.Object({ nodes: Type.Integer() });
/** Until when; null: for good. A time that is past ends it. */
export const NodeLicenceBody = Type.Object({ until: Type.Union([Instant, Type.Null()]) }, closed);
/** Parts of a work from its first packet on; the last one may leave out its length. `node: null` is free. */
export const PartsBody = Type.Object(
  {
    parts: Type.Array(
      Type.Object({ packets: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.workPacketsMax })), node: Type.Union([Id, Type.Null()]) }, closed),
      {
        maxItems: limits.workParts,
      },
    ),
  },
  closed,
);
export const PartsAnswer = Type.Object({ parts: Type.Array(Type.Object({ packets: Type.Integer(), node: Type.Union([Type.String(), Type.Null()]) })) });
/** Uses under licences, as another program reports them; debited all together, each once by its key. */
export const DebitBody = Type.Object(
  {
    uses: Type.Array(
      Type.Object(
        {
          ...{ key: Id, licence: Type.Integer({ minimum: 1 }), start: Instant, seconds: Seconds },
          // What they weigh say policies.
          ...{ processing_seconds: Type.Optional(Seconds), upload_seconds: Type.Optional(Seconds) },
        },
        closed,
      ),
      { minItems: 1, maxItems: 5_000 },
    ),
  },
  closed,
);
export const DebitAnswer = Type.Object({ debited: Type.Array(Type.Object({ key: Type.String(), minor: Type.String() })) });
/** Begins a licence, as a subscription does: one a user and resource; another model ends the one before. */
export const LicenceBody = Type.Object(
  {
    account: Type.String({ maxLength: 64 }),
    resource: Type.String({ minLength: 1, maxLength: 140 }),
    model: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    start: Instant,
    time_zone: Type.String({ maxLength: 64 }),
  },
  closed,
);
export const LicenceAnswer = Type.Object({ licence: Type.Integer() });
/** The user takes the alternate payment that stands on offer (ruling 42). */
export const AcceptBody = Type.Object({ key: Id, amountMinor: Type.String({ pattern: '^[0-9]{1,15}$' }) }, closed);
export const LicenceState = Type.Object({
  licence: Type.Integer(),
  start: Type.String(),
  ended: Type.Union([Type.String(), Type.Null()]),
  uses: Type.Integer(),
  cycles: Type.Array(Free),
  adjustments: Type.Array(Free),
});
export const AddressBody = Type.Object({ address: Type.Union([Type.String({ pattern: '^https?://', maxLength: 300 }), Type.Null()]) }, closed);

export const VendorResults = Type.Object({
  results: Type.Array(
    Type.Object({
      ...{ number: Type.Integer(), vendor: Type.String(), body: Type.String(), attempts: Type.Integer() },
      state: Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('given-up')]),
      lastError: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});

export type RateBody = Static<typeof RateBody>;
export type QuoteBody = Static<typeof QuoteBody>;
export type SimulateBody = Static<typeof SimulateBody>;
export type CheapestBody = Static<typeof CheapestBody>;
export type PartsBody = Static<typeof PartsBody>;
