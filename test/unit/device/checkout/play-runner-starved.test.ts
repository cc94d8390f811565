import { afterEach, describe, expect, it } from 'vitest';
import { limits } from '../../../../src/limits.ts';
import { PlayScene } from '../../../fakes/play-scene.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const MINUTE_MS = 60_000;

let scene: PlayScene;
afterEach(() => scene.remove());

/** Loses this share of what the headend sends from now on. */
function loseMedia(share: number): void {
  const random = new SeededRandom(7);
  scene.network.media = () => (random.fraction() < share ? null : 0);
}

function cut(what: 'everything' | 'media' | 'answers', on: boolean): void {
  if (what === 'everything') scene.headend.down = on;
  else if (what === 'media') scene.network.media = () => (on ? null : 0);
  else scene.network.feedback = () => !on;
}

async function expectEqualBooks(chargedMinor: bigint): Promise<void> {
  expect(await scene.upload()).toEqual(['agreed']);
  expect(await scene.earned()).toEqual({ box: chargedMinor, headend: chargedMinor, problem: null });
}

/** Runs until the play ends by itself. @returns after how long */
async function untilTold(type: 'failed' | 'finished', withinMs: number): Promise<number> {
  const from = scene.clock.wallMs();
  while (!scene.told.includes(type) && scene.clock.wallMs() - from < withinMs) await scene.clock.advance(100);
  expect(scene.told).toContain(type);
  return scene.clock.wallMs() - from;
}

const STARVED = { type: 'play.failed', code: 'stream-starved', message: expect.stringMatching(/network loses too much.*given back/) };

describe('a play that crawls is ended in words, and what was not heard is given back', () => {
  it.each([0.5, 0.7, 0.9])('where losses of %f use up the credit window', async (share) => {
    scene = await PlayScene.open(4_000);
    const runner = await scene.bought('p1');
    await scene.clock.advance(5_000);
    loseMedia(share);
    const crawledMs = await untilTold('failed', MINUTE_MS);
    expect(scene.events.at(-1)).toMatchObject(STARVED);
    const heardMs = runner.view().heardMs;
    // From the first silence on it takes the bound, however the sound comes and goes meanwhile.
    expect(crawledMs - (heardMs - 5_000)).toBeLessThanOrEqual(limits.starvedWithinMs + 1_000);
    const outcome = await scene.eventually(runner.end('failed'));
    expect(outcome.refundMinor + outcome.chargedMinor).toBe(100n);
    // 4,000 packets cost 100: what was heard and had arrived, and nothing of the rest.
    const { paidPackets } = outcome.view;
    expect(paidPackets).toBeLessThanOrEqual(Math.ceil(outcome.heardMs / 20));
    expect(Math.abs(Number(outcome.chargedMinor) - paidPackets / 40)).toBeLessThanOrEqual(1);
    await expectEqualBooks(outcome.chargedMinor);
    const receipt = (await scene.book.receipts(1))[0];
    expect(receipt?.text).toContain('(the box could not play it to the end: the network lost too much)');
    expect(receipt?.text).toContain('Refunded');
  });

  it('where its ACKs hardly get through: all of what came is paid, though the headend was told late', async () => {
    scene = await PlayScene.open(4_000);
    const runner = await scene.bought('p1');
    await scene.clock.advance(5_000);
    let passesAtMs = 0;
    scene.network.feedback = () => {
      if (scene.clock.wallMs() < passesAtMs) return false;
      passesAtMs = scene.clock.wallMs() + 4_000;
      return true;
    };
    await untilTold('failed', MINUTE_MS);
    expect(scene.events.at(-1)).toMatchObject(STARVED);
    expect(runner.view()).toMatchObject({ lostPackets: 0 });
    const outcome = await scene.eventually(runner.end('failed'));
    const heard = Math.floor(outcome.heardMs / 20);
    expect(Math.abs(Number(outcome.chargedMinor) - heard / 40)).toBeLessThanOrEqual(1);
    await expectEqualBooks(outcome.chargedMinor);
  });
});

describe('a play goes on', () => {
  it('where 30 % is lost, and it keeps up all the same', async () => {
    scene = await PlayScene.open(4_000);
    loseMedia(0.3);
    const runner = await scene.bought('p1');
    await untilTold('finished', 2 * MINUTE_MS);
    expect(scene.told).not.toContain('failed');
    const outcome = await scene.eventually(runner.end('finished'));
    expect(outcome.heardMs).toBeGreaterThan(79_000);
    await expectEqualBooks(outcome.chargedMinor);
  });

  it.each(['everything', 'media', 'answers'] as const)(
    'after an outage of three minutes that takes %s, where it was heard, and costs its price once',
    async (what) => {
      scene = await PlayScene.open(2_000);
      const runner = await scene.bought('p1');
      await scene.clock.advance(8_000);
      cut(what, true);
      await scene.clock.advance(3 * MINUTE_MS);
      expect(runner.view()).toMatchObject({ stalled: 'network' });
      expect(runner.view().heardMs).toBeLessThan(11_000);
      cut(what, false);
      await untilTold('finished', MINUTE_MS);
      expect(scene.told).not.toContain('failed');
      const outcome = await scene.eventually(runner.end('finished'));
      expect(outcome).toMatchObject({ chargedMinor: 100n, heardMs: 39_993 });
      await expectEqualBooks(100n);
    },
  );

  it('after a pause of minutes, and after many short ones', async () => {
    scene = await PlayScene.open(2_000);
    const runner = await scene.bought('p1');
    await scene.clock.advance(5_000);
    await scene.eventually(runner.pause());
    await scene.clock.advance(3 * MINUTE_MS);
    await scene.eventually(runner.resume());
    for (let times = 0; times < 10; times += 1) {
      await scene.clock.advance(500);
      await scene.eventually(runner.pause());
      await scene.clock.advance(2_000);
      await scene.eventually(runner.resume());
    }
    await untilTold('finished', MINUTE_MS);
    expect(scene.told).not.toContain('failed');
    expect((await scene.eventually(runner.end('finished'))).chargedMinor).toBe(100n);
  });

  it('as a pre-listen, however it crawls: it costs nothing, and whoever listens can leave it', async () => {
    scene = await PlayScene.open(4_000);
    const runner = await scene.trial('p1');
    loseMedia(0.9);
    await scene.clock.advance(MINUTE_MS);
    expect(scene.told).not.toContain('failed');
    expect(await scene.eventually(runner.end('trial-declined'))).toMatchObject({ chargedMinor: 0n });
  });
});
