import { BILLING_CLASSES, type BillingClass } from '../domain/credit/billing-class.ts';
import { CONFIRM_MODES, type ConfirmMode } from '../domain/credit/confirmation.ts';
import { type CreditTerms, LOSS_POLICIES, TRIAL_MODES, type TrialTerms } from '../domain/credit/terms.ts';
import { asId, type SessionId } from '../units/ids.ts';

/** What the `a=ackpay` lines of an offer or answer say. The signed terms are what binds; these lines propose and announce. */
export interface AckpayAttributes {
  /** Null in an offer: the headend names the session. */
  readonly session: { readonly sid: SessionId; readonly termsHash: string } | null;
  readonly credit: CreditTerms;
  readonly trial: TrialTerms | null;
  /** How the device can confirm; absent = by the button. */
  readonly confirmModes?: readonly ConfirmMode[];
  /** Billing classes that the device tells apart; absent = all. */
  readonly classes?: readonly BillingClass[];
}

/**
 * The attribute lines, without `a=` (wire.md 5.2).
 * Departure: counts are plain numbers of packets and milliseconds, the session id is hex.
 */
export function ackpayLines(attributes: AckpayAttributes): readonly string[] {
  const { session, credit, trial, confirmModes, classes } = attributes;
  return [
    session === null ? 'ackpay:1' : `ackpay:1 sid=${session.sid} terms=sha-256:${session.termsHash}`,
    `ackpay-window:W=${credit.creditWindowPackets} R=${credit.receiptWindowPackets}${transitOf(credit)}${adaptationOf(credit)}`,
    `ackpay-loss:e=${credit.lossAllowancePerMille} policy=${credit.policy ?? 'rate'}`,
    `ackpay-ack:every=${credit.ackEveryPackets} max=${credit.ackIntervalMs} receipt=${credit.receiptIntervalMs} auth=${credit.ackAuth ?? 'hmac-sha256-128'} sign=ed25519`,
    `ackpay-chal:min=${credit.challengeEveryMinPackets} max=${credit.challengeEveryMaxPackets}`,
    `ackpay-buffer:prebuffer=${credit.prebufferMs} playout=${credit.playoutBufferPackets} retransmit=${credit.retransmitDeadlineMs}`,
    ...(trial === null ? [] : [`ackpay-trial:mode=${trial.mode} units=${trial.packets} bill=none confirm=required${withinOf(trial)}`]),
    ...(confirmModes === undefined ? [] : [`ackpay-confirm:${confirmModes.join(' ')}`]),
    ...(classes === undefined ? [] : [`ackpay-classes:${classes.join(' ')}`]),
  ];
}

function transitOf({ transitWindowPackets }: CreditTerms): string {
  return transitWindowPackets === undefined ? '' : ` T=${transitWindowPackets}`;
}

function adaptationOf({ adaptation }: CreditTerms): string {
  if (adaptation === undefined) return '';
  const { minPackets, maxPackets, stepPackets, afterPackets, afterMs } = adaptation;
  return ` min=${minPackets} max=${maxPackets} step=${stepPackets} after=${afterPackets} aftertime=${afterMs}`;
}

function withinOf({ confirmWithinMs }: TrialTerms): string {
  return confirmWithinMs === undefined ? '' : ` within=${confirmWithinMs}`;
}

