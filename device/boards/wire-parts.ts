import five from 'johnny-five';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { RotaryEncoder } from '../input/rotary-encoder.ts';
import type { Board, BoardEvents } from './board.ts';
import type { Wiring } from './wiring.ts';

const OUTPUT = 1;
const PULLUP = 11;

/** What of an IO plugin is used beside johnny-five's own parts: ours, and firmata-io. */
export interface LineIo {
  pinMode(pin: number, mode: number): void;
  /** Calls back with the level as it is, and with every change. */
  digitalRead(pin: number, report: (level: number) => void): void;
}

/**
 * Puts johnny-five's buttons, lamps and relays on a board as its wiring says; the encoder and the contacts are read beside it, as its
 * debounce would swallow quick steps.
 */
export function wireParts(
  board: InstanceType<typeof five.Board>,
  io: LineIo,
  wiring: Wiring,
  events: Pick<BoardEvents, 'key' | 'contact'>,
  clock: Clock,
): Pick<Board, 'lamp' | 'amplifier'> {
  for (const { key, pin } of wiring.buttons) {
    const button = new five.Button({ board, pin, isPullup: true });
    button.on('down', () => events.key(key, true));
    button.on('up', () => events.key(key, false));
  }
  wireEncoder(io, wiring, events);
  for (const { contact, pin } of wiring.contacts) watchContact(io, pin, clock, (closed) => events.contact(contact, closed));
  const lamps = new Map(wiring.lamps.map(({ lamp, pin }) => [lamp, new five.Led({ board, pin })]));
  // johnny-five's Relay leaves the pin's mode to the firmware, and ours leaves every pin an input.
  if (wiring.amplifierPin !== null) io.pinMode(wiring.amplifierPin, OUTPUT);
  const relay = wiring.amplifierPin === null ? null : new five.Relay({ board, pin: wiring.amplifierPin, type: 'NO' });
  return {
    lamp(name, on) {
      const lamp = lamps.get(name);
      if (on) lamp?.on();
      else lamp?.off();
    },
    amplifier(on) {
      if (on) relay?.close();
      else relay?.open();
    },
  };
}

function wireEncoder(io: LineIo, { encoder }: Wiring, events: Pick<BoardEvents, 'key'>): void {
  if (encoder === null) return;
  const turned = new RotaryEncoder((direction) => {
    const key = direction === 1 ? encoder.clockwise : encoder.counterclockwise;
    events.key(key, true);
    events.key(key, false);
  });
  for (const contact of ['a', 'b'] as const) {
    io.pinMode(encoder[contact], PULLUP);
    io.digitalRead(encoder[contact], (level) => turned.level(contact, level === 1));
  }
}

/** Told when it stayed so for limits.contactSteadyMs. */
function watchContact(io: LineIo, pin: number, clock: Clock, tell: (closed: boolean) => void): void {
  let told = false;
  let cancel = (): void => {};
  io.pinMode(pin, PULLUP);
  io.digitalRead(pin, (level) => {
    const closed = level === 0;
    cancel();
    if (closed === told) return;
    cancel = clock.after(limits.contactSteadyMs, () => {
      told = closed;
      tell(closed);
    });
  });
}
