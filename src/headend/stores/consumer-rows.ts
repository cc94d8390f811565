import { sha256Hex } from '../../platform/crypto/digest.ts';
import { canonicalJson } from '../../wire/canonical-json.ts';
import { newId, type StoreContext } from './store-context.ts';

/** A person under a pseudonym. What names the person may be absent. */
export interface ConsumerRow {
  readonly consumer: string;
  readonly account: string;
  readonly createdAtMs: number;
  readonly displayName: string | null;
  readonly contact: string | null;
}

/** All that the book holds about one consumer, as plain data. */
export interface ConsumerExport {
  readonly consumer: ConsumerRow;
  readonly profiles: readonly Readonly<Record<string, unknown>>[];
  readonly occurrences: readonly Readonly<Record<string, unknown>>[];
  /** Usage records as they are stored, those that were set aside too. */
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly quarantined: readonly Readonly<Record<string, unknown>>[];
  /** At which boxes of its household it has a name, its spending cap, and what was set aside of it lately. */
  readonly household: readonly Readonly<Record<string, unknown>>[];
  /** Bills of plays that the consumer's records are about; they are the account's, and name no consumer. */
  readonly bills: readonly Readonly<Record<string, unknown>>[];
}

export interface ErasedCounts {
  readonly records: number;
  readonly quarantined: number;
  readonly profiles: number;
  readonly occurrences: number;
}

export interface ConsumerStore {
  /** The account of this id or name; null where there is none. */
  addConsumer(account: string, displayName: string | null, contact: string | null): ConsumerRow | null;
  consumer(id: string): ConsumerRow | null;
  consumers(limit: number): readonly ConsumerRow[];
  exportConsumer(id: string): ConsumerExport | null;
  /**
   * Takes the pseudonym out of all that is kept: records, profiles and occurrences stay, as nobody's. Ledger and bills never named it.
   * Records of before this moment that come in later lose it too. Part of the caller's transaction, where there is one.
   */
  eraseConsumer(id: string): ErasedCounts;
}

const CONSUMER = `SELECT c.consumer, c.account, c.created_at_ms AS createdAtMs, p.display_name AS displayName, p.contact FROM consumers c
  LEFT JOIN consumer_personal_data p ON p.consumer = c.consumer`;
/** Written as JSON, a pseudonym stands between quotes: what does not hold that is not parsed. */
const OF_CONSUMER = `instr(body, ?) > 0 AND json_valid(body) AND json_extract(body, '$.ConsumerId') = ?`;

/** Owner of consumers, consumer_personal_data and consumer_erasures. */
export function consumerRows(context: StoreContext): ConsumerStore {
  const { database, clock } = context;
  const find = (id: string): ConsumerRow | null => database.one<ConsumerRow>(`${CONSUMER} WHERE c.consumer = ?`, id);
  return {
    addConsumer: (name, displayName, contact) =>
      database.transaction(() => {
        const account = database.one<{ account: string }>('SELECT account FROM accounts WHERE ? IN (account, name) ORDER BY account <> ?', name, name)?.account;
        if (account === undefined) return null;
        const consumer = newId(context);
        database.run('INSERT INTO consumers (consumer, account, created_at_ms) VALUES (?, ?, ?)', consumer, account, clock.wallMs());
        database.run('INSERT INTO consumer_personal_data (consumer, display_name, contact) VALUES (?, ?, ?)', consumer, displayName, contact);
        return find(consumer);
      }),
    consumer: find,
    consumers: (limit) => database.all<ConsumerRow>(`${CONSUMER} ORDER BY c.created_at_ms DESC, c.consumer LIMIT ?`, limit),
    exportConsumer: (id) => database.transaction(() => exportConsumer(context, find(id))),
    eraseConsumer: (id) => database.transaction(() => eraseConsumer(context, id)),
  };
}

function exportConsumer({ database }: StoreContext, consumer: ConsumerRow | null): ConsumerExport | null {
  if (consumer === null) return null;
  const id = consumer.consumer;
  const all = (sql: string, ...cells: string[]) => database.all<Readonly<Record<string, unknown>>>(sql, ...cells);
  const records = all(
    `SELECT outlet, generation, sequence, wall_ms AS wallMs, body FROM usage_records WHERE kind = 'usage' AND ${OF_CONSUMER} ORDER BY wall_ms`,
    ...[quoted(id), id],
  ).map((row) => ({ ...row, body: JSON.parse(String(row.body)) as unknown }));
  const plays = new Set(records.map(({ body }) => (body as { playId?: unknown }).playId).filter((play) => typeof play === 'string'));
  return {
    consumer,
    profiles: all('SELECT account, domain, used_ms AS usedMs, occurrences, first_ms AS firstMs, last_ms AS lastMs FROM usage_profiles WHERE consumer = ?', id),
    occurrences: all(
      'SELECT outlet, domain, title_domain AS titleDomain, start_ms AS startMs, used_ms AS usedMs FROM domain_occurrences WHERE consumer = ?',
      id,
    ),
    records,
    quarantined: all('SELECT outlet, generation, sequence, code, reason, record FROM quarantined_records WHERE instr(record, ?) > 0', id),
    household: [
      ...all('SELECT outlet, locked, below_age AS belowAge FROM household_people WHERE consumer = ?', id),
      ...all('SELECT account, CAST(cap_minor AS TEXT) AS capMinor FROM household_caps WHERE who = ? AND removed = 0', id),
      ...all('SELECT key, outlet, day, CAST(ceiling_minor AS TEXT) AS ceilingMinor FROM household_spendings WHERE consumer = ?', id),
    ],
    bills: [...plays].flatMap((play) =>
      all(
        'SELECT play_id AS playId, work, currency, CAST(charged_minor AS TEXT) AS chargedMinor, billed_at_ms AS billedAtMs FROM billed_plays WHERE play_id = ?',
        play,
      ),
    ),
  };
}

