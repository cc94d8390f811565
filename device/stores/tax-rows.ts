import { includedTax, parseTaxRate, receiptNumber, type TaxRate } from '../../src/domain/ledger/tax.ts';
import type { BookDatabase } from './book-database.ts';
import { readSetting } from './settings-rows.ts';

/** `19 VAT`; absent or empty: no tax is shown. */
export const TAX_SETTING = 'tax-rate';
/** What the numbers of receipts begin with. */
export const SERIES_SETTING = 'receipt-series';
const USUAL_SERIES = 'R';

/** A receipt of something that somebody paid for. */
export interface NumberedReceipt {
  readonly number: string;
  readonly grossMinor: bigint;
  /** Null where the venue shows none. */
  readonly tax: (TaxRate & { readonly taxMinor: bigint }) | null;
}

export interface TaxSum {
  readonly month: string;
  readonly name: string;
  readonly milliPercent: number;
  readonly receipts: bigint;
  readonly grossMinor: bigint;
  readonly taxMinor: bigint;
}

/** Owner of `receipt_series` and `tax_sums`. Call inside the transaction of what the receipt is for: a number is used once, or not at all. */
export class TaxRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  next(grossMinor: bigint, generation: string, wallMs: number): NumberedReceipt {
    const series = readSetting(this.#database, SERIES_SETTING) || USUAL_SERIES;
    const rate = parseTaxRate(readSetting(this.#database, TAX_SETTING) ?? '');
    const tax = rate === null ? null : { ...rate, taxMinor: includedTax(grossMinor, rate).taxMinor };
    if (tax !== null) this.#add(tax, grossMinor, new Date(wallMs).toISOString().slice(0, 7));
    return { number: receiptNumber(series, generation, this.#count(series)), grossMinor, tax };
  }

  sums(): readonly TaxSum[] {
    return this.#database.all<TaxSum>(
      `SELECT month, name, CAST(milli_percent AS REAL) AS milliPercent, receipts, gross_minor AS grossMinor, tax_minor AS taxMinor
       FROM tax_sums ORDER BY month DESC, milli_percent, name`,
    );
  }

  #count(series: string): number {
    const sql = 'INSERT INTO receipt_series (series, last_count) VALUES (?, 1) ON CONFLICT (series) DO UPDATE SET last_count = last_count + 1';
    this.#database.write('receipt-number', sql, series);
    return Number(this.#database.one<{ count: bigint }>('SELECT last_count AS count FROM receipt_series WHERE series = ?', series)?.count ?? 0n);
  }

  #add({ name, milliPercent, taxMinor }: NonNullable<NumberedReceipt['tax']>, grossMinor: bigint, month: string): void {
    const sql = `INSERT INTO tax_sums (month, name, milli_percent, receipts, gross_minor, tax_minor) VALUES (?, ?, ?, 1, ?, ?)
       ON CONFLICT (month, name, milli_percent) DO UPDATE SET receipts = receipts + 1, gross_minor = gross_minor + excluded.gross_minor, tax_minor = tax_minor + excluded.tax_minor`;
    this.#database.write('tax-sum', sql, month, name, BigInt(milliPercent), grossMinor, taxMinor);
  }
}
