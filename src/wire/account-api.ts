import { type Static, Type } from '@sinclair/typebox';
import { PAYMENT_STATES } from '../domain/ledger/payment-standing.ts';

const closed = { additionalProperties: false } as const;
const Amount = Type.String({ pattern: '^-?[0-9]{1,15}$' });
export const PAYMENT_METHODS = ['card', 'transfer', 'cash'] as const;
const Method = Type.Union(PAYMENT_METHODS.map((method) => Type.Literal(method)));

/** How the account of a box stands, and the form by which it can pay; amounts in minor units. */
export const AccountStanding = Type.Object({
  state: Type.Union(PAYMENT_STATES.map((state) => Type.Literal(state))),
  owedMinor: Amount,
  overdueMinor: Amount,
  overdueSince: Type.Union([Type.String(), Type.Null()]),
  currency: Type.String({ maxLength: 3 }),
  /** What is to be said, in English; a box says it in its own language, by the state. */
  text: Type.String({ maxLength: 300 }),
  /** null: nothing is owed. Sent to /v1/account/top-ups. */
  topUp: Type.Union([Type.Object({ suggestedMinor: Type.Array(Amount), methods: Type.Array(Method) }), Type.Null()]),
});
export type AccountStanding = Static<typeof AccountStanding>;

const Title = Type.String({ maxLength: 400 });
/** What the account was charged for: a play, the use of a loan, a use that another program reported, a cycle, a checkout or its renewal; or what an advert gave it, and what it paid. */
export const CHARGE_KINDS = ['play', 'loan', 'use', 'cycle', 'advert', 'fee', 'payment'] as const;
/** A line of the ledger about the account; negative: given back, or paid. */
export const ChargedLine = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  at: Type.String(),
  kind: Type.Union(CHARGE_KINDS.map((kind) => Type.Literal(kind))),
  title: Title,
  amountMinor: Amount,
});
export type ChargedLine = Static<typeof ChargedLine>;
/** A billing cycle under way: its bill, if nothing more is used until it closes. */
export const RunningCycle = Type.Object({
  title: Title,
  model: Type.String({ maxLength: 300 }),
  since: Type.String(),
  until: Type.String(),
  uses: Type.Integer({ minimum: 0 }),
  amountMinor: Amount,
});
export type RunningCycle = Static<typeof RunningCycle>;
/** What became of a form that was filled in. */
const AskedPayment = Type.Object({
  key: Type.String(),
  amountMinor: Amount,
  method: Type.String({ maxLength: 40 }),
  state: Type.Union([Type.Literal('pending'), Type.Literal('paid'), Type.Literal('failed')]),
  reason: Type.String({ maxLength: 200 }),
});
/** What a box posts beside its plays, as the headend did: once by its key. */
export const AccountLine = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  key: Type.String({ maxLength: 80 }),
  at: Type.String(),
  title: Title,
  amountMinor: Amount,
});
export type AccountLine = Static<typeof AccountLine>;

/** The standing, with the newest lines behind it, the cycles that are open, and the newest payments. */
export const AccountAnswer = Type.Object({
  ...AccountStanding.properties,
  charges: Type.Array(ChargedLine),
  cycles: Type.Array(RunningCycle),
  payments: Type.Array(AskedPayment),
  /** After the number that was asked for; none where none was. `through`: from where to ask next. */
  lines: Type.Array(AccountLine),
  through: Type.Integer({ minimum: 0 }),
});
export type AccountAnswer = Static<typeof AccountAnswer>;

/** The filled-in form. Its key makes it happen once. */
export const TopUpRequest = Type.Object(
  { key: Type.String({ pattern: '^[A-Za-z0-9-]{8,64}$' }), amountMinor: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }), method: Method },
  closed,
);
export type TopUpRequest = Static<typeof TopUpRequest>;
export const TopUpAnswer = Type.Object({
  key: Type.String(),
  state: Type.Union([Type.Literal('pending'), Type.Literal('paid'), Type.Literal('failed')]),
  reason: Type.String(),
});
export type TopUpAnswer = Static<typeof TopUpAnswer>;
/** What the payment system says became of it. */
export const PaymentOutcome = Type.Object(
  { state: Type.Union([Type.Literal('paid'), Type.Literal('failed')]), reason: Type.String({ maxLength: 200 }) },
  closed,
);
/** Days from a charge until it is due, and until nothing more is sold; null: nothing ever falls due. */
export const PaymentTermsBody = Type.Union([
  Type.Object({ dueDays: Type.Integer({ minimum: 0, maximum: 3_650 }), unpaidDays: Type.Integer({ minimum: 1, maximum: 3_650 }) }, closed),
  Type.Null(),
]);
export type PaymentTermsBody = Static<typeof PaymentTermsBody>;

const Months = Type.Integer({ minimum: 1, maximum: 24 });
export const CheapestPlan = Type.Object(
  { playsAMonth: Type.Integer({ minimum: 1, maximum: 800 }), minutes: Type.Integer({ minimum: 1, maximum: 600 }), months: Months },
  closed,
);
export type CheapestPlan = Static<typeof CheapestPlan>;
/** Which price on offer is cheapest: for so many plays a month, or for what the account used lately. */
export const CheapestQuestion = Type.Union([CheapestPlan, Type.Object({ lastMonths: Months }, closed)]);
export type CheapestQuestion = Static<typeof CheapestQuestion>;
/** The cheapest first, minor units, each with what it costs more. Both bills go on to the close of the last cycle. */
export const CheapestPrices = Type.Object({
  uses: Type.Integer({ minimum: 0 }),
  from: Type.String(),
  until: Type.String(),
  currency: Type.String({ maxLength: 3 }),
  prices: Type.Array(
    Type.Object({
      /** What its vendor says of it. */
      name: Title,
      /** Each play costs just that; null: a model says what it costs. */
      singleMinor: Type.Union([Amount, Type.Null()]),
      amountMinor: Amount,
      moreMinor: Amount,
    }),
  ),
});
export type CheapestPrices = Static<typeof CheapestPrices>;
