import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { CHECKOUT_FIGURE, CHECKOUT_STATES, type CheckoutAnswer, type CheckoutState } from './checkout-figure.ts';
import { follow } from './flowchart.ts';
import { type Licence, type LicenceStatus, statusAt } from './licence.ts';
import { cancelLicence, type LicenceFault, registerDevice, renewLicence, returnLicence, revokeLicence } from './licence-steps.ts';

/** What can happen to a checked-out title, in the order of a walk. */
export const CHECKOUT_STEPS = [
  'checkout',
  'download',
  'register',
  'paid',
  'not-paid',
  'report',
  'report-before-expiry',
  'report-after-expiry',
  'yes',
  'no',
  'renew',
  'return',
  'revoke',
  'cancel',
] as const;
export type CheckoutStep = (typeof CHECKOUT_STEPS)[number];

/** How a step ends: a closed code, and the words that the documents use for it. */
export const CHECKOUT_OUTCOMES = {
  'checked-out': 'checkout (332)',
  downloaded: 'download (334)',
  noted: 'noted',
  'offer-payment': 'offer payment (340); refusal ends, consent goes to checkout (332)',
  access: 'access (344)',
  'renewal-query': 'renewal query (346); yes -> checkout/renewal fee (332), expiration set point extended; no -> exit (348), no access',
  renewed: 'checkout/renewal fee (332), expiration set point extended',
  exit: 'exit (348), no access',
  registered: 'registered',
  returned: 'usage characteristics sent with the return, content deleted, copies check reported; second return answers "already returned"',
  'already-returned': 'already returned',
  'already-expired': 'already expired',
  revoked: 'revoked, no access',
  cancelled: 'cancelled, no access',
  refused: 'refused',
} as const;
export type CheckoutOutcome = keyof typeof CHECKOUT_OUTCOMES;

/** A walk so far. Time is counted in periods of the licence: a report after expiry is one in the next period. */
export interface CheckoutWalk {
  readonly at: CheckoutState;
  readonly walked: readonly CheckoutState[];
  readonly paid: boolean;
  readonly feesCharged: number;
  readonly licence: Licence;
  readonly nowMs: number;
  /** What a return brought about, in order. */
  readonly effects: readonly ('usage-sent' | 'content-deleted' | 'copies-reported')[];
}

const PERIOD_MS = 1_000;
const CALLER = { id: 'box', name: 'box' };

/** A title that was checked out and downloaded, and waits for its first usage report (336); ready where no device has registered yet. */
export function beginWalk(status: 'ready' | 'active' = 'active'): CheckoutWalk {
  const licence: Licence = {
    licence: 'walk',
    account: 'account',
    resource: 'title',
    resourceKind: 'work',
    modelHash: '',
    rights: { mode: 'intermittent', pulseMs: null, unlock: 'lease', protection: 'none' },
    status,
    startMs: 0,
    endMs: PERIOD_MS,
    periodMs: PERIOD_MS,
    latestEndMs: null,
    licenceChangedAtMs: 0,
    statusChangedAtMs: 0,
    events: [],
  };
  return { at: 336, walked: [336], paid: false, feesCharged: 0, licence, nowMs: 0, effects: [] };
}

export interface WalkedStep {
  readonly walk: CheckoutWalk;
  readonly outcome: CheckoutOutcome;
  /** Where the licence refused the step: its words. */
  readonly why?: string;
}

/** One step. A step that the figure does not draw from here, such as a "yes" to no question, is `no-such-edge`. */
export function walkStep(walk: CheckoutWalk, step: CheckoutStep): Result<WalkedStep, Fault<'no-such-edge'>> {
  switch (step) {
    case 'paid':
      return ok({ walk: { ...walk, paid: true }, outcome: 'noted' });
    case 'not-paid':
      return ok({ walk: { ...walk, paid: false }, outcome: 'noted' });
    case 'report':
      return report(walk);
    case 'report-before-expiry':
      return report({ ...walk, nowMs: Math.min(walk.nowMs, (walk.licence.endMs ?? 1) - 1) });
    case 'report-after-expiry':
      return report({ ...walk, nowMs: walk.licence.endMs ?? 0 });
    case 'yes':
    case 'no':
      return answer(walk, step);
    case 'renew':
      return isAsked(walk) ? answer(walk, 'yes') : ok(renewal(walk));
    case 'checkout':
      return ok({ walk: charged({ ...beginWalk('ready'), at: 332, walked: [332] }), outcome: 'checked-out' });
    case 'download':
      return arrows(registered(walk), ['next'], 'downloaded');
    default:
      return ok(lifecycle(walk, step));
  }
}

