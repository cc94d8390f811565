import type { NativeFunction, NativeLibrary } from '../../platform/native/native-library.ts';
import { DatagramRoom } from './datagram-room.ts';
import type { DatagramReceiver } from './peer.ts';

/** What was found at a socket: whether anything waited, and whether more does. */
export type Found = 'nothing' | 'something' | 'more';

/** One system call gives at most as many. */
const BATCH = 32;
/** Longer ones are none of ours. */
const TEXT_BYTES = 2_048;
/** So many calls in a row: then others have their turn. */
const ROUNDS_MAX = 8;
const MSG_DONTWAIT = 0x40;
const ADDRESSES_KEPT = 1_024;

/**
 * Takes what waits at one socket, many datagrams by one system call (recvmmsg(2)). From IPv4 addresses only.
 */
export class ReceiveBatch {
  readonly #room: DatagramRoom;
  readonly #recvmmsg: NativeFunction;
  readonly #descriptor: number;
  readonly #addresses = new Map<number, string>();
  #closed = false;

  constructor(library: NativeLibrary, descriptor: number) {
    this.#recvmmsg = library.find('recvmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int', 'uintptr_t']);
    this.#descriptor = descriptor;
    this.#room = new DatagramRoom(library, BATCH, TEXT_BYTES);
  }

  /** @param receive is given bytes that are good during the call only */
  drain(receive: DatagramReceiver): Found {
    for (let round = 0; round < ROUNDS_MAX && !this.#closed; round += 1) {
      const count = this.#recvmmsg(this.#descriptor, this.#room.address(0), BATCH, MSG_DONTWAIT, 0);
      for (let place = 0; place < count; place += 1) {
        const bytes = this.#room.arrived(place);
        if (bytes < 0) continue;
        receive(this.#room.text(place).subarray(0, bytes), { address: this.#addressText(this.#room.peer(place)), port: this.#room.port(place) });
      }
      if (count < BATCH) return round === 0 && count <= 0 ? 'nothing' : 'something';
    }
    return this.#closed ? 'nothing' : 'more';
  }

  /** Call before the socket is closed: its descriptor may soon be another's. */
  close(): void {
    this.#closed = true;
  }

  #addressText(address: number): string {
    const known = this.#addresses.get(address);
    if (known !== undefined) return known;
    if (this.#addresses.size >= ADDRESSES_KEPT) this.#addresses.clear();
    const text = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
    this.#addresses.set(address, text);
    return text;
  }
}
