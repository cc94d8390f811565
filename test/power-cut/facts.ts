import type { BoxClient } from '../../src/cli/box-client.ts';
import type { Totals } from '../fakes/house.ts';

/** What a coin of the machine's one line is worth. */
const COIN_MINOR = 100;

/** What the box said it has, at one moment. It must never have less. */
export interface Facts {
  readonly coins: number;
  readonly records: number;
  readonly receipts: readonly string[];
}

export const NOTHING: Facts = { coins: 0, records: 0, receipts: [] };

/** Everything that either says. */
export function together(before: Facts, after: Facts): Facts {
  return {
    coins: Math.max(before.coins, after.coins),
    records: Math.max(before.records, after.records),
    receipts: [...new Set([...before.receipts, ...after.receipts])],
  };
}

/** What a box lacks of what it had said before the cut. */
export function lost(said: Facts, now: Facts): readonly string[] {
  const receipts = said.receipts.filter((receipt) => !now.receipts.includes(receipt));
  return [
    ...(now.coins < said.coins ? [`${said.coins - now.coins} coins`] : []),
    ...(now.records < said.records ? [`${said.records - now.records} records`] : []),
    ...(receipts.length > 0 ? [`${receipts.length} receipts`] : []),
  ];
}

/** Asks the box; the ledger must balance at any moment. */
export async function readFacts(box: BoxClient): Promise<Facts> {
  const totals = (await box.totals()) as unknown as Totals;
  if (totals.ledger.problem !== null) throw new Error(`the ledger of the box: ${totals.ledger.problem}`);
  const receipts = (await box.command('show receipts 50', 'technician')).data as readonly { readonly playId: string }[];
  return { coins: Number(totals.ledger.cashBoxMinor) / COIN_MINOR, records: totals.outbox.written, receipts: receipts.map(({ playId }) => playId) };
}
