import { COLUMN_NAMES, COST_COLUMNS, type ColumnName } from './columns.ts';
import type { CycleBill } from './cycle-bill.ts';

/** What is added to a closed cycle, never written into it: one column of one cycle. Whole minor units. */
export interface AdjustmentLine {
  readonly cycleStartMs: number;
  readonly cycleEndMs: number;
  /** Of several bills of one instant (instantaneous cycles): which, from 0. */
  readonly occurrence: number;
  readonly column: ColumnName;
  /** What stood there before, earlier adjustments included. */
  readonly billedMinor: bigint;
  readonly replayedMinor: bigint;
  readonly differenceMinor: bigint;
}

export interface Adjustments {
  readonly lines: readonly AdjustmentLine[];
  /** Bills of instants that had none: late uses of an instantaneous cycle. They are issued as they are. */
  readonly newBills: readonly CycleBill[];
  /** Charged (or, negative, given back) in the open cycle for all lines together. */
  readonly netMinor: bigint;
}

/**
 * What events that came late change about cycles that are closed. Closed bills plus all lines always equal the replay, column by column,
 * so that calling it again finds nothing new. Discounts and honoured quotes count against what is due.
 * @param closed as issued, oldest first
 * @param earlier every line issued before
 * @param replay of all events known now, at least as far as the last closed cycle
 */
export function adjustmentsSince(closed: readonly CycleBill[], earlier: readonly AdjustmentLine[], replay: readonly CycleBill[]): Adjustments {
  const replayed = keyed(replay);
  const lastEndMs = closed.reduce((last, bill) => Math.max(last, bill.endMs), Number.NEGATIVE_INFINITY);
  const lines: AdjustmentLine[] = [];
  const issued = keyed(closed);
  const before = keyedLines(earlier);
  for (const [key, bill] of issued) {
    for (const column of COLUMN_NAMES) {
      const billedMinor = bill.columns[column] + (before.get(`${key} ${column}`) ?? 0n);
      const replayedMinor = replayed.get(key)?.columns[column] ?? 0n;
      if (billedMinor === replayedMinor) continue;
      const occurrence = Number(key.split(' ')[2]);
      lines.push({
        cycleStartMs: bill.startMs,
        cycleEndMs: bill.endMs,
        occurrence,
        column,
        billedMinor,
        replayedMinor,
        differenceMinor: replayedMinor - billedMinor,
      });
    }
  }
  const newBills = [...replayed].filter(([key, bill]) => !issued.has(key) && bill.endMs <= lastEndMs).map(([, bill]) => bill);
  return { lines, newBills, netMinor: lines.reduce((sum, line) => sum + effectOn(line), 0n) };
}

function effectOn({ column, differenceMinor }: AdjustmentLine): bigint {
  return COLUMN_NAMES.indexOf(column) < COST_COLUMNS ? differenceMinor : -differenceMinor;
}

/** Cycles are told apart by where they lie; bills of one instant by their order. */
function keyed(bills: readonly CycleBill[]): Map<string, CycleBill> {
  const found = new Map<string, CycleBill>();
  for (const bill of bills) {
    let occurrence = 0;
    while (found.has(`${bill.startMs} ${bill.endMs} ${occurrence}`)) occurrence += 1;
    found.set(`${bill.startMs} ${bill.endMs} ${occurrence}`, bill);
  }
  return found;
}

function keyedLines(lines: readonly AdjustmentLine[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { cycleStartMs, cycleEndMs, occurrence, column, differenceMinor } of lines) {
    const key = `${cycleStartMs} ${cycleEndMs} ${occurrence} ${column}`;
    sums.set(key, (sums.get(key) ?? 0n) + differenceMinor);
  }
  return sums;
}
