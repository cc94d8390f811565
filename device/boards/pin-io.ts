import { EventEmitter } from 'node:events';
import type { Pins } from './pins.ts';

const MODES = Object.freeze({ INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4, PULLUP: 11 });
const NO_ANALOG = 127;

interface PinState {
  readonly supportedModes: readonly number[];
  mode: number;
  value: number;
  report: number;
  readonly analogChannel: number;
}

/**
 * Our IO plugin for johnny-five (the contract of rwaldron/io-plugins): as much of it as buttons, lamps and relays touch, over lines of
 * any kind. Inputs are pulled up by whoever opened the lines.
 */
export class PinIo extends EventEmitter {
  readonly name: string;
  readonly MODES = MODES;
  readonly HIGH = 1;
  readonly LOW = 0;
  readonly pins: readonly PinState[];
  readonly analogPins: readonly number[] = [];
  isReady = false;
  readonly #lines: Pins;
  readonly #stop: () => void;

  /** @param count one more than the highest pin */
  constructor(lines: Pins, count: number) {
    super();
    this.name = lines.name;
    this.#lines = lines;
    this.pins = Array.from({ length: count }, () => ({
      supportedModes: [MODES.INPUT, MODES.OUTPUT, MODES.PULLUP],
      mode: MODES.INPUT,
      value: 0,
      report: 1,
      analogChannel: NO_ANALOG,
    }));
    this.#stop = lines.onEdge(({ pin, high }) => this.emit(`digital-read-${pin}`, high ? 1 : 0));
    setImmediate(() => {
      this.emit('connect');
      this.isReady = true;
      this.emit('ready');
    });
  }

  normalize(pin: number): number {
    return pin;
  }

  pinMode(pin: number, mode: number): void {
    const state = this.pins[pin];
    if (state !== undefined) state.mode = mode;
  }

  /** By the contract the level as it is comes first, then every change. */
  digitalRead(pin: number, report: (level: number) => void): void {
    this.on(`digital-read-${pin}`, report);
    // As it is by then: a change that comes first must not be taken back.
    setImmediate(() => {
      const level = this.#lines.level(pin);
      if (level !== null) report(level ? 1 : 0);
    });
  }

  /** To an input this is johnny-five's way to ask for a pull-up: it must never drive the line. */
  digitalWrite(pin: number, value: number): void {
    const state = this.pins[pin];
    if (state === undefined || state.mode !== MODES.OUTPUT) return;
    state.value = value;
    this.#lines.write(pin, value === 1);
  }

  close(): void {
    this.#stop();
    this.removeAllListeners();
  }
}
