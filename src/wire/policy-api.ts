import { type Static, Type } from '@sinclair/typebox';
import { POLICY_KINDS } from '../domain/access/access-policy.ts';

const closed = { additionalProperties: false } as const;
const Whom = Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()]));
const Instant = Type.String({ maxLength: 40, description: 'ISO 8601 with a zone: 2026-03-28T00:00:00Z' });
const Kind = Type.Union(POLICY_KINDS.map((kind) => Type.Literal(kind)));

/** A row of policies (document 003, Fig. 8). Without account, outlet or work it holds for all of them; without `from`, from now on. */
export const PolicyBody = Type.Object(
  {
    kind: Kind,
    ...{ account: Whom, outlet: Whom, work: Whom },
    value: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    from: Type.Optional(Instant),
    until: Type.Optional(Type.Union([Instant, Type.Null()])),
    reason: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f]+$' }),
  },
  closed,
);
export type PolicyBody = Static<typeof PolicyBody>;
const Shown = Type.Union([Type.String(), Type.Null()]);
export const PolicyRow = Type.Object({
  number: Type.Integer(),
  kind: Kind,
  ...{ account: Shown, outlet: Shown, work: Shown },
  value: Type.Integer(),
  from: Type.String(),
  until: Shown,
  reason: Type.String(),
});
export const PolicyList = Type.Object({ policies: Type.Array(PolicyRow) });
