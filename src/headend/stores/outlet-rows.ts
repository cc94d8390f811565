import { limits } from '../../limits.ts';
import type { OutletRow } from '../../ports/headend-stores.ts';
import type { DefaultParties, OutletStore, PendingEnrolment } from '../../ports/outlet-store.ts';
import type { AccountId, LocationId, OutletId } from '../../units/ids.ts';
import { asId } from '../../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { accountNamed, locationNamed } from './party-rows.ts';
import { newId, type StoreContext } from './store-context.ts';

type OutletCells = Omit<OutletRow, 'publicKey'> & { readonly publicKey: Uint8Array };
const OUTLET = 'SELECT outlet, account, location, name, profile, public_key AS publicKey, currency FROM outlets';
const PENDING = 'SELECT device_public_key AS devicePublicKey, nonce, name, profile, created_at_ms AS createdAtMs FROM enrolments';

/** Outlets and the boxes that ask to become one. Owner of the tables outlets and enrolments. */
export function outletRows(context: StoreContext, parties: DefaultParties): OutletStore {
  return {
    defaults: () => parties,
    outlet: (id) => outletOf(context.database.one<OutletCells>(`${OUTLET} WHERE outlet = ?`, id)),
    outletByKey: (key) => outletByKey(context, key),
    outlets: () => context.database.all<OutletCells>(`${OUTLET} ORDER BY created_at_ms, outlet`).map(plainOutlet),
    accountNamed: (name) => accountNamed(context, name, parties.currency),
    locationNamed: (name) => locationNamed(context, name),
    putEnrolment: (request) => putEnrolment(context, request),
    pendingEnrolments: () =>
      context.database.all<PendingEnrolment>(`${PENDING} WHERE created_at_ms >= ? ORDER BY created_at_ms`, oldest(context)).map(plainPending),
    approveEnrolment: (key, account, location) => approveEnrolment(context, key, account, location),
  };
}

function putEnrolment(context: StoreContext, request: PendingEnrolment): Result<'pending', Fault<'enrolments-full'>> {
  const { database } = context;
  return database.transaction(() => {
    database.run('DELETE FROM enrolments WHERE created_at_ms < ?', oldest(context));
    const others = database.one<{ n: number }>(
      'SELECT count(*) AS n FROM enrolments WHERE NOT (device_public_key = ? AND nonce = ?)',
      request.devicePublicKey,
      request.nonce,
    );
    if ((others?.n ?? 0) >= limits.enrolmentPendingMax) {
      return fault('enrolments-full', `${limits.enrolmentPendingMax} boxes wait for enrolment already: approve them, or wait until their codes expire.`);
    }
    database.run(
      'INSERT OR IGNORE INTO enrolments (device_public_key, nonce, name, profile, created_at_ms) VALUES (?, ?, ?, ?, ?)',
      request.devicePublicKey,
      request.nonce,
      request.name,
      request.profile,
      request.createdAtMs,
    );
    return ok('pending' as const);
  });
}

function approveEnrolment(context: StoreContext, key: Uint8Array, account: AccountId, location: LocationId): Result<OutletRow, Fault<'enrolment-unknown'>> {
  const { database } = context;
  return database.transaction(() => {
    const known = outletByKey(context, key);
    if (known !== null) return ok(known);
    const pending = database.one<PendingEnrolment>(
      `${PENDING} WHERE device_public_key = ? AND created_at_ms >= ? ORDER BY created_at_ms DESC`,
      key,
      oldest(context),
    );
    const owner = database.one<{ currency: string }>('SELECT currency FROM accounts WHERE account = ?', account);
    const place = database.one<{ location: string }>('SELECT location FROM locations WHERE location = ?', location);
    if (pending === null) return fault('enrolment-unknown', 'No box with this key waits for enrolment: start the box, then use the code it shows.');
    if (owner === null || place === null) return fault('enrolment-unknown', 'The account or the location does not exist: create it first.');
    const outlet: OutletId = asId(newId(context));
    database.run(
      'INSERT INTO outlets (outlet, account, location, name, profile, public_key, currency, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      outlet,
      account,
      location,
      pending.name,
      pending.profile,
      key,
      owner.currency,
      context.clock.wallMs(),
    );
    database.run('DELETE FROM enrolments WHERE device_public_key = ?', key);
    return ok({ outlet, account, location, name: pending.name, profile: pending.profile, publicKey: new Uint8Array(key), currency: owner.currency });
  });
}

function outletByKey(context: StoreContext, key: Uint8Array): OutletRow | null {
  return outletOf(context.database.one<OutletCells>(`${OUTLET} WHERE public_key = ?`, key));
}

/** The cutoff: requests made before it are forgotten. One made in the future (the clock went back) is kept. */
function oldest(context: StoreContext): number {
  return context.clock.wallMs() - limits.enrolmentCodeMs;
}

function outletOf(cells: OutletCells | null): OutletRow | null {
  return cells === null ? null : plainOutlet(cells);
}

function plainOutlet(cells: OutletCells): OutletRow {
  return { ...cells, publicKey: new Uint8Array(cells.publicKey) };
}

function plainPending(cells: PendingEnrolment): PendingEnrolment {
  return { ...cells, devicePublicKey: new Uint8Array(cells.devicePublicKey), nonce: new Uint8Array(cells.nonce) };
}
