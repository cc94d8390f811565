import type { ColumnName } from './columns.ts';

/** A closed cycle: whole minor units, each column rounded once (I-ROUND). Immutable: what changes later is an adjustment line. */
export interface CycleBill {
  readonly startMs: number;
  /** Of an instantaneous cycle the same as startMs (I-INSTANT). */
  readonly endMs: number;
  readonly columns: Readonly<Record<ColumnName, bigint>>;
  readonly remainingInstallments: number;
  readonly useCount: number;
  readonly usageTimeMs: number;
  readonly subtotal: bigint;
  readonly creditIn: bigint;
  /** max(0, subtotal - discount - quote honoured - credit in). */
  readonly amountDue: bigint;
  readonly creditOut: bigint;
  readonly promotions: readonly { readonly type: string; readonly value: string }[];
}
