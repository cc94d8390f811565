import { expect, test } from 'vitest';
import { SoundGate } from '../../../../device/session/sound-gate.ts';

function gated() {
  const told: unknown[] = [];
  const player = {
    setVolume: async (percent: number) => void told.push(percent),
    setZoneVolumes: async (percents: readonly number[]) => void told.push(percents),
  };
  return { told, gate: new SoundGate(player, { info: () => {}, warn: () => {} }) };
}

test('of one zone: what is wished, as far as the gate lets it', async () => {
  const { told, gate } = gated();
  await gate.setVolume(60);
  gate.allow('ducked');
  gate.allow('silent');
  await gate.setVolume(15);
  gate.allow('open');
  expect(told).toEqual([60, 20, 0, 0, 15]);
});

test('of several: silence and a voice come before all of them at once, by the volume that stands above theirs', async () => {
  const { told, gate } = gated();
  await gate.setZoneVolumes([80, 40]);
  gate.allow('ducked');
  gate.allow('silent');
  await gate.setZoneVolumes([50, 10]);
  gate.allow('ducked');
  gate.allow('open');
  // The loudest is heard at 20 %: a quarter of 80, two fifths of 50.
  expect(told).toEqual([100, [80, 40], 25, 0, 0, [50, 10], 40, 100]);
});
