import { afterEach, expect, test } from 'vitest';
import { ReturnTally } from '../../../bench/transport/return-tally.ts';
import { PlayScene } from '../../../fakes/play-scene.ts';

let scene: PlayScene;
afterEach(() => scene.remove());

/** The real box and headend in virtual time, so that the figures are the same everywhere; the bench measures over sockets. */
async function bytesPerPaidPacket(wish: string): Promise<{ readonly tally: ReturnTally; readonly each: number }> {
  scene = await PlayScene.open(700, 'jukebox', wish);
  const tally = new ReturnTally();
  const { paid } = scene.headend;
  if (paid === null) throw new Error('the headend is down');
  const admit = paid.admit.bind(paid);
  paid.admit = (session) => {
    tally.admit(session);
    admit(session);
  };
  scene.network.feedback = (datagram) => {
    tally.take(datagram);
    return true;
  };
  await scene.eventually(scene.bought('p1'));
  for (let passed = 0; !scene.told.includes('finished') && passed < 30_000; passed += 200) await scene.clock.advance(200);
  const paidPackets = paid.views().reduce((sum, view) => sum + view.packetsPaid, 0);
  expect(paidPackets).toBe(700);
  return { tally, each: tally.total / paidPackets };
}

test.each([
  ['every tenth packet', '', 11],
  ['every second', 'W=100,every=50,max=1000', 3.1],
])('with an ACK %s a paid packet costs little on the way back, receipts and reports included', async (_often, wish, most) => {
  const { tally, each } = await bytesPerPaidPacket(wish);
  expect(each).toBeLessThanOrEqual(most);
  expect(tally.many.receipts).toBeGreaterThan(5);
  // Neither a receipt nor a report needs a datagram of its own.
  expect(tally.many.datagrams).toBeLessThanOrEqual(tally.many.acks + 3);
});

test('a box that asks for tags of their own is understood, and pays for them', async () => {
  const { tally, each } = await bytesPerPaidPacket('auth=hmac-sha256-128');
  expect(tally.many.acks).toBeGreaterThan(60);
  expect(each).toBeGreaterThan(11);
});
