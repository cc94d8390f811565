import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../../../src/limits.ts';
import { PlayScene } from '../../../fakes/play-scene.ts';
import { type Lossy, lossesOf, openLossyProxy } from './lossy-proxy.ts';

const PACKET_MS = 20;
const PAYLOAD_BYTES = 248;
const SRT_PROGRAM = 'srt-live-transmit';
/** Until the connection stands, and at the end for what is still under way. */
const SRT_CONNECT_MS = 20_000;
const SRT_DRAIN_MS = 2_500;
/** Number of packets that only look whether the way is open. */
const PROBE = 0xffff_ffff;

export interface Residual {
  readonly packets: number;
  readonly missing: number;
  readonly residualShare: number;
}

/**
 * Our own box and headend in virtual time, over a path that loses and delays alike: packets that were concealed instead of heard.
 * @param copies packets may bring copies of earlier ones (RFC 2198)
 */
export async function ourResidual(path: Lossy, packets: number, copies: boolean): Promise<Residual & { readonly bytesSent: number }> {
  const scene = await PlayScene.open(packets);
  scene.network.delayMs = path.delayMs;
  if (!copies) scene.network.unknownHeaders = ['ackpay-red'];
  let bytesSent = 0;
  const [toBox, toHeadend] = [lossesOf(path), lossesOf({ ...path, seed: path.seed + 1 })];
  scene.network.media = (bytes) => {
    bytesSent += bytes.length;
    return toBox() ? null : 0;
  };
  scene.network.feedback = () => !toHeadend();
  await scene.eventually(scene.bought('p1'));
  for (let passed = 0; !scene.told.includes('finished') && passed < 3 * packets * PACKET_MS; passed += 200) await scene.clock.advance(200);
  const handed = scene.player.streams.flatMap((_, stream) => scene.handed(stream));
  await scene.remove();
  const heard = new Set(handed.filter((index) => index !== null)).size;
  return { ...residualOf(packets, packets - heard), bytesSent };
}

/** SRT of Debian's srt-tools at a latency, through a proxy that loses and delays alike, in real time: packets that never came out. */
export async function srtResidual(path: Lossy, packets: number, latencyMs: number): Promise<Residual | { readonly missing: string }> {
  if (!(process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${SRT_PROGRAM}`)))
    return { missing: 'srt-live-transmit is not installed (apt-get install srt-tools)' };
  const [input, listener, output] = await freePorts();
  const received = new Set<number>();
  const out = createSocket('udp4');
  out.on('message', (bytes) => void received.add(bytes.readUInt32BE(0)));
  await new Promise<void>((resolve) => void out.bind(output, '127.0.0.1', resolve));
  const proxy = await openLossyProxy(listener, path);
  const run = (from: string, to: string) => spawn(SRT_PROGRAM, ['-chunk:1316', '-a:yes', from, to], { stdio: 'ignore' });
  const programs = [
    run(`srt://:${listener}?mode=listener&latency=${latencyMs}`, `udp://127.0.0.1:${output}`),
    run(`udp://:${input}`, `srt://127.0.0.1:${proxy.port}?mode=caller&latency=${latencyMs}`),
  ];
  const source = createSocket('udp4');
  const send = (index: number): void => {
    const payload = Buffer.alloc(PAYLOAD_BYTES);
    payload.writeUInt32BE(index);
    source.send(payload, input, '127.0.0.1');
  };
  for (let waited = 0; !received.has(PROBE) && waited < SRT_CONNECT_MS; waited += PACKET_MS) {
    send(PROBE);
    await sleep(PACKET_MS);
  }
  const startedMs = performance.now();
  for (let index = 0; index < packets; index += 1) {
    send(index);
    await sleep(Math.max(0, startedMs + (index + 1) * PACKET_MS - performance.now()));
  }
  await sleep(SRT_DRAIN_MS);
  received.delete(PROBE);
  for (const program of programs) program.kill('SIGKILL');
  proxy.close();
  source.close();
  out.close();
  return residualOf(packets, packets - received.size);
}

function residualOf(packets: number, missing: number): Residual {
  return { packets, missing, residualShare: Math.round((1e5 * missing) / packets) / 1e5 };
}

async function freePorts(): Promise<readonly [number, number, number]> {
  const sockets = [createSocket('udp4'), createSocket('udp4'), createSocket('udp4')] as const;
  for (const socket of sockets) await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
  const ports = [sockets[0].address().port, sockets[1].address().port, sockets[2].address().port] as const;
  for (const socket of sockets) socket.close();
  return ports;
}

/** The latency at which the two are compared: what our stream keeps ahead of the ear. */
export const COMPARED_LATENCY_MS = limits.streamLeadMs;
