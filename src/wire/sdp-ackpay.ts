import type { CreditTerms, TrialTerms } from '../domain/credit/terms.ts';
import { asId, type SessionId } from '../units/ids.ts';

/** What the `a=ackpay` lines of an offer or answer say. The signed terms are what binds; these lines propose and announce. */
export interface AckpayAttributes {
  /** Null in an offer: the headend names the session. */
  readonly session: { readonly sid: SessionId; readonly termsHash: string } | null;
  readonly credit: CreditTerms;
  readonly trial: TrialTerms | null;
}

/**
 * The attribute lines, without `a=` (wire.md 5.2).
 * Departure: counts are plain numbers of packets and milliseconds, the session id is hex.
 */
export function ackpayLines(attributes: AckpayAttributes): readonly string[] {
  const { session, credit, trial } = attributes;
  return [
    session === null ? 'ackpay:1' : `ackpay:1 sid=${session.sid} terms=sha-256:${session.termsHash}`,
    `ackpay-window:W=${credit.creditWindowPackets} R=${credit.receiptWindowPackets}`,
    `ackpay-loss:e=${credit.lossAllowancePerMille} policy=${credit.policy ?? 'rate'}`,
    `ackpay-ack:every=${credit.ackEveryPackets} max=${credit.ackIntervalMs} receipt=${credit.receiptIntervalMs} auth=hmac-sha256-128 sign=ed25519`,
    `ackpay-chal:min=${credit.challengeEveryMinPackets} max=${credit.challengeEveryMaxPackets}`,
    `ackpay-buffer:prebuffer=${credit.prebufferMs} playout=${credit.playoutBufferPackets} retransmit=${credit.retransmitDeadlineMs}`,
    ...(trial === null ? [] : [`ackpay-trial:mode=${trial.mode} units=${trial.packets} bill=none confirm=required`]),
  ];
}

/** @returns null where no `ackpay:1` line stands, `malformed` where a field is missing or no number */
export function readAckpay(attributes: readonly string[]): AckpayAttributes | null | 'malformed' {
  const head = fieldsOf(attributes, 'ackpay');
  if (head === null || !head.has('1')) return null;
  const number = (line: string, field: string): number => {
    const value = fieldsOf(attributes, line)?.get(field) ?? '';
    return /^[0-9]{1,9}$/.test(value) ? Number(value) : Number.NaN;
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
  };
  const units = fieldsOf(attributes, 'ackpay-trial') === null ? null : number('ackpay-trial', 'units');
  const session = sessionOf(head);
  if (session === 'malformed' || [...Object.values(credit), units ?? 0].some(Number.isNaN)) return 'malformed';
  return { session, credit, trial: units === null ? null : { mode: 'restrict', packets: units } };
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
