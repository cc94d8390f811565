import { assert } from '../../src/units/assert.ts';
import type { BookDatabase } from './book-database.ts';
import type { Funds } from './funds.ts';
import { addFunds, fundsText, parseFunds, sumFunds, takeFunds } from './funds.ts';

export interface Payer {
  readonly payerId: string;
  readonly kind: 'coin-session' | 'account';
  readonly open: boolean;
  readonly funds: Funds;
  readonly openedAtMs: number;
  /** When the person last did something, by the book's clock. */
  readonly lastActionMs: number;
}

interface Columns {
  readonly payer_id: string;
  readonly kind: 'coin-session' | 'account';
  readonly state: 'open' | 'closed';
  readonly funds: string;
  readonly opened_at_ms: bigint;
  readonly last_action_ms: bigint;
}

/** Owner of `payers`: who may spend here. At most one coin session is open. */
export class PayerRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  get(payerId: string): Payer | null {
    return toPayer(this.#database.one<Columns>('SELECT * FROM payers WHERE payer_id = ?', payerId));
  }

  open(kind: Payer['kind']): Payer | null {
    return toPayer(this.#database.one<Columns>("SELECT * FROM payers WHERE state = 'open' AND kind = ?", kind));
  }

  create(payerId: string, kind: Payer['kind'], nowMs: number): Payer {
    this.#database.write(
      'payer-open',
      "INSERT INTO payers (payer_id, kind, state, funds, opened_at_ms, last_action_ms) VALUES (?, ?, 'open', '{}', ?, ?)",
      ...[payerId, kind, nowMs, nowMs],
    );
    return this.#must(payerId);
  }

  give(payerId: string, funds: Funds): Payer {
    return this.#putFunds(payerId, addFunds(this.#must(payerId).funds, funds));
  }

  take(payerId: string, amountMinor: bigint): Funds {
    const { taken, left } = takeFunds(this.#must(payerId).funds, amountMinor);
    this.#putFunds(payerId, left);
    return taken;
  }

  touch(payerId: string, nowMs: number): void {
    this.#database.write('payer-touch', 'UPDATE payers SET last_action_ms = max(last_action_ms, ?) WHERE payer_id = ?', nowMs, payerId);
  }

  close(payerId: string): void {
    assert(sumFunds(this.#must(payerId).funds) === 0n, 'a payer with credit is never closed');
    this.#database.write('payer-close', "UPDATE payers SET state = 'closed' WHERE payer_id = ?", payerId);
  }

  #putFunds(payerId: string, funds: Funds): Payer {
    this.#database.write('payer-funds', 'UPDATE payers SET funds = ? WHERE payer_id = ?', fundsText(funds), payerId);
    return this.#must(payerId);
  }

  #must(payerId: string): Payer {
    const payer = this.get(payerId);
    assert(payer !== null, `payer ${payerId} is in the book`);
    return payer;
  }
}

function toPayer(row: Columns | null): Payer | null {
  if (row === null) return null;
  return {
    payerId: row.payer_id,
    kind: row.kind,
    open: row.state === 'open',
    funds: parseFunds(row.funds),
    openedAtMs: Number(row.opened_at_ms),
    lastActionMs: Number(row.last_action_ms),
  };
}
