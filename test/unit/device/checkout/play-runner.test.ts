import { afterEach, describe, expect, it } from 'vitest';
import { PlayScene } from '../../../fakes/play-scene.ts';

const W = 50;
let scene: PlayScene;
afterEach(() => scene.remove());

const sequence = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, at) => from + at);

describe('a bought play', () => {
  it('is heard from the first to the last packet, in order, and costs its price on both sides', async () => {
    scene = await PlayScene.open(400);
    const runner = await scene.bought('p1');
    await scene.clock.advance(9_000);
    expect(scene.told).toEqual(['opened', 'sound', 'finished']);
    expect(scene.handed(0)).toEqual(sequence(0, 400));
    const outcome = await scene.eventually(runner.end('finished'));
    expect(outcome).toMatchObject({ chargedMinor: 100n, refundMinor: 0n, heardMs: 7_993, endReason: 'finished' });
    expect(outcome.view).toMatchObject({ phase: 'closed', audibleGaps: 0, lostPackets: 0, paidPackets: 400 });
    await scene.upload();
    expect(await scene.earned()).toEqual({ box: 100n, headend: 100n, problem: null });
  });

  it('gives back what was not heard when it is skipped, packets in the buffer included', async () => {
    scene = await PlayScene.open(1_000);
    const runner = await scene.bought('p1');
    await scene.clock.advance(8_000);
    const { acknowledgedPackets } = runner.view();
    const outcome = await scene.eventually(runner.end('skipped'));
    const heardPackets = Math.floor((outcome.heardMs * 48 + 312) / 960);
    expect(outcome.view.paidPackets).toBeGreaterThan(heardPackets);
    expect(outcome.view.paidPackets - heardPackets).toBeLessThanOrEqual(W);
    expect(outcome.view.paidPackets).toBeGreaterThanOrEqual(acknowledgedPackets);
    expect(outcome.chargedMinor).toBe(BigInt(Math.round(heardPackets / 10)));
    expect(outcome.chargedMinor + outcome.refundMinor).toBe(100n);
    await scene.upload();
    const { box, headend, problem } = await scene.earned();
    expect([box, problem]).toEqual([headend, null]);
    expect(box).toBe(outcome.chargedMinor);
  });

  it('can be sought in: what was paid comes again free of charge, and no window is fresh', async () => {
    scene = await PlayScene.open(2_000);
    const runner = await scene.bought('p1');
    await scene.clock.advance(4_000);
    await scene.eventually(runner.seek(20_000));
    await scene.clock.advance(4_000);
    expect(runner.view().positionMs).toBeGreaterThan(23_000);
    const paidBefore = runner.view().paidPackets;
    await scene.eventually(runner.seek(1_000));
    await scene.clock.advance(2_000);
    expect(runner.view().positionMs).toBeGreaterThan(2_500);
    // What was under way, and then a hundred packets that are granted again.
    expect(runner.view().paidPackets - paidBefore).toBeLessThan(W);
    runner.suppressAcks(true);
    for (let jump = 0; jump < 6; jump += 1) {
      await scene.eventually(runner.seek(24_000 + 2_000 * jump));
      await scene.clock.advance(1_500);
    }
    expect(scene.headend.paid?.views()[0]?.maxUnpaidPackets).toBeLessThanOrEqual(W);
    runner.suppressAcks(false);
    await scene.clock.advance(3_000);
    const outcome = await scene.eventually(runner.end('stopped'));
    // Heard: 4 s from the start, 4 s from 20 s, and what a window lets through afterwards; of 40 s that cost 1.00.
    expect(outcome.chargedMinor).toBeGreaterThanOrEqual(18n);
    expect(outcome.chargedMinor).toBeLessThan(40n);
    expect(await scene.upload()).toEqual(['agreed']);
    expect(await scene.earned()).toMatchObject({ box: outcome.chargedMinor, headend: outcome.chargedMinor, problem: null });
  });

  it('ends once, however often it is ended', async () => {
    scene = await PlayScene.open(400);
    const runner = await scene.bought('p1');
    await scene.clock.advance(3_000);
    const first = await scene.eventually(runner.end('stopped'));
    const second = await scene.eventually(runner.end('failed'));
    expect(second).toBe(first);
    expect(scene.told.filter((type) => type === 'settled')).toHaveLength(1);
  });

  it('is given back in full where the headend never answers', async () => {
    scene = await PlayScene.open(400);
    scene.headend.down = true;
    const runner = await scene.bought('p1');
    await scene.clock.advance(20_000);
    expect(scene.told).toEqual(['failed']);
    const outcome = await scene.eventually(runner.end('failed'));
    expect(outcome).toMatchObject({ chargedMinor: 0n, refundMinor: 100n, heardMs: 0 });
  });

  it('can be stopped while it is still opening', async () => {
    scene = await PlayScene.open(400);
    scene.headend.down = true;
    const runner = await scene.bought('p1');
    await scene.clock.advance(500);
    expect(await scene.eventually(runner.end('stopped'))).toMatchObject({ chargedMinor: 0n, refundMinor: 100n });
    scene.headend.down = false;
    await scene.clock.advance(20_000);
    expect(scene.told).toEqual(['settled']);
  });
});

