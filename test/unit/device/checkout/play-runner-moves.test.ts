import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HeadendDatabase } from '../../../../src/headend/stores/headend-database.ts';
import { limits } from '../../../../src/limits.ts';
import { PlayScene } from '../../../fakes/play-scene.ts';

let scene: PlayScene;
afterEach(() => scene.remove());

const whole = (packets: number): readonly number[] => Array.from({ length: packets }, (_, index) => index);

async function expectOnePrice(): Promise<void> {
  expect(await scene.upload()).toEqual(['agreed']);
  expect(await scene.earned()).toEqual({ box: 100n, headend: 100n, problem: null });
}

describe('a box that is moved to another address in the middle of a song', () => {
  it('notices that nothing comes any more, takes the play up from there, and pays no packet twice', async () => {
    scene = await PlayScene.open(1_000);
    const runner = await scene.bought('p1');
    await scene.clock.advance(6_000);
    scene.network.address = 'moved';
    await scene.clock.advance(24_000);
    expect(scene.network.connections).toBe(2);
    expect(scene.told.at(-1)).toBe('finished');
    expect(scene.handed(0)).toEqual(whole(1_000));
    expect(await scene.eventually(runner.end('finished'))).toMatchObject({ chargedMinor: 100n, view: { paidPackets: 1_000, lostPackets: 0 } });
    await expectOnePrice();
  });
});

describe('a play whose slots pass the end of the RTP sequence', () => {
  it('is heard, repaired and paid over the wrap like anywhere else', async () => {
    scene = await PlayScene.open(1_000);
    const runner = await scene.bought('p1');
    await scene.clock.advance(1_000);
    // As after 22 minutes: the next epoch begins a few seconds below the wrap.
    const rows = new HeadendDatabase(join(scene.headend.folder, 'headend.db'));
    rows.run('UPDATE pay_sessions SET next_sequence = ?', 65_536 - limits.sequenceReservePackets - 200);
    rows.close();
    scene.headend.restart();
    let at = 0;
    scene.network.media = () => (++at % 25 === 0 ? null : 0);
    scene.network.cut();
    await scene.clock.advance(40_000);
    expect(scene.told.at(-1)).toBe('finished');
    const session = scene.headend.book.openSessions()[0];
    expect(session?.nextSequence).toBeGreaterThan(65_536 + 500);
    expect(scene.handed(0).slice(300)).toEqual(whole(1_000).slice(300));
    expect(await scene.eventually(runner.end('finished'))).toMatchObject({ chargedMinor: 100n });
    await expectOnePrice();
  });
});
