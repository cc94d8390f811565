import type { NativeLibrary, NativeRoom } from '../../platform/native/native-library.ts';

/** struct mmsghdr, struct iovec and struct sockaddr_in of Linux on 64 bits. */
const HEADER_BYTES = 64;
const VECTOR_BYTES = 16;
const ADDRESS_BYTES = 16;
/** struct cmsghdr with 16 bits: SOL_UDP, UDP_SEGMENT (udp(7)). */
const CONTROL_BYTES = 24;
const CONTROL_LENGTH = 18;
const SOL_UDP = 17;
const UDP_SEGMENT = 103;
const AF_INET = 2;
/** Of a datagram that was longer than its place. */
const MSG_TRUNC = 0x20;

/** Room for many datagrams and their addresses, laid out as sendmmsg(2) and recvmmsg(2) want it. */
export class DatagramRoom {
  readonly #room: NativeRoom;
  readonly #places: number;
  readonly #textBytes: number;
  readonly #views: Uint8Array[];
  /** By message: it is what stands in its own place and no other, as it was made. */
  readonly #plain: boolean[];

  /** @param textBytes of the longest datagram */
  constructor(library: NativeLibrary, places: number, textBytes: number) {
    this.#places = places;
    this.#textBytes = textBytes;
    this.#room = library.room(places * (HEADER_BYTES + CONTROL_BYTES + VECTOR_BYTES + ADDRESS_BYTES + textBytes));
    this.#views = Array.from({ length: places }, (_, place) => this.#room.bytes.subarray(this.#textAt(place), this.#textAt(place) + textBytes));
    this.#plain = new Array<boolean>(places).fill(false);
    for (let place = 0; place < places; place += 1) this.#prepare(place);
  }

  /** What the system call is told for the messages from this one on: where nothing else was said, one for each place. */
  address(message: number): number {
    return this.#room.address + message * HEADER_BYTES;
  }

  /**
   * From now on a message is what stands in so many places, which the kernel sends as a datagram for each (UDP_SEGMENT).
   * @param segmentBytes of each of them, but the last may be shorter
   */
  gather(message: number, first: number, places: number, segmentBytes: number): void {
    const plain = message === first && places === 1;
    if (plain && this.#plain[message] === true) return;
    this.#plain[message] = plain;
    const { view } = this.#room;
    const [header, control] = [message * HEADER_BYTES, this.#controlAt(message)];
    this.#point(header, this.#nameAt(first));
    this.#point(header + 16, this.#vectorAt(first));
    view.setUint32(header + 24, places, true);
    view.setUint32(header + 40, places > 1 ? CONTROL_BYTES : 0, true);
    if (places === 1) return;
    this.#point(header + 32, control);
    view.setUint16(control + 16, segmentBytes, true);
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

  #controlAt(message: number): number {
    return this.#places * HEADER_BYTES + message * CONTROL_BYTES;
  }

  #vectorAt(place: number): number {
    return this.#places * (HEADER_BYTES + CONTROL_BYTES) + place * VECTOR_BYTES;
  }

  #nameAt(place: number): number {
    return this.#places * (HEADER_BYTES + CONTROL_BYTES + VECTOR_BYTES) + place * ADDRESS_BYTES;
  }

  #textAt(place: number): number {
    return this.#places * (HEADER_BYTES + CONTROL_BYTES + VECTOR_BYTES + ADDRESS_BYTES) + place * this.#textBytes;
  }

  /** Writes where in memory a part of the room is. */
  #point(at: number, to: number): void {
    const address = this.#room.address + to;
    this.#room.view.setUint32(at, address % 2 ** 32, true);
    this.#room.view.setUint32(at + 4, Math.floor(address / 2 ** 32), true);
  }

  /** What stays the same for a place: where its parts are. */
  #prepare(place: number): void {
    const { view } = this.#room;
    view.setUint32(place * HEADER_BYTES + 8, ADDRESS_BYTES, true);
    this.gather(place, place, 1, 0);
    this.#point(this.#vectorAt(place), this.#textAt(place));
    view.setUint32(this.#vectorAt(place) + 8, this.#textBytes, true);
    view.setUint16(this.#nameAt(place), AF_INET, true);
    const control = this.#controlAt(place);
    view.setUint32(control, CONTROL_LENGTH, true);
    view.setUint32(control + 8, SOL_UDP, true);
    view.setUint32(control + 12, UDP_SEGMENT, true);
  }
}

/** Whether this kernel cuts messages: before Linux 4.18, and where something else pretends to be Linux, one would go out whole. */
export function cutsMessages(library: NativeLibrary, descriptor: number): boolean {
  const { address, view } = library.room(8);
  view.setUint32(4, 4, true);
  const getsockopt = library.find('getsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uintptr_t']);
  return getsockopt(descriptor, SOL_UDP, UDP_SEGMENT, address, address + 4) === 0;
}
