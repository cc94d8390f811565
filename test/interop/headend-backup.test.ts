import { existsSync, readdirSync, renameSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ackbox, balance, clearAway, RunningHouse, scratch, soundFile } from '../fakes/house.ts';

describe('a backup of a headend, taken while it streams and bills', () => {
  const data = scratch();
  const kept = join(data, 'kept');
  const headend = join(data, 'headend');
  let house: RunningHouse;

  beforeAll(async () => {
    const library = join(data, 'library');
    await Promise.all([soundFile(library, 'short.mp3', 3, 440), soundFile(library, 'long.opus', 40, 660)]);
    house = new RunningHouse(data, ['--library', library]);
    await house.until('two works for sale', (view) => (view.cash === 'accepting' && view.catalogueSize === 2 ? true : null), 40_000);
  }, 60_000);
  afterAll(() => clearAway(data));

  async function sell(title: string): Promise<void> {
    const works = await (await house.client()).works();
    await house.press('intent.ok', { workId: works.find((work) => work.title === title)?.id ?? '' });
    await house.until('the trial', (view) => (view.playback === 'preListen' ? true : null));
    await house.press('intent.ok');
    await house.until(`${title} paid`, (view) => (view.playback === 'playing.flowing' && (view.nowPlaying?.play.paidPackets ?? 0) > 50 ? true : null));
  }

  test('comes back as a headend whose books balance, with every bill of before', { timeout: 120_000 }, async () => {
    for (let coin = 0; coin < 4; coin += 1) await house.coin();
    await sell('short');
    await house.until('the end of the short one', (view) => (view.playback === 'browse' && view.lastReceipt !== null ? true : null), 30_000);
    await house.deliveredTotals();
    const billed = balance(await house.operator(), 'earned');
    expect(BigInt(billed)).toBeGreaterThan(0n);

    await sell('long');
    const backup = await ackbox('headend', 'backup', '--data', headend, '--to', kept, '--json');
    expect(backup).toMatchObject({ code: 0 });
    // The song went on meanwhile, and goes on.
    const at = (await house.view()).nowPlaying?.play.acknowledgedPackets ?? 0;
    await house.until('more acknowledged', (view) => ((view.nowPlaying?.play.acknowledgedPackets ?? 0) > at + 20 ? true : null));
    expect(await ackbox('headend', 'restore', '--from', kept, '--data', headend)).toMatchObject({
      code: 1,
      err: expect.stringContaining('holds a headend already'),
    });

    await house.end();
    renameSync(headend, join(data, 'lost'));
    expect(await ackbox('headend', 'restore', '--from', kept, '--data', headend)).toMatchObject({ code: 0 });
    const book = new Database(join(headend, 'headend.db'));
    expect(book.pragma('integrity_check', { simple: true })).toBe('ok');
    book.close();

    house = new RunningHouse(data);
    await house.until('the restored headend', (view) => (view.connectivity === 'online' && view.catalogueSize >= 2 ? true : null), 40_000);
    // What the box had delivered after the backup it delivers again, whatever the headend of before had confirmed.
    await house.coin();
    const { outbox } = await house.deliveredTotals();
    const operator = await house.operator();
    const [generation] = operator.outlets[0]?.generations ?? [];
    expect(generation?.missing).toBe('');
    expect(generation?.deliveredThrough).toBeGreaterThanOrEqual(outbox.written);
    expect(operator.ledger.problem).toBeNull();
    expect(BigInt(balance(operator, 'earned'))).toBeGreaterThanOrEqual(BigInt(billed));
    await house.end();
  });

  test('is refused where a single file of it is damaged, and leaves no headend behind', async () => {
    const [segment = ''] = readdirSync(join(kept, 'segments'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(kept, 'segments', name))
      .filter((path) => statSync(path).isFile());
    truncateSync(segment, statSync(segment).size - 1);
    const target = join(data, 'elsewhere');
    expect(await ackbox('headend', 'restore', '--from', kept, '--data', target)).toMatchObject({ code: 1, err: expect.stringContaining('is damaged') });
    expect(existsSync(join(target, 'headend.db'))).toBe(false);
  });
});
