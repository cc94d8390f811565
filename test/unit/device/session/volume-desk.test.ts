import { expect, test } from 'vitest';
import { VolumeDesk } from '../../../../device/session/volume-desk.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

async function desk(kept: string | null = null) {
  const clock = new VirtualClock();
  const told: number[] = [];
  const settings = new Map(kept === null ? [] : [['volume-percent', kept]]);
  const volume = new VolumeDesk({
    clock,
    player: { setVolume: async (percent) => void told.push(percent) },
    book: { getSetting: async (name) => settings.get(name) ?? null, putSetting: async (name, value) => void settings.set(name, value) },
    changed: () => {},
  });
  await volume.load();
  return { clock, told, settings, volume };
}

test('the player is as loud as it was before', async () => {
  const { told, volume } = await desk('35');
  expect([told, volume.percent]).toEqual([[35], 35]);
});

test('a knob is obeyed at once, and no farther than the venue allows', async () => {
  const { volume, settings } = await desk('50');
  volume.hold({ minPercent: 20, maxPercent: 60 });
  await volume.change(30);
  expect([volume.percent, settings.get('volume-percent')]).toEqual([60, '60']);
  await volume.change(-100);
  expect(volume.percent).toBe(20);
});

test('when the venue grows quiet it goes down in steps, and comes back to what was wished when that is over', async () => {
  const { clock, told, volume, settings } = await desk('50');
  volume.hold({ minPercent: 0, maxPercent: 45 });
  expect(volume.percent).toBe(50);
  await clock.advance(1_000);
  expect(told).toEqual([50, 48, 46, 45]);
  volume.hold(null);
  await clock.advance(1_000);
  expect(told.slice(4)).toEqual([47, 49, 50]);
  expect([settings.get('volume-percent'), clock.pending]).toEqual(['50', 0]);
});
