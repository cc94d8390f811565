import { afterEach, expect, test } from 'vitest';
import { coin } from '../../../fakes/book-folder.ts';
import { BoxScene } from '../../../fakes/box-scene.ts';

let scene: BoxScene;
afterEach(() => scene?.remove());

test('being heard next is sold at the box: before who waits, for the price and the premium, and never for more than was quoted', async () => {
  scene = await new BoxScene('jukebox', { inMemory: true }).start();
  await scene.book.insertCoin(coin(1, 1_000n));
  await scene.book.putSetting('play-next-premium', '50 10');
  await scene.box.moneyMoved();
  await scene.ok('w1');
  await scene.ok();
  await scene.ok('w2');
  const before = scene.box.view();
  expect(before).toMatchObject({ playback: 'playing.flowing', premiumPercent: 60, queue: [{ workId: 'w2', next: false }] });
  const price = BigInt(before.queue[0]?.heldMinor ?? 0);

  const refused = await scene.press({ type: 'intent.ok', workId: 'w1', premiumMinor: String((price * 59n) / 100n) });
  expect(refused.said.notice?.message).toBe('Being heard next costs something else by now: please choose again.');
  expect(refused.queue).toHaveLength(1);

  const sold = await scene.press({ type: 'intent.ok', workId: 'w1', premiumMinor: String((price * 60n) / 100n) });
  expect(sold.queue.map(({ workId, next, heldMinor }) => [workId, next, BigInt(heldMinor)])).toEqual([
    ['w1', true, (price * 160n) / 100n],
    ['w2', false, price],
  ]);
  expect(await scene.book.ledger()).toMatchObject({ problem: null });
});
