import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ViewOfBox } from '../../src/cli/box-client.ts';
import { ackbox, balance } from '../fakes/house.ts';
import { LonePair } from '../fakes/lone-pair.ts';

/** A box that is never ended, and a headend whose disk dies; only the backup is left. */
let pair: LonePair;
let kept: string;

beforeEach(async () => {
  pair = new LonePair();
  kept = join(pair.data, 'kept');
  await pair.prepare(40);
  pair.startHeadend();
  pair.startBox();
  await pair.enrol();
});
afterEach(() => pair.end());

async function backUp(): Promise<void> {
  expect(await ackbox('headend', 'backup', '--data', pair.folders.headend, '--to', kept, '--json')).toMatchObject({ code: 0 });
}

/** The disk of the headend is gone in the middle of whatever it did; a new and empty one gets the backup. */
async function loseAndRestore(): Promise<void> {
  await pair.headend.kill();
  rmSync(pair.folders.headend, { recursive: true });
  mkdirSync(pair.folders.headend, { mode: 0o700 });
  expect(await ackbox('headend', 'restore', '--from', kept, '--data', pair.folders.headend)).toMatchObject({ code: 0 });
  pair.startHeadend();
}

test('a play that was being paid at the backup goes on from the restored headend, and no unit of it is billed twice', { timeout: 90_000 }, async () => {
  await pair.song();
  await backUp();
  // Heard, acknowledged and paid after the backup: the restored headend knows nothing of it.
  await pair.flowsOn(3_000);
  const heardMs = (await pair.box.watch.view()).nowPlaying?.play.heardMs ?? 0;
  await loseAndRestore();
  await pair.flowsOn();
  expect((await pair.box.watch.view()).nowPlaying?.play.heardMs).toBeGreaterThan(heardMs);
  await pair.expectAgreement();
});

test('a play that ended after the backup, in a later epoch than it knew, is billed once more as the box signed it', { timeout: 120_000 }, async () => {
  const { watch } = pair.box;
  await pair.song();
  await backUp();
  await pair.headend.kill();
  pair.startHeadend();
  await pair.flowsOn(3_000);
  await pair.expectAgreement();
  await loseAndRestore();
  // What it delivered after the backup it tells again when its next record meets the gap.
  await pair.song();
  await pair.expectAgreement();
  expect((await pair.headend.operator()).quarantined).toEqual([]);
  expect((await watch.view()).lastReceipt).not.toBeNull();
});

test('a play that was begun after the backup ends in words, and its statement is kept for a person, whose command bills it once: never by guess, never lost', {
  timeout: 90_000,
}, async () => {
  const { watch } = pair.box;
  const before = (await watch.deliveredTotals()).ledger.earnedMinor;
  await backUp();
  await pair.song();
  await loseAndRestore();
  const ended = (view: ViewOfBox): true | null => (view.nowPlaying === null && view.playback === 'browse' ? true : null);
  await watch.until('the end of a play that the headend does not know', ended, 30_000);
  const { ledger, outbox } = await watch.deliveredTotals();
  const operator = await pair.headend.operator();
  expect(operator.ledger.problem).toBeNull();
  expect(operator.quarantined).toMatchObject([{ code: 'statement-refused', reason: 'This box has no such play here.' }]);
  expect(outbox.acknowledgedThrough).toBe(outbox.written);
  expect(balance(operator, 'earned')).toBe(before);
  expect(BigInt(ledger.earnedMinor)).toBeGreaterThan(BigInt(before));
  const [play] = operator.unknownPlays;
  const bill = () => ackbox('usage', 'bill', '--data', pair.folders.headend, '--json', play?.record ?? '');
  expect(await bill()).toMatchObject({ code: 0, out: expect.stringContaining(`"chargedMinor":"${play?.chargedMinor}"`) });
  expect(await bill()).toMatchObject({ code: 1, err: expect.stringContaining('billed before') });
  const settled = await pair.headend.operator();
  expect([settled.ledger.problem, balance(settled, 'earned')]).toEqual([null, ledger.earnedMinor]);
  expect(settled.unknownPlays).toMatchObject([{ decision: 'billed' }]);
});