describe('pre-listen', () => {
  it('stops at the limit of the trial, and costs nothing when nobody confirms', async () => {
    scene = await PlayScene.open(2_000);
    const runner = await scene.trial('p1');
    await scene.clock.advance(40_000);
    expect(scene.told).toEqual(['opened', 'sound', 'trial-over']);
    expect(scene.handed(0)).toEqual(sequence(0, 1_500));
    const outcome = await scene.eventually(runner.end('trial-declined'));
    expect(outcome).toMatchObject({ chargedMinor: 0n, refundMinor: 0n });
    expect(outcome.view.paidPackets).toBe(0);
    await scene.upload();
    expect(await scene.earned()).toEqual({ box: 0n, headend: 0n, problem: null });
  });

  it('starts the work again on a jukebox when it is confirmed, and then all of it is paid', async () => {
    scene = await PlayScene.open(1_600);
    const runner = await scene.trial('p1');
    await scene.clock.advance(5_000);
    await scene.coin();
    await scene.eventually(runner.confirm());
    await scene.clock.advance(34_000);
    expect(scene.told).toEqual(['opened', 'sound', 'confirmed', 'finished']);
    expect(scene.handed(1)).toEqual(sequence(0, 1_600));
    const outcome = await scene.eventually(runner.end('finished'));
    expect(outcome).toMatchObject({ chargedMinor: 100n, refundMinor: 0n });
    expect(outcome.view.audibleGaps).toBe(0);
    await scene.upload();
    expect(await scene.earned()).toEqual({ box: 100n, headend: 100n, problem: null });
  });

  it.each([
    { what: 'still on its way when the news of the yes comes', before: 60, after: 60, news: 0 },
    { what: 'overtaken by what is paid', before: 60, after: 0, news: 0 },
    { what: 'lost', before: null, after: 0, news: 0 },
    { what: 'lost, and the news of the yes comes after what is paid', before: null, after: 0, news: 90 },
  ])('starts the work again where all of the pre-listen so far is $what', async ({ before, after, news }) => {
    scene = await PlayScene.open(600);
    let yesThereMs = Number.POSITIVE_INFINITY;
    scene.network.media = () => (scene.clock.wallMs() < yesThereMs ? before : after);
    scene.network.news = () => news;
    const runner = await scene.trial('p1');
    await scene.coin();
    while (!scene.told.includes('opened')) await scene.clock.advance(1);
    yesThereMs = scene.clock.wallMs() + scene.network.delayMs;
    await scene.eventually(runner.confirm());
    await scene.clock.advance(14_000);
    const told = scene.told.filter((type) => type !== 'stalled' && type !== 'flowing');
    expect(told.toSorted()).toEqual(['confirmed', 'finished', 'opened', 'sound']);
    expect(scene.handed(0).slice(-300)).toEqual(sequence(300, 600));
    const outcome = await scene.eventually(runner.end('finished'));
    expect(outcome).toMatchObject({ chargedMinor: 100n, refundMinor: 0n });
    await scene.upload();
    expect(await scene.earned()).toEqual({ box: 100n, headend: 100n, problem: null });
  });

  it('can be confirmed after it is over', async () => {
    scene = await PlayScene.open(1_600);
    const runner = await scene.trial('p1');
    await scene.clock.advance(33_000);
    await scene.coin();
    await scene.eventually(runner.confirm());
    await scene.clock.advance(3_000);
    expect(scene.told).toEqual(['opened', 'sound', 'trial-over', 'confirmed']);
    const heardMs = runner.view().heardMs;
    expect(heardMs).toBeGreaterThan(2_000);
    expect(heardMs).toBeLessThan(3_000);
    await scene.eventually(runner.end('stopped'));
  });

  it('goes on where it is on a set-top, and the trial part is never paid', async () => {
    scene = await PlayScene.open(1_600, 'set-top');
    const runner = await scene.trial('p1');
    await scene.clock.advance(5_000);
    await scene.eventually(runner.confirm());
    await scene.clock.advance(30_000);
    expect(scene.told).toEqual(['opened', 'sound', 'confirmed', 'finished']);
    expect(scene.player.streams).toHaveLength(1);
    expect(scene.handed(0)).toEqual(sequence(0, 1_600));
    const outcome = await scene.eventually(runner.end('finished'));
    expect(outcome.view.paidPackets).toBeGreaterThan(1_200);
    expect(outcome.view.paidPackets).toBeLessThan(1_600);
    expect(outcome.chargedMinor).toBe(100n);
    await scene.upload();
    expect(await scene.earned()).toMatchObject({ box: 100n, headend: 100n, problem: null });
  });

  it('goes on after a set-top confirmed a trial that was over', async () => {
    scene = await PlayScene.open(1_600, 'set-top');
    const runner = await scene.trial('p1');
    await scene.clock.advance(33_000);
    await scene.eventually(runner.confirm());
    await scene.clock.advance(5_000);
    expect(scene.told).toEqual(['opened', 'sound', 'trial-over', 'confirmed', 'finished']);
    expect(scene.handed(1)).toEqual(sequence(1_500, 1_600));
    await scene.eventually(runner.end('finished'));
  });

  it('is not confirmed without credit, and says so', async () => {
    scene = await PlayScene.open(1_600);
    const runner = await scene.trial('p1');
    await scene.clock.advance(2_000);
    await scene.eventually(runner.confirm());
    expect(scene.events.at(-1)).toMatchObject({ type: 'play.refused', code: 'no-credit' });
    await scene.coin();
    await scene.eventually(runner.confirm());
    await scene.clock.advance(1_000);
    expect(scene.told.at(-1)).toBe('confirmed');
    await scene.eventually(runner.end('stopped'));
  });

  it('is confirmed although the first CONFIRM and many feedback messages are lost', async () => {
    scene = await PlayScene.open(1_600);
    const runner = await scene.trial('p1');
    await scene.clock.advance(2_000);
    let dropped = 0;
    scene.network.feedback = () => {
      dropped += 1;
      return dropped > 4;
    };
    await scene.coin();
    await scene.eventually(runner.confirm());
    await scene.clock.advance(2_000);
    expect(scene.told.at(-1)).toBe('confirmed');
    await scene.eventually(runner.end('stopped'));
  });
});

