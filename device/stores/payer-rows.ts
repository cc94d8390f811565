import { assert } from '../../src/units/assert.ts';
import type { BookDatabase } from './book-database.ts';
import type { PayerRow } from './book-port.ts';
import type { Funds } from './funds.ts';
import { addFunds, fundsText, parseFunds, sumFunds, takeFunds } from './funds.ts';

export interface Payer {
  readonly payerId: string;
  readonly kind: PayerRow['kind'];
  readonly open: boolean;
  readonly funds: Funds;
  readonly openedAtMs: number;
  /** When the person last did something, by the book's clock. */
  readonly lastActionMs: number;
  /** What a guest with a phone tells the staff; null of anybody else. */
  readonly guestCode: string | null;
}

interface Columns {
  readonly payer_id: string;
  readonly kind: PayerRow['kind'];
  readonly state: 'open' | 'closed';
  readonly funds: string;
  readonly opened_at_ms: bigint;
  readonly last_action_ms: bigint;
  readonly guest_code: string | null;
}

/** Owner of `payers`: who may spend here. At most one coin session is open, and any number of guests. */
export class PayerRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  get(payerId: string): Payer | null {
    return toPayer(this.#database.one<Columns>('SELECT * FROM payers WHERE payer_id = ?', payerId));
  }

  open(kind: 'coin-session' | 'account'): Payer | null {
    return toPayer(this.#database.one<Columns>("SELECT * FROM payers WHERE state = 'open' AND kind = ?", kind));
  }

  guestOfCode(code: string): Payer | null {
    return toPayer(this.#database.one<Columns>("SELECT * FROM payers WHERE state = 'open' AND kind = 'guest' AND guest_code = ?", code));
  }

  /** Whoever did something last comes last. */
  openGuests(): readonly Payer[] {
    const sql = "SELECT * FROM payers WHERE state = 'open' AND kind = 'guest' ORDER BY last_action_ms, payer_id";
    return this.#database.all<Columns>(sql).map(toKnownPayer);
  }

  create(payerId: string, kind: Payer['kind'], nowMs: number, guestCode: string | null = null): Payer {
    this.#database.write(
      'payer-open',
      "INSERT INTO payers (payer_id, kind, state, funds, opened_at_ms, last_action_ms, guest_code) VALUES (?, ?, 'open', '{}', ?, ?, ?)",
      ...[payerId, kind, nowMs, nowMs, guestCode],
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

  /** A guest who comes back is known by the same id, under a new code. */
  reopenGuest(payerId: string, guestCode: string): Payer {
    this.#database.write('payer-reopen', "UPDATE payers SET state = 'open', guest_code = ? WHERE payer_id = ?", guestCode, payerId);
    return this.#must(payerId);
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
  return row === null ? null : toKnownPayer(row);
}

function toKnownPayer(row: Columns): Payer {
  return {
    payerId: row.payer_id,
    kind: row.kind,
    open: row.state === 'open',
    funds: parseFunds(row.funds),
    openedAtMs: Number(row.opened_at_ms),
    lastActionMs: Number(row.last_action_ms),
    guestCode: row.guest_code,
  };
}
