import { expect, test } from 'vitest';
import { countThroughButton } from '../../../bench/hardware/button-pulses.ts';
import { countThroughDecoder } from '../../../bench/hardware/decoder-pulses.ts';
import { countThroughFirmware } from '../../../bench/hardware/firmware-pulses.ts';
import { displayRedrawMs } from '../../../bench/hardware/panel-latency.ts';

// The long forms, 10,000 and 1,000,000, are npm run bench:hardware.
test('300 pulses of 20/20 ms through the real firmware, the host stalling for 500 ms: none missed, none invented, the slot open', async () => {
  expect(await countThroughFirmware(300, 500)).toEqual({ sent: 300, counted: 300, unexplained: 0, accepting: true });
}, 60_000);

test('a pulse that is no coin’s is counted by nobody, and told', async () => {
  expect(await countThroughFirmware(40, 500, 8, 20)).toMatchObject({ counted: 0, unexplained: 40 });
}, 60_000);

test('50,000 bouncing pulses through the decoder, read in lumps of 500 ms: none missed, none invented', () => {
  expect(countThroughDecoder(50_000, 500, 7)).toEqual({ sent: 50_000, counted: 50_000, unexplained: 0 });
});

test('johnny-five’s Button loses pulses that a stalled host reads at once: why it counts no coins here', async () => {
  const { sent, counted } = await countThroughButton(3, 12);
  expect(counted).toBeLessThan(sent);
});

test('both rows of the panel’s display stand on the glass within 50 ms', () => {
  expect(displayRedrawMs()).toBeLessThanOrEqual(50);
});
