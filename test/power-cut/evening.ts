import type { BoxClient, ViewOfBox } from '../../src/cli/box-client.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import type { GpioMachine } from '../gpio/gpio-machine.ts';

/** Lines of the board `qemu-virt` (device/boards/wiring.ts). */
const LINES = { ok: 0, down: 1, fireAlarm: 4, coin: 5 } as const;
export const INPUTS: readonly number[] = Object.values(LINES);
/** A pulse of most acceptors lasts 20 to 500 ms; a busy emulator needs a long one, or it sees both its ends at once. */
const PULSE_MS = 250;
const PRESS_MS = 150;
const LOOK_MS = 250;
/** A pulse that an emulated processor was too busy to see as one is no coin: the guest throws in another. */
const COIN_MS = 20_000;
const STEP_MS = 60_000;
/** So long a press has to be seen before it is tried again. */
const PRESSED_MS = 4_000;
/** A box that waits for somebody to buy what he heard the start of. */
const ASKING: readonly string[] = ['preListen', 'awaitingConfirmation', 'confirming', 'checkout'];

/** The first answer that is not null, while the machine runs. @param what said where none comes */
export async function until<Answer>(what: string, machine: GpioMachine, withinMs: number, ask: () => Promise<Answer | null>): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer !== null) return answer;
    if (!machine.alive) throw new Error(`the machine ended before ${what}`);
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${withinMs / 1_000} s`);
    await sleep(systemClock, LOOK_MS);
  }
}

/** A guest at the box: coins and plays, by real presses of real lines. */
export class Guest {
  /** Coins thrown in, since the first boot. The box may have fewer, where the cut came first, and never more. */
  pulses = 0;
  readonly #box: BoxClient;

  constructor(box: BoxClient) {
    this.#box = box;
  }

  /**
   * Goes on until the power goes. A press that an emulated processor was too busy to see is tried again.
   * @param note is called whenever the box has said something new
   * @param trouble is told what did not come
   */
  async evening(machine: GpioMachine, note: () => Promise<void>, trouble: (words: string) => void): Promise<void> {
    while (machine.alive) {
      try {
        await this.#coin(machine);
        await note();
        await this.#play(machine);
        await note();
      } catch (thrown) {
        if (machine.alive) trouble(thrown instanceof Error ? thrown.message : String(thrown));
      }
    }
  }

  /** A coin, and what it pays for. */
  async song(machine: GpioMachine): Promise<void> {
    await this.#coin(machine);
    await this.#play(machine);
  }

  async #play(machine: GpioMachine): Promise<void> {
    const { playback } = await this.#box.view();
    if (playback !== 'browse') return;
    await close(machine, LINES.down, PRESS_MS);
    await this.#ok(machine, 'a play', ({ playback }) => playback !== 'browse' && playback !== 'checkout');
    await this.#ok(machine, 'a paid play', ({ playback }) => !ASKING.includes(playback));
  }

  /** Presses OK until it was seen. */
  #ok(machine: GpioMachine, what: string, fits: (view: ViewOfBox) => boolean): Promise<ViewOfBox> {
    return until(what, machine, STEP_MS, async () => {
      await close(machine, LINES.ok, PRESS_MS);
      return await until(what, machine, PRESSED_MS, async () => {
        const view = await this.#box.view();
        return fits(view) ? view : null;
      });
    });
  }

  async #coin(machine: GpioMachine): Promise<void> {
    const before = cashOf(await this.#box.totals());
    for (let booked = false; !booked; ) {
      this.pulses += 1;
      await close(machine, LINES.coin, PULSE_MS);
      const more = async (): Promise<true | null> => (cashOf(await this.#box.totals()) > before ? true : null);
      booked = await until('a coin', machine, COIN_MS, more).catch(() => !machine.alive);
    }
  }
}

/** Closes a contact to ground for so long: a button, or a coin's pulse. */
async function close(machine: GpioMachine, line: number, milliseconds: number): Promise<void> {
  await machine.set(line, false);
  await sleep(systemClock, milliseconds);
  await machine.set(line, true);
}

function cashOf(totals: Readonly<Record<string, unknown>>): bigint {
  return BigInt((totals.ledger as { readonly cashBoxMinor: string }).cashBoxMinor);
}
