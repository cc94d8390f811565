import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { SerialPort } from 'serialport';
import type { Clock } from '../../src/ports/clock.ts';

const BAUD_RATE = 115_200;
const RETRY_MS = 1_000;

export interface KeptLineParts {
  /** `/dev/ttyUSB0`, a pseudo terminal, or `tcp:HOST:PORT`. */
  readonly path: string;
  readonly clock: Clock;
  onUp?(): void;
  /** Also each time it could not be opened. */
  onDown?(why: string): void;
}

/**
 * A console's line (115,200 baud 8N1, or a TCP connection) that is opened again whenever it is gone: a cable that is pulled out, an
 * adapter that comes back. What is written meanwhile is lost, as on any serial line.
 */
export class KeptLine extends Duplex {
  readonly #parts: KeptLineParts;
  #end: Duplex | null = null;
  #written: () => void = () => {};
  #cancelRetry: () => void = () => {};

  constructor(parts: KeptLineParts) {
    super();
    this.#parts = parts;
    this.#open();
  }

  get isUp(): boolean {
    return this.#end !== null;
  }

  override _read(): void {
    this.#end?.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    // A line that goes down never says that it wrote.
    this.#written = once(done);
    if (this.#end === null) this.#written();
    else this.#end.write(chunk, this.#written);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#cancelRetry();
    this.#written();
    const end = this.#end;
    this.#end = null;
    if (end instanceof SerialPort && end.isOpen) end.close(() => done(error));
    else {
      end?.destroy();
      done(error);
    }
  }

  #open(): void {
    let why = 'it was closed';
    const end = openEnd(this.#parts.path, (error) => {
      why = error?.message ?? why;
      if (error !== null) return down();
      if (this.destroyed) return void end.destroy();
      this.#end = end;
      this.#parts.onUp?.();
    });
    const down = once(() => {
      end.destroy();
      this.#end = null;
      this.#written();
      if (this.destroyed) return;
      this.#cancelRetry = this.#parts.clock.after(RETRY_MS, () => this.#open());
      this.#parts.onDown?.(why);
    });
    end.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) end.pause();
    });
    end.on('error', (error) => {
      why = error.message;
    });
    end.on('close', down);
  }
}

function openEnd(path: string, opened: (error: Error | null) => void): Duplex {
  const tcp = /^tcp:(.+):(\d{1,5})$/.exec(path);
  if (tcp === null) {
    const port = new SerialPort({ path, baudRate: BAUD_RATE, autoOpen: false });
    port.open(opened);
    return port;
  }
  const socket = connect({ host: tcp[1] ?? '', port: Number(tcp[2]) });
  socket.setNoDelay(true);
  socket.once('connect', () => opened(null));
  return socket;
}

function once(call: () => void): () => void {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    call();
  };
}
