import type { CheckoutStep } from './checkout-walk.ts';

/**
 * The steps that a person's sentence means, in order ("usage report after expiry, not paid" is two), or a step's code; null where some of it
 * is not known: a word that was left out could be the one that decides.
 */
export function readSteps(text: string): readonly CheckoutStep[] | null {
  const parts = text.split(/->|\u2192|;|\bthen\b/).map(readPart);
  return parts.every((part) => part !== null) ? parts.flat() : null;
}

function readPart(part: string): readonly CheckoutStep[] | null {
  const words = wordsOf(part);
  if (words.includes('report')) return readReport(words);
  const whole = readPhrase(words);
  if (whole !== null) return [whole];
  const clauses = part.split(/,|\band\b/).map((clause) => readPhrase(wordsOf(clause)));
  return clauses.every((step) => step !== null) ? clauses : null;
}

const FILLING = /\b(the|a|an|and|usage|client|user|customer|box|tracker|is|was|it|he|she|to|for|of|title|licence|license|its)\b/g;

function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .replace(FILLING, ' ')
    .replace(/ +/g, ' ')
    .trim();
}

const SAID_OF_REPORTS = new Set(
  'report reports sent sends has paid unpaid not yet without payment before within early in time after late past beyond at on expired expiry expiration expires date end period lending set point passed over'.split(
    ' ',
  ),
);
const ABOUT_NO_TIME = new Set(['', 'report', 'reports', 'sent', 'sends', 'has']);
const DENIED = /\b(not (yet )?paid|unpaid|without payment)\b/;
const IN_TIME = /\b(before|within|early|in time|not (yet )?expired)\b/;
const TOO_LATE = /\b(after|late|past|beyond|expired|passed|over|(at|on) (expiry|expiration|end|set point))\b/;

/** A report may say in one sentence whether it was paid for, and when it came. At the set point it is late: access ends there. */
function readReport(words: string): readonly CheckoutStep[] | null {
  if (!words.split(' ').every((word) => SAID_OF_REPORTS.has(word))) return null;
  const payment: readonly CheckoutStep[] = DENIED.test(words) ? ['not-paid'] : /\bpaid\b/.test(words) ? ['paid'] : [];
  const plain = words.replace(DENIED, '').replace(/\b(has )?paid\b/, '');
  const saysNoTime = plain.split(' ').every((word) => ABOUT_NO_TIME.has(word));
  const report = IN_TIME.test(plain) ? 'report-before-expiry' : TOO_LATE.test(plain) ? 'report-after-expiry' : saysNoTime ? 'report' : null;
  return report === null ? null : [...payment, report];
}

function readPhrase(words: string): CheckoutStep | null {
  return PHRASES.find(([phrase]) => phrase.test(words))?.[1] ?? null;
}

/** The first that fits; what denies stands before what it denies. */
const PHRASES: readonly (readonly [RegExp, CheckoutStep])[] = [
  [/^((has )?not (yet )?paid|unpaid)$/, 'not-paid'],
  [/^(has )?paid$/, 'paid'],
  [/^(no|refuse[sd]?|refusal|declines?|(does )?not (want|renew|pay).*)$/, 'no'],
  [/^(yes|consents?|accepts?|pays?|wants (pay|renew|renewal))$/, 'yes'],
  [/^(renews?|renewal|extends?|extension)$/, 'renew'],
  [/^(check ?out|checks? out)( again)?$/, 'checkout'],
  [/^downloads?$/, 'download'],
  [/^registers?$/, 'register'],
  [/^(second )?returns?( again)?$/, 'return'],
  [/^revoked?s?$/, 'revoke'],
  [/^cancel(l?ed|s)?$/, 'cancel'],
];
