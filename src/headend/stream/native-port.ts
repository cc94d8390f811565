import type { NativeLibrary } from '../../platform/native/native-library.ts';
import { type BoundDescriptor, bindDescriptor, closeDescriptor } from './bound-descriptor.ts';
import type { DatagramReceiver, Peer } from './peer.ts';
import { type Found, ReceiveBatch } from './receive-batch.ts';
import { SendBatch } from './send-batch.ts';

/** Datagrams that wait for room in the kernel; what comes on top of them is lost, as on any way that is full. */
const LATE_MAX = 1_024;
/** EAGAIN and ENOBUFS of Linux. */
const NO_ROOM: readonly number[] = [11, 105];

interface Late {
  readonly bytes: Uint8Array;
  readonly to: Peer;
}

/**
 * A UDP socket of IPv4 that is read when it is asked to be, like a network card under load (NAPI), and not when something came: what came meanwhile
 * is taken many at a time, and nobody is woken up for each. Node, which would read it by itself, asks for 64 KB of memory for each datagram.
 */
export class NativePort {
  readonly port: number;
  readonly #library: NativeLibrary;
  readonly #descriptor: number;
  readonly #batch: SendBatch;
  readonly #arrivals: ReceiveBatch;
  readonly #late: Late[] = [];
  #receive: DatagramReceiver = () => {};
  #closed = false;

  private constructor(library: NativeLibrary, { descriptor, port }: BoundDescriptor) {
    this.port = port;
    this.#library = library;
    this.#descriptor = descriptor;
    this.#batch = new SendBatch(library, descriptor, (bytes, to) => this.#keep({ bytes, to }));
    this.#arrivals = new ReceiveBatch(library, descriptor);
  }

  /** @returns as `bindDescriptor` */
  static bind(library: NativeLibrary, host: string, port: number): NativePort | 'taken' | 'not-here' {
    const bound = bindDescriptor(library, host, port);
    return typeof bound === 'string' ? bound : new NativePort(library, bound);
  }

  /** To a peer of IPv6 there is no way from here. */
  send(bytes: Uint8Array, to: Peer): void {
    this.#batch.add(bytes, to);
  }

  listen(receive: DatagramReceiver): void {
    this.#receive = receive;
  }

  /** Takes what has come, and sends what the kernel had no room for. */
  poll(): Found {
    if (this.#closed) return 'nothing';
    this.#sendLate();
    return this.#arrivals.drain(this.#receive);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#batch.close();
    this.#arrivals.close();
    closeDescriptor(this.#library, this.#descriptor);
  }

  /** The oldest first, until there is no room again. */
  #sendLate(): void {
    for (let late = this.#late[0]; late !== undefined; late = this.#late[0]) {
      if (!this.#batch.sendNow(late.bytes, late.to) && this.#hadNoRoom()) return;
      this.#late.shift();
    }
  }

  #keep(late: Late): void {
    if (this.#hadNoRoom() && this.#late.length < LATE_MAX) this.#late.push(late);
  }

  /** Right after the kernel refused a datagram: for a peer that can not be reached nothing waits. */
  #hadNoRoom(): boolean {
    return NO_ROOM.includes(this.#library.errno());
  }
}
