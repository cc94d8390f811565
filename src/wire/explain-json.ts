import type { ExplainedCycle, ExplainedLine } from '../domain/rating/explain.ts';
import { decimalText, rationalText } from '../units/rational.ts';
import { instantText } from './rating-json.ts';

/** Closed cycles with every amount in words. */
export function explainedJson(cycles: readonly ExplainedCycle[], currency: string, digits: number): Readonly<Record<string, unknown>> {
  return { currency, cycles: cycles.map((cycle) => cycleJson(cycle, digits)) };
}

function lineJson({ atMs, event, amount, words }: ExplainedLine): Readonly<Record<string, string>> {
  return { at: instantText(atMs), ...(event === null ? {} : { event: eventName(event) }), amount: rationalText(amount), words };
}

/** An event without id is named by its start. */
export function eventName({ id, startMs }: { readonly id: string; readonly startMs: number }): string {
  return id === '' ? instantText(startMs) : id;
}

function cycleJson({ bill, columns, firings }: ExplainedCycle, digits: number): Readonly<Record<string, unknown>> {
  return {
    start: instantText(bill.startMs),
    end: instantText(bill.endMs),
    columns: columns.map(({ column, exact, lines }) => {
      return { column, amount: decimalText(bill.columns[column], digits), exact: rationalText(exact), lines: lines.map(lineJson) };
    }),
    events: firings.map(({ atMs, words }) => ({ at: instantText(atMs), words })),
    amount_due: decimalText(bill.amountDue, digits),
  };
}
