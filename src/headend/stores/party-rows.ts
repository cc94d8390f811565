import type { DefaultParties } from '../../ports/outlet-store.ts';
import { type AccountId, asId, type LocationId } from '../../units/ids.ts';
import { newId, type StoreContext } from './store-context.ts';

interface SettingRow {
  readonly value: string;
}

/** Of a restored headend: when the last play began that its backup knew. What boxes tell of these, they may know better. */
export const RESTORED_SETTING = 'restored-plays-opened-ms';

export function readSetting(context: StoreContext, name: string): string | null {
  return context.database.one<SettingRow>('SELECT value FROM settings WHERE name = ?', name)?.value ?? null;
}

export function writeSetting(context: StoreContext, name: string, value: string): void {
  context.database.run('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value', name, value);
}

/** Makes the first account, location, vendor and provider, once; later calls read them. The currency stays what it was at first. */
export function ensureDefaultParties(context: StoreContext, currency: string): DefaultParties {
  return context.database.transaction(() => {
    const stored = readSetting(context, 'default-parties');
    if (stored !== null) return JSON.parse(stored) as DefaultParties;
    const parties: DefaultParties = {
      account: asId(newId(context)),
      location: asId(newId(context)),
      vendor: asId(newId(context)),
      provider: asId(newId(context)),
      currency,
    };
    const now = context.clock.wallMs();
    const { database } = context;
    database.run('INSERT INTO accounts VALUES (?, ?, ?, ?)', parties.account, 'House account', currency, now);
    database.run('INSERT INTO locations VALUES (?, ?, ?)', parties.location, 'Here', now);
    database.run('INSERT INTO vendors VALUES (?, ?, ?)', parties.vendor, 'House', now);
    database.run('INSERT INTO providers VALUES (?, ?, ?)', parties.provider, 'This headend', now);
    writeSetting(context, 'default-parties', JSON.stringify(parties));
    return parties;
  });
}

/** An operator names accounts and locations when he enrols a box; the first use of a name makes it. An id is a name as well. */
export function accountNamed(context: StoreContext, name: string, currency: string): AccountId {
  const { database } = context;
  return database.transaction(() => {
    const known = database.one<{ account: AccountId }>(
      'SELECT account FROM accounts WHERE account = ? OR name = ? ORDER BY account <> ?, created_at_ms',
      name,
      name,
      name,
    );
    if (known !== null) return known.account;
    const account: AccountId = asId(newId(context));
    database.run('INSERT INTO accounts VALUES (?, ?, ?, ?)', account, name, currency, context.clock.wallMs());
    return account;
  });
}

export function locationNamed(context: StoreContext, name: string): LocationId {
  const { database } = context;
  return database.transaction(() => {
    const known = database.one<{ location: LocationId }>(
      'SELECT location FROM locations WHERE location = ? OR name = ? ORDER BY location <> ?, created_at_ms',
      name,
      name,
      name,
    );
    if (known !== null) return known.location;
    const location: LocationId = asId(newId(context));
    database.run('INSERT INTO locations VALUES (?, ?, ?)', location, name, context.clock.wallMs());
    return location;
  });
}
