import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { CONFIRM_MODES } from '../domain/credit/confirmation.ts';
import { ACK_AUTHS, LOSS_POLICIES, type Terms, TRIAL_MODES } from '../domain/credit/terms.ts';
import { limits } from '../limits.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { canonicalJson, parseCanonicalJson } from './canonical-json.ts';

const TEXT_MAX = 16_384;
const Hex = (bytes: number) => Type.String({ pattern: `^[0-9a-f]{${2 * bytes}}$` });
const Id = Type.String({ minLength: 1, maxLength: 64 });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Positive = Type.Integer({ minimum: 1, maximum: 0xffff_ffff });
const closed = { additionalProperties: false } as const;

const CreditTermsSchema = Type.Object(
  {
    creditWindowPackets: Positive,
    receiptWindowPackets: Positive,
    lossAllowancePerMille: Type.Integer({ minimum: 0, maximum: 1_000 }),
    ackEveryPackets: Positive,
    ackIntervalMs: Positive,
    receiptIntervalMs: Positive,
    challengeEveryMinPackets: Positive,
    challengeEveryMaxPackets: Positive,
    retransmitDeadlineMs: Count,
    prebufferMs: Count,
    playoutBufferPackets: Count,
    ackAuth: Type.Optional(Type.Union(ACK_AUTHS.map((auth) => Type.Literal(auth)))),
    policy: Type.Optional(Type.Union(LOSS_POLICIES.map((policy) => Type.Literal(policy)))),
    transitWindowPackets: Type.Optional(Positive),
    adaptation: Type.Optional(Type.Object({ minPackets: Positive, maxPackets: Positive, stepPackets: Positive, afterPackets: Count, afterMs: Count }, closed)),
  },
  closed,
);

const TrialSchema = Type.Object(
  { mode: Type.Union(TRIAL_MODES.map((mode) => Type.Literal(mode))), packets: Positive, confirmWithinMs: Type.Optional(Positive) },
  closed,
);

const TermsSchema = Type.Object(
  {
    version: Type.Literal(1),
    sid: Hex(16),
    account: Id,
    outlet: Id,
    location: Id,
    licence: Id,
    work: Id,
    packets: Positive,
    packetMs: Positive,
    rendition: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,32}$' })),
    currency: Type.Union(['EUR', 'USD', 'GBP', 'CHF', 'JPY', 'KWD'].map((code) => Type.Literal(code))),
    nodes: Type.Array(Type.Object({ id: Id, vendor: Id, modelHash: Hex(32), quoteMinor: Type.String({ pattern: '^-?[0-9]{1,15}$' }) }, closed), {
      minItems: 1,
      maxItems: 32,
    }),
    parts: Type.Optional(
      Type.Array(
        Type.Object(
          { packets: Positive, node: Type.Integer({ minimum: 0, maximum: 31 }), billingClass: Type.Union([Type.Literal('paid'), Type.Literal('free')]) },
          closed,
        ),
        { minItems: 1, maxItems: limits.workParts },
      ),
    ),
    pricingStateHash: Hex(32),
    credit: CreditTermsSchema,
    trial: Type.Union([TrialSchema, Type.Null()]),
    confirmModes: Type.Optional(Type.Array(Type.Union(CONFIRM_MODES.map((mode) => Type.Literal(mode))), { minItems: 1, maxItems: CONFIRM_MODES.length })),
    afterTrial: Type.Union([Type.Literal('restart'), Type.Literal('continue')]),
    deviceEphemeral: Hex(32),
    headendEphemeral: Hex(32),
    issuedAtMs: Count,
    expiresAtMs: Count,
  },
  closed,
);

/** The one text of these terms: it is hashed, signed and stored as it stands (ruling 11). */
export function encodeTerms(terms: Terms): string {
  return canonicalJson(terms);
}

/** Reads terms that came from outside: canonical, complete, and nothing in them that this version does not know. */
export function parseTerms(text: string): Result<Terms, Fault<'bad-terms'>> {
  const parsed = parseCanonicalJson(text, TEXT_MAX);
  if (!parsed.ok) return fault('bad-terms', `The terms cannot be read: ${parsed.error.message}.`);
  const first = Value.Errors(TermsSchema, parsed.value).First();
  if (first !== undefined) return fault('bad-terms', `The terms cannot be read: ${first.path || '/'} ${first.message}; update the box or the headend.`);
  const terms = parsed.value as unknown as Terms;
  const { adaptation, creditWindowPackets } = terms.credit;
  if (terms.trial?.mode === 'deferred' && terms.afterTrial !== 'restart')
    return fault('bad-terms', 'The terms defer the window and go on where the trial ended: what of the work was paid for could not be told.');
  if (adaptation !== undefined && (adaptation.minPackets > creditWindowPackets || adaptation.maxPackets < creditWindowPackets))
    return fault('bad-terms', 'The window of the terms lies outside its own bounds.');
  const { parts } = terms;
  if (parts !== undefined && (parts.some(({ node }) => node >= terms.nodes.length) || parts.reduce((sum, { packets }) => sum + packets, 0) !== terms.packets))
    return fault('bad-terms', 'The parts of the work in the terms are not the work, or name a price that is not there.');
  return ok(terms);
}

/** What the headend signs: the purpose first, so that a signature over one kind of text is never one over another. */
export function signedTermsBytes(termsText: string): Uint8Array {
  return new TextEncoder().encode(`ackbox-terms/1\n${termsText}`);
}
