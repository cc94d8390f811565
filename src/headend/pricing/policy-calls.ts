import type { Policy } from '../../domain/access/access-policy.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { PolicyBody } from '../../wire/policy-api.ts';
import { instantText, parseInstant } from '../../wire/rating-json.ts';

/** A row as it came in a request, or on a command line. */
export function readPolicy(body: PolicyBody, nowMs: number): Result<Omit<Policy, 'number'>, Fault<'bad-request'>> {
  const { kind, reason, value = 0, account = null, outlet = null, work = null } = body;
  const fromMs = body.from === undefined ? Math.floor(nowMs) : parseInstant(body.from);
  const untilMs = body.until === undefined || body.until === null ? null : parseInstant(body.until);
  if (fromMs === null || fromMs < 0 || (typeof body.until === 'string' && (untilMs === null || untilMs <= fromMs)))
    return fault('bad-request', 'from and until are times with a zone, such as 2026-03-28T00:00:00Z, and until comes after from.');
  if ((kind === 'weigh-processing' || kind === 'weigh-upload') && (work !== null || outlet !== null))
    return fault('bad-request', `${kind} is about uses that other programs report: it holds for an account, or for all.`);
  if (kind === 'advert' && work === null) return fault('bad-request', 'advert needs the work that pays whoever hears it.');
  if (kind === 'refuse' || kind === 'allow' ? value !== 0 : body.value === undefined)
    return fault('bad-request', `${kind} ${kind === 'refuse' || kind === 'allow' ? 'takes no value' : 'needs a value'}.`);
  return ok({ kind, account, outlet, work, value, fromMs, untilMs, reason });
}

export function policyJson({ fromMs, untilMs, ...policy }: Policy) {
  return { ...policy, from: instantText(fromMs), until: untilMs === null ? null : instantText(untilMs) };
}
