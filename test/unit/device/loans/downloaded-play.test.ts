import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PlayRunner } from '../../../../device/session/play-port.ts';
import { traceUsage } from '../../../../src/headend/usage/usage-trace.ts';
import type { StoredWork } from '../../../../src/ports/headend-stores.ts';
import { LendingHeadend, LoanScene, payload } from '../../../fakes/loan-scene.ts';

const headend = new LendingHeadend();
let scene: LoanScene;
let work: StoredWork;
let playId = '';
let plays = 0;
beforeAll(async () => {
  await headend.open();
});
beforeEach(async () => {
  plays += 1;
  playId = `p${plays}`;
  scene = await LoanScene.at(headend);
  work = await headend.addWork();
  await scene.downloaded(work);
  scene.cableOut = true;
});
afterEach(() => scene.remove());
afterAll(() => headend.remove());

const heardOf = (runner: PlayRunner): number => runner.view().heardMs;
const has = (event: string) => () => scene.told.includes(event);

/** What the headend's ledger holds of this box's plays. */
async function billed(): Promise<{ readonly totalMinor: bigint; readonly problem: string | null }> {
  scene.cableOut = false;
  await scene.upload();
  const { book } = headend.running;
  return { totalMinor: book.ledgerTotalMinor(), problem: book.auditLedger() };
}

describe('a checked-out work, with the cable out', () => {
  test('is heard from the first to the last packet, in order and at its own speed, and costs its price on both sides', async () => {
    const before = headend.running.book.ledgerTotalMinor();
    const runner = await scene.bought(work, playId);
    await scene.until('its end', has('finished'));
    const outcome = await runner.end('finished');
    expect(outcome).toMatchObject({ chargedMinor: 100n, refundMinor: 0n, heardMs: 12_000 });
    expect(outcome.view).toMatchObject({ audibleGaps: 0, concealedPackets: 0, paidPackets: 600, sid: null });
    expect(scene.player.speed).toBe(1);
    const number = Number.parseInt(work.id.slice(1), 16);
    expect(scene.player.streams).toHaveLength(1);
    expect(scene.player.streams[0]?.packets.slice(0, 600).map((packet) => Buffer.from(packet ?? []).toString('hex'))).toEqual(
      Array.from({ length: 600 }, (_, index) => Buffer.from(payload(number, index)).toString('hex')),
    );
    expect(await billed()).toEqual({ totalMinor: before + 100n, problem: null });
    expect((await scene.book.outboxState()).quarantined).toBe(0);
    expect((await scene.book.ledger()).problem).toBeNull();
    const traced = traceUsage(headend.running.book, playId).records.find((record) => record.event === 'USAGE');
    expect(traced?.money).toMatchObject({ basis: 'usage', chargedMinor: '100', transfers: [expect.stringMatching(/^use:/)] });
  });

  test('that is stopped costs what was heard, rounded once, and the rest goes back', async () => {
    const before = headend.running.book.ledgerTotalMinor();
    const runner = await scene.bought(work, playId);
    await scene.until('a third of it', () => heardOf(runner) >= 4_000);
    const { chargedMinor, refundMinor, heardMs } = await runner.end('skipped');
    expect(chargedMinor).toBe(BigInt(Math.round((100 * Math.floor(heardMs / 20)) / 600)));
    expect(chargedMinor + refundMinor).toBe(100n);
    expect((await scene.book.currentPayer())?.creditMinor).toBe(200n - chargedMinor);
    expect(await billed()).toEqual({ totalMinor: before + chargedMinor, problem: null });
  });

  test('is tried for nothing, and starts again on a jukebox once it is bought', async () => {
    const runner = await scene.trial(work, playId);
    await scene.until('the end of the trial', has('trial-over'));
    expect(runner.view()).toMatchObject({ phase: 'trial', paidSoFarMinor: '0', paidPackets: 0 });
    await runner.confirm();
    expect(scene.told).toContain('confirmed');
    await scene.until('its end', has('finished'));
    expect(await runner.end('finished')).toMatchObject({ chargedMinor: 100n });
    expect(scene.player.streams.map(({ startSample }) => startSample)).toEqual([0, 0]);
  });

  test('declined after the trial costs nothing and is no use of the loan', async () => {
    const runner = await scene.trial(work, playId);
    await scene.until('sound', has('sound'));
    expect(await runner.end('trial-declined')).toMatchObject({ chargedMinor: 0n, refundMinor: 0n });
    await scene.loans.shelf.refresh();
    expect(scene.loans.views()[0]?.uses).toBe(0);
  });

  test('is not confirmed without credit, and says so', async () => {
    await scene.book.beginTrial({ playId, workId: work.id, title: work.title, artist: '', quoteMinor: 100n });
    const runner = await scene.loans.plays.start({ playId, work, trial: true }, scene.raise);
    await scene.until('sound', has('sound'));
    await runner.confirm();
    expect(scene.events.at(-1)).toMatchObject({ type: 'play.refused', code: 'no-credit' });
    expect(await runner.end('trial-declined')).toMatchObject({ chargedMinor: 0n });
  });

  test('stands still in a pause, and costs nothing twice', async () => {
    const runner = await scene.bought(work, playId);
    await scene.until('some of it', () => heardOf(runner) >= 2_000);
    await runner.pause();
    const paused = heardOf(runner);
    await scene.pass(2_000);
    expect(heardOf(runner)).toBe(paused);
    await runner.resume();
    await scene.until('its end', has('finished'));
    expect(await runner.end('finished')).toMatchObject({ chargedMinor: 100n, heardMs: 12_000 });
  });

  test('goes on after kill -9 where it was heard, and is billed once', async () => {
    const before = headend.running.book.ledgerTotalMinor();
    const runner = await scene.bought(work, playId);
    await scene.until('half of it', () => heardOf(runner) >= 6_000);
    await scene.player.stop();
    await scene.restart();
    scene.events.length = 0;
    const again = await scene.loans.plays.recover(playId, scene.raise);
    expect(again).not.toBeNull();
    await scene.until('its end', has('finished'));
    expect(await again?.end('finished')).toMatchObject({ chargedMinor: 100n, heardMs: 12_000 });
    expect(scene.player.streams.at(-1)?.startSample).toBeGreaterThan(3 * 48_000);
    expect(await billed()).toEqual({ totalMinor: before + 100n, problem: null });
  });

  test('that was begun is billed by its rows where the box is closed meanwhile', async () => {
    const before = headend.running.book.ledgerTotalMinor();
    const runner = await scene.bought(work, playId);
    await scene.until('half of it', () => heardOf(runner) >= 6_500);
    await scene.restart();
    await scene.loans.plays.close(playId, 'closed');
    const play = await scene.book.play(playId);
    expect(play).toMatchObject({ state: 'settled', endReason: 'closed' });
    expect(play?.chargedMinor).toBeGreaterThan(30n);
    expect(play?.chargedMinor).toBeLessThan(60n);
    expect(await billed()).toEqual({ totalMinor: before + (play?.chargedMinor ?? 0n), problem: null });
  });

  test('ends where its pulse is missed, and what was not heard is not charged', async () => {
    scene.cableOut = false;
    const lively = await headend.addWork();
    headend.lend(lively, { mode: 'continuous', pulseMs: 4_000, unlock: null });
    await scene.downloaded(lively);
    const runner = await scene.bought(lively, playId);
    await scene.until('sound', has('sound'), 10);
    scene.cableOut = true;
    await scene.until('the end of the lease', has('failed'));
    expect(scene.events.at(-1)).toMatchObject({ type: 'play.failed', code: 'loan-closed' });
    const { chargedMinor, heardMs } = await runner.end('failed');
    expect(heardMs).toBeLessThan(6_000);
    expect(chargedMinor).toBeLessThan(50n);
  });

  test('plays under the price that was signed, whatever the catalogue says by now', async () => {
    const before = headend.running.book.ledgerTotalMinor();
    headend.running.book.putWork({ ...work, priceMinor: '500' }, work.title);
    const runner = await scene.bought(work, playId);
    await scene.until('its end', has('finished'));
    expect(await runner.end('finished')).toMatchObject({ chargedMinor: 100n });
    expect((await billed()).totalMinor).toBe(before + 100n);
  });
});

