import { titleOfResource } from './account-statement-rows.ts';
import type { PricingLicence } from './pricing-event-rows.ts';
import type { StoreContext } from './store-context.ts';

/** A posting beside the plays of a box, minor units; negative: given back. */
export interface AccountLine {
  readonly number: number;
  readonly key: string;
  readonly atMs: number;
  /** Of what the licence is about. */
  readonly title: string;
  readonly minor: bigint;
}

export interface AccountLineStore {
  /** Those that come after a number, oldest first. */
  accountLinesAfter(outlet: string, number: number, limit: number): readonly AccountLine[];
  /** The newest number of all; a box with a new book begins there. */
  newestAccountLine(): number;
}

/** Owner of account_lines. */
export function accountLineRows(context: StoreContext): AccountLineStore {
  const { database } = context;
  return {
    accountLinesAfter: (outlet, number, limit) =>
      database
        .all<Omit<AccountLine, 'title' | 'minor'> & { readonly resource: string; readonly minor: string }>(
          `SELECT a.number, a.key, a.posted_at_ms AS atMs, coalesce(l.resource_id, a.work) AS resource, CAST(a.amount_minor AS TEXT) AS minor
           FROM account_lines a LEFT JOIN pricing_licences l USING (licence) WHERE a.outlet = ? AND a.number > ? ORDER BY a.number LIMIT ?`,
          ...[outlet, number, limit],
        )
        .map(({ resource, minor, ...line }) => ({ ...line, title: titleOfResource(context, resource), minor: BigInt(minor) })),
    newestAccountLine: () => database.one<{ number: number }>('SELECT coalesce(max(number), 0) AS number FROM account_lines')?.number ?? 0,
  };
}

/**
 * For the box that used the licence last, or a box of its household where none did: its ledger gets the line, too. A venue's box holds its
 * guests' money, and each of their plays is billed by its one quote: it is told of none. Part of the transaction that posts.
 */
export function tellBox(context: StoreContext, licence: PricingLicence, transfer: { readonly key: string; readonly minor: bigint }): void {
  const { database, clock } = context;
  const outlet = database.one<{ outlet: string }>(
    `SELECT o.outlet FROM outlets o LEFT JOIN billed_plays p ON p.outlet = o.outlet AND p.play_id IN
       (SELECT play_id FROM usage_events WHERE licence = ? AND play_id IS NOT NULL ORDER BY number DESC LIMIT 1)
     WHERE o.account = ? AND o.profile = 'set-top' ORDER BY p.play_id IS NULL, o.created_at_ms, o.outlet LIMIT 1`,
    ...[licence.licence, licence.userId],
  )?.outlet;
  if (outlet === undefined) return;
  database.run(
    'INSERT INTO account_lines (outlet, key, licence, amount_minor, currency, posted_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    ...[outlet, transfer.key, licence.licence, transfer.minor, licence.currency, clock.wallMs()],
  );
}

/** For the box that checked a work out or renewed it; a venue's is told of none, as above. Part of the transaction that posts. */
export function tellBoxOfFee(
  { database, clock }: StoreContext,
  { outlet, work, currency }: { readonly outlet: string; readonly work: string; readonly currency: string },
  transfer: { readonly key: string; readonly minor: bigint },
): void {
  database.run(
    `INSERT INTO account_lines (outlet, key, work, amount_minor, currency, posted_at_ms)
     SELECT outlet, ?, ?, ?, ?, ? FROM outlets WHERE outlet = ? AND profile = 'set-top'`,
    ...[transfer.key, work, transfer.minor, currency, clock.wallMs(), outlet],
  );
}
