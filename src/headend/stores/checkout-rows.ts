import type { Licence, LicenceEvent } from '../../domain/licence/licence.ts';
import type { PropertyRights } from '../../domain/licence/property-rights.ts';
import type { ReturnStatement } from '../../domain/licence/return-statement.ts';
import { tellBoxOfFee } from './account-line-rows.ts';
import { postTransfer } from './ledger-rows.ts';
import { type NewEvent, recordEvents } from './pricing-event-rows.ts';
import type { StoreContext } from './store-context.ts';

/** Licences of checked-out titles, one alive per (account, resource). */
export interface CheckoutStore {
  checkout(licence: string): Licence | null;
  /** The one that is ready or active, expired ones among them. */
  checkoutOf(account: string, resource: string): Licence | null;
  /** Newest first. */
  checkoutsOf(account: string, limit: number): readonly Licence[];
  openCheckout(licence: Licence, fee?: StepFee): void;
  /** Writes what a step made of a licence; durable before it returns. */
  putCheckout(licence: Licence, returned: ReturnStatement | null, fee?: StepFee): void;
  returnOf(licence: string): ReturnStatement | null;
}

/** What a step costs, and whose box is told. */
export interface StepFee {
  readonly outlet: string;
  readonly currency: string;
  readonly minor: bigint;
  /** The use that the rater counts, under `feeKey`; null: the fee is flat. */
  readonly use: NewEvent | null;
}

type Cells = Omit<Licence, 'events' | 'rights' | 'feeMinor' | 'feeModel'> & {
  readonly rights: string;
  readonly feeMinor: string | null;
  readonly feeModel: string | null;
};
const CHECKOUT = `SELECT licence, account, resource, resource_kind AS resourceKind, model_hash AS modelHash, status, start_ms AS startMs, end_ms AS endMs,
  CASE fee_minor WHEN 0 THEN NULL ELSE CAST(fee_minor AS TEXT) END AS feeMinor, fee_model AS feeModel, rights, period_ms AS periodMs, latest_end_ms AS latestEndMs, licence_changed_at_ms AS licenceChangedAtMs, status_changed_at_ms AS statusChangedAtMs FROM checkouts`;

export function checkoutRows(context: StoreContext): CheckoutStore {
  const { database } = context;
  const whole = (cells: Cells | null): Licence | null => (cells === null ? null : readWhole(context, cells));
  return {
    checkout: (licence) => whole(database.one<Cells>(`${CHECKOUT} WHERE licence = ?`, licence)),
    checkoutOf: (account, resource) =>
      whole(database.one<Cells>(`${CHECKOUT} WHERE account = ? AND resource = ? AND status IN ('ready', 'active')`, account, resource)),
    checkoutsOf: (account, limit) =>
      database
        .all<Cells>(`${CHECKOUT} WHERE account = ? ORDER BY start_ms DESC, licence DESC LIMIT ?`, account, limit)
        .map((cells) => readWhole(context, cells)),
    openCheckout: (licence, fee) =>
      database.transaction(() => {
        insert(context, licence);
        postFee(context, licence, fee);
      }),
    putCheckout: (licence, returned, fee) =>
      database.transaction(() => {
        update(context, licence, returned);
        postFee(context, licence, fee);
      }),
    returnOf: (licence) => {
      const row = database.one<{ statement: string }>('SELECT statement FROM checkout_returns WHERE licence = ?', licence);
      return row === null ? null : (JSON.parse(row.statement) as ReturnStatement);
    },
  };
}

function readWhole(context: StoreContext, cells: Cells): Licence {
  const { feeMinor, feeModel, ...plain } = cells;
  return {
    ...plain,
    ...(feeMinor !== null && { feeMinor }),
    ...(feeModel !== null && { feeModel }),
    rights: JSON.parse(cells.rights) as PropertyRights,
    events: readEvents(context, cells.licence),
  };
}

function readEvents(context: StoreContext, licence: string): readonly LicenceEvent[] {
  return context.database.all<LicenceEvent>('SELECT type, id, name, at_ms AS atMs FROM checkout_events WHERE licence = ? ORDER BY number', licence);
}

function insert(context: StoreContext, licence: Licence): void {
  context.database.run(
    `INSERT INTO checkouts (licence, account, resource, resource_kind, model_hash, status, start_ms, end_ms, period_ms, latest_end_ms,
       licence_changed_at_ms, status_changed_at_ms, rights, fee_minor, fee_model) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[licence.licence, licence.account, licence.resource, licence.resourceKind, licence.modelHash, licence.status],
    ...[
      licence.startMs,
      licence.endMs,
      licence.periodMs,
      licence.latestEndMs,
      licence.licenceChangedAtMs,
      licence.statusChangedAtMs,
      JSON.stringify(licence.rights),
      BigInt(licence.feeMinor ?? 0),
      licence.feeModel ?? null,
    ],
  );
}

/** @param renewals of the licence with this step: 0 for its checkout */
export function feeKey(licence: string, renewals: number): string {
  return `fee:${licence}/${renewals}`;
}

/**
 * Once for the checkout and once for each renewal, whoever asks how often: the key counts the renewals that the licence knows. Part of the
 * transaction that keeps the step, so that neither is ever there without the other.
 */
function postFee(context: StoreContext, licence: Licence, fee: StepFee | undefined): void {
  if (fee === undefined) return;
  const { outlet, currency, minor, use } = fee;
  if (use !== null) {
    const [number] = recordEvents(context, [use]).values();
    if (number !== undefined && minor > 0n) tellBoxOfFee(context, { outlet, work: licence.resource, currency }, { key: `debit:#${number}`, minor });
    return;
  }
  const key = feeKey(licence.licence, licence.events.filter(({ type }) => type === 'renew').length);
  if (minor === 0n) return;
  if (context.database.one('SELECT 1 FROM ledger_transfers WHERE key = ?', key) !== null) return;
  const { account: party, resource: work } = licence;
  postTransfer(context, { key, debit: 'account-debt', credit: 'earned', amountMinor: minor, currency, party, playId: null, reason: 'bill' });
  tellBoxOfFee(context, { outlet, work, currency }, { key, minor });
}

function update(context: StoreContext, licence: Licence, returned: ReturnStatement | null): void {
  const { database } = context;
  database.run(
    'UPDATE checkouts SET status = ?, end_ms = ?, licence_changed_at_ms = ?, status_changed_at_ms = ?, fee_minor = ? WHERE licence = ?',
    ...[licence.status, licence.endMs, licence.licenceChangedAtMs, licence.statusChangedAtMs, BigInt(licence.feeMinor ?? 0), licence.licence],
  );
  for (const [number, { type, id, name, atMs }] of licence.events.entries()) {
    const sql = 'INSERT OR IGNORE INTO checkout_events (licence, number, type, id, name, at_ms) VALUES (?, ?, ?, ?, ?, ?)';
    database.run(sql, licence.licence, number, type, id, name, atMs);
  }
  if (returned === null) return;
  const sql = 'INSERT INTO checkout_returns (licence, statement, returned_at_ms) VALUES (?, ?, ?)';
  database.run(sql, licence.licence, JSON.stringify(returned), context.clock.wallMs());
}
