import type { StoreContext } from './store-context.ts';

/** What an account used: a play, or one part of it under a price. */
export interface AccountUse {
  readonly resourceId: string;
  readonly startMs: number;
  readonly durationMs: number;
}

/** What is asked when prices are compared for an account. */
export interface CheapestStore {
  /** Price nodes that works on offer refer to. */
  offeredNodes(limit: number): readonly string[];
  /** What works on offer cost that have just a price, minor units; the commonest first. */
  offeredPrices(currency: string, limit: number): readonly bigint[];
  /** From then on, the newest ones, oldest first; what was free is not among them. */
  accountUses(account: string, fromMs: number, limit: number): readonly AccountUse[];
}

/** Reads only; the tables have owners of their own. */
export function cheapestRows({ database }: StoreContext): CheapestStore {
  return {
    offeredNodes: (limit) =>
      database
        .all<{ node: string }>(
          `SELECT DISTINCT p.node FROM work_parts p JOIN works w USING (work) WHERE w.retired = 0 AND p.node IS NOT NULL ORDER BY p.node LIMIT ?`,
          limit,
        )
        .map(({ node }) => node),
    offeredPrices: (currency, limit) =>
      database
        .all<{ minor: string }>(
          `SELECT CAST(price_minor AS TEXT) AS minor FROM works WHERE retired = 0 AND free = 0 AND price_minor > 0 AND currency = ?
             AND work NOT IN (SELECT work FROM work_parts) GROUP BY price_minor ORDER BY count(*) DESC, price_minor LIMIT ?`,
          currency,
          limit,
        )
        .map(({ minor }) => BigInt(minor)),
    accountUses: (account, fromMs, limit) =>
      database
        .all<AccountUse>(
          `SELECT l.resource_id AS resourceId, e.start_ms AS startMs, e.duration_ms AS durationMs FROM usage_events e JOIN pricing_licences l USING (licence)
             JOIN pricing_models m ON m.hash = l.pricing_model_id
           WHERE l.user_id = ? AND e.kind = 'use' AND e.start_ms >= ? AND coalesce(m.pricing_model_id, '') <> 'ackbox:free'
           ORDER BY e.start_ms DESC, e.number DESC LIMIT ?`,
          ...[account, fromMs, limit],
        )
        .toReversed(),
  };
}
