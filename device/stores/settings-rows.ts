import type { BookDatabase } from './book-database.ts';

export function readSetting(database: BookDatabase, name: string): string | null {
  return database.one<{ value: string }>('SELECT value FROM settings WHERE name = ?', name)?.value ?? null;
}

export function writeSetting(database: BookDatabase, name: string, value: string): void {
  database.write('setting', 'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value', name, value);
}
