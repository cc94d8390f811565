import type { AccountCharge, AccountPayment } from '../../domain/ledger/payment-standing.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { postTransfer } from './ledger-rows.ts';
import type { StoreContext } from './store-context.ts';

export interface KeptPayment extends AccountPayment {
  readonly payment: string;
  readonly account: string;
  readonly currency: string;
  readonly method: string;
  readonly reason: string;
}

export interface PaymentStore {
  /** The same key again changes nothing; with another content it is refused. */
  askPayment(payment: Pick<KeptPayment, 'payment' | 'account' | 'minor' | 'currency' | 'method'>): Result<KeptPayment, Fault<'conflict'>>;
  /** What the payment system says; `paid` posts it. Once: a paid one stays paid. */
  settlePayment(payment: string, state: 'paid' | 'failed', reason: string): Result<KeptPayment, Fault<'not-found' | 'conflict'>>;
  payments(account: string): readonly KeptPayment[];
  /** What the ledger charged the account, and gave back. */
  accountCharges(account: string): readonly AccountCharge[];
  accountName(account: string): string | null;
}

type PaymentCells = Omit<KeptPayment, 'minor'> & { readonly minor: string };
const PAYMENT = `SELECT payment, account, CAST(amount_minor AS TEXT) AS minor, currency, method, state, reason,
  coalesce(settled_at_ms, asked_at_ms) AS atMs FROM account_payments`;

export function paymentRows(context: StoreContext): PaymentStore {
  const { database, clock } = context;
  const read = (payment: string): KeptPayment | null => {
    const cells = database.one<PaymentCells>(`${PAYMENT} WHERE payment = ?`, payment);
    return cells === null ? null : plain(cells);
  };
  return {
    askPayment: ({ payment, account, minor, currency, method }) =>
      database.transaction(() => {
        database.run(
          `INSERT OR IGNORE INTO account_payments (payment, account, amount_minor, currency, method, state, reason, asked_at_ms)
           VALUES (?, ?, ?, ?, ?, 'pending', '', ?)`,
          ...[payment, account, minor, currency, method, clock.wallMs()],
        );
        const kept = read(payment);
        const same = kept !== null && kept.account === account && kept.minor === minor && kept.currency === currency;
        return same ? ok(kept) : fault('conflict', 'Another payment has this key already; take a new one.');
      }),
    settlePayment: (payment, state, reason) => database.transaction(() => settle(context, read, payment, state, reason)),
    payments: (account) => database.all<PaymentCells>(`${PAYMENT} WHERE account = ? ORDER BY asked_at_ms, payment`, account).map(plain),
    accountCharges: (account) =>
      database
        .all<{ number: number; atMs: number; minor: string }>(
          `SELECT number, posted_at_ms AS atMs, CAST(CASE WHEN debit = 'account-debt' THEN amount_minor ELSE -amount_minor END AS TEXT) AS minor
           FROM ledger_transfers WHERE party = ? AND 'account-debt' IN (debit, credit) AND reason <> 'payment' ORDER BY number`,
          account,
        )
        .map(({ number, atMs, minor }) => ({ number, atMs, minor: BigInt(minor) })),
    accountName: (account) => database.one<{ name: string }>('SELECT name FROM accounts WHERE account = ?', account)?.name ?? null,
  };
}

function settle(
  context: StoreContext,
  read: (payment: string) => KeptPayment | null,
  payment: string,
  state: 'paid' | 'failed',
  reason: string,
): Result<KeptPayment, Fault<'not-found' | 'conflict'>> {
  const known = read(payment);
  if (known === null) return fault('not-found', 'There is no such payment.');
  if (known.state === state) return ok(known);
  if (known.state === 'paid') return fault('conflict', 'This payment was made; give money back by a payment of its own.');
  context.database.run(
    'UPDATE account_payments SET state = ?, reason = ?, settled_at_ms = ? WHERE payment = ?',
    ...[state, reason, context.clock.wallMs(), payment],
  );
  if (state === 'paid') {
    postTransfer(context, {
      ...{ key: `payment:${payment}`, debit: 'cash-box', credit: 'account-debt', amountMinor: known.minor, currency: known.currency },
      ...{ party: known.account, playId: null, reason: 'payment' },
    });
  }
  return ok(read(payment) ?? known);
}

function plain({ minor, ...cells }: PaymentCells): KeptPayment {
  return { ...cells, minor: BigInt(minor) };
}
