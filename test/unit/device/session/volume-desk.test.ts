import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VolumeDesk } from '../../../../device/session/volume-desk.ts';
import type { RangeNow } from '../../../../src/domain/queue/zone-volume.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

async function desk(kept: Readonly<Record<string, string>> = {}, zones: readonly string[] = []) {
  const clock = new VirtualClock();
  const told: unknown[] = [];
  const said: unknown[] = [];
  const settings = new Map(Object.entries(kept));
  const volume = new VolumeDesk({
    clock,
    zones,
    player: { setVolume: async (percent) => void told.push(percent), setZoneVolumes: async (percents) => void told.push(percents) },
    book: { getSetting: async (name) => settings.get(name) ?? null, putSetting: async (name, value) => void settings.set(name, value) },
    changed: () => {},
    limited: (zone, side, { untilWallMs }) => void said.push([zone, side, untilWallMs]),
  });
  await volume.load();
  return { clock, told, said, settings, volume };
}

function between(minPercent: number, maxPercent: number, untilWallMs: number | null = null): () => RangeNow {
  return () => ({ minPercent, maxPercent, untilWallMs });
}

test('the player is as loud as it was before', async () => {
  const { told, volume } = await desk({ 'volume-percent': '35' });
  expect([told, volume.percent]).toEqual([[35], 35]);
});

test('a knob is obeyed at once, and no farther than the venue allows; who turns it in vain hears the limit', async () => {
  const { volume, settings, said } = await desk({ 'volume-percent': '50' });
  volume.hold(between(20, 60, 3_600_000));
  await volume.change(30);
  expect([volume.percent, settings.get('volume-percent')]).toEqual([60, '60']);
  await volume.change(-100);
  expect(volume.percent).toBe(20);
  await volume.change(10);
  expect(said).toEqual([
    [null, 'most', 3_600_000],
    [null, 'least', 3_600_000],
  ]);
});

test('when the venue grows quiet it goes down in steps, and comes back to what was wished when that is over', async () => {
  const { clock, told, volume, settings } = await desk({ 'volume-percent': '50' });
  volume.hold(between(0, 45));
  expect(volume.percent).toBe(50);
  await clock.advance(1_000);
  expect(told).toEqual([50, 48, 46, 45]);
  volume.hold(() => null);
  await clock.advance(1_000);
  expect(told.slice(4)).toEqual([47, 49, 50]);
  expect([settings.get('volume-percent'), clock.pending]).toEqual(['50', 0]);
});

describe('with zones', () => {
  const ZONES = ['bar', 'terrace'];

  test('each begins with what the box had, and keeps its own over a restart', async () => {
    const first = await desk({ 'volume-percent': '40' }, ZONES);
    await first.volume.change(20, 'terrace');
    expect(first.told).toEqual([
      [40, 40],
      [40, 60],
    ]);
    const second = await desk(Object.fromEntries(first.settings), ZONES);
    expect(second.volume.glance()).toMatchObject({ volumePercent: 60, volumeRange: null, volumeZones: [{ zone: 'bar', percent: 40 }, { percent: 60 }] });
    expect(first.settings.get('volume-percent')).toBe('40');
  });

  test('who turns all of them turns each as far as it may, and hears which one does not follow', async () => {
    const { volume, said } = await desk({ 'volume-percent': '50' }, ZONES);
    volume.hold((zone) => (zone === 'terrace' ? between(20, 60)() : null));
    await volume.change(30);
    expect(volume.glance().volumeZones.map(({ percent }) => percent)).toEqual([80, 60]);
    await volume.change(-5, 'bar');
    expect(volume.glance().volumeZones.map(({ percent }) => percent)).toEqual([75, 60]);
    expect(said).toEqual([['terrace', 'most', null]]);
  });

  test('what was asked for by its number is that, whatever was asked for just before', async () => {
    const { volume } = await desk({}, ZONES);
    await Promise.all([volume.change(0, undefined, 70), volume.change(0, 'bar', 10)]);
    expect(volume.glance().volumeZones.map(({ percent }) => percent)).toEqual([10, 70]);
  });

  test('one that grows quiet goes down in steps while somebody turns the other', async () => {
    const { clock, told, volume } = await desk({ 'volume-percent': '50' }, ZONES);
    volume.hold((zone) => (zone === 'terrace' ? between(0, 44)() : null));
    await clock.advance(200);
    await volume.change(10, 'bar');
    await clock.advance(1_000);
    expect(told).toEqual([
      [50, 50],
      [50, 48],
      [60, 48],
      [60, 46],
      [60, 44],
    ]);
    expect(clock.pending).toBe(0);
  });

  test('whatever is turned and whatever the venue says, every zone is where it may be as soon as its ramp is over', async () => {
    const range = fc
      .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }))
      .map(([one, other]) => between(Math.min(one, other), Math.max(one, other))());
    const step = fc.oneof(
      fc.record({ delta: fc.integer({ min: -100, max: 100 }), zone: fc.constantFrom(undefined, ...ZONES) }),
      fc.record({ ranges: fc.tuple(fc.option(range), fc.option(range)) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { clock, told, volume } = await desk({}, ZONES);
        for (const one of steps) {
          if ('ranges' in one) volume.hold((zone) => one.ranges[ZONES.indexOf(zone ?? '')] ?? null);
          else await volume.change(one.delta, one.zone);
        }
        await clock.advance(10_200);
        const { volumeZones } = volume.glance();
        for (const { percent, range } of volumeZones) {
          expect(percent).toBeGreaterThanOrEqual(range?.minPercent ?? 0);
          expect(percent).toBeLessThanOrEqual(range?.maxPercent ?? 100);
        }
        expect(told.at(-1)).toEqual(volumeZones.map(({ percent }) => percent));
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
