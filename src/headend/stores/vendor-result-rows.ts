import { canonicalJson } from '../../wire/canonical-json.ts';
import type { PricingLicence } from './pricing-event-rows.ts';
import type { StoreContext } from './store-context.ts';

/** A result of a trigger that is not ours to understand, on its way to the vendor (P-22). */
export interface VendorResult {
  readonly number: number;
  readonly vendor: string;
  /** That the vendor gave; where there is none yet, it waits. */
  readonly address: string;
  readonly body: string;
  readonly attempts: number;
}

export interface VendorResultStore {
  putVendorAddress(vendor: string, address: string | null): void;
  /** Due now, oldest first. */
  vendorResultsDue(limit: number): readonly VendorResult[];
  vendorResultDelivered(number: number): void;
  /** @param retryAtMs wall clock; null: given up */
  vendorResultFailed(number: number, reason: string, retryAtMs: number | null): void;
  vendorResults(limit: number): readonly (Omit<VendorResult, 'address'> & { readonly state: string; readonly lastError: string | null })[];
}

interface TriggerResult {
  readonly atMs: number;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export function vendorResultRows(context: StoreContext): VendorResultStore {
  const { database, clock } = context;
  return {
    putVendorAddress: (vendor, address) => {
      if (address === null) database.run('DELETE FROM vendor_addresses WHERE vendor = ?', vendor);
      else database.run('INSERT INTO vendor_addresses VALUES (?, ?) ON CONFLICT (vendor) DO UPDATE SET address = excluded.address', vendor, address);
    },
    vendorResultsDue: (limit) =>
      database.all(
        `SELECT r.number, r.vendor, v.address, r.body, r.attempts FROM vendor_results r JOIN vendor_addresses v ON v.vendor = r.vendor
         WHERE r.state = 'waiting' AND r.next_try_ms <= ? ORDER BY r.number LIMIT ?`,
        Math.floor(clock.wallMs()),
        limit,
      ),
    vendorResultDelivered: (number) => {
      database.run("UPDATE vendor_results SET state = 'delivered', attempts = attempts + 1, last_error = NULL WHERE number = ?", number);
    },
    vendorResultFailed: (number, reason, retryAtMs) => {
      database.run(
        'UPDATE vendor_results SET state = ?, attempts = attempts + 1, last_error = ?, next_try_ms = ? WHERE number = ?',
        ...[retryAtMs === null ? 'given-up' : 'waiting', reason.slice(0, 300), Math.floor(retryAtMs ?? 0), number],
      );
    },
    vendorResults: (limit) =>
      database.all('SELECT number, vendor, body, attempts, state, last_error AS lastError FROM vendor_results ORDER BY number DESC LIMIT ?', limit),
  };
}

/** Keeps each result once, whatever is replayed and however often. Part of the transaction that refreshes the licence. */
export function keepVendorResults(context: StoreContext, licence: PricingLicence, results: readonly TriggerResult[]): void {
  const { database, clock } = context;
  const seen = new Map<string, number>();
  for (const { atMs, name, attributes } of results) {
    const body = canonicalJson({ account: licence.userId, resource: licence.resourceId, model: licence.modelHash, atMs, result: name, attributes });
    const repeated = seen.get(body) ?? 0;
    seen.set(body, repeated + 1);
    database.run(
      `INSERT OR IGNORE INTO vendor_results (vendor, licence, body, repeated, state, attempts, next_try_ms, created_at_ms)
       SELECT vendor, ?, ?, ?, 'waiting', 0, 0, ? FROM pricing_models WHERE hash = ?`,
      ...[licence.licence, body, repeated, clock.wallMs(), licence.modelHash],
    );
  }
}
