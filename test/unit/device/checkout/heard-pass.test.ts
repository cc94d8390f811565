import { afterEach, describe, expect, it } from 'vitest';
import { HeardPass, passedOver } from '../../../../device/checkout/heard-pass.ts';
import type { BillingClass } from '../../../../src/domain/credit/billing-class.ts';
import { PlayScene } from '../../../fakes/play-scene.ts';

const MINUTE = 60 * 48_000;
const WORK = { packets: 300_000, preSkip: 312, totalSamples: 100 * MINUTE };

/** A pass whose feed is where the test puts it. */
function listen(fromSample = 0, heardSample = 0) {
  const feed = { streamOf: -1, heardSample };
  const pass = new HeardPass(feed, WORK, fromSample);
  const hear = (streamOf: number, fromMinute: number, toMinute: number): void => {
    for (let minute = fromMinute; minute <= toMinute; minute += 1) {
      Object.assign(feed, { streamOf, heardSample: minute * MINUTE });
      pass.look();
    }
  };
  return { pass, hear, minutes: () => pass.ms / 60_000 };
}

describe('the time that a work was heard', () => {
  it('is its length where it was heard whole', () => {
    const { hear, minutes } = listen();
    hear(0, 0, 100);
    expect(minutes()).toBe(100);
  });

  it('is two minutes where it went on at minute 90, and from there to 92', () => {
    const { pass, hear, minutes } = listen();
    hear(0, 0, 0);
    pass.moveTo(270_000);
    expect(minutes()).toBe(0);
    hear(1, 90, 92);
    expect(minutes()).toBe(2);
    expect(pass.sample).toBe(92 * MINUTE);
  });

  it('counts what is heard again once, and nothing of a jump back before it sounds', () => {
    const { pass, hear, minutes } = listen();
    hear(0, 0, 0);
    pass.moveTo(270_000);
    hear(1, 90, 94);
    pass.moveTo(150_000);
    pass.moveTo(279_000);
    expect(minutes()).toBe(4);
    hear(2, 93, 95);
    expect(minutes()).toBe(5);
    pass.moveTo(267_000);
    hear(3, 89, 96);
    expect(minutes()).toBe(7);
  });

  it('begins with the paid pass where a work starts again after its pre-listen', () => {
    const { pass, hear, minutes } = listen();
    hear(0, 0, 1);
    expect(minutes()).toBe(1);
    pass.beginAfter(0);
    hear(0, 1, 2);
    expect([minutes(), pass.sample]).toEqual([0, 0]);
    hear(1, 0, 3);
    expect(minutes()).toBe(3);
  });

  it('goes on from what an earlier run of the app heard', () => {
    const { hear, minutes } = listen(90 * MINUTE, 92 * MINUTE);
    expect(minutes()).toBe(2);
    hear(1, 92, 94);
    expect(minutes()).toBe(4);
  });
});

describe('what was passed over, by the rows of an earlier run', () => {
  const terms = { packetMs: 20, trial: null, afterTrial: 'restart' } as const;
  const rows = (counts: Partial<Record<BillingClass, number>>, lostPackets = 0) => ({
    ...{ terms, lostPackets },
    counts: Object.entries(counts).map(([billingClass, packets]) => ({ node: 0, billingClass: billingClass as BillingClass, packets })),
  });

  it('is the part of the position that never came', () => {
    expect(passedOver(rows({ paid: 6_000, regrant: 50 }, 20), 276_000)).toBe(269_930);
  });

  it('is nothing where all came, was lost, or is only not counted yet', () => {
    expect(passedOver(rows({ paid: 6_000 }), 5_950)).toBe(0);
    expect(passedOver(rows({ paid: 5_000 }, 1_000), 6_000)).toBe(0);
    expect(passedOver(rows({ paid: 5_900 }), 6_000)).toBe(0);
  });

  it('cannot be known of a work that is free: losses of it are not counted', () => {
    expect(passedOver(rows({ free: 5_000 }), 6_000)).toBe(0);
  });
});

describe('the closing statement of a streamed play', () => {
  let scene: PlayScene;
  afterEach(() => scene.remove());

  async function stated(): Promise<number> {
    const { records } = await scene.book.pendingRecords(200);
    const closing = records.map(({ body }) => JSON.parse(body)).find(({ statement }) => statement !== undefined);
    return JSON.parse(closing.statement).heardMs;
  }

  it('tells the whole length of a work that was heard whole', async () => {
    scene = await PlayScene.open(400);
    const runner = await scene.bought('p1');
    await scene.clock.advance(9_000);
    expect(await scene.eventually(runner.end('finished'))).toMatchObject({ heardMs: 7_993 });
    expect(await stated()).toBe(7_993);
  });

  it('adds nothing for minutes that somebody sought past', async () => {
    scene = await PlayScene.open(20_000);
    const runner = await scene.bought('p1');
    await scene.clock.advance(10_000);
    const before = runner.view().heardMs;
    await scene.eventually(runner.seek(360_000));
    await scene.clock.advance(10_000);
    expect(runner.view().positionMs).toBeGreaterThan(365_000);
    const outcome = await scene.eventually(runner.end('stopped'));
    expect(outcome.heardMs).toBeGreaterThan(before + 8_000);
    expect(outcome.heardMs).toBeLessThan(20_000);
    expect(await stated()).toBe(outcome.heardMs);
  });

  /** A work that goes on at its sixth minute, heard there for 20 s, whereupon the app is killed. */
  async function killedFarIn(): Promise<number> {
    scene = await PlayScene.open(20_000);
    const runner = await scene.bought('p1');
    while (runner.view().phase !== 'paid') await scene.clock.advance(20);
    await scene.eventually(runner.seek(360_000));
    await scene.clock.advance(20_000);
    const { heardMs } = runner.view();
    scene.crash();
    return heardMs;
  }

  it('tells what was heard of a work that went on far into it, a crash of the app between', async () => {
    const before = await killedFarIn();
    const runner = await scene.eventually(scene.plays.recover('p1', scene.raise));
    if (runner === null) throw new Error('the play was not taken up');
    expect(Math.abs(runner.view().heardMs - before)).toBeLessThan(2_500);
    await scene.clock.advance(10_000);
    const outcome = await scene.eventually(runner.end('stopped'));
    expect(outcome.view.positionMs).toBeGreaterThan(385_000);
    expect(Math.abs(outcome.heardMs - 30_000)).toBeLessThan(3_000);
    expect(await stated()).toBe(outcome.heardMs);
  });

  it('tells the same by the rows alone, where such a work left the catalogue meanwhile', async () => {
    const before = await killedFarIn();
    expect(before).toBeLessThan(22_000);
    scene.inCatalogue = false;
    expect(await scene.eventually(scene.plays.recover('p1', scene.raise))).toBeNull();
    expect(Math.abs((await stated()) - before)).toBeLessThan(2_500);
  });

  it('loses nothing of a work heard from its start when the app is killed', async () => {
    scene = await PlayScene.open(1_000);
    scene.network.media = () => (scene.clock.wallMs() % 7 === 0 ? null : 0);
    await scene.bought('p1');
    await scene.clock.advance(9_000);
    scene.crash();
    const runner = await scene.eventually(scene.plays.recover('p1', scene.raise));
    expect(runner?.view().heardMs).toBe(runner?.view().positionMs);
    await scene.clock.advance(20_000);
    expect(await scene.eventually(runner?.end('finished') ?? Promise.reject(new Error('not taken up')))).toMatchObject({ heardMs: 19_993 });
  });
});
