import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FREE_SETTING, LADDER_SETTING } from '../../device/stores/coin-bonus.ts';
import { limits } from '../../src/limits.ts';
import { BookFolder, coin, STATEMENT, WORK } from '../fakes/book-folder.ts';
import type { InlineBook } from '../fakes/inline-book.ts';

type Step = { readonly kind: string; readonly play: number; readonly amount: number };

const KINDS = [
  'coin',
  'trial',
  'confirm',
  'decline',
  'queue',
  'house',
  'free',
  'ladder',
  'next',
  'settle',
  'unplayed',
  'grant',
  'idle',
  'redeem',
  'audit',
  'restart',
  'kill',
] as const;
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), play: fc.integer({ min: 0, max: 5 }), amount: fc.integer({ min: 1, max: 300 }) }),
  {
    minLength: 5,
    maxLength: 60,
  },
);

/** Runs any steps in any order, also senseless ones; what the book refuses it must refuse as a whole. */
class Life {
  readonly folder: BookFolder;
  book: InlineBook;
  readonly codes: string[] = [];
  moneyInMinor = 0n;
  #coins = 0;

  constructor(profile: 'jukebox' | 'set-top') {
    this.folder = new BookFolder(profile, true);
    this.book = this.folder.open();
  }

  async step({ kind, play, amount }: Step): Promise<void> {
    const playId = `p${play}`;
    const { book, folder } = this;
    const work = { playId, ...WORK, quoteMinor: BigInt(play === 5 ? 0 : 20 * (play + 1)) };
    if (kind === 'coin') await this.#insert(BigInt(amount));
    else if (kind === 'trial') await book.beginTrial(work);
    else if (kind === 'confirm') await book.confirmPlay(playId, `e${play}`);
    else if (kind === 'decline') await refusable(book.declineTrial(playId, amount));
    else if (kind === 'queue') await book.enqueue(work);
    else if (kind === 'house') await book.enqueue({ ...work, house: true });
    else if (kind === 'free') await book.putSetting(FREE_SETTING, play % 2 === 0 ? 'yes' : '');
    else if (kind === 'ladder') await book.putSetting(LADDER_SETTING, `${10 * (play + 1)}:${play + 1}`);
    else if (kind === 'next') await book.takeNext();
    else if (kind === 'settle') await this.#settle(playId, BigInt(amount));
    else if (kind === 'unplayed')
      await refusable(
        book.settle({ playId, chargedMinor: 0n, heardMs: 0, endReason: 'failed', statement: null }).then((receipt) => this.#keep(receipt.claimCode)),
      );
    else if (kind === 'grant') await this.#grant(BigInt(amount), play);
    else if (kind === 'redeem') await book.redeemClaim(this.codes[play] ?? 'none');
    else if (kind === 'audit') await book.recordAudit({ event: 'x', facts: {} });
    else if (kind === 'idle') {
      await folder.clock.advance(limits.coinSessionIdleMs);
      this.#keep((await book.closeIdlePayer())?.claimCode ?? null);
    } else await this.#reopen(kind);
  }

  async #insert(valueMinor: bigint): Promise<void> {
    this.#coins += 1;
    const before = (await this.book.ledger()).patronCreditMinor;
    await this.book.insertCoin(coin(this.#coins, valueMinor));
    const bonusMinor = (await this.book.ledger()).patronCreditMinor - before - valueMinor;
    expect(bonusMinor >= 0n).toBe(true);
    expect((await this.book.insertCoin(coin(this.#coins, valueMinor))).duplicate).toBe(true);
    this.moneyInMinor += valueMinor + bonusMinor;
  }

  async #grant(amountMinor: bigint, play: number): Promise<void> {
    const before = (await this.book.ledger()).patronCreditMinor;
    await refusable(this.book.grantCredit(amountMinor, 'anna', 'x', `g${play}`));
    this.moneyInMinor += (await this.book.ledger()).patronCreditMinor - before;
  }

  async #settle(playId: string, chargedMinor: bigint): Promise<void> {
    await refusable(
      this.book.settle({ playId, chargedMinor, heardMs: 1, endReason: 'stopped', statement: STATEMENT }).then((receipt) => this.#keep(receipt.claimCode)),
    );
  }

  #keep(code: string | null): void {
    if (code !== null && !this.codes.includes(code)) this.codes.push(code);
  }

  async #reopen(how: string): Promise<void> {
    if (how === 'kill') this.book.abandon();
    else await this.book.close();
    this.book = this.folder.open();
    expect(this.book.opening).toMatchObject({ state: 'opened', notices: [] });
  }

  end(): void {
    this.book.abandon();
    this.folder.remove();
  }
}

async function refusable(call: Promise<unknown>): Promise<void> {
  await call.catch((thrown: unknown) => {
    expect(thrown).toMatchObject({ name: 'BookError' });
  });
}

async function expectConserved(life: Life): Promise<void> {
  const ledger = await life.book.ledger();
  expect(ledger.problem).toBeNull();
  expect(life.book.box.core.parts.ledger.audit()).toBeNull();
  const left = ledger.patronCreditMinor + ledger.heldMinor + ledger.unclaimedMinor;
  const { database } = life.book.box.core.parts;
  const ofHouse = "SELECT coalesce(sum(held_minor + coalesce(charged_minor, 0)), 0) AS n FROM plays WHERE funding_source = 'house'";
  const houseMinor = database.one<{ n: bigint }>(ofHouse)?.n ?? 0n;
  expect(life.moneyInMinor + houseMinor + ledger.accountDebtMinor - ledger.earnedMinor - ledger.refundedOutMinor).toBe(left);
  const held = database.one<{ n: bigint }>('SELECT coalesce(sum(held_minor), 0) AS n FROM plays')?.n;
  expect(held, 'held money belongs to plays').toBe(ledger.heldMinor);
  const funds = database.all<{ funds: string }>('SELECT funds FROM payers').flatMap((row) => Object.values(JSON.parse(row.funds) as Record<string, string>));
  expect(
    funds.reduce((sum, amount) => sum + BigInt(amount), 0n),
    'credit belongs to payers',
  ).toBe(ledger.patronCreditMinor);
  const gaps = database.one<{ n: bigint }>('SELECT count(*) - coalesce(max(sequence), 0) AS n FROM outbox')?.n;
  expect(gaps, 'the outbox has no gap').toBe(0n);
}

describe('any sequence of operations', () => {
  test.each(['jukebox', 'set-top'] as const)('on a %s keeps the books balanced: money in - earned - paid out = credit left', async (profile) => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const life = new Life(profile);
        try {
          for (const step of sequence) await life.step(step);
          await expectConserved(life);
        } finally {
          life.end();
        }
      }),
      { numRuns: 60 },
    );
  });
});
