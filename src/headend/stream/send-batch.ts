import { isIPv4 } from 'node:net';
import { limits } from '../../limits.ts';
import type { NativeFunction, NativeLibrary, NativeRoom } from '../../platform/native/native-library.ts';

/** One system call takes at most as many. */
const BATCH = 64;
/** struct mmsghdr, struct iovec and struct sockaddr_in of Linux on 64 bits. */
const HEADER_BYTES = 64;
const VECTOR_BYTES = 16;
const ADDRESS_BYTES = 16;
const AF_INET = 2;
const MSG_DONTWAIT = 0x40;
const AT = { vectors: BATCH * HEADER_BYTES, addresses: BATCH * (HEADER_BYTES + VECTOR_BYTES), texts: BATCH * (HEADER_BYTES + VECTOR_BYTES + ADDRESS_BYTES) };

interface Destination {
  readonly address: string;
  readonly port: number;
}

/**
 * Datagrams of one socket, gathered until the turn of the event loop ends, and handed to the kernel many at a time (sendmmsg(2)):
 * half the cost of a call for each. To IPv4 addresses only.
 */
export class SendBatch {
  readonly #room: NativeRoom;
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
    this.#room = library.room(AT.texts + BATCH * limits.datagramBytes);
    for (let place = 0; place < BATCH; place += 1) this.#prepare(place);
  }

  /** False where the peer has another kind of address. */
  add(bytes: Uint8Array, to: Destination): boolean {
    if (this.#closed) return true;
    const address = this.#addressOf(to);
    if (address < 0) return false;
    const place = this.#count;
    const { view } = this.#room;
    this.#room.bytes.set(bytes, AT.texts + place * limits.datagramBytes);
    view.setUint32(AT.vectors + place * VECTOR_BYTES + 8, bytes.length, true);
    view.setUint16(AT.addresses + place * ADDRESS_BYTES + 2, to.port);
    view.setUint32(AT.addresses + place * ADDRESS_BYTES + 4, address);
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
      const taken = this.#sendmmsg(this.#descriptor, this.#room.address + done * HEADER_BYTES, count - done, MSG_DONTWAIT);
      if (taken > 0) {
        done += taken;
        continue;
      }
      const { bytes, view } = this.#room;
      const from = AT.texts + done * limits.datagramBytes;
      const to = this.#peers[done];
      if (to != null) this.#refused(bytes.slice(from, from + view.getUint32(AT.vectors + done * VECTOR_BYTES + 8, true)), to);
      done += 1;
    }
  }

  /** What stays the same for a place: where its parts are. */
  #prepare(place: number): void {
    const { view, address } = this.#room;
    const header = place * HEADER_BYTES;
    const vector = AT.vectors + place * VECTOR_BYTES;
    const name = AT.addresses + place * ADDRESS_BYTES;
    view.setBigUint64(header, BigInt(address + name), true);
    view.setUint32(header + 8, ADDRESS_BYTES, true);
    view.setBigUint64(header + 16, BigInt(address + vector), true);
    view.setBigUint64(header + 24, 1n, true);
    view.setBigUint64(vector, BigInt(address + AT.texts + place * limits.datagramBytes), true);
    view.setUint16(name, AF_INET, true);
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
