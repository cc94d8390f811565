import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ackbox, balance, clearAway, type Ended, RunningHouse, run, scratch, soundFile } from '../fakes/house.ts';

/** What `ackbox start --headless --json` ends with (issue 2, item 7). */
interface Summary {
  readonly packetsSent: number;
  readonly packetsAcked: number;
  readonly packetsPaid: number;
  readonly creditWindowPackets: number;
  readonly maxUnpaidPackets: number;
  readonly heardMs: number;
  readonly unheardCreditedPackets: number;
  readonly audibleGaps: number;
  readonly chargedMinor: number;
  readonly currency: string;
  readonly deviceLedgerTotalMinor: number;
  readonly headendLedgerTotalMinor: number;
  readonly usageRecordsWritten: number;
  readonly usageRecordsAccepted: number;
  readonly deviceRssBytes: number;
  readonly playerRssBytes: number;
  readonly eventLoopP99Ms: number;
  readonly startToSoundMs: number;
  readonly problem: string | null;
}

const NUMBERS = [
  'packetsSent packetsAcked packetsPaid creditWindowPackets maxUnpaidPackets heardMs unheardCreditedPackets audibleGaps chargedMinor',
  'deviceLedgerTotalMinor headendLedgerTotalMinor usageRecordsWritten usageRecordsAccepted deviceRssBytes playerRssBytes eventLoopP99Ms startToSoundMs',
].flatMap((line) => line.split(' '));

function lastLine(ended: Ended): Summary {
  return JSON.parse(ended.out.trimEnd().split('\n').at(-1) ?? '') as Summary;
}

function expectSound(ended: Ended): Summary {
  expect(ended.code, ended.err).toBe(0);
  const summary = lastLine(ended);
  for (const name of NUMBERS) expect(summary, name).toHaveProperty(name, expect.any(Number));
  expect(summary).toMatchObject({ currency: 'EUR', problem: null, audibleGaps: 0 });
  expect(summary.deviceLedgerTotalMinor).toBe(summary.headendLedgerTotalMinor);
  expect(summary.deviceLedgerTotalMinor).toBe(summary.chargedMinor);
  expect(summary.usageRecordsAccepted).toBe(summary.usageRecordsWritten);
  expect(summary.maxUnpaidPackets).toBeLessThanOrEqual(summary.creditWindowPackets);
  expect(summary.packetsAcked).toBeLessThanOrEqual(summary.packetsSent);
  return summary;
}

/** The price, times the share that was paid for and heard, rounded once (ruling 5). */
function expectedCharge(summary: Summary, payablePackets: number, quoteMinor: number): number {
  return Math.round((quoteMinor * (summary.packetsPaid - summary.unheardCreditedPackets)) / payablePackets);
}

describe('the machine-readable run', () => {
  const folders = [scratch(), scratch()];
  const [first = '', second = ''] = folders;
  afterAll(() => folders.forEach(clearAway));

  test('plays a song, pays for it by acknowledging, and ends with the same money on both sides', { timeout: 60_000 }, async () => {
    const ended = await run('npm', ['start', '--silent', '--', '--headless', '--seconds', '25', '--json', '--data', first]);
    const summary = expectSound(ended);
    expect(summary.packetsPaid).toBeGreaterThanOrEqual(800);
    expect(summary.deviceRssBytes).toBeLessThanOrEqual(120_000_000);
    // The receipt cuts the length of the work to whole seconds.
    const [, minutes = '', seconds = ''] = /Heard \d+:\d\d of (\d+):(\d\d)/.exec(ended.err) ?? [];
    const payable = (Number(minutes) * 60 + Number(seconds)) * 50;
    expect(summary.chargedMinor).toBeGreaterThanOrEqual(expectedCharge(summary, payable + 50, 50));
    expect(summary.chargedMinor).toBeLessThanOrEqual(expectedCharge(summary, payable, 50));
    expect(ended.err).toContain(`charged 0.${String(summary.chargedMinor).padStart(2, '0')} EUR`);
    expect(ended.err).toContain(`Refunded 0.${50 - summary.chargedMinor} EUR`);
    expect(ended.err).not.toMatch(/^\s+at /m);
  });

  test("plays a person's own folder on a set-top, and names the file that is broken", { timeout: 60_000 }, async () => {
    const library = join(second, 'library');
    mkdirSync(library);
    await Promise.all([soundFile(library, 'one.mp3', 20, 440), soundFile(library, 'two.flac', 20, 550), soundFile(library, 'three.m4a', 20, 660)]);
    writeFileSync(join(library, 'broken.ogg'), 'OggS, but nothing behind it');
    const data = join(second, 'data');
    const ended = await ackbox('start', '--headless', '--seconds', '10', '--json', '--profile', 'set-top', '--console', '--library', library, '--data', data);
    const summary = expectSound(ended);
    expect(summary.packetsPaid).toBeGreaterThan(100);
    expect(ended.err).toMatch(/skipped broken\.ogg: \S+/);
    expect(ended.err.match(/^console +\S+\/box\/console$/gm)).toHaveLength(1);
    expect(ended.err).not.toContain('coin:');
  });
});

