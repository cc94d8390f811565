import { createSocket, type Socket } from 'node:dgram';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

export interface Lossy {
  readonly lossShare: number;
  readonly delayMs: number;
  readonly seed: number;
}

/** Which datagrams of one direction are lost: the same ones in every run. */
export function lossesOf({ lossShare, seed }: Lossy): () => boolean {
  const random = new SeededRandom(seed);
  return () => random.fraction() < lossShare;
}

/** A UDP path to `target` that delays every datagram and loses some, both ways. @returns the port to send to */
export async function openLossyProxy(target: number, path: Lossy): Promise<{ readonly port: number; close(): void }> {
  const front = createSocket('udp4');
  const back = createSocket('udp4');
  let peer = 0;
  const pass = (losses: () => boolean, from: Socket, to: Socket, port: () => number): void => {
    from.on('message', (bytes, sender) => {
      if (from === front) peer = sender.port;
      if (losses()) return;
      setTimeout(() => {
        if (open) to.send(bytes, port(), '127.0.0.1');
      }, path.delayMs);
    });
  };
  let open = true;
  pass(lossesOf(path), front, back, () => target);
  pass(lossesOf({ ...path, seed: path.seed + 1 }), back, front, () => peer);
  for (const socket of [front, back]) await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
  return {
    port: front.address().port,
    close: () => {
      open = false;
      front.close();
      back.close();
    },
  };
}
