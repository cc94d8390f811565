import { limits } from '../../src/limits.ts';
import type { BookDatabase } from './book-database.ts';
import type { CustomerReceipt } from './book-port.ts';

/** Owner of `customer_receipts`: kept as they were told. A pre-listen that cost nothing has one too, but it is not listed. */
export class ReceiptRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  get(playId: string): CustomerReceipt | null {
    const row = this.#database.one<{ body: string }>('SELECT body FROM customer_receipts WHERE play_id = ?', playId);
    return row === null ? null : (JSON.parse(row.body) as CustomerReceipt);
  }

  put(receipt: CustomerReceipt, paid: boolean): void {
    const sql = 'INSERT INTO customer_receipts (play_id, paid, body) VALUES (?, ?, ?)';
    this.#database.write('customer-receipt', sql, receipt.playId, paid ? 1 : 0, JSON.stringify(receipt));
    this.#database.write(
      'customer-receipt-retention',
      'DELETE FROM customer_receipts WHERE id <= (SELECT max(id) FROM customer_receipts) - ?',
      limits.customerReceiptsKept,
    );
  }

  /** Newest first. */
  newest(limit: number): readonly CustomerReceipt[] {
    const rows = this.#database.all<{ body: string }>('SELECT body FROM customer_receipts WHERE paid = 1 ORDER BY id DESC LIMIT ?', limit);
    return rows.map((row) => JSON.parse(row.body) as CustomerReceipt);
  }
}
