import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { openDatagramPair } from '../../../src/headend/stream/datagram-socket.ts';
import { generateDeviceKey } from '../../../src/platform/crypto/ed25519-signer.ts';
import { useNativeCrypto } from '../../../src/platform/fast-crypto.ts';
import { openNativeLibrary } from '../../../src/platform/native/native-library.ts';
import * as srtp from '../../../src/platform/srtp.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import type { OutletRow } from '../../../src/ports/headend-stores.ts';
import { toHex } from '../../../src/units/bytes.ts';
import { BenchBox } from './bench-box.ts';
import { benchPayloads, benchSession, benchWork, boxSsrc, type RunWish, type ServerFigures, type StreamStarted } from './bench-session.ts';
import * as clear from './clear-packets.ts';

const HOST = '127.0.0.1';
const ACK_EVERY = 10;
/** A receipt every 1.8 s of sound: the box acknowledges no more than 2 s beyond its last one. */
const RECEIPT_EVERY = 90;
const TURN_MS = 100;

type ServerMessage = StreamStarted | ServerFigures | { readonly kind: 'outlet'; readonly outlet: OutletRow };

/** One run: the headend's half in a process of its own, pinned to the last processor where that can be done, and the crowd here on the others. */
export async function benchRun(wish: RunWish): Promise<ServerFigures> {
  // As quick as can be: where the crowd is slower than the headend, its slowness is measured.
  const library = await openNativeLibrary();
  if (library !== null) useNativeCrypto(library);
  const opened = await openDatagramPair(systemClock, HOST, 0, library);
  if (!opened.ok) throw new Error(opened.error.message);
  const datagrams = opened.value;
  const { signer } = generateDeviceKey();
  const server = forkPinned([JSON.stringify({ ...wish, rtpPort: datagrams.rtpPort, publicKey: toHex(signer.publicKey) })]);
  const crowd = new Crowd(wish);
  datagrams.onRtp((bytes) => crowd.onRtp(asBuffer(bytes)));
  datagrams.onRtcp((bytes) => crowd.onRtcp(asBuffer(bytes)));
  const turns = setInterval(() => crowd.turn(), TURN_MS);
  try {
    return await answers(server, (message, outlet) => {
      const session = benchSession(message.index, { ...outlet, publicKey: signer.publicKey }, benchWork(wish.packets, []), signer.publicKey, wish.srtp);
      const place = { ssrc: boxSsrc(message.index), media: message.ssrc, timestampOrigin: message.timestampOrigin, payloads: crowd.payloads };
      const headend = { address: HOST, port: message.rtcpPort };
      const send = (bytes: Uint8Array): void => datagrams.sendRtcp(bytes, headend);
      crowd.add(message.ssrc, new BenchBox(session, signer, wish.srtp ? srtp : clear, place, send));
    });
  } finally {
    clearInterval(turns);
    await datagrams.close();
  }
}

class Crowd {
  readonly payloads: readonly Uint8Array[];
  readonly #boxes = new Map<number, BenchBox>();
  #turns = 0;

  constructor(wish: RunWish) {
    this.payloads = benchPayloads(wish);
  }

  add(media: number, box: BenchBox): void {
    this.#boxes.set(media, box);
  }

  onRtp(bytes: Buffer): void {
    const box = this.#boxes.get(bytes.readUInt32BE(8));
    if (box === undefined) return;
    box.onRtp(bytes);
    if (box.unacknowledged >= ACK_EVERY) box.acknowledge(this.#turns);
    if (box.unsigned >= RECEIPT_EVERY) box.receipt();
  }

  onRtcp(bytes: Buffer): void {
    this.#boxes.get(bytes.readUInt32BE(4))?.onRtcp(bytes);
  }

  turn(): void {
    this.#turns += 1;
    let index = 0;
    for (const box of this.#boxes.values()) {
      // What a box does as well: at least every 200 ms, so that nothing waits for a tenth packet that never comes.
      if (index % 2 === this.#turns % 2 && box.ackedTurn + 2 <= this.#turns) box.acknowledge(this.#turns);
      index += 1;
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function forkPinned(args: string[]): ChildProcess {
  const script = new URL('server.ts', import.meta.url);
  const last = String(cpus().length - 1);
  const others = last === '0' ? '0' : `0-${Number(last) - 1}`;
  if (spawnSync('taskset', ['-a', '-p', '-c', others, String(process.pid)]).status !== 0) return fork(script, args);
  return fork(script, args, { execPath: 'taskset', execArgv: ['-c', last, process.execPath] });
}

function answers(server: ChildProcess, started: (message: StreamStarted, outlet: OutletRow) => void): Promise<ServerFigures> {
  let outlet: OutletRow | null = null;
  return new Promise((resolve, reject) => {
    server.on('exit', (code) => reject(new Error(`the headend's half ended with ${code}`)));
    server.on('message', (message: ServerMessage) => {
      if (message.kind === 'figures') resolve(message);
      else if (message.kind === 'outlet') {
        outlet = message.outlet;
        server.send({ kind: 'go' });
      } else if (outlet !== null) started(message, outlet);
    });
  });
}
