import { type Static, Type } from '@sinclair/typebox';
import { limits } from '../limits.ts';

const closed = { additionalProperties: false } as const;
const Who = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });
const Minor = Type.String({ pattern: '^[0-9]{1,9}$' });

/**
 * What became of somebody of a household at a box: a consumer, or `account` and `guest`, which have a cap alone. What the box does not say stays as
 * it is; a `person` of null takes a name off the list of this box.
 */
const HouseholdChange = Type.Object(
  {
    who: Who,
    capMinor: Type.Optional(Type.Union([Minor, Type.Null()])),
    person: Type.Optional(
      Type.Union([
        Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: limits.viewerNameCharacters }),
            locked: Type.Boolean(),
            belowAge: Type.Union([Type.Integer({ minimum: 1, maximum: 21 }), Type.Null()]),
          },
          closed,
        ),
        Type.Null(),
      ]),
    ),
  },
  closed,
);
export type HouseholdChange = Static<typeof HouseholdChange>;

/** What changed at a box since it was told last; `zone`: whose calendar the days are of. */
export const HouseholdReport = Type.Object(
  { zone: Type.String({ maxLength: 64 }), changes: Type.Array(HouseholdChange, { maxItems: 2 * limits.viewersMax + 2 }) },
  closed,
);
export type HouseholdReport = Static<typeof HouseholdReport>;

/** What holds for all boxes of the account. */
export const HouseholdAnswer = Type.Object({
  day: Type.Integer({ minimum: 0 }),
  /** By any box of the account. */
  people: Type.Array(Type.Object({ consumer: Who, name: Type.Union([Type.String(), Type.Null()]) })),
  /** Null: it was taken away. What does not stand here the headend was never told, or has lost. */
  caps: Type.Array(Type.Object({ who: Who, capMinor: Type.Union([Minor, Type.Null()]) })),
  /** Spent on that day elsewhere: at other boxes, and by fees. `guest` is whoever has no name. */
  elsewhere: Type.Array(Type.Object({ who: Who, spentMinor: Minor })),
});
export type HouseholdAnswer = Static<typeof HouseholdAnswer>;
