/** What can be wrong with a pricing model, or worth a word. Closed, so that every screen has a text for each. */
export type FindingCode =
  | 'too-large'
  | 'encoding'
  | 'control-character'
  | 'declaration'
  | 'doctype'
  | 'entity'
  | 'namespace'
  | 'syntax'
  | 'nesting'
  | 'number-of-models'
  | 'unknown-element'
  | 'unknown-attribute'
  | 'missing-element'
  | 'missing-attribute'
  | 'repeated-element'
  | 'repeated-attribute'
  | 'order'
  | 'stray-text'
  | 'value'
  | 'currency'
  | 'cycle'
  | 'incompatible'
  | 'trigger'
  | 'scope'
  | 'modification'
  | 'formula'
  | 'schema'
  | 'cost-free'
  | 'default'
  | 'extension'
  | 'vendor-result'
  | 'no-effect'
  | 'price-may-differ';

/** L1 to L8, as numbered in the table of document 002's inconsistencies. */
export type RepairRule = 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7' | 'L8';

/** Something found at one place of the source; line and column count from 1, a column is one UTF-16 unit. */
export interface Finding {
  readonly code: FindingCode;
  /** The requirement behind it: `P-6`, `A-31`, `XML`. */
  readonly rule: string;
  /** What is wrong, and what to do. */
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export interface Repair {
  readonly code: RepairRule;
  /** The inconsistency of document 002 that it repairs: L1 is for A-1, and so on. */
  readonly rule: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export interface Findings {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly repairs: readonly Repair[];
}
