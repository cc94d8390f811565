import { advertReward, inForce } from '../../domain/access/access-policy.ts';
import type { HeardCounts } from '../../domain/credit/settle-play.ts';
import type { PaySessionRow } from '../../ports/headend-stores.ts';
import { tellBox } from './account-line-rows.ts';
import { insertTransfer } from './ledger-rows.ts';
import { policyRows } from './policy-rows.ts';
import { readLicences } from './pricing-event-rows.ts';
import type { StoreContext } from './store-context.ts';

/**
 * What a household is given for an advert: posted from the packets that its box heard of it, by its closing statement, once. Part of the
 * transaction that bills the play.
 */
export function rewardAdvert(context: StoreContext, { sid, account, outlet, work, terms }: PaySessionRow, heard: HeardCounts): void {
  const { database } = context;
  const attempt = { account, outlet, work, atMs: terms.issuedAtMs };
  const policy = inForce(policyRows(context).policies(), 'advert', attempt);
  const key = `advert:${sid}`;
  const household = database.one<{ profile: string }>('SELECT profile FROM outlets WHERE outlet = ?', outlet)?.profile === 'set-top';
  if (policy === null || !household || database.one('SELECT 1 FROM ledger_transfers WHERE key = ?', key) !== null) return;
  const played = heard.counts.reduce((sum, { billingClass, packets }) => (billingClass === 'paid' || billingClass === 'free' ? sum + packets : sum), 0);
  const minor = advertReward(BigInt(policy.value), played - heard.unheardPaidPackets, terms.packets, owedBy(context, account, terms.currency));
  if (minor === 0n) return;
  insertTransfer(context, {
    ...{ key, debit: 'earned', credit: 'account-debt', amountMinor: minor, currency: terms.currency },
    ...{ party: account, playId: null, reason: 'adjustment' },
  });
  const [licence] = readLicences(
    context,
    'licence = (SELECT licence FROM usage_events WHERE play_id = (SELECT play_id FROM bills WHERE sid = ?) LIMIT 1)',
    sid,
  );
  if (licence !== undefined) tellBox(context, licence, { key, minor: -minor });
}

function owedBy({ database }: StoreContext, account: string, currency: string): bigint {
  const row = database.one<{ minor: string }>(
    `SELECT CAST(coalesce(sum(CASE WHEN debit = 'account-debt' THEN amount_minor ELSE -amount_minor END), 0) AS TEXT) AS minor
     FROM ledger_transfers WHERE party = ? AND currency = ? AND 'account-debt' IN (debit, credit)`,
    account,
    currency,
  );
  return BigInt(row?.minor ?? '0');
}
