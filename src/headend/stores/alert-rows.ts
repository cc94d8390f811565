import type { Alert } from '../../domain/fleet/alerts.ts';
import type { StoreContext } from './store-context.ts';

export interface KeptAlert extends Alert {
  readonly atMs: number;
  /** When somebody was told; null while nobody was. */
  readonly toldAtMs: number | null;
  readonly tries: number;
  /** Of the last try; 0 before the first. */
  readonly triedAtMs: number;
  readonly problem: string;
}

/** What was found to be told, and whether it was. */
export interface AlertStore {
  /** Known keys are left as they are. */
  putAlerts(alerts: readonly Alert[]): void;
  untoldAlerts(limit: number): readonly KeptAlert[];
  noteTold(keys: readonly string[]): void;
  noteUntold(keys: readonly string[], problem: string): void;
  recentAlerts(limit: number): readonly KeptAlert[];
}

interface Row extends Omit<KeptAlert, 'urgent'> {
  readonly urgent: number;
}

const COLUMNS = 'key, outlet, kind, text, urgent, at_ms AS atMs, told_at_ms AS toldAtMs, tries, tried_at_ms AS triedAtMs, problem';
const toAlert = (row: Row): KeptAlert => ({ ...row, urgent: row.urgent === 1 });

export function alertRows({ database, clock }: StoreContext): AlertStore {
  return {
    putAlerts: (alerts) => {
      if (alerts.length === 0) return;
      const sql = 'INSERT OR IGNORE INTO alerts (key, outlet, kind, text, urgent, at_ms) VALUES (?, ?, ?, ?, ?, ?)';
      database.transaction(() => {
        for (const { key, outlet, kind, text, urgent } of alerts) database.run(sql, key, outlet, kind, text, urgent ? 1 : 0, clock.wallMs());
      });
    },
    untoldAlerts: (limit) => database.all<Row>(`SELECT ${COLUMNS} FROM alerts WHERE told_at_ms IS NULL ORDER BY at_ms, key LIMIT ?`, limit).map(toAlert),
    noteTold: (keys) => {
      database.transaction(() => {
        for (const key of keys) database.run('UPDATE alerts SET told_at_ms = ?, problem = ? WHERE key = ?', clock.wallMs(), '', key);
      });
    },
    noteUntold: (keys, problem) => {
      database.transaction(() => {
        for (const key of keys) database.run('UPDATE alerts SET tries = tries + 1, tried_at_ms = ?, problem = ? WHERE key = ?', clock.wallMs(), problem, key);
      });
    },
    recentAlerts: (limit) => database.all<Row>(`SELECT ${COLUMNS} FROM alerts ORDER BY at_ms DESC, key LIMIT ?`, limit).map(toAlert),
  };
}
