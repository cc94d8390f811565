import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AccountDesk } from '../../../../src/headend/pricing/account-desk.ts';
import type { StoredWork } from '../../../../src/ports/headend-stores.ts';
import { LendingHeadend, LoanScene } from '../../../fakes/loan-scene.ts';

/**
 * Fig. 9 of document 003 at a box and its headend, arrow by arrow: 332 checkout, 334 download, 336 usage report, 338 paid?, 340 wants to pay?,
 * 342 within the period?, 344 access, 346 wants to renew?, 348 exit. What is paid or not is the account's; it owes a fee for each checkout.
 */
const headend = new LendingHeadend();
const FEE = '25';
let scene: LoanScene;
let work: StoredWork;
let plays = 0;
beforeAll(async () => {
  await headend.open();
});
beforeEach(async () => {
  scene = await LoanScene.at(headend);
  work = await headend.addWork();
  headend.lend(work, { feeMinor: FEE, periodMs: 60_000 });
});
afterEach(async () => {
  falls('never');
  await scene.remove();
});
afterAll(() => headend.remove());

const accounts = () => new AccountDesk({ store: headend.running.book, wallMs: () => Date.now() });
const earned = (): bigint => headend.running.book.ledgerTotalMinor();
const opens = (): boolean => scene.loans.playableWorks().includes(work.id);

/** When what is owed falls due; `now`: the account has not paid. */
function falls(due: 'now' | 'never'): void {
  const days = due === 'now' ? 0 : 3_650;
  accounts().putTerms(scene.box.identity.account, { dueDays: days, unpaidDays: days });
}

function pays(): void {
  const { account, currency } = scene.box.identity;
  plays += 1;
  const { owedMinor } = accounts().standing({ account, currency });
  accounts().topUp({ account, currency }, { key: `payment-${plays}`, amountMinor: owedMinor, method: 'card' });
  accounts().settle(`payment-${plays}`, 'paid', '');
}

/** 332, 334: checked out, and here. */
async function lent(): Promise<string> {
  const made = await scene.loans.counter.checkOut(work.id, FEE);
  if (!made.ok) throw new Error(made.error.message);
  await scene.loans.downloads.settled();
  return made.value.id;
}

async function used(): Promise<string> {
  plays += 1;
  const runner = await scene.bought(work, `fig9-${plays}`);
  await scene.until('some of it', () => runner.view().heardMs >= 1_000);
  await runner.end('stopped');
  return `fig9-${plays}`;
}

/** Of the period, to its end or beyond it. */
async function passes(beyondMs: number): Promise<void> {
  const [loan] = scene.loans.views();
  await scene.clock.advance((loan?.endMs ?? 0) - scene.loans.shelf.nowMs() + beyondMs);
}

describe('Fig. 9', () => {
  test('332 -> 334: the checkout takes its fee, and the download begins', async () => {
    const before = earned();
    expect(await scene.loans.counter.checkOut(work.id)).toMatchObject({ ok: false, error: { problem: 'fee-not-agreed' } });
    expect(scene.loans.views()).toEqual([]);
    expect(await scene.loans.counter.checkOut(work.id, FEE)).toMatchObject({ ok: true });
    expect([earned() - before, scene.loans.views()[0]?.state]).toEqual([25n, 'downloading']);
    await scene.loans.downloads.settled();
  });

  test('334 -> 336: what is here is used, and the box writes a report of it', async () => {
    const licence = await lent();
    expect(scene.stateOf(licence)).toBe('ready');
    await used();
    const { records } = await scene.book.pendingRecords(200);
    expect(records.filter(({ body }) => body.includes('"loanUse"'))).toHaveLength(1);
  });

  test('336 -> 338: the report is delivered, and posts what the use costs', async () => {
    await lent();
    const before = earned();
    await used();
    await scene.upload();
    expect(earned()).toBeGreaterThan(before);
    expect(headend.running.book.conservationProblem()).toBeNull();
  });

  test('338 -no-> 340: an account that did not pay is asked to, by the charge, before anything else is taken', async () => {
    const licence = await lent();
    falls('now');
    const before = earned();
    expect(await scene.loans.counter.renew(licence, FEE)).toMatchObject({
      ok: false,
      error: { problem: 'unpaid', message: expect.stringMatching(/charge \d+/) },
    });
    expect(earned()).toBe(before);
  });

  test('340 -yes-> 332: it pays, and renews', async () => {
    const licence = await lent();
    falls('now');
    pays();
    // The fee of this renewal falls due with the next bill, not at once.
    falls('never');
    const before = earned();
    expect(await scene.loans.counter.renew(licence, FEE)).toMatchObject({ ok: true });
    expect(earned() - before).toBe(25n);
  });

  test('340 -no-> 348: it does not pay; the period ends, and so does access', async () => {
    await lent();
    falls('now');
    await passes(100);
    expect(await scene.loans.answerRenewal(scene.loans.renewal()?.licence ?? '', true)).toMatch(/paid/);
    expect(opens()).toBe(false);
  });

  test('338 -yes-> 342 -yes-> 344: paid and within the period, it opens', async () => {
    await lent();
    await scene.upload();
    await passes(-1_000);
    expect(opens()).toBe(true);
  });

  test('344 -> 336: each access is reported', async () => {
    await lent();
    for (const _ of [1, 2]) await used();
    const { records } = await scene.book.pendingRecords(200);
    expect(records.filter(({ body }) => body.includes('"loanUse"'))).toHaveLength(2);
  });

  test('342 -no-> 346: at the end of the period the box asks whether to renew, and says what it costs', async () => {
    await lent();
    await passes(0);
    expect(opens()).toBe(false);
    expect(scene.loans.renewal()).toMatchObject({ title: work.title, text: expect.stringContaining('0.25') });
  });

  test('346 -yes-> 332: the fee is taken and the set point moves on', async () => {
    const licence = await lent();
    await passes(100);
    const before = earned();
    expect(await scene.loans.answerRenewal(licence, true)).toBeNull();
    expect([earned() - before, opens(), scene.loans.renewal()]).toEqual([25n, true, null]);
  });

  test('346 -no-> 348: nothing is taken, nothing opens, and nobody is asked again', async () => {
    const licence = await lent();
    await passes(100);
    const before = earned();
    expect(await scene.loans.answerRenewal(licence, false)).toBeNull();
    await scene.restart();
    expect([earned() - before, opens(), scene.loans.renewal(), scene.stateOf(licence)]).toEqual([0n, false, null, 'expired']);
  });
});
