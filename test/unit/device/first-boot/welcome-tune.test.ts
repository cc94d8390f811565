import { expect, test } from 'vitest';
import { welcomeTune } from '../../../../device/first-boot/welcome-tune.ts';

test('the tune that every box brings along is a whole WAV file that sounds, does not clip and ends in silence', () => {
  const wav = welcomeTune();
  const view = new DataView(wav.buffer);
  expect(Buffer.from(wav.subarray(0, 4)).toString()).toBe('RIFF');
  expect(view.getUint32(40, true)).toBe(wav.length - 44);
  const samples = new Int16Array(wav.buffer.slice(44));
  const second = (at: number): number => Math.max(...samples.subarray(at * 22_050, (at + 1) * 22_050).map(Math.abs));
  for (let at = 0; at < 12; at += 1) expect(second(at)).toBeGreaterThan(3_000);
  expect(samples.every((sample) => Math.abs(sample) < 32_767)).toBe(true);
  expect(Math.max(...samples.subarray(-200).map(Math.abs))).toBeLessThan(200);
});