describe('a customer at the box', () => {
  const data = scratch();
  let house: RunningHouse;
  beforeAll(async () => {
    const library = join(data, 'library');
    await Promise.all([soundFile(library, 'first.mp3', 60, 440), soundFile(library, 'second.flac', 60, 550), soundFile(library, 'third.opus', 60, 660)]);
    house = new RunningHouse(data, ['--library', library]);
    await house.until('three works for sale', (view) => (view.connectivity === 'online' && view.catalogueSize === 3 ? true : null), 40_000);
  }, 60_000);
  afterAll(() => house.stop());

  const works = async () => await (await house.client()).works();
  const playing = (state: string) => house.until(state, (view) => (view.playback === state ? view : null));

  test('pre-listens for nothing, is asked with a price, and pays after OK', async () => {
    await house.coin(200n);
    const [work] = await works();
    await house.press('intent.ok', { workId: work?.id ?? '' });
    const asked = await house.until('a pre-listen that sounds', (view) => ((view.nowPlaying?.play.heardMs ?? 0) > 400 ? view : null));
    expect(asked).toMatchObject({ playback: 'preListen', question: { priceMinor: '50' }, creditMinor: '200' });
    expect(asked.nowPlaying?.play.paidPackets).toBe(0);
    await house.press('intent.ok');
    await playing('playing.flowing');
    const paid = await house.until('paid packets', (view) => ((view.nowPlaying?.play.paidPackets ?? 0) > 50 ? view : null));
    expect(paid.creditMinor).toBe('150');
  });

  test('queues with OK while something plays; the price is held, and the queue is in the book', async () => {
    const [, second, third] = await works();
    await house.press('intent.ok', { workId: second?.id ?? '' });
    await house.press('intent.ok', { workId: third?.id ?? '' });
    const queued = await house.until('two in the queue', (view) => (view.queue.length === 2 ? view : null));
    expect(queued).toMatchObject({ creditMinor: '50', queue: [{ title: 'second' }, { title: 'third' }] });
  });

  test('sees the sender stop after exactly the credit window, and go on when ACKs come back', async () => {
    await house.press('intent.suppress-acks', { on: true });
    const stopped = await playing('playing.stalled');
    const { play } = stopped.nowPlaying ?? {};
    const full = await house.until('a full window', (view) => (view.nowPlaying?.play.unpaidPackets === play?.creditWindowPackets ? view : null));
    expect(full.nowPlaying?.play.maxUnpaidPackets).toBe(full.nowPlaying?.play.creditWindowPackets);
    const operator = await house.operator();
    const sid = full.nowPlaying?.play.sid;
    const session = operator.openSessions.find((row) => row.sid === sid);
    const sentAtStop = session?.packetsSent ?? 0;
    await house.press('intent.suppress-acks', { on: false });
    const again = await house.until('music again', (view) =>
      view.playback === 'playing.flowing' && (view.nowPlaying?.play.sentPackets ?? 0) > sentAtStop + 25 ? view : null,
    );
    expect(again.nowPlaying?.play.maxUnpaidPackets).toBe(again.nowPlaying?.play.creditWindowPackets);
  });

  test('pauses and goes on where it was', async () => {
    await house.press('intent.play-pause');
    const paused = await house.until('the pause', (view) => (view.nowPlaying?.play.paused ? view : null));
    expect(paused.sentence).toContain('nothing is charged meanwhile');
    await house.press('intent.play-pause');
    const before = paused.nowPlaying?.play.heardMs ?? 0;
    const on = await house.until('music after the pause', (view) => ((view.nowPlaying?.play.heardMs ?? 0) > before + 500 ? view : null));
    expect(on.playback).toBe('playing.flowing');
    expect(on.nowPlaying?.play.playId).toBe(paused.nowPlaying?.play.playId);
  });

  test('skips: what was not heard comes back, the receipt says so, and the next of the queue plays', async () => {
    const playId = (await house.view()).nowPlaying?.play.playId;
    await house.press('intent.skip');
    const after = await house.until('the receipt', (view) => (view.lastReceipt?.playId === playId ? view : null));
    const charged = Number(after.lastReceipt?.chargedMinor);
    expect(charged).toBeGreaterThan(0);
    expect(charged).toBeLessThan(50);
    expect(after.lastReceipt?.text).toContain('skipped');
    expect(after.lastReceipt?.text).toContain(`Refunded 0.${50 - charged} EUR to your credit`);
    const next = await house.until('the second song', (view) => (view.nowPlaying?.title === 'second' && view.nowPlaying.play.paidPackets > 0 ? view : null));
    expect(next.queue).toHaveLength(1);
    expect(Number(next.creditMinor)).toBe(50 + 50 - charged);
  });

  test('gets back at the end of the evening what waited in the queue, and both books say the same', async () => {
    const ended = await ackbox('tell', '--data', data, '--as', 'staff', 'evening', 'end');
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('1 queued song was given back') });
    const closed = await house.until('the end of the evening', (view) => (view.nowPlaying === null && view.playback === 'browse' ? view : null));
    expect(closed).toMatchObject({ queue: [], cash: 'inhibited', sentence: 'Out of service: closed for today' });
    const { ledger, outbox } = await house.deliveredTotals();
    expect(ledger).toMatchObject({ problem: null, heldMinor: '0', cashBoxMinor: '200' });
    expect(Number(ledger.patronCreditMinor) + Number(ledger.earnedMinor)).toBe(200);
    expect(outbox.quarantined).toBe(0);
    const operator = await house.operator();
    expect(operator.ledger.problem).toBeNull();
    expect(balance(operator, 'earned')).toBe(ledger.earnedMinor);
  });

  test('ends with 0 when it is asked to, though a screen is still open', async () => {
    const open = new AbortController();
    const follow = (await house.client()).follow(() => {}, open.signal).catch(() => {});
    expect((await house.stop()).code).toBe(0);
    open.abort();
    await follow;
  });
});
