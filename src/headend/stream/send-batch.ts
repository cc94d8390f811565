import { limits } from '../../limits.ts';
import type { NativeFunction, NativeLibrary } from '../../platform/native/native-library.ts';
import { cutsMessages, DatagramRoom } from './datagram-room.ts';
import { numberOfAddress, type Peer } from './peer.ts';

/** One system call takes at most as many. */
const BATCH = 64;
const MSG_DONTWAIT = 0x40;
/** What the kernel makes datagrams of is itself no longer than one may be. */
const GATHERED_BYTES = 65_000;
/** After so many that were refused together and taken alone, the way out is taken for one that does not know it. */
const GATHERED_FAILURES_MAX = 8;

/**
 * Datagrams of one socket, gathered until the turn of the event loop ends, and handed to the kernel many at a time (sendmmsg(2)):
 * half the cost of a call for each. Those of one length to one peer, as the packets of a film are, go down to the network card as one. To IPv4 addresses only.
 */
export class SendBatch {
  readonly #room: DatagramRoom;
  readonly #sendmmsg: NativeFunction;
  readonly #descriptor: number;
  readonly #refused: (bytes: Uint8Array, to: Peer) => void;
  readonly #peers: (Peer | null)[] = new Array<Peer | null>(BATCH).fill(null);
  /** The first place of each message, and behind the last one where it ends. */
  readonly #starts = new Uint8Array(BATCH + 1);
  #gatheredFailures = 0;
  #count = 0;
  #scheduled = false;
  #closed = false;

  /** @param refused takes what the kernel did not take at that moment: a full buffer, a peer that is not there */
  constructor(library: NativeLibrary, descriptor: number, refused: (bytes: Uint8Array, to: Peer) => void) {
    this.#sendmmsg = library.find('sendmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int']);
    this.#descriptor = descriptor;
    this.#refused = refused;
    this.#room = new DatagramRoom(library, BATCH, limits.datagramBytes);
    if (!cutsMessages(library, descriptor)) this.#gatheredFailures = GATHERED_FAILURES_MAX;
  }

  /** False where the peer has another kind of address. */
  add(bytes: Uint8Array, to: Peer): boolean {
    if (this.#closed) return true;
    const address = to.number ?? numberOfAddress(to.address);
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

  /** A single one, behind all that is gathered. False where the kernel does not take it. */
  sendNow(bytes: Uint8Array, to: Peer): boolean {
    this.flush();
    this.#room.write(0, bytes, to.number ?? numberOfAddress(to.address), to.port);
    this.#room.gather(0, 0, 1, 0);
    return this.#sendmmsg(this.#descriptor, this.#room.address(0), 1, MSG_DONTWAIT) === 1;
  }

  /** Hands over what is gathered, now. */
  flush(): void {
    const messages = this.#plan();
    this.#count = 0;
    for (let done = 0; done < messages; ) {
      const taken = this.#sendmmsg(this.#descriptor, this.#room.address(done), messages - done, MSG_DONTWAIT);
      if (taken <= 0) this.#sendAlone(done);
      done += Math.max(1, taken);
    }
  }

  /** Makes messages of what is gathered. Returns how many. */
  #plan(): number {
    let messages = 0;
    for (let first = 0; first < this.#count; messages += 1) {
      const places = this.#placesFrom(first);
      this.#room.gather(messages, first, places, this.#room.written(first));
      this.#starts[messages] = first;
      first += places;
    }
    this.#starts[messages] = this.#count;
    return messages;
  }

  /** How many from this place on may go as one: to the same peer, and as long as the first, but for a last one that is shorter. */
  #placesFrom(first: number): number {
    if (this.#gatheredFailures >= GATHERED_FAILURES_MAX) return 1;
    const bytes = this.#room.written(first);
    const end = Math.min(this.#count, first + Math.floor(GATHERED_BYTES / Math.max(1, bytes)));
    let next = first + 1;
    for (; next < end && this.#peers[next] === this.#peers[first]; next += 1) {
      const own = this.#room.written(next);
      if (own > bytes || own === 0) break;
      if (own < bytes) return next + 1 - first;
    }
    return next - first;
  }

  /** What the kernel did not take is tried datagram by datagram, and then given back. */
  #sendAlone(message: number): void {
    const [first = 0, end = 0] = this.#starts.subarray(message, message + 2);
    let taken = 0;
    for (let place = first; place < end; place += 1) {
      this.#room.gather(message, place, 1, 0);
      if (end - first > 1 && this.#sendmmsg(this.#descriptor, this.#room.address(message), 1, MSG_DONTWAIT) === 1) {
        taken += 1;
        continue;
      }
      const to = this.#peers[place];
      if (to != null) this.#refused(this.#room.text(place).slice(0, this.#room.written(place)), to);
    }
    if (taken > 0) this.#gatheredFailures += 1;
  }
}
