import type { BillingClass } from '../domain/credit/billing-class.ts';

/** The numbers of the billing classes on the wire; they never change, new classes get new numbers. */
export const CLASS_CODES: Readonly<Record<BillingClass, number>> = { trial: 0, paid: 1, free: 2, regrant: 3 };

const CLASSES: readonly BillingClass[] = ['trial', 'paid', 'free', 'regrant'];

export function classOfCode(code: number): BillingClass | null {
  return CLASSES[code] ?? null;
}
