import { describe, expect, test } from 'vitest';
import { defaultCreditTerms } from '../../../../src/domain/credit/negotiate-credit.ts';
import { filmAhead, PlaySchedule } from '../../../../src/headend/stream/play-schedule.ts';
import { SegmentMap } from '../../../../src/headend/stream/segment-map.ts';
import { limits } from '../../../../src/limits.ts';
import { workOf } from '../../../fakes/paid-scene.ts';

const RENDITION = { name: 'h264-360', segments: ['a', 'b', 'c'], starts: [0, 1_260, 2_500], accessPoints: [0, 312, 1_260, 1_571, 2_500] };
const FILM = {
  ...workOf(2_600, RENDITION.segments),
  video: { packetMs: 4, renditions: [{ name: 'h264-360', codec: 'h264' as const, width: 640, height: 360 }] },
};

describe('where the packets of a film lie', () => {
  const map = new SegmentMap(FILM, RENDITION);

  test.each([
    [0, 0, 0],
    [1_259, 0, 1_259],
    [1_260, 1, 0],
    [2_499, 1, 1_239],
    [2_599, 2, 99],
  ])('packet %i is in segment %i, at %i', (packetIndex, segment, offset) => {
    expect(map.placeOf(packetIndex)).toEqual({ segment, offset });
  });

  test('each segment holds its own number of them', () => {
    expect([0, 1, 2].map((segment) => map.packetsIn(segment))).toEqual([1_260, 1_240, 100]);
  });

  test.each([
    [0, 0],
    [311, 0],
    [312, 312],
    [1_300, 1_260],
    [9_999, 2_500],
  ])('a stream from packet %i begins at %i', (asked, begins) => {
    expect(map.accessPoint(asked)).toBe(begins);
  });

  test('of sound every packet is a beginning, and a film without a rendition is a mistake', () => {
    const song = new SegmentMap(workOf(600, ['a', 'b', 'c']), null);
    expect([song.accessPoint(301), song.placeOf(301), song.packetsIn(2)]).toEqual([301, { segment: 1, offset: 51 }, 100]);
    expect(() => new SegmentMap(FILM, null)).toThrow();
  });
});

describe('the pace of a film', () => {
  test('is that of its packets, with 250 ms at once and 800 ms ahead within a second, inside the window', () => {
    const terms = defaultCreditTerms(4, limits.filmPrebufferMs);
    const schedule = new PlaySchedule(0, filmAhead(4, terms));
    const aheadMs = (nowMs: number): number => schedule.due(nowMs) * 4 - nowMs;
    expect([0, 100, 552, 1_000, 60_000].map(aheadMs)).toEqual([252, 352, 800, 800, 800]);
    // A player begins with 600 ms: they are sent within 200 ms of the PLAY, so that a join waits for no more than that.
    expect(schedule.due(180) * 4).toBeGreaterThanOrEqual(limits.filmStartMs);
    expect(aheadMs(552) + limits.ackIntervalMs).toBeLessThanOrEqual(4 * terms.creditWindowPackets);
  });
});
