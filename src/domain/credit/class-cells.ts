import { limits } from '../../limits.ts';
import { assert } from '../../units/assert.ts';
import type { BillingClass, ClassCount, NodeIndex } from './billing-class.ts';
import { BILLING_CLASSES } from './billing-class.ts';

/** One counter for each (node, class), in a flat array: what a receipt can carry is what can be counted. */
export type ClassCells = Float64Array;

const CLASSES = BILLING_CLASSES.length;
const PAID_AT = BILLING_CLASSES.indexOf('paid');

export function emptyCells(): ClassCells {
  return new Float64Array(limits.classCountsPerReceipt);
}

/** The counter of one (node, class). */
export function cellOf(node: NodeIndex, billingClass: BillingClass): number {
  const cell = node * CLASSES + BILLING_CLASSES.indexOf(billingClass);
  assert(Number.isInteger(cell) && cell >= 0 && cell < limits.classCountsPerReceipt, 'the terms have more price nodes than a receipt can count');
  return cell;
}

/** True where counts of this (node, class) can stand in a receipt; for values that come from a peer. */
export function isCountable(node: NodeIndex): boolean {
  return Number.isInteger(node) && node >= 0 && (node + 1) * CLASSES <= limits.classCountsPerReceipt;
}

export function isPaidCell(cell: number): boolean {
  return cell % CLASSES === PAID_AT;
}

export function classOfCell(cell: number): BillingClass {
  return BILLING_CLASSES[cell % CLASSES] ?? 'paid';
}

export function nodeOfCell(cell: number): NodeIndex {
  return Math.floor(cell / CLASSES);
}

export function paidIn(cells: ClassCells): number {
  let packets = 0;
  for (let cell = PAID_AT; cell < cells.length; cell += CLASSES) packets += cells[cell] ?? 0;
  return packets;
}

/** The counters that are not zero, by node, then class; of two counters of the same the larger one. */
export function countsOfCells(cells: ClassCells, others: ClassCells = cells): ClassCount[] {
  const counts: ClassCount[] = [];
  for (let cell = 0; cell < cells.length; cell += 1) {
    const packets = Math.max(cells[cell] ?? 0, others[cell] ?? 0);
    if (packets > 0) counts.push({ node: nodeOfCell(cell), billingClass: classOfCell(cell), packets });
  }
  return counts;
}

export function cellsOfCounts(counts: readonly ClassCount[]): ClassCells {
  const cells = emptyCells();
  for (const count of counts) {
    const cell = cellOf(count.node, count.billingClass);
    cells[cell] = Math.max(cells[cell] ?? 0, count.packets);
  }
  return cells;
}
