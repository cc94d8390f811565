import { type Static, Type } from '@sinclair/typebox';
import { limits } from '../limits.ts';
import { CheapestPlan, CheapestPrices } from './account-api.ts';

const closed = { additionalProperties: false } as const;
const Amount = Type.String({ pattern: '^[0-9]{1,15}$' });
const Word = Type.String({ minLength: 1, maxLength: 64 });
const Title = Type.String({ maxLength: 300 });
const Millis = Type.Integer({ minimum: 0 });

/**
 * What a guest with a phone may wish of a box. Nothing else ever passes: no command, no setting, no staff. `id` makes it happen once:
 * the play that a wish queues has it for its own id.
 */
export const GuestWish = Type.Union([
  Type.Object({ id: Word, guestId: Word, kind: Type.Literal('look') }, closed),
  Type.Object({ id: Word, guestId: Word, kind: Type.Literal('find'), search: Type.String({ maxLength: 100 }) }, closed),
  Type.Object({ id: Word, guestId: Word, kind: Type.Literal('quote'), workId: Word }, closed),
  Type.Object(
    {
      ...{ id: Word, guestId: Word, workId: Word },
      kind: Type.Literal('queue'),
      /** What he was quoted: more is never taken. */
      quoteMinor: Amount,
      premiumMinor: Type.Union([Amount, Type.Null()]),
    },
    closed,
  ),
  Type.Object({ id: Word, guestId: Word, kind: Type.Literal('cheapest'), plan: CheapestPlan }, closed),
  Type.Object({ id: Word, guestId: Word, kind: Type.Literal('redeem'), code: Type.String({ maxLength: 20 }) }, closed),
]);
export type GuestWish = Static<typeof GuestWish>;

const GuestPlay = Type.Object({
  title: Title,
  artist: Title,
  state: Type.Union(['queued', 'playing', 'settled', 'declined'].map((state) => Type.Literal(state))),
  startsInMs: Type.Union([Millis, Type.Null()]),
  chargedMinor: Type.Union([Amount, Type.Null()]),
  refundMinor: Type.Union([Amount, Type.Null()]),
});
export type GuestPlay = Static<typeof GuestPlay>;

/** The box as one guest sees it. */
export const GuestView = Type.Object({
  box: Title,
  currency: Type.String({ minLength: 3, maxLength: 3 }),
  /** What he tells the staff. */
  code: Word,
  creditMinor: Amount,
  /** False while the box is closed or out of service. */
  sells: Type.Boolean(),
  nowPlaying: Type.Union([
    Type.Object({
      ...{ title: Title, artist: Title },
      /** What the part that sounds costs whoever pays for it, heard whole; 0: it is free. A box of before does not say it. */
      priceNowMinor: Type.Optional(Type.Union([Amount, Type.Null()])),
    }),
    Type.Null(),
  ]),
  queue: Type.Array(Type.Object({ title: Title, artist: Title, startsInMs: Millis, mine: Type.Boolean() }), { maxItems: limits.guestQueueShown }),
  plays: Type.Array(GuestPlay, { maxItems: limits.guestPlaysShown }),
});
export type GuestView = Static<typeof GuestView>;

const GuestWork = Type.Object({ id: Word, title: Title, artist: Title, priceMinor: Amount });
export type GuestWork = Static<typeof GuestWork>;

/** Why a wish was not granted; the page says it in the guest's language. */
export const GUEST_REFUSALS = [
  'no-credit',
  'queue-full',
  'guest-turns',
  'price-changed',
  'work-gone',
  'not-selling',
  'no-such-claim',
  'full',
  'failed',
] as const;
export type GuestRefusal = (typeof GUEST_REFUSALS)[number];

export const GuestAnswer = Type.Object({
  id: Word,
  refusal: Type.Union([...GUEST_REFUSALS.map((code) => Type.Literal(code)), Type.Null()]),
  /** Null where the box has no room for another guest. */
  view: Type.Union([GuestView, Type.Null()]),
  cheapest: Type.Optional(CheapestPrices),
  works: Type.Optional(Type.Array(GuestWork, { maxItems: limits.guestWorksShown })),
  quote: Type.Optional(
    Type.Object({
      work: GuestWork,
      startsInMs: Millis,
      /** To be heard next; null where that is not sold now. */
      premiumMinor: Type.Union([Amount, Type.Null()]),
    }),
  ),
});
export type GuestAnswer = Static<typeof GuestAnswer>;

/**
 * A box that takes guests keeps one such request at the headend: it is answered when a guest wishes something, at the latest after
 * limits.guestHoldMs. Answers ride with the next one; a wish without an answer is told again.
 */
export const GuestTurn = Type.Object({
  /** What the code on the screen holds now, and held before: whoever brings one of them is in the room. None: nobody comes in any more. */
  tokens: Type.Array(Type.String({ pattern: '^[A-Z2-9]{16}$' }), { maxItems: 2 }),
  answers: Type.Array(GuestAnswer, { maxItems: limits.guestWishes }),
});
export type GuestTurn = Static<typeof GuestTurn>;

export const GuestTurnAnswer = Type.Object({
  wishes: Type.Array(GuestWish, { maxItems: limits.guestWishes }),
  /** Under which address phones reach the headend; null: as the box does. */
  base: Type.Union([Type.String({ maxLength: 300 }), Type.Null()]),
});
export type GuestTurnAnswer = Static<typeof GuestTurnAnswer>;
