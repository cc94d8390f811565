import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AVRClock,
  AVREEPROM,
  AVRIOPort,
  AVRTimer,
  AVRUSART,
  AVRWatchdog,
  avrInstruction,
  CPU,
  clockConfig,
  type EEPROMBackend,
  PinState,
  portBConfig,
  portCConfig,
  portDConfig,
  timer0Config,
  usart0Config,
  watchdogConfig,
} from 'avr8js';
import { buildFirmware } from '../../device/firmware/build.ts';

const HERTZ = 16_000_000;
const CYCLES_PER_MS = HERTZ / 1_000;
const SLEEP_INSTRUCTION = 0x9588;

let program: Uint8Array | null = null;

/** The real firmware, built once a test process. */
function firmware(): Uint8Array {
  if (program !== null) return program;
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-firmware-'));
  program = flash(readFileSync(buildFirmware(folder), 'utf8'));
  rmSync(folder, { recursive: true });
  return program;
}

function flash(hex: string): Uint8Array {
  const bytes = new Uint8Array(32_768);
  for (const line of hex.split('\n').filter((text) => text.startsWith(':') && text.slice(7, 9) === '00')) {
    const length = Number.parseInt(line.slice(1, 3), 16);
    const address = Number.parseInt(line.slice(3, 7), 16);
    for (let i = 0; i < length; i++) bytes[address + i] = Number.parseInt(line.slice(9 + i * 2, 11 + i * 2), 16);
  }
  return bytes;
}

/** An EEPROM that outlives its board and can lose power before any one of its erasures and writes. */
export class PanelMemory implements EEPROMBackend {
  readonly bytes = new Uint8Array(1_024).fill(0xff);
  operations = 0;
  cutBefore = Number.POSITIVE_INFINITY;

  readMemory(address: number): number {
    return this.bytes[address] ?? 0xff;
  }

  eraseMemory(address: number): void {
    this.#operate(address, 0xff);
  }

  writeMemory(address: number, value: number): void {
    this.#operate(address, this.readMemory(address) & value);
  }

  #operate(address: number, value: number): void {
    if (this.operations++ >= this.cutBefore) throw new PowerCut();
    this.bytes[address] = value;
  }
}

export class PowerCut extends Error {}

/** The panel board: an ATmega328P with our firmware, on a clock that the test turns. */
export class PanelBoard {
  readonly memory: PanelMemory;
  /** Called with every byte the board sends. */
  onByte: (byte: number) => void = () => {};
  resets = 0;
  readonly #cpu: CPU;
  readonly #uart: AVRUSART;
  readonly #ports: { readonly b: AVRIOPort; readonly c: AVRIOPort; readonly d: AVRIOPort };
  readonly #incoming: number[] = [];

  constructor(memory: PanelMemory = new PanelMemory()) {
    this.memory = memory;
    const cpu = new CPU(new Uint16Array(firmware().slice().buffer));
    this.#cpu = cpu;
    this.#ports = { b: new AVRIOPort(cpu, portBConfig), c: new AVRIOPort(cpu, portCConfig), d: new AVRIOPort(cpu, portDConfig) };
    new AVRTimer(cpu, timer0Config);
    new AVREEPROM(cpu, memory);
    new AVRWatchdog(cpu, watchdogConfig, new AVRClock(cpu, HERTZ, clockConfig));
    const reset = cpu.reset.bind(cpu);
    cpu.reset = () => {
      this.resets++;
      reset();
    };
    this.#uart = new AVRUSART(cpu, usart0Config, HERTZ);
    this.#uart.onByteTransmit = (byte) => this.onByte(byte);
    this.#uart.onRxComplete = () => this.#feed();
    for (let pin = 0; pin < 14; pin++) this.drive(pin, true);
  }

  /** Turns the clock. A sleeping processor costs nothing, so that this is many times faster than the board. */
  run(ms: number): void {
    const cpu = this.#cpu;
    const until = cpu.cycles + ms * CYCLES_PER_MS;
    while (cpu.cycles < until) {
      const sleeps = cpu.progMem[cpu.pc] === SLEEP_INSTRUCTION;
      avrInstruction(cpu);
      if (sleeps) this.#sleep(until);
      else cpu.tick();
    }
  }

  /** Only an interrupt wakes the processor: until one comes, only the peripherals go on. */
  #sleep(until: number): void {
    const cpu = this.#cpu;
    const asleepAt = cpu.pc;
    while (cpu.pc === asleepAt && cpu.cycles < until) {
      // A private of the simulator: the next thing that a peripheral does.
      const next = Reflect.get(cpu, 'nextClockEvent') as { readonly cycles: number } | null;
      if (cpu.nextInterrupt < 0) cpu.cycles = Math.max(cpu.cycles, Math.min(next?.cycles ?? until, until));
      cpu.tick();
    }
  }

  nowMs(): number {
    return this.#cpu.cycles / CYCLES_PER_MS;
  }

  /** A voltage from outside on an Arduino pin: true = 5 V. */
  drive(pin: number, high: boolean): void {
    const [port, index] = this.#port(pin);
    port.setPin(index, high);
  }

  /** What the board drives out of a pin: null while the pin is an input. */
  driven(pin: number): boolean | null {
    const [port, index] = this.#port(pin);
    const state = port.pinState(index);
    return state === PinState.High ? true : state === PinState.Low ? false : null;
  }

  /** Bytes from the host, at the line's own speed. */
  send(bytes: readonly number[]): void {
    this.#incoming.push(...bytes);
    this.#feed();
  }

  #feed(): void {
    const [byte] = this.#incoming;
    if (byte !== undefined && !this.#uart.rxBusy && this.#uart.writeByte(byte)) this.#incoming.shift();
  }

  #port(pin: number): readonly [AVRIOPort, number] {
    if (pin < 8) return [this.#ports.d, pin];
    return pin < 14 ? [this.#ports.b, pin - 8] : [this.#ports.c, pin - 14];
  }
}
