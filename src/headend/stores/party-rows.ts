import type { DefaultParties } from '../../ports/outlet-store.ts';
import { asId } from '../../units/ids.ts';
import { newId, type StoreContext } from './store-context.ts';

interface SettingRow {
  readonly value: string;
}

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
