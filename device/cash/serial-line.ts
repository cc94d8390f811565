import { SerialPort } from 'serialport';
import type { Clock } from '../../src/ports/clock.ts';
import type { ByteLine } from './cctalk-line.ts';

const RETRY_MS = 2_000;

/** A serial port that is opened again whenever it is gone. What is written meanwhile is lost: whoever asks gets no answer. */
export class SerialLine implements ByteLine {
  readonly #path: string;
  readonly #baudRate: number;
  readonly #clock: Clock;
  #port: SerialPort | null = null;
  #listener: (bytes: Uint8Array) => void = () => {};
  #cancelRetry: () => void = () => {};
  #closed = false;

  constructor(path: string, baudRate: number, clock: Clock) {
    this.#path = path;
    this.#baudRate = baudRate;
    this.#clock = clock;
    this.#open();
  }

  write(bytes: Uint8Array): void {
    if (this.#port?.isOpen === true) this.#port.write(Buffer.from(bytes));
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    const port = this.#port;
    return new Promise((resolve) => (port?.isOpen === true ? port.close(() => resolve()) : resolve()));
  }

  #open(): void {
    const port = new SerialPort({ path: this.#path, baudRate: this.#baudRate, autoOpen: false });
    this.#port = port;
    port.on('data', (bytes: Buffer) => this.#listener(bytes));
    port.on('close', () => this.#again());
    // An error that matters closes the port, or nobody answers: both are seen.
    port.on('error', () => {});
    port.open((error) => (error === null ? undefined : this.#again()));
  }

  #again(): void {
    if (!this.#closed) this.#cancelRetry = this.#clock.after(RETRY_MS, () => this.#open());
  }
}
