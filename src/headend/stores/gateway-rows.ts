import type { TransactionType } from '../../domain/usage/gateway-routes.ts';
import type { StoreContext } from './store-context.ts';

/** One line of the headend's outbox, as an entity gets it. */
export interface Transaction {
  readonly number: number;
  readonly type: TransactionType;
  /** Names what it is, for good: entities deduplicate by it (ruling 31). */
  readonly key: string;
  readonly outlet: string;
  /** JSON text. */
  readonly body: string;
}

export interface EntityProgress {
  readonly through: number;
  readonly forwarded: number;
  readonly refused: number;
}

export interface GatewayRefusal {
  readonly entity: string;
  readonly number: number;
  readonly reason: string;
  readonly refusedAtMs: number;
  readonly key: string | null;
  readonly body: string | null;
}

export interface GatewayStore {
  /** In commit order, after `number`; a record whose time was over is passed over. */
  transactionsAfter(number: number, limit: number): readonly Transaction[];
  lastTransaction(): number;
  entityProgress(entity: string): EntityProgress;
  /** Entities that have got anything. */
  forwardedTo(): readonly string[];
  /** What entities would not take, or never survived, with the transaction where it is still kept; newest first. */
  gatewayRefusals(limit: number): readonly GatewayRefusal[];
  /** Durable before it returns. */
  putEntityProgress(entity: string, progress: EntityProgress, refusals: readonly { readonly number: number; readonly reason: string }[]): void;
}

const AFTER = `SELECT o.number, CASE WHEN o.topic = 'bill' THEN 'bill' WHEN r.kind = 'usage' AND json_extract(r.body, '$.EventType') = 'ORDER' THEN 'order' ELSE r.kind END AS type,
    CASE WHEN o.topic = 'bill' THEN 'bill:' || o.source || ':' || o.generation || ':' || o.position ELSE o.source || ':' || o.generation || ':' || o.position END AS key,
    coalesce(r.outlet, b.outlet) AS outlet,
    CASE WHEN o.topic = 'bill' THEN json_object('number', b.number, 'sid', b.sid, 'playId', b.play_id, 'account', b.account, 'work', b.work, 'chargedMinor',
      CAST(b.charged_minor AS TEXT), 'currency', b.currency, 'basis', b.basis) ELSE r.body END AS body
  FROM headend_outbox o LEFT JOIN usage_records r ON o.topic = 'record' AND r.outlet = o.source AND r.generation = o.generation AND r.sequence = o.position
  LEFT JOIN bills b ON o.topic = 'bill' AND b.sid = o.source WHERE o.number > ? AND (o.topic = 'bill' OR r.sequence IS NOT NULL)
  ORDER BY o.number LIMIT ?`;

export function gatewayRows(context: StoreContext): GatewayStore {
  const { database } = context;
  return {
    transactionsAfter: (number, limit) => database.all<Transaction>(AFTER, number, limit),
    lastTransaction: () => database.one<{ number: number | null }>('SELECT max(number) AS number FROM headend_outbox')?.number ?? 0,
    gatewayRefusals: (limit) =>
      database
        .all<Omit<GatewayRefusal, 'key' | 'body'>>(
          'SELECT entity, number, reason, refused_at_ms AS refusedAtMs FROM gateway_refusals ORDER BY refused_at_ms DESC, number DESC LIMIT ?',
          limit,
        )
        .map((refusal) => {
          const [transaction] = database.all<Transaction>(AFTER, refusal.number - 1, 1);
          const kept = transaction?.number === refusal.number ? transaction : null;
          return { ...refusal, key: kept?.key ?? null, body: kept?.body ?? null };
        }),
    forwardedTo: () => database.all<{ entity: string }>('SELECT entity FROM gateway_entities WHERE forwarded > 0 ORDER BY entity').map(({ entity }) => entity),
    entityProgress: (entity) =>
      database.one<EntityProgress>('SELECT through_number AS through, forwarded, refused FROM gateway_entities WHERE entity = ?', entity) ?? {
        through: 0,
        forwarded: 0,
        refused: 0,
      },
    putEntityProgress: (entity, progress, refusals) =>
      database.transaction(() => {
        database.run(
          `INSERT INTO gateway_entities (entity, through_number, forwarded, refused) VALUES (?, ?, ?, ?) ON CONFLICT (entity) DO UPDATE SET
             through_number = excluded.through_number, forwarded = excluded.forwarded, refused = excluded.refused`,
          ...[entity, progress.through, progress.forwarded, progress.refused],
        );
        for (const { number, reason } of refusals) {
          const sql = 'INSERT OR IGNORE INTO gateway_refusals (entity, number, reason, refused_at_ms) VALUES (?, ?, ?, ?)';
          database.run(sql, entity, number, reason, context.clock.wallMs());
        }
      }),
  };
}
