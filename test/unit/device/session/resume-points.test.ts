import { afterEach, describe, expect, test } from 'vitest';
import type { PlaybackEvent } from '../../../../device/session/events.ts';
import type { PlayPort, PlayRunner, PlayView } from '../../../../device/session/play-port.ts';
import { SeekHold } from '../../../../device/session/seek-hold.ts';
import { limits } from '../../../../src/limits.ts';
import { money } from '../../../../src/units/money.ts';
import type { CatalogueWork } from '../../../../src/wire/http-api.ts';
import { STATEMENT } from '../../../fakes/book-folder.ts';
import { BoxScene, WORKS } from '../../../fakes/box-scene.ts';
import { sampleView } from '../../../fakes/sample-view.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const video = { packetMs: 4, renditions: [{ name: 'h264-720', codec: 'h264' as const, width: 1_280, height: 720 }] };
const film: CatalogueWork = { ...(WORKS[0] as CatalogueWork), id: 'f1', title: 'Harbour', free: true, priceMinor: '0', durationMs: 600_000, video };
const song: CatalogueWork = { ...film, id: 's1', title: 'Song' };
delete (song as { video?: unknown }).video;

/** Where the play is when it is ended, and where it was sent. */
let at = 0;
let sought: number[] = [];

const makePlays = (book: BoxScene['book']): PlayPort & { readonly recovered: readonly string[] } => {
  const runnerOf = (playId: string, workId: string, raise: (event: PlaybackEvent) => void): PlayRunner => {
    const view = (): PlayView => ({ ...(sampleView.nowPlaying?.play as PlayView), playId, workId, phase: 'paid', positionMs: at, durationMs: 600_000 });
    const end: PlayRunner['end'] = async (endReason) => {
      await book.settle({ playId, chargedMinor: 0n, heardMs: at, endReason, statement: STATEMENT });
      raise({ type: 'play.settled', playId, charged: money(0n, 'EUR'), refund: money(0n, 'EUR') });
      return { playId, endReason, chargedMinor: 0n, refundMinor: 0n, heardMs: at, view: view() };
    };
    const seek = async (positionMs: number): Promise<boolean> => sought.push(positionMs) > 0;
    return { playId, confirm: async () => {}, pause: async () => {}, resume: async () => {}, seek, suppressAcks: () => {}, end, view };
  };
  return {
    recovered: [],
    start: async ({ playId, work }, raise) => {
      queueMicrotask(() => raise({ type: 'play.opened', playId, phase: 'paid' }));
      return runnerOf(playId, work.id, raise);
    },
    recover: async (playId, raise) => {
      raise({ type: 'play.opened', playId, phase: 'paid' });
      return runnerOf(playId, 'f1', raise);
    },
    close: async () => {},
  };
};

let scene: BoxScene;
afterEach(() => scene.remove());

async function leave(workId: string, positionMs: number): Promise<void> {
  sought = [];
  await scene.ok(workId);
  at = positionMs;
  await scene.press({ type: 'intent.stop' });
}

describe('a film that was left', () => {
  test('goes on there the next time, over a restart of the box', async () => {
    scene = await new BoxScene('set-top', { works: [film, song], makePlays }).start();
    await leave('f1', 240_000);
    expect(sought).toEqual([]);
    await scene.folder.clock.advance(1_234);
    await scene.restart();
    await leave('f1', 300_000);
    expect(sought).toEqual([240_000]);
    await leave('f1', 595_000);
    expect(sought).toEqual([300_000]);
    // Seen to its end: it begins again.
    await leave('f1', 10_000);
    expect(sought).toEqual([]);
  });

  test('is one: a song begins where songs begin', async () => {
    scene = await new BoxScene('set-top', { works: [film, song], makePlays }).start();
    await leave('s1', 240_000);
    await leave('s1', 240_000);
    expect(sought).toEqual([]);
  });

  test('is not sent elsewhere when the box takes up the very play after a crash', async () => {
    scene = await new BoxScene('set-top', { works: [film, song], makePlays }).start();
    await leave('f1', 240_000);
    await scene.ok('f1');
    sought = [];
    await scene.restart();
    expect([sought, scene.box.view().playback]).toEqual([[], 'playing.flowing']);
  });
});

test('an arrow that is held reaches further, and a new press or the other way begins anew', async () => {
  scene = await new BoxScene('set-top', { works: [film, song], makePlays }).start();
  const clock = new VirtualClock();
  const hold = new SeekHold(clock);
  const steps: number[] = [];
  for (let press = 0; press < 9; press += 1) {
    steps.push(hold.step(1));
    await clock.advance(limits.keyRepeatMs);
  }
  expect(steps).toEqual([5_000, 5_000, 5_000, 10_000, 10_000, 20_000, 20_000, 30_000, 30_000]);
  expect(hold.step(-1)).toBe(-5_000);
  await clock.advance(1_000);
  expect(hold.step(-1)).toBe(-5_000);
});
