import { type Clock, sleep } from '../../ports/clock.ts';
import type { PriceAudit, PricingStateStore } from '../stores/pricing-state-rows.ts';

export type PriceReport = Omit<PriceAudit, 'through'>;

/** So many licences at a time: between them a headend does other things. */
const LICENCES_A_STEP = 100;

/**
 * Replays every licence and compares with what stands in the book, in steps. What came in since the last look is worked off first, as the headend
 * does each second.
 */
export function* auditInSteps(book: Pick<PricingStateStore, 'auditPricing' | 'refreshLicences'>): Generator<void, PriceReport> {
  while (book.refreshLicences(LICENCES_A_STEP) > 0) yield;
  let report: PriceAudit = { licences: 0, events: 0, findings: [], through: 0 };
  for (;;) {
    const step = book.auditPricing(report.through, LICENCES_A_STEP);
    report = {
      licences: report.licences + step.licences,
      events: report.events + step.events,
      findings: [...report.findings, ...step.findings],
      through: step.through,
    };
    if (step.licences < LICENCES_A_STEP) return { licences: report.licences, events: report.events, findings: report.findings };
    yield;
  }
}

/** The same, with a breath after each step. */
export async function auditPrices(book: Parameters<typeof auditInSteps>[0], clock: Clock): Promise<PriceReport> {
  const steps = auditInSteps(book);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await sleep(clock, 0);
  }
}