describe('suppressed acknowledgements', () => {
  it('stop the sender after exactly W packets, silence the player, and everything goes on when they come back', async () => {
    scene = await PlayScene.open(1_000);
    const runner = await scene.bought('p1');
    await scene.clock.advance(4_000);
    runner.suppressAcks(true);
    await scene.clock.advance(6_000);
    expect(runner.view()).toMatchObject({ stalled: 'credit', acksSuppressed: true, unpaidPackets: W, maxUnpaidPackets: W, audibleGaps: 0 });
    runner.suppressAcks(false);
    await scene.clock.advance(22_000);
    expect(scene.told).toEqual(['opened', 'sound', 'stalled', 'flowing', 'finished']);
    expect(scene.handed(0)).toEqual(sequence(0, 1_000));
    const outcome = await scene.eventually(runner.end('finished'));
    expect(outcome.chargedMinor).toBe(100n);
    expect(outcome.view.audibleGaps).toBe(0);
  });
});

describe('pause', () => {
  it('freezes the work, and resuming costs nothing twice and leaves no gap', async () => {
    scene = await PlayScene.open(600);
    const runner = await scene.bought('p1');
    await scene.clock.advance(4_000);
    await scene.eventually(runner.pause());
    const { positionMs } = runner.view();
    await scene.clock.advance(120_000);
    expect(runner.view().positionMs).toBe(positionMs);
    await scene.eventually(runner.resume());
    await scene.clock.advance(12_000);
    expect(scene.told).toEqual(['opened', 'sound', 'finished']);
    expect(scene.player.streams).toHaveLength(1);
    expect(scene.handed(0)).toEqual(sequence(0, 600));
    const outcome = await scene.eventually(runner.end('finished'));
    expect(outcome).toMatchObject({ chargedMinor: 100n, refundMinor: 0n });
    expect(outcome.view).toMatchObject({ audibleGaps: 0, paidPackets: 600 });
    await scene.upload();
    expect(await scene.earned()).toEqual({ box: 100n, headend: 100n, problem: null });
  });
});
