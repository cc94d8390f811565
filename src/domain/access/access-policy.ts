import type { ConstraintFault } from './content-constraint.ts';

/**
 * Whether a work may be had, as document 003 draws it (Fig. 8): what policies say (304), what a first-time account is given (308), and how
 * everybody else stands (312). B-3: 304 is who, 312 is how the account stands; B-4: a refusal at either logs out.
 */
export const POLICY_KINDS = ['refuse', 'allow', 'first-plays-free', 'plays-a-day', 'weigh-processing', 'weigh-upload', 'advert'] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

/** A row: from when on it holds, and for whom; null is everybody, or everything. */
export interface Policy {
  readonly number: number;
  readonly kind: PolicyKind;
  readonly account: string | null;
  readonly outlet: string | null;
  readonly work: string | null;
  /** `first-plays-free`, `plays-a-day`: how many; `weigh-...`: per mille of a second of use; `advert`: minor units for hearing it whole. Else 0. */
  readonly value: number;
  readonly fromMs: number;
  readonly untilMs: number | null;
  /** Told to whoever is refused by it. */
  readonly reason: string;
}

export interface AccessAttempt {
  readonly account: string;
  readonly outlet: string;
  /** null: what is weighed is no play of a work. */
  readonly work: string | null;
  readonly atMs: number;
}

/** Asked only where a policy in force needs it. */
export interface AccountHistory {
  /** Plays of the account since a moment, those under way among them. */
  playsSince(atMs: number): number;
  /** Why nothing is sold to it for what it owes, or null. */
  unpaid(): string | null;
}

/** The states that were gone through, by the numbers of Fig. 8, and what came of it. */
export interface AccessWalk {
  readonly steps: readonly number[];
  /** The row that refuses, or that gives. */
  readonly policy: Policy | null;
  readonly refusal: { readonly code: 'policy' | 'unpaid' | ConstraintFault['code']; readonly message: string } | null;
  /** The play is one of the account's first, and free. */
  readonly free: boolean;
}

const DAY_MS = 86_400_000;

export function walkAccess(policies: readonly Policy[], attempt: AccessAttempt, history: AccountHistory): AccessWalk {
  const verdict = [inForce(policies, 'refuse', attempt), inForce(policies, 'allow', attempt)].reduce((newer, one) => (isNewer(one, newer) ? one : newer), null);
  if (verdict?.kind === 'refuse') return refused([302, 304, 314], verdict, verdict.reason);
  const incentive = inForce(policies, 'first-plays-free', attempt);
  if (incentive !== null && history.playsSince(Number.NEGATIVE_INFINITY) < incentive.value)
    return { steps: [302, 304, 306, 308, 310], policy: incentive, refusal: null, free: true };
  const asked = [302, 304, 306, 312];
  const unpaid = history.unpaid();
  if (unpaid !== null) return { steps: [...asked, 314], policy: null, refusal: { code: 'unpaid', message: unpaid }, free: false };
  const bound = inForce(policies, 'plays-a-day', attempt);
  if (bound !== null && history.playsSince(attempt.atMs - DAY_MS) >= bound.value) return refused([...asked, 314], bound, bound.reason);
  return { steps: [...asked, 310], policy: verdict, refusal: null, free: false };
}

/** The row of a kind that holds for an attempt: the one with the newest effective date. */
export function inForce(policies: readonly Policy[], kind: PolicyKind, { account, outlet, work, atMs }: AccessAttempt): Policy | null {
  const holds = (policy: Policy): boolean =>
    policy.kind === kind &&
    policy.fromMs <= atMs &&
    (policy.untilMs === null || policy.untilMs > atMs) &&
    (policy.account ?? account) === account &&
    (policy.outlet ?? outlet) === outlet &&
    (policy.work ?? work) === work;
  return policies.filter(holds).reduce<Policy | null>((newer, one) => (isNewer(one, newer) ? one : newer), null);
}

function isNewer(one: Policy | null, other: Policy | null): boolean {
  if (one === null || other === null) return one !== null;
  return one.fromMs > other.fromMs || (one.fromMs === other.fromMs && one.number > other.number);
}

function refused(steps: readonly number[], policy: Policy, reason: string): AccessWalk {
  return { steps, policy, refusal: { code: 'policy', message: `${reason} (policy ${policy.number})` }, free: false };
}

/** Time that a use is metered by, milliseconds: its own, and what its processing and its upload weigh (U-14). Without a row they weigh nothing. */
export function weighUse(
  policies: readonly Policy[],
  attempt: AccessAttempt,
  use: { readonly durationMs: number; readonly processingMs: number; readonly uploadMs: number },
): number {
  const weight = (kind: PolicyKind): number => inForce(policies, kind, attempt)?.value ?? 0;
  return use.durationMs + Math.floor((use.processingMs * weight('weigh-processing') + use.uploadMs * weight('weigh-upload')) / 1_000);
}

/**
 * What hearing an advert earns, minor units: its negative price, for the packets that were heard and for no others. Nobody is given back
 * more than he owes.
 */
export function advertReward(wholeMinor: bigint, heardPackets: number, packets: number, owedMinor: bigint): bigint {
  const heard = BigInt(Math.max(0, Math.min(heardPackets, packets)));
  const reward = (wholeMinor * heard) / BigInt(packets);
  return owedMinor <= 0n ? 0n : reward < owedMinor ? reward : owedMinor;
}
