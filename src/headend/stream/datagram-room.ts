import type { NativeLibrary, NativeRoom } from '../../platform/native/native-library.ts';

/** struct mmsghdr, struct iovec and struct sockaddr_in of Linux on 64 bits. */
const HEADER_BYTES = 64;
const VECTOR_BYTES = 16;
const ADDRESS_BYTES = 16;
const AF_INET = 2;
/** Of a datagram that was longer than its place. */
const MSG_TRUNC = 0x20;

/** Room for many datagrams and their addresses, laid out as sendmmsg(2) and recvmmsg(2) want it. */
export class DatagramRoom {
  readonly #room: NativeRoom;
  readonly #places: number;
  readonly #textBytes: number;
  readonly #views: Uint8Array[];

  /** @param textBytes of the longest datagram */
  constructor(library: NativeLibrary, places: number, textBytes: number) {
    this.#places = places;
    this.#textBytes = textBytes;
    this.#room = library.room(places * (HEADER_BYTES + VECTOR_BYTES + ADDRESS_BYTES + textBytes));
    this.#views = Array.from({ length: places }, (_, place) => this.#room.bytes.subarray(this.#textAt(place), this.#textAt(place) + textBytes));
    for (let place = 0; place < places; place += 1) this.#prepare(place);
  }

  /** What the system call is told for the places from this one on. */
  address(place: number): number {
    return this.#room.address + place * HEADER_BYTES;
  }

  /** The whole place of a datagram. */
  text(place: number): Uint8Array {
    return this.#views[place] ?? this.#room.bytes;
  }

  /** @param address of IPv4, as a number */
  write(place: number, bytes: Uint8Array, address: number, port: number): void {
    const { view } = this.#room;
    this.#room.bytes.set(bytes, this.#textAt(place));
    view.setUint32(this.#vectorAt(place) + 8, bytes.length, true);
    view.setUint16(this.#nameAt(place) + 2, port);
    view.setUint32(this.#nameAt(place) + 4, address);
  }

  /** Bytes of the datagram that was written there. */
  written(place: number): number {
    return this.#room.view.getUint32(this.#vectorAt(place) + 8, true);
  }

  /** Bytes of the datagram that arrived there; -1 where it was longer than the place. */
  arrived(place: number): number {
    const { view } = this.#room;
    const flags = view.getUint32(place * HEADER_BYTES + 48, true);
    return (flags & MSG_TRUNC) !== 0 ? -1 : view.getUint32(place * HEADER_BYTES + 56, true);
  }

  port(place: number): number {
    return this.#room.view.getUint16(this.#nameAt(place) + 2);
  }

  /** Of IPv4, as a number. */
  peer(place: number): number {
    return this.#room.view.getUint32(this.#nameAt(place) + 4);
  }

  #vectorAt(place: number): number {
    return this.#places * HEADER_BYTES + place * VECTOR_BYTES;
  }

  #nameAt(place: number): number {
    return this.#places * (HEADER_BYTES + VECTOR_BYTES) + place * ADDRESS_BYTES;
  }

  #textAt(place: number): number {
    return this.#places * (HEADER_BYTES + VECTOR_BYTES + ADDRESS_BYTES) + place * this.#textBytes;
  }

  /** What stays the same for a place: where its parts are. */
  #prepare(place: number): void {
    const { view, address } = this.#room;
    const header = place * HEADER_BYTES;
    view.setBigUint64(header, BigInt(address + this.#nameAt(place)), true);
    view.setUint32(header + 8, ADDRESS_BYTES, true);
    view.setBigUint64(header + 16, BigInt(address + this.#vectorAt(place)), true);
    view.setBigUint64(header + 24, 1n, true);
    view.setBigUint64(this.#vectorAt(place), BigInt(address + this.#textAt(place)), true);
    view.setBigUint64(this.#vectorAt(place) + 8, BigInt(this.#textBytes), true);
    view.setUint16(this.#nameAt(place), AF_INET, true);
  }
}
