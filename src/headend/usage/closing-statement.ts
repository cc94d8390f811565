import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { BILLING_CLASSES } from '../../domain/credit/billing-class.ts';
import { type ClosingStatement, END_REASONS } from '../../domain/credit/statements.ts';
import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { parseCanonicalJson } from '../../wire/canonical-json.ts';

const Count = Type.Integer({ minimum: 0, maximum: 0xffff_ffff });
const Hex = (bytes: number) => Type.String({ pattern: `^[0-9a-f]{${2 * bytes}}$` });
const Amount = Type.String({ pattern: '^-?[0-9]{1,15}$' });
const closed = { additionalProperties: false } as const;

const Body = Type.Object({ statement: Type.String({ maxLength: limits.recordBodyBytes }), signature: Hex(64) }, closed);
const Statement = Type.Object(
  {
    version: Type.Literal(1),
    sid: Hex(16),
    playId: Type.String({ minLength: 1, maxLength: 64 }),
    epoch: Type.Integer({ minimum: 0, maximum: 65_535 }),
    counts: Type.Array(Type.Object({ node: Count, billingClass: Type.Union(BILLING_CLASSES.map((name) => Type.Literal(name))), packets: Count }, closed), {
      maxItems: limits.classCountsPerReceipt,
    }),
    unheardPaidPackets: Count,
    lostPackets: Count,
    heardMs: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    confirmEventId: Type.Union([Hex(16), Type.Null()]),
    chargedMinor: Amount,
    refundMinor: Amount,
    endReason: Type.Union(END_REASONS.map((reason) => Type.Literal(reason))),
    termsHash: Hex(32),
    wallMs: Type.Integer(),
  },
  closed,
);

export interface SignedStatement {
  readonly statement: ClosingStatement;
  /** The signed text. */
  readonly text: string;
  readonly signature: string;
}

/** Reads the body of a `receipt` record: canonical JSON around canonical JSON. The signature is not checked here. */
export function readClosingStatement(body: string): Result<SignedStatement, Fault<'unreadable'>> {
  const outer = parseCanonicalJson(body, limits.recordBodyBytes);
  if (!outer.ok) return fault('unreadable', `The record is no canonical JSON: ${outer.error.message}.`);
  if (!Value.Check(Body, outer.value)) return fault('unreadable', 'The record holds no statement and signature.');
  const { statement: text, signature }: Static<typeof Body> = outer.value;
  const inner = parseCanonicalJson(text, limits.recordBodyBytes);
  if (!inner.ok) return fault('unreadable', `The statement is no canonical JSON: ${inner.error.message}.`);
  const first = Value.Errors(Statement, inner.value).First();
  if (first !== undefined) return fault('unreadable', `The statement is not understood at ${first.path || '/'}: ${first.message}.`);
  return ok({ statement: inner.value as unknown as ClosingStatement, text, signature });
}
