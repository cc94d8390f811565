import { coinKey } from '../../src/domain/cash/coin-counter.ts';
import type { AccountName } from '../../src/domain/ledger/ledger.ts';
import { assert } from '../../src/units/assert.ts';
import type { BookCash } from './book-cash.ts';
import type { BookCore } from './book-core.ts';
import type { JournalCoin, JournalEntry, JournalTotals } from './journal-record.ts';
import { ensurePayer } from './payer-credit.ts';

/** What the cash journal knows of a book that is lost. */
export interface JournalKnowledge {
  readonly previousGeneration: string | null;
  readonly acknowledgedThrough: number;
  readonly totals: JournalTotals;
  /** Every coin once. */
  readonly coins: readonly JournalCoin[];
  /** Coins that fell after the newest totals were noted, and card payments. */
  readonly uncountedMinor: bigint;
  readonly uncountedCardMinor: bigint;
}

const NO_TOTALS: JournalTotals = {
  cashBoxMinor: 0n,
  staffGrantsMinor: 0n,
  accountDebtMinor: 0n,
  patronCreditMinor: 0n,
  heldMinor: 0n,
  earnedMinor: 0n,
  refundedMinor: 0n,
  unclaimedMinor: 0n,
  cardMinor: 0n,
  collectedMinor: 0n,
  unexplainedMinor: 0n,
};

/** Reads the journal as an accountant: the newest totals, and every coin that they do not hold yet. Pure. */
export function readJournalKnowledge(entries: readonly JournalEntry[]): JournalKnowledge {
  const coins = new Map<string, JournalCoin>();
  let totals = NO_TOTALS;
  let cashMinor = 0n;
  let cardMinor = 0n;
  let acknowledged = { generation: '', through: 0 };
  let previousGeneration: string | null = null;
  for (const entry of entries) {
    previousGeneration = entry.generation;
    if (entry.type === 'acknowledged') acknowledged = entry;
    else if (entry.type === 'coin') {
      const key = coinKey(entry.coin);
      if (!coins.has(key) && entry.coin.funding === 'card') cardMinor += entry.coin.valueMinor;
      else if (!coins.has(key)) cashMinor += entry.coin.valueMinor;
      coins.set(key, entry.coin);
    } else {
      totals = entry.totals;
      // A base counts coins that this journal never saw; totals never hold more than the journal does.
      if (entry.type === 'base' || totals.cashBoxMinor > cashMinor) cashMinor = totals.cashBoxMinor;
      if (entry.type === 'base' || totals.cardMinor > cardMinor) cardMinor = totals.cardMinor;
    }
  }
  const acknowledgedThrough = acknowledged.generation === previousGeneration ? acknowledged.through : 0;
  return {
    ...{ previousGeneration, acknowledgedThrough, totals },
    coins: [...coins.values()],
    uncountedMinor: cashMinor - totals.cashBoxMinor,
    uncountedCardMinor: cardMinor - totals.cardMinor,
  };
}

/**
 * A new generation, opened with what the journal knows (ruling 30). What was set aside for plays that are lost goes back: to the
 * guest's credit, or off the account's debt. One transaction: a kill in the middle leaves a fresh store, and this runs again.
 */
export function rebuildBook(
  core: BookCore,
  cash: BookCash,
  known: JournalKnowledge,
  facts: { readonly movedAside: string; readonly damagedRecords: number },
): void {
  core.transaction('rebuild', () => {
    const generation = core.newId();
    core.parts.outboxRows.begin(generation);
    const creditMinor = openAccounts(core, known, generation);
    const payer = creditMinor > 0n || known.coins.length > 0 ? ensurePayer(core) : null;
    if (payer !== null && creditMinor > 0n) core.parts.payers.give(payer.payerId, { paid: creditMinor });
    for (const coin of known.coins) cash.noteCoin(coin, payer?.payerId ?? '');
    restoreMeters(core, known);
    core.record({
      kind: 'audit',
      body: {
        event: 'book-rebuilt',
        facts: {
          previousGeneration: known.previousGeneration,
          acknowledgedThrough: known.acknowledgedThrough,
          movedAside: facts.movedAside,
          damagedJournalRecords: facts.damagedRecords,
          coins: known.coins.length,
          cashBoxMinor: String(known.totals.cashBoxMinor + known.uncountedMinor),
          earnedMinor: String(known.totals.earnedMinor),
          creditMinor: String(creditMinor),
          unclaimedMinor: String(known.totals.unclaimedMinor),
        },
      },
    });
  });
}

/** Meters count on where the journal knows how far they were: money does, numbers of coins as far as the journal reaches. */
function restoreMeters(core: BookCore, { totals, coins, uncountedMinor, uncountedCardMinor }: JournalKnowledge): void {
  const { meters } = core.parts;
  const cards = coins.filter(({ funding }) => funding === 'card').length;
  meters.add('cash', totals.cashBoxMinor + uncountedMinor);
  meters.add('coins', BigInt(coins.length - cards));
  meters.add('card', totals.cardMinor + uncountedCardMinor);
  meters.add('card-payments', BigInt(cards));
  meters.setCollected('cash', totals.collectedMinor);
}

/** @returns the credit that the guest at the box finds again */
function openAccounts(core: BookCore, known: JournalKnowledge, generation: string): bigint {
  const { totals, uncountedMinor, uncountedCardMinor } = known;
  const offDebt = core.parts.options.profile === 'set-top' ? smaller(totals.heldMinor, totals.accountDebtMinor) : 0n;
  const creditMinor = totals.patronCreditMinor + totals.heldMinor - offDebt + uncountedMinor + uncountedCardMinor;
  const debits: [AccountName, bigint][] = [
    ['cash-box', totals.cashBoxMinor + uncountedMinor],
    ['card-takings', totals.cardMinor + uncountedCardMinor],
    ['unexplained-pulses', totals.unexplainedMinor],
    ['staff-grants', totals.staffGrantsMinor],
    ['account-debt', totals.accountDebtMinor - offDebt],
  ];
  const credits: [AccountName, bigint][] = [
    ['patron-credit', creditMinor],
    ['unclaimed', totals.unclaimedMinor],
    ['refunded', totals.refundedMinor],
    ['earned', totals.earnedMinor],
  ];
  const party = creditMinor > 0n ? ensurePayer(core).payerId : null;
  let line = 0;
  for (const debit of debits) {
    for (const credit of credits) {
      const amountMinor = smaller(debit[1], credit[1]);
      if (amountMinor <= 0n) continue;
      debit[1] -= amountMinor;
      credit[1] -= amountMinor;
      line += 1;
      core.post({ key: `recovery:${generation}:${line}`, debit: debit[0], credit: credit[0], amountMinor, party, playId: null, reason: 'adjustment' });
    }
  }
  assert(
    debits.every(([, left]) => left === 0n),
    'noted totals balance',
  );
  return creditMinor;
}

function smaller(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
