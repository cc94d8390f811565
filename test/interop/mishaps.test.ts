import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../src/limits.ts';
import { holdBook } from '../fakes/held-book.ts';
import { pidsOf } from '../fakes/house.ts';
import { LonePair } from '../fakes/lone-pair.ts';
import { SmallDisk } from '../fakes/small-disk.ts';

const MULTIARCH = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const FAKETIME = `/usr/lib/${MULTIARCH}-linux-gnu/faketime/libfaketimeMT.so.1`;
const mounts = SmallDisk.possible();

/** One song through everything that can happen to a box and its headend; at the end both books agree to the minor unit. */
describe('in the middle of a song', { timeout: 60_000 }, () => {
  const programs = join('/tmp', `ackbox-programs-${process.pid}`);
  const mpv = join(programs, 'mpv');
  const pair = new LonePair({ PATH: programs });
  const book = (which: 'box' | 'headend'): string => join(pair.folders[which], `${which}.db`);
  const disks: { box?: SmallDisk; headend?: SmallDisk } = {};

  beforeAll(async () => {
    mkdirSync(programs);
    for (const name of ['node', 'mkfifo', 'mpv']) symlinkSync(`/usr/bin/${name}`, join(programs, name));
    if (mounts) for (const which of ['box', 'headend'] as const) disks[which] = new SmallDisk(pair.folders[which], 24);
    await pair.prepare();
  });
  afterAll(async () => {
    for (const disk of Object.values(disks)) disk.remove();
    await pair.end();
    rmSync(programs, { recursive: true });
  });

  test('first of all: a box whose headend is away says so, and goes on by itself when it comes', async () => {
    const box = pair.startBox();
    await box.says(/cannot be reached \(ECONNREFUSED\); check that it runs, and the network/);
    pair.startHeadend();
    await pair.enrol();
    await box.says(/^screen /m);
    await pair.song();
  });

  test('the headend is killed: the box stalls in words, and plays on when it is back', async () => {
    await pair.song();
    await pair.headend.kill();
    expect((await pair.stalls()).sentence).toBe('Waiting for the network; what is not heard is not charged.');
    pair.startHeadend();
    await pair.flowsOn();
  });

  test('both lose their power and only the box has it again: it starts without a network, and the song goes on where it was heard', async () => {
    await pair.song();
    await pair.flowsOn(5_000);
    const before = (await pair.box.watch.view()).nowPlaying?.play;
    await pair.headend.kill();
    await pair.box.kill();
    const { watch } = pair.startBox();
    await watch.until('its works, without a network', (view) => (view.catalogueSize === 1 && view.connectivity !== 'online' ? true : null));
    pair.startHeadend();
    await pair.flowsOn();
    const after = (await watch.view()).nowPlaying?.play;
    expect(after?.playId).toBe(before?.playId);
    // The position is durable with each receipt; what came after the last one is heard twice, and paid once.
    expect(after?.positionMs).toBeGreaterThan((before?.positionMs ?? 0) - limits.receiptIntervalMs);
  });

  test.skipIf(!mounts)('the disk of the box is full: it says so, sells nothing, survives even a power cut, and goes on when there is room', async () => {
    await pair.song();
    disks.box?.fill();
    const view = await pair.box.watch.until('the stall', (shown) => (shown.service === 'storageLow' && shown.playback === 'playing.stalled' ? shown : null));
    expect(view).toMatchObject({ cash: 'inhibited', sentence: 'The disk of the box is full: the song waits; what is not heard is not charged.' });
    await expect(pair.box.watch.coin()).rejects.toThrow(/slot is shut/);
    await pair.box.says(/The disk of the box is full \(100 %\): free some space where .*\/box is/);
    await pair.box.kill();
    await pair.startBox().watch.until('the box on its full disk', (shown) => (shown.service === 'storageLow' ? true : null));
    disks.box?.free();
    await pair.flowsOn();
  });

  test.skipIf(!mounts)('the disk of the headend is full: it says so, sends no more than is receipted, and goes on when there is room', async () => {
    await pair.song();
    disks.headend?.fill();
    expect((await pair.stalls()).sentence).toBe('The headend waits before it sends more; what is not heard is not charged.');
    await pair.headend.says(/The disk of the headend is full\. Free some space; boxes keep their records and send them again\./);
    disks.headend?.free();
    await pair.flowsOn();
  });

  test('another program holds the book of the box: it waits in words, and goes on when the book is let go', async () => {
    await pair.song();
    const held = await holdBook(book('box'));
    const view = await pair.box.watch.until('the stall', (shown) => (shown.service === 'storageLow' && shown.playback === 'playing.stalled' ? shown : null));
    expect(view.sentence).toBe('Another program holds the book of the box: the song waits; what is not heard is not charged.');
    await pair.box.says(/Another program holds the book in .*: close it/);
    await held.release();
    await pair.flowsOn();
  });

  test('another program holds the book of the headend: it waits in words, and goes on when the book is let go', async () => {
    await pair.song();
    const held = await holdBook(book('headend'));
    await pair.stalls();
    await pair.headend.says(/Another program holds the headend book\. Close it/);
    await held.release();
    await pair.flowsOn();
  });

  test('the player is killed: another one plays on from there', async () => {
    await pair.song();
    for (const pid of pidsOf(join(pair.folders.box, 'player'))) process.kill(pid, 'SIGKILL');
    await pair.flowsOn();
  });

  test('the player is killed and no longer installed: the song ends in words, and the next one plays when it is there again', async () => {
    await pair.song();
    rmSync(mpv);
    for (const pid of pidsOf(join(pair.folders.box, 'player'))) process.kill(pid, 'SIGKILL');
    await pair.box.watch.until('the words', (view) => (/The player mpv is not installed. As root: apt-get install -y mpv/.test(view.sentence) ? true : null));
    symlinkSync('/usr/bin/mpv', mpv);
    await pair.box.watch.press('intent.back');
    await pair.song();
  });

  test('the clock of the box jumps by years and a record is spoiled: the song goes on, each record says what its time is worth, the spoiled one is set aside', async () => {
    const clock = join(pair.data, 'clock');
    writeFileSync(clock, '+0');
    await pair.box.end();
    const spoiled = spoilNewestRecord(book('box'));
    pair.startBox({ LD_PRELOAD: FAKETIME, FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_NO_CACHE: '1', FAKETIME_TIMESTAMP_FILE: clock });
    await pair.song();
    for (const jump of ['+5y', '-10y']) {
      writeFileSync(clock, jump);
      await pair.flowsOn();
      await pair.box.watch.press('intent.play-pause');
      await pair.box.watch.until('the pause', (view) => (view.playback === 'playing.paused' ? true : null));
      await pair.box.watch.press('intent.play-pause');
      await pair.flowsOn();
    }
    await pair.expectAgreement();
    // A record whose form the headend refuses is set aside and shown on both sides; all others arrived.
    expect((await pair.headend.operator()).quarantined).toMatchObject([{ sequence: spoiled, code: 'refused' }]);
    expect((await pair.box.watch.deliveredTotals()).outbox.quarantined).toBe(1);
    const rows = readRecords(book('box'));
    const qualityOf = (from: number, to: number): readonly string[] => [
      ...new Set(rows.filter(({ year }) => year >= from && year <= to).map(({ wall_quality }) => wall_quality)),
    ];
    const now = new Date().getFullYear();
    expect(qualityOf(now + 4, now + 6)).toEqual([expect.stringMatching(/^(held|synced)$/)]);
    expect(qualityOf(now - 11, now - 9)).toEqual(['unset']);
    const monotonic = rows.filter(({ sequence }) => sequence !== spoiled).map(({ monotonic_ns }) => BigInt(monotonic_ns));
    expect(monotonic).toEqual(monotonic.toSorted((left, right) => (left < right ? -1 : 1)));
  });

  test('last of all: a book that is held when its program starts is one line, after a bounded wait', async () => {
    await pair.box.end();
    await pair.headend.end();
    const held = await Promise.all([holdBook(book('box')), holdBook(book('headend'))]);
    const [box, headend] = await Promise.all([pair.startBox().ended, pair.startHeadend().ended]);
    await Promise.all(held.map((one) => one.release()));
    expect(box).toMatchObject({ code: 1, err: expect.stringMatching(/^ackbox box: Another program holds the book: close it .*\n$/) });
    expect(headend).toMatchObject({ code: 3, err: expect.stringMatching(/^ackbox headend: Another program holds the headend book\. Close it .*\n$/) });
  });
});

interface RecordTime {
  readonly sequence: number;
  readonly wall_ms: number;
  readonly wall_quality: string;
  readonly monotonic_ns: string;
}

function readRecords(path: string): readonly (RecordTime & { readonly year: number })[] {
  const database = new Database(path, { readonly: true });
  const rows = database.prepare('SELECT sequence, wall_ms, wall_quality, monotonic_ns FROM outbox ORDER BY sequence').all() as RecordTime[];
  database.close();
  return rows.map((row) => ({ ...row, year: new Date(row.wall_ms).getFullYear() }));
}

/** As a fault of the card would: the sign-off, which waits for the next start, is no longer what the headend's schema takes. */
function spoilNewestRecord(path: string): number {
  const database = new Database(path);
  const { sequence } = database.prepare('SELECT max(sequence) AS sequence FROM outbox').get() as { sequence: number };
  database.prepare("UPDATE outbox SET monotonic_ns = 'long ago' WHERE sequence = ?").run(sequence);
  database.close();
  return sequence;
}
