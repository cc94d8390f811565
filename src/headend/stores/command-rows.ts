import type { CommandStore, NonceStore } from '../../ports/outlet-store.ts';
import { newId, type StoreContext } from './store-context.ts';

/** Most command lines that ride in one answer; the rest follow with the next report. */
const COMMANDS_PER_ANSWER = 20;

export function commandRows(context: StoreContext): CommandStore & NonceStore {
  const { database } = context;
  return {
    putCommand: (outlet, line) => {
      const id = newId(context);
      database.run('INSERT INTO commands (command, outlet, line, created_at_ms) VALUES (?, ?, ?, ?)', id, outlet, line, context.clock.wallMs());
      return id;
    },
    openCommands: (outlet) =>
      database.all<{ id: string; line: string }>(
        'SELECT command AS id, line FROM commands WHERE outlet = ? AND done = 0 ORDER BY created_at_ms, command LIMIT ?',
        outlet,
        COMMANDS_PER_ANSWER,
      ),
    putCommandResult: (outlet, result) => {
      database.run(
        'UPDATE commands SET done = 1, result_code = ?, result_text = ? WHERE command = ? AND outlet = ? AND done = 0',
        result.ok ? 'ok' : result.code,
        result.text,
        result.id,
        outlet,
      );
    },
    spendNonce: (nonce, expiresAtMs, nowMs) =>
      database.transaction(() => {
        database.run('DELETE FROM used_nonces WHERE expires_at_ms < ?', nowMs);
        return database.run('INSERT OR IGNORE INTO used_nonces (nonce, expires_at_ms) VALUES (?, ?)', nonce, expiresAtMs) === 1;
      }),
  };
}