describe('what does not play from here', () => {
  test('a work that is not checked out is streamed, never opened here', async () => {
    scene.cableOut = false;
    const streamed = await headend.addWork();
    await expect(scene.bought(streamed, playId)).rejects.toThrow('streamed');
  });

  test('what was bought for less before it was lent keeps its price and is streamed', async () => {
    await scene.coin();
    await scene.book.enqueue({ playId, workId: work.id, title: work.title, artist: '', quoteMinor: 60n });
    await scene.book.takeNext();
    await expect(scene.loans.plays.start({ playId, work, trial: false }, scene.raise)).rejects.toThrow('streamed');
  });

  test('a title in use can not be returned; stopped, it can', async () => {
    const runner = await scene.bought(work, playId);
    const licence = scene.loans.views()[0]?.licence ?? '';
    expect(await scene.loans.counter.giveBack(licence, false)).toMatchObject({ ok: false, error: { problem: 'in-use' } });
    await runner.end('stopped');
    expect(await scene.loans.counter.giveBack(licence, false)).toEqual({ ok: true, value: 'to-be-told' });
  });
});

test('the same use under another number, a use that is mischarged, and one of a stranger are refused, and block nothing', async () => {
  scene.cableOut = false;
  const before = headend.running.book.ledgerTotalMinor();
  const runner = await scene.bought(work, playId);
  await scene.until('its end', has('finished'));
  await runner.end('finished');
  const { records } = await scene.book.pendingRecords(200);
  const use = records.find((record) => record.body.includes('loanUse'));
  const body = JSON.parse(use?.body ?? '') as { loanUse: { statement: string; signature: string } };
  await scene.book.recordUsage({ ...body, loanUse: body.loanUse } as never);
  const cheaper = { ...body.loanUse, statement: body.loanUse.statement.replace('"chargedMinor":"100"', '"chargedMinor":"1"') };
  await scene.book.recordUsage({ ...body, loanUse: cheaper } as never);
  await scene.book.flush();
  await scene.upload();
  const state = await scene.book.outboxState();
  expect(state.acknowledgedThrough).toBe(state.written);
  expect(state.quarantined).toBe(2);
  expect(headend.running.book.ledgerTotalMinor()).toBe(before + 100n);
  expect(headend.running.book.auditLedger()).toBeNull();
});
