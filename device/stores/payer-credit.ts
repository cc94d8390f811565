import type { TransferReason } from '../../src/domain/ledger/ledger.ts';
import { limits } from '../../src/limits.ts';
import type { BookCore } from './book-core.ts';
import type { FundingSource, PayerRow } from './book-port.ts';
import type { Funds } from './funds.ts';
import type { Payer } from './payer-rows.ts';
import { readSetting } from './settings-rows.ts';

/** The one payer of a set-top box: its household's account. */
export const ACCOUNT_PAYER = 'account';

const kindOf = (core: BookCore): 'coin-session' | 'account' => (core.parts.options.profile === 'jukebox' ? 'coin-session' : 'account');

/** Whose turn background music is; no row of `payers`. */
export const HOUSE_PAYER = 'house';

/** Who may spend now. */
export function openPayer(core: BookCore): Payer | null {
  return core.parts.payers.open(kindOf(core));
}

/** Inside a transaction: the open payer, or a new coin session. */
export function ensurePayer(core: BookCore): Payer {
  const kind = kindOf(core);
  return openPayer(core) ?? core.parts.payers.create(kind === 'account' ? ACCOUNT_PAYER : core.newId(), kind, core.nowMs());
}

export function toPayerRow(core: BookCore, payer: Payer): PayerRow {
  const { payerId, kind, openedAtMs } = payer;
  return { payerId, kind, openedAtMs, creditMinor: prepaid(core, payerId) + (kind === 'account' ? accountRoom(core) : 0n) };
}

export function prepaid(core: BookCore, payerId: string): bigint {
  return core.parts.ledger.balance('patron-credit', payerId);
}

/**
 * What the account may still owe: the cap less what the headend has not acknowledged yet. So a set-top that lost its headend
 * stops at the cap, and one that reports never meets it (rulings 2 and 12).
 * @param floorMinor the signed bound of a checked-out title, where one is played
 */
function accountRoom(core: BookCore, floorMinor: bigint | null = null): bigint {
  const { database, plays, outboxRows } = core.parts;
  const cap = BigInt(readSetting(database, 'spending-cap-minor') ?? limits.spendingCapMinor);
  const bound = floorMinor !== null && floorMinor < cap ? floorMinor : cap;
  const room = bound - plays.unacknowledgedOnAccount(outboxRows.state().acknowledgedThrough);
  return room > 0n ? room : 0n;
}

/** Money arrives: the ledger line, the payer's funds, in the caller's transaction. */
export function giveCredit(
  core: BookCore,
  payer: Payer,
  money: {
    readonly key: string;
    readonly amountMinor: bigint;
    readonly from: 'cash-box' | 'card-takings' | 'staff-grants' | 'unclaimed';
    readonly reason: TransferReason;
    readonly funds: Funds;
    readonly playId: string | null;
  },
): void {
  const { key, amountMinor, playId, reason } = money;
  core.post({ key, debit: money.from, credit: 'patron-credit', amountMinor, party: payer.payerId, playId, reason });
  core.parts.payers.give(payer.payerId, money.funds);
  core.parts.payers.touch(payer.payerId, core.nowMs());
}

/** Sets the full price aside. @returns whose money it is, or null where there is not enough */
export function holdPrice(
  core: BookCore,
  payer: Payer | null,
  { playId, amountMinor }: { readonly playId: string; readonly amountMinor: bigint },
  floorMinor: bigint | null,
): Funds | null {
  if (amountMinor === 0n) return {};
  if (payer === null) return null;
  const { payers } = core.parts;
  const line = { key: `play:${playId}:hold`, credit: 'held', amountMinor, party: payer.payerId, playId, reason: 'hold' } as const;
  if (prepaid(core, payer.payerId) >= amountMinor) {
    core.post({ ...line, debit: 'patron-credit' });
    return payers.take(payer.payerId, amountMinor);
  }
  if (payer.kind !== 'account' || accountRoom(core, floorMinor) < amountMinor) return null;
  core.post({ ...line, debit: 'account-debt' });
  const source: FundingSource = 'account';
  return { [source]: amountMinor };
}

/** Sets the price aside where the house pays: background music, and everything in free hours. */
export function holdForHouse(core: BookCore, party: string | null, { playId, amountMinor }: { readonly playId: string; readonly amountMinor: bigint }): Funds {
  if (amountMinor === 0n) return {};
  const line = { debit: 'staff-grants', credit: 'held', amountMinor, party, playId, reason: 'hold' } as const;
  core.post({ ...line, key: `play:${playId}:hold` });
  return { house: amountMinor };
}

/** A coin session ends when nothing is left and nothing is set aside (ruling 2). */
export function closeIfSpent(core: BookCore, payerId: string): void {
  const { payers, ledger } = core.parts;
  const payer = payers.get(payerId);
  if (payer === null || !payer.open || payer.kind !== 'coin-session') return;
  if (prepaid(core, payerId) === 0n && ledger.balance('held', payerId) === 0n) payers.close(payerId);
}
