import { isIPv4 } from 'node:net';
import { limits } from '../../limits.ts';
import type { NativeFunction, NativeLibrary } from '../../platform/native/native-library.ts';
import { DatagramRoom } from './datagram-room.ts';

/** One system call takes at most as many. */
const BATCH = 64;
const MSG_DONTWAIT = 0x40;

interface Destination {
  readonly address: string;
  readonly port: number;
}

/**
 * Datagrams of one socket, gathered until the turn of the event loop ends, and handed to the kernel many at a time (sendmmsg(2)):
 * half the cost of a call for each. To IPv4 addresses only.
 */
export class SendBatch {
  readonly #room: DatagramRoom;
  readonly #sendmmsg: NativeFunction;
  readonly #descriptor: number;
  readonly #refused: (bytes: Uint8Array, to: Destination) => void;
  readonly #peers: (Destination | null)[] = new Array<Destination | null>(BATCH).fill(null);
  readonly #addresses = new WeakMap<Destination, number>();
  #count = 0;
  #scheduled = false;
  #closed = false;

  /** @param refused takes what the kernel did not take at that moment: a full buffer, a peer that is not there */
  constructor(library: NativeLibrary, descriptor: number, refused: (bytes: Uint8Array, to: Destination) => void) {
    this.#sendmmsg = library.find('sendmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int']);
    this.#descriptor = descriptor;
    this.#refused = refused;
    this.#room = new DatagramRoom(library, BATCH, limits.datagramBytes);
  }

  /** False where the peer has another kind of address. */
  add(bytes: Uint8Array, to: Destination): boolean {
    if (this.#closed) return true;
    const address = this.#addressOf(to);
    if (address < 0) return false;
    const place = this.#count;
    this.#room.write(place, bytes, address, to.port);
    this.#peers[place] = to;
    this.#count += 1;
    if (this.#count === BATCH) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.flush();
      });
    }
    return true;
  }

  /** Call before the socket is closed: its descriptor may soon be another's. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  /** Hands over what is gathered, now. */
  flush(): void {
    const count = this.#count;
    this.#count = 0;
    for (let done = 0; done < count; ) {
      const taken = this.#sendmmsg(this.#descriptor, this.#room.address(done), count - done, MSG_DONTWAIT);
      if (taken > 0) {
        done += taken;
        continue;
      }
      const to = this.#peers[done];
      if (to != null) this.#refused(this.#room.text(done).slice(0, this.#room.written(done)), to);
      done += 1;
    }
  }

  /** The address as a number; -1 for one of IPv6. */
  #addressOf(to: Destination): number {
    const known = this.#addresses.get(to);
    if (known !== undefined) return known;
    const address = isIPv4(to.address) ? to.address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) : -1;
    this.#addresses.set(to, address);
    return address;
  }
}
