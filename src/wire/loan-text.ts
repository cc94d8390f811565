import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { END_REASONS } from '../domain/credit/statements.ts';
import type { LoanTerms, LoanUse } from '../domain/licence/loan-terms.ts';
import { checkPropertyRights, RIGHTS_MODES, UNLOCKS } from '../domain/licence/property-rights.ts';
import { limits } from '../limits.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { parseCanonicalJson } from './canonical-json.ts';

const TEXT_MAX = 16_384;
const Hex = (bytes: number) => Type.String({ pattern: `^[0-9a-f]{${2 * bytes}}$` });
const Id = Type.String({ minLength: 1, maxLength: 64 });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Amount = Type.String({ pattern: '^[0-9]{1,15}$' });
const oneOf = (names: readonly string[]) => Type.Union(names.map((name) => Type.Literal(name)));
const closed = { additionalProperties: false } as const;

const Rights = Type.Object(
  {
    mode: oneOf(RIGHTS_MODES),
    pulseMs: Type.Union([Type.Integer({ minimum: 1_000, maximum: 86_400_000 }), Type.Null()]),
    unlock: Type.Union([oneOf(UNLOCKS), Type.Null()]),
    protection: Type.String({ maxLength: 40 }),
  },
  closed,
);

const Part = Type.Object({ packets: Count, node: Count, billingClass: oneOf(['paid', 'free']) }, closed);

const Film = Type.Object(
  { rendition: Type.String({ pattern: '^[a-z0-9-]{1,32}$' }), packetMs: Type.Integer({ minimum: 1, maximum: limits.packetMs }) },
  closed,
);

const Terms = Type.Object(
  {
    version: Type.Literal(1),
    licence: Id,
    account: Id,
    outlet: Id,
    location: Id,
    work: Id,
    resourceKind: oneOf(['work', 'software']),
    packets: Type.Integer({ minimum: 1, maximum: 0xffff_ffff }),
    film: Type.Optional(Film),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    nodes: Type.Array(Type.Object({ id: Id, vendor: Id, modelHash: Hex(32), quoteMinor: Amount }, closed), { minItems: 1, maxItems: 32 }),
    parts: Type.Optional(Type.Array(Part, { minItems: 1, maxItems: limits.workParts })),
    pricingStateHash: Hex(32),
    trialPackets: Count,
    afterTrial: oneOf(['restart', 'continue']),
    rights: Rights,
    floorMinor: Amount,
    endMs: Type.Union([Count, Type.Null()]),
    feeMinor: Type.Optional(Amount),
    issuedAtMs: Count,
  },
  closed,
);

const Use = Type.Object(
  {
    version: Type.Literal(1),
    licence: Id,
    termsHash: Hex(32),
    playId: Id,
    trialPackets: Count,
    paidPackets: Count,
    heardMs: Count,
    chargedMinor: Amount,
    onAccount: Type.Optional(Type.Boolean()),
    heardThrough: Type.Optional(Count),
    endReason: oneOf(END_REASONS),
    wallMs: Count,
  },
  closed,
);

/** Reads the terms of a loan that came from outside: canonical, complete, and with rights that can be honoured; else they stay closed. */
export function parseLoanTerms(text: string): Result<LoanTerms, Fault<'bad-terms' | 'rights-refused'>> {
  const parsed = parseCanonicalJson(text, TEXT_MAX);
  if (!parsed.ok) return fault('bad-terms', `The terms of the loan cannot be read: ${parsed.error.message}.`);
  const first = Value.Errors(Terms, parsed.value).First();
  if (first !== undefined)
    return fault('bad-terms', `The terms of the loan cannot be read: ${first.path || '/'} ${first.message}; update the box or the headend.`);
  const terms = parsed.value as unknown as LoanTerms;
  const rights = checkPropertyRights(terms.rights);
  return rights.ok ? ok(terms) : fault('rights-refused', rights.error.message);
}

export function parseLoanUse(text: string): Result<LoanUse, Fault<'bad-use'>> {
  const parsed = parseCanonicalJson(text, TEXT_MAX);
  return parsed.ok && Value.Check(Use, parsed.value) ? ok(parsed.value as unknown as LoanUse) : fault('bad-use', 'The use of a loan cannot be read.');
}

/** What is signed: the purpose first, so that a signature over one kind of text is never one over another. */
export function signedLoanTermsBytes(text: string): Uint8Array {
  return new TextEncoder().encode(`ackbox-loan-terms/1\n${text}`);
}

export function signedLoanUseBytes(text: string): Uint8Array {
  return new TextEncoder().encode(`ackbox-loan-use/1\n${text}`);
}