function eraseConsumer(context: StoreContext, id: string): ErasedCounts {
  const { database, clock } = context;
  const rows = database.all<{ outlet: string; generation: string; sequence: number; body: string }>(
    `SELECT outlet, generation, sequence, body FROM usage_records WHERE kind = 'usage' AND ${OF_CONSUMER}`,
    ...[quoted(id), id],
  );
  for (const { outlet, generation, sequence, body } of rows) putErased(context, { outlet, generation, sequence }, body);
  const counts = {
    records: rows.length,
    quarantined: database.run("UPDATE quarantined_records SET record = '{}', reason = reason || ' (erased)' WHERE instr(record, ?) > 0", id),
    profiles: database.run(
      `INSERT INTO usage_profiles (account, consumer, domain, used_ms, occurrences, first_ms, last_ms)
       SELECT account, '', domain, used_ms, occurrences, first_ms, last_ms FROM usage_profiles WHERE consumer = ?
       ON CONFLICT (account, consumer, domain) DO UPDATE SET used_ms = used_ms + excluded.used_ms, occurrences = occurrences + excluded.occurrences,
         first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms)`,
      id,
    ),
    occurrences: database.run("UPDATE domain_occurrences SET consumer = '' WHERE consumer = ?", id),
  };
  database.run('DELETE FROM usage_profiles WHERE consumer = ?', id);
  database.run('UPDATE household_spendings SET consumer = NULL WHERE consumer = ?', id);
  database.run('DELETE FROM household_caps WHERE who = ?', id);
  database.run('DELETE FROM consumers WHERE consumer = ?', id);
  database.run(
    'INSERT INTO consumer_erasures (consumer_hash, erased_at_ms) VALUES (?, ?) ON CONFLICT (consumer_hash) DO UPDATE SET erased_at_ms = excluded.erased_at_ms',
    ...[sha256Hex(id), clock.wallMs()],
  );
  return counts;
}

/** The pseudonym's record without it. The hash stays: the same record that comes again is still a duplicate. */
function putErased(
  { database, clock }: StoreContext,
  at: { readonly outlet: string; readonly generation: string; readonly sequence: number },
  body: string,
): void {
  database.run(
    'UPDATE usage_records SET body = ?, redacted_at_ms = ? WHERE outlet = ? AND generation = ? AND sequence = ?',
    ...[withoutConsumer(body), clock.wallMs(), at.outlet, at.generation, at.sequence],
  );
}

/**
 * A person that a box of the account has on its list. Part of the caller's transaction.
 * @returns false where the pseudonym is another account's, or was erased: nothing is kept then
 */
export function nameConsumer(
  { database, clock }: StoreContext,
  person: { readonly account: string; readonly consumer: string; readonly name: string | null },
): boolean {
  const { account, consumer, name } = person;
  if (database.one('SELECT 1 FROM consumer_erasures WHERE consumer_hash = ?', sha256Hex(consumer)) !== null) return false;
  database.run('INSERT OR IGNORE INTO consumers (consumer, account, created_at_ms) VALUES (?, ?, ?)', consumer, account, clock.wallMs());
  if (database.one<{ account: string }>('SELECT account FROM consumers WHERE consumer = ?', consumer)?.account !== account) return false;
  database.run(
    `INSERT INTO consumer_personal_data (consumer, display_name) VALUES (?, ?) ON CONFLICT (consumer) DO UPDATE SET display_name = excluded.display_name`,
    ...[consumer, name],
  );
  return true;
}

function withoutConsumer(body: string): string {
  const { order, ...rest } = JSON.parse(body) as Readonly<Record<string, unknown>>;
  const { shippedTo: _pseudonym, ...kept } = (order ?? {}) as Readonly<Record<string, unknown>>;
  return canonicalJson({ ...rest, ConsumerId: null, ...(order === undefined ? {} : { order: kept }) });
}

function quoted(id: string): string {
  return JSON.stringify(id);
}

/**
 * Knows each consumer of these records: a pseudonym that boxes use stands in `consumers` without a name. A record of before an erasure loses its
 * pseudonym instead, whenever it comes. Part of the transaction that processes the records.
 * @returns the body to process
 */
export function admitConsumer(context: StoreContext, row: ConsumerRecord): string {
  const { database } = context;
  const id = consumerIn(row.body);
  if (id === null) return row.body;
  const erased = database.one<{ at: number }>('SELECT erased_at_ms AS at FROM consumer_erasures WHERE consumer_hash = ?', sha256Hex(id))?.at ?? null;
  if (erased !== null && row.wallMs <= erased) {
    putErased(context, row, row.body);
    return withoutConsumer(row.body);
  }
  const sql = 'INSERT OR IGNORE INTO consumers (consumer, account, created_at_ms) SELECT ?, account, ? FROM outlets WHERE outlet = ?';
  database.run(sql, id, context.clock.wallMs(), row.outlet);
  return row.body;
}

interface ConsumerRecord {
  readonly outlet: string;
  readonly generation: string;
  readonly sequence: number;
  readonly wallMs: number;
  readonly body: string;
}

/** Most records are nobody's, and are many: they are not parsed. */
function consumerIn(body: string): string | null {
  if (!body.includes('"ConsumerId":"')) return null;
  try {
    const value = (JSON.parse(body) as { readonly ConsumerId?: unknown }).ConsumerId;
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}
