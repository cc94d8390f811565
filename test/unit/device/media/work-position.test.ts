import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packetsHeard, preSkipAt, sampleAfter } from '../../../../device/media/work-position.ts';

const work = { packets: 251, preSkip: 312, totalSamples: 240_000 };

it('counts a packet as heard only when all of it was heard', () => {
  expect(packetsHeard(work, 0)).toBe(0);
  expect(packetsHeard(work, 647)).toBe(0);
  expect(packetsHeard(work, 648)).toBe(1);
  expect(packetsHeard(work, 240_000)).toBe(251);
});

it('goes from packets to samples and back, pre-skip and end trim included', () => {
  fc.assert(
    fc.property(fc.nat({ max: 251 }), fc.nat({ max: 5_000 }), (packets, preSkip) => {
      const shape = { packets: 251, preSkip, totalSamples: 251 * 960 - preSkip - 400 };
      const sample = sampleAfter(shape, packets);
      const heard = packetsHeard(shape, sample);
      expect(heard === packets || sample === 0).toBe(true);
      expect(preSkipAt(shape, packets)).toBe(Math.max(0, preSkip - packets * 960));
    }),
  );
});
