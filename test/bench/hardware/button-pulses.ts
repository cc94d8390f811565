import { once } from 'node:events';
import five from 'johnny-five';
import { PinIo } from '../../../device/boards/pin-io.ts';
import { SimulatedPins } from '../../../device/boards/simulated-pins.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { sleep } from '../../../src/ports/clock.ts';

const PIN = 4;

/** How many of the pulses johnny-five's own Button counts when the host stalls and then reads them all at once: why it counts no coins here. */
export async function countThroughButton(stalls: number, pulsesInStall: number): Promise<{ readonly sent: number; readonly counted: number }> {
  const pins = new SimulatedPins(systemClock, [PIN]);
  const board = new five.Board({ io: new PinIo(pins, PIN + 1), repl: false, debug: false, sigint: false });
  await once(board, 'ready');
  let counted = 0;
  new five.Button({ board, pin: PIN, isPullup: true }).on('down', () => {
    counted += 1;
  });
  await sleep(systemClock, 50);
  for (let stall = 0; stall < stalls; stall++) {
    for (let pulse = 0; pulse < pulsesInStall; pulse++) {
      pins.drive(PIN, false);
      pins.drive(PIN, true);
    }
    await sleep(systemClock, 50);
  }
  await pins.close();
  return { sent: stalls * pulsesInStall, counted };
}
