import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { lookup as resolveName } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import { limits } from '../../limits.ts';
import type { DatagramReceiver, Peer } from './peer.ts';

/** A UDP socket by Node alone: a system call and some objects for each datagram. */
export class NodePort {
  readonly port: number;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.port = socket.address().port;
    this.#socket = socket;
    // A peer that went away answers with ICMP; that is its affair, and credit stops the stream.
    socket.on('error', () => {});
  }

  /** Null where it can not be bound. @param port 0 for any */
  static bind(host: string, port: number): Promise<NodePort | null> {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', lookup, recvBufferSize: limits.receiveBufferBytes });
    return new Promise((resolve) => {
      socket.once('error', () => {
        socket.close();
        resolve(null);
      });
      socket.bind(port, host, () => {
        socket.removeAllListeners('error');
        resolve(new NodePort(socket));
      });
    });
  }

  send(bytes: Uint8Array, to: Peer): void {
    // Without a callback Node makes no promise about each datagram, and needs none: credit counts what is acknowledged.
    // It may have to keep them, where the network is slow.
    this.#socket.send(bytes.slice(), to.port, to.address);
  }

  listen(receive: DatagramReceiver): void {
    this.#socket.on('message', (bytes, { address, port }) => receive(bytes, { address, port }));
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.close(() => resolve());
    });
  }
}

/** Peers are addresses already: asking Node's resolver for each of them puts every datagram off to another turn of the event loop. */
const lookup: SocketOptions['lookup'] = (host, options, answer) => {
  const family = isIP(host);
  if (family === 0) resolveName(host, options, answer);
  else answer(null, host, family);
};