/** 336 and what follows from it; a licence that has ended (returned, revoked, cancelled) exits whatever was paid. */
function report(reported: CheckoutWalk): Result<WalkedStep, Fault<'no-such-edge'>> {
  const walk = registered(reported);
  const status = statusAt(walk.licence, walk.nowMs);
  if (hasEnded(status)) return ok({ walk: move(walk, 348), outcome: 'exit' });
  const arrived = atReport(walk);
  if (!walk.paid) return arrows(arrived, ['next', 'no'], 'offer-payment');
  return status === 'expired' ? arrows(arrived, ['next', 'yes', 'no'], 'renewal-query') : arrows(arrived, ['next', 'yes', 'yes'], 'access');
}

/** Along the arrows where they lead to 336; from a question or an exit the tracker simply reports again. */
function atReport(walk: CheckoutWalk): CheckoutWalk {
  if (walk.at === 336) return walk;
  const next = follow(CHECKOUT_FIGURE, walk.at, 'next');
  return next.ok ? atReport(move(walk, next.value)) : move(walk, 336);
}

function answer(walk: CheckoutWalk, said: 'yes' | 'no'): Result<WalkedStep, Fault<'no-such-edge'>> {
  if (!isAsked(walk)) return fault('no-such-edge', `Nothing was asked at ${walk.at} (${CHECKOUT_STATES[walk.at]}).`);
  if (said === 'no') return arrows(walk, ['no'], 'exit');
  const moved = arrows(walk, ['yes'], walk.at === 346 ? 'renewed' : 'checked-out');
  if (!moved.ok) return moved;
  const paying = charged(moved.value.walk);
  const renewed = walk.at === 346 ? renewLicence(walk.licence, { ...CALLER, atMs: walk.nowMs }, null) : ok(walk.licence);
  return ok(renewed.ok ? { walk: { ...paying, licence: renewed.value }, outcome: moved.value.outcome } : refused(walk, renewed.error));
}

function isAsked({ at }: CheckoutWalk): boolean {
  return at === 340 || at === 346;
}

/** Without being asked, as LSD has it: before its end, or from wherever the tracker is. 332 takes the fee of a renewal, too. */
function renewal(walk: CheckoutWalk): WalkedStep {
  const renewed = renewLicence(walk.licence, { ...CALLER, atMs: walk.nowMs }, null);
  return renewed.ok ? { walk: { ...charged(move(walk, 332)), licence: renewed.value }, outcome: 'renewed' } : refused(walk, renewed.error);
}

/** A box registers with its download, and what reports its use was in use. What can not be registered is left as it stands. */
function registered(walk: CheckoutWalk): CheckoutWalk {
  const known = registerDevice(walk.licence, { ...CALLER, atMs: walk.nowMs });
  return walk.licence.status === 'ready' && known.ok ? { ...walk, licence: known.value } : walk;
}

function lifecycle(walk: CheckoutWalk, step: 'register' | 'return' | 'revoke' | 'cancel'): WalkedStep {
  const call = { ...CALLER, atMs: walk.nowMs };
  const act = { register: registerDevice, return: returnLicence, revoke: revokeLicence, cancel: cancelLicence }[step];
  const done: Result<Licence, LicenceFault> = act(walk.licence, call);
  if (!done.ok) return refused(walk, done.error);
  const next = { ...walk, licence: done.value };
  if (step === 'register') return { walk: next, outcome: 'registered' };
  if (step === 'return') return { walk: { ...next, effects: ['usage-sent', 'content-deleted', 'copies-reported'] }, outcome: 'returned' };
  return { walk: next, outcome: step === 'revoke' ? 'revoked' : 'cancelled' };
}

function refused(walk: CheckoutWalk, { code, message }: LicenceFault): WalkedStep {
  const outcome = code === 'return-already' ? 'already-returned' : code === 'return-expired' ? 'already-expired' : 'refused';
  return { walk, outcome, why: message };
}

function arrows(walk: CheckoutWalk, answers: readonly CheckoutAnswer[], outcome: CheckoutOutcome): Result<WalkedStep, Fault<'no-such-edge'>> {
  let moved = walk;
  for (const on of answers) {
    const next = follow(CHECKOUT_FIGURE, moved.at, on);
    if (!next.ok) return next;
    moved = move(moved, next.value);
  }
  return ok({ walk: moved, outcome });
}

function move(walk: CheckoutWalk, at: CheckoutState): CheckoutWalk {
  return { ...walk, at, walked: [...walk.walked, at] };
}

function charged(walk: CheckoutWalk): CheckoutWalk {
  return { ...walk, paid: true, feesCharged: walk.feesCharged + 1 };
}

function hasEnded(status: LicenceStatus): boolean {
  return status === 'returned' || status === 'revoked' || status === 'cancelled';
}
