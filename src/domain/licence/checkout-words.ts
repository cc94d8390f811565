import type { CheckoutStep } from './checkout-walk.ts';

/** A step as people write it ("usage report, not paid"), or as its code; null where neither is known. */
export function readStep(text: string): CheckoutStep | null {
  const words = text
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .replace(/\b(the|a|an|usage|client|user|to|for|of|title)\b/g, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return PHRASES.find(([phrase]) => phrase.test(words))?.[1] ?? null;
}

/** The first that fits; what denies stands before what it denies. */
const PHRASES: readonly (readonly [RegExp, CheckoutStep])[] = [
  [/report.*(not paid|unpaid)|(not paid|unpaid).*report/, 'report-not-paid'],
  [/report.*(after|expired|late)|(expired|past).*report/, 'report-after-expiry'],
  [/report.*(before|within|in time)/, 'report-before-expiry'],
  [/^report$/, 'report'],
  [/^(not paid|unpaid|has not paid)$/, 'not-paid'],
  [/^(has )?paid$/, 'paid'],
  [/^(no|refuse[sd]?|refusal|declines?|does not want.*|not want.*)$/, 'no'],
  [/^(yes|consents?|accepts?|pays?|renew|renewal|wants (pay|renew|renewal))$/, 'yes'],
  [/^(check ?out|checks? out)( again)?$/, 'checkout'],
  [/^downloads?$/, 'download'],
  [/^registers?$/, 'register'],
  [/^(second )?returns?( again)?$/, 'return'],
  [/^revoked?$/, 'revoke'],
  [/^cancel(led)?$/, 'cancel'],
];
