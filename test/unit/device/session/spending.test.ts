import { afterEach, describe, expect, test } from 'vitest';
import type { CatalogueWork } from '../../../../src/wire/http-api.ts';
import { BoxScene, CHARGED_MINOR, WORKS } from '../../../fakes/box-scene.ts';

let scene: BoxScene;
afterEach(() => scene.remove());

const DAY_MS = 86_400_000;
const channel: CatalogueWork = { ...(WORKS[0] as CatalogueWork), id: 'c7', title: 'Sea', priceMinor: '500', free: false, channel: { number: 7 } };

async function household(...lines: readonly string[]): Promise<BoxScene> {
  scene = await new BoxScene('set-top', { works: [...WORKS, channel], inMemory: true }).start();
  await scene.book.putSetting('time-zone', 'Europe/Berlin');
  for (const line of ['viewer add Anna id=c-anna', 'viewer add Tim id=c-tim', ...lines]) await scene.command(line);
  await watch('c-tim');
  return scene;
}

const watch = (viewer: string): Promise<unknown> => scene.press({ type: 'intent.viewer', viewer });

/** Works cost 1.00; a play that is stopped costs 0.40. */
async function buy(workId: string): Promise<string> {
  await scene.ok(workId);
  const { playback, sentence } = scene.box.view();
  if (playback === 'preListen' || playback === 'outright') await scene.ok();
  return scene.box.view().playback === 'playing.flowing' ? 'plays' : sentence;
}

async function spent(who: string): Promise<bigint | undefined> {
  return (await scene.book.spendingCaps()).find((cap) => cap.name.toLowerCase() === who)?.spentMinor;
}

describe('a cap on what may be spent in a day', () => {
  test('is looked at before a pre-listen is offered, and says both figures', async () => {
    await household('cap set Tim 0.50');
    expect(await buy('w1')).toBe('You may spend 0.50 EUR a day, and 0.50 EUR of it is left; Blue Hour costs 1.00 EUR.');
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 0n, accountDebtMinor: 0n });
  });

  test('counts what is set aside at its full price, and what was settled with what was charged', async () => {
    await household('cap set Tim 1.50');
    expect(await buy('w1')).toBe('plays');
    expect(await spent('tim')).toBe(100n);
    await scene.ok('w2');
    expect(scene.box.view()).toMatchObject({ queue: [], sentence: expect.stringContaining('0.50 EUR of it is left') });
    await scene.press({ type: 'intent.stop' });
    expect(await spent('tim')).toBe(CHARGED_MINOR);
    expect(await buy('w2')).toBe('plays');
  });

  test('is looked at again in the transaction that sets the price aside, whatever was offered before', async () => {
    await household();
    await scene.ok('w1');
    expect(scene.box.view().playback).toBe('preListen');
    await scene.command('cap set account 0.20');
    await scene.ok();
    expect(scene.box.view().playback).not.toBe('playing.flowing');
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 0n, accountDebtMinor: 0n });
  });

  test('of the account holds for all together: a second name buys no second day', async () => {
    await household('cap set account 1.20', 'cap set Tim 5.00', 'cap set Anna 5.00');
    expect(await buy('w1')).toBe('plays');
    await scene.press({ type: 'intent.stop' });
    await watch('c-anna');
    expect(await buy('w2')).toContain('The household may spend 1.20 EUR a day, and 0.80 EUR of it is left');
    await watch('guest');
    expect(await buy('w2')).toContain('The household may spend');
  });

  test('of one leaves the others theirs', async () => {
    await household('cap set Tim 0.50', 'cap set guest 0');
    await watch('c-anna');
    expect(await buy('w1')).toBe('plays');
    await scene.press({ type: 'intent.stop' });
    await watch('guest');
    expect(await buy('w2')).toContain('0.00 EUR of it is left');
  });

  test('survives a restart, and no clock that jumps brings a new day', async () => {
    await household('cap set Tim 1.20');
    expect(await buy('w1')).toBe('plays');
    await scene.press({ type: 'intent.stop' });
    scene.folder.clock.jumpWall(3 * DAY_MS);
    expect(await buy('w2')).toContain('0.80 EUR of it is left');
    scene.folder.clock.jumpWall(-6 * DAY_MS);
    await scene.restart();
    await watch('c-tim');
    expect(await spent('tim')).toBe(CHARGED_MINOR);
    expect(await buy('w2')).toContain('0.80 EUR of it is left');
  });

  test('begins anew at midnight of the clock on the wall of the household, not of UTC', async () => {
    await household('cap set Tim 1.20');
    expect(await buy('w1')).toBe('plays');
    await scene.press({ type: 'intent.stop' });
    // The scene begins on a day of January at 08:00 UTC; midnight in Berlin is 23:00.
    expect(new Date(scene.folder.clock.wallMs()).toISOString()).toMatch(/^2027-01-15T08:00/);
    scene.folder.clock.sleepThrough(14.9 * 3_600_000);
    expect(await spent('tim')).toBe(CHARGED_MINOR);
    scene.folder.clock.sleepThrough(0.2 * 3_600_000);
    expect(await spent('tim')).toBe(0n);
    await watch('c-tim');
    expect(await buy('w2')).toBe('plays');
  });

  test('lets a channel be watched as far as the money goes, then stops it with a sentence and a receipt', async () => {
    await household('cap set Tim 3.00');
    expect(await buy('c7')).toBe('plays');
    expect(await spent('tim')).toBe(300n);
    const { playId } = scene.box.view().nowPlaying?.play ?? { playId: '' };
    expect(await scene.book.spendingCeiling(playId)).toBe(300n);
    await scene.command('cap set Tim 0');
    await scene.folder.clock.advance(5_000);
    expect((await scene.quiet()).box.view()).toMatchObject({ playback: 'browse', sentence: 'Sea was stopped: what may be spent here today is spent.' });
    expect(scene.box.view().lastReceipt?.text).toContain('spending cap of the day');
    expect(await buy('c7')).toContain('0.00 EUR of it is left');
  });

  test('is set for nobody who is not there, and not with words', async () => {
    await household();
    expect(await scene.command('cap set Mia 1.00')).toBe('Nobody here is called Mia; show viewers lists who is.');
    expect(await scene.command('cap set Tim lots')).toBe('An amount is written like 2.50, or is none.');
    expect(await scene.command('cap set Tim 2.50')).toContain('of 2.50 EUR a day');
    expect(await scene.command('cap set Tim none')).not.toContain('a day');
  });
});