/** @returns null where no `ackpay:1` line stands, `malformed` where a field is missing or no number */
export function readAckpay(attributes: readonly string[]): AckpayAttributes | null | 'malformed' {
  const head = fieldsOf(attributes, 'ackpay');
  if (head === null || !head.has('1')) return null;
  const has = (line: string, field: string): boolean => fieldsOf(attributes, line)?.has(field) === true;
  const number = (line: string, field: string): number => {
    const value = fieldsOf(attributes, line)?.get(field) ?? '';
    return /^[0-9]{1,9}$/.test(value) ? Number(value) : Number.NaN;
  };
  const policy = oneOf(LOSS_POLICIES, fieldsOf(attributes, 'ackpay-loss')?.get('policy') ?? 'rate');
  const mode = oneOf(TRIAL_MODES, fieldsOf(attributes, 'ackpay-trial')?.get('mode') ?? 'restrict');
  const [confirmModes, classes] = [listOf(attributes, 'ackpay-confirm', CONFIRM_MODES), listOf(attributes, 'ackpay-classes', BILLING_CLASSES)];
  if (policy === null || mode === null || confirmModes === null || classes === null) return 'malformed';
  // A way of proving that is not known here is not agreed on: the tag is what every side understands.
  const srtcp = fieldsOf(attributes, 'ackpay-ack')?.get('auth') === 'srtcp';
  const growth = {
    minPackets: number('ackpay-window', 'min'),
    maxPackets: number('ackpay-window', 'max'),
    stepPackets: number('ackpay-window', 'step'),
    afterPackets: number('ackpay-window', 'after'),
    afterMs: number('ackpay-window', 'aftertime'),
  };
  const credit: CreditTerms = {
    creditWindowPackets: number('ackpay-window', 'W'),
    receiptWindowPackets: number('ackpay-window', 'R'),
    lossAllowancePerMille: number('ackpay-loss', 'e'),
    ackEveryPackets: number('ackpay-ack', 'every'),
    ackIntervalMs: number('ackpay-ack', 'max'),
    receiptIntervalMs: number('ackpay-ack', 'receipt'),
    challengeEveryMinPackets: number('ackpay-chal', 'min'),
    challengeEveryMaxPackets: number('ackpay-chal', 'max'),
    retransmitDeadlineMs: number('ackpay-buffer', 'retransmit'),
    prebufferMs: number('ackpay-buffer', 'prebuffer'),
    playoutBufferPackets: number('ackpay-buffer', 'playout'),
    ...(srtcp && { ackAuth: 'srtcp' }),
    ...(policy === 'rate' ? {} : { policy }),
    ...(has('ackpay-window', 'T') ? { transitWindowPackets: number('ackpay-window', 'T') } : {}),
    ...(has('ackpay-window', 'step') ? { adaptation: growth } : {}),
  };
  const within = has('ackpay-trial', 'within') ? { confirmWithinMs: number('ackpay-trial', 'within') } : {};
  const trial = fieldsOf(attributes, 'ackpay-trial') === null ? null : { mode, packets: number('ackpay-trial', 'units'), ...within };
  const session = sessionOf(head);
  const all = [credit, credit.adaptation ?? {}, trial ?? {}].flatMap((fields) => Object.values(fields));
  if (session === 'malformed' || all.some(Number.isNaN)) return 'malformed';
  return { session, credit, trial, ...(confirmModes.length > 0 && { confirmModes }), ...(classes.length > 0 && { classes }) };
}

function oneOf<Word extends string>(known: readonly Word[], word: string): Word | null {
  return known.find((each) => each === word) ?? null;
}

/** Words of a line that are known here; null where none of them is. */
function listOf<Word extends string>(attributes: readonly string[], name: string, known: readonly Word[]): readonly Word[] | null {
  const words = fieldsOf(attributes, name);
  if (words === null) return [];
  const understood = known.filter((word) => words.has(word));
  return understood.length === 0 ? null : understood;
}

function sessionOf(head: ReadonlyMap<string, string>): AckpayAttributes['session'] | 'malformed' {
  const [sid, terms] = [head.get('sid'), head.get('terms')];
  if (sid === undefined && terms === undefined) return null;
  const termsHash = /^sha-256:([0-9a-f]{64})$/.exec(terms ?? '')?.[1];
  return sid === undefined || !/^[0-9a-f]{32}$/.test(sid) || termsHash === undefined ? 'malformed' : { sid: asId<SessionId>(sid), termsHash };
}

/** `name:a=1 b=2` -> a: 1, b: 2; a word without `=` is its own key. */
function fieldsOf(attributes: readonly string[], name: string): ReadonlyMap<string, string> | null {
  const line = attributes.find((value) => value.startsWith(`${name}:`));
  if (line === undefined) return null;
  const words = line.slice(name.length + 1).split(' ');
  return new Map(words.map((word) => [word.split('=')[0] ?? '', word.slice(word.indexOf('=') + 1)]));
}
