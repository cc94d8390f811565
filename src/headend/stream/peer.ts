import { isIPv4 } from 'node:net';

/** Where a datagram came from, or goes to. */
export interface Peer {
  readonly address: string;
  readonly port: number;
  /** The address as a number, -1 for one of IPv6; absent where nobody reckoned it: of a peer that is sent much, it is at hand. */
  readonly number?: number;
}

/** Bytes are good during the call only. */
export type DatagramReceiver = (bytes: Uint8Array, from: Peer) => void;

/** A peer that is sent much. */
export function peerAt(address: string, port: number): Peer {
  return { address, port, number: numberOfAddress(address) };
}

/** -1 for an address of IPv6. */
export function numberOfAddress(address: string): number {
  return isIPv4(address) ? address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) : -1;
}
