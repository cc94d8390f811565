import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RtspClient, startRtspServer } from '../../../../src/headend/stream/rtsp-server.ts';
import { limits } from '../../../../src/limits.ts';
import { assert } from '../../../../src/units/assert.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const HOST = '127.0.0.1';
const OPTIONS = 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n';
const closing: (() => unknown)[] = [];

let clock: VirtualClock;
let port: number;
/** As the server sees them, in the order of their first requests. */
let clients: RtspClient[];
let inUse: RtspClient | null;

beforeEach(async () => {
  clock = new VirtualClock();
  clients = [];
  inUse = null;
  const handler = {
    request: (_request: unknown, client: RtspClient) => {
      if (!clients.includes(client)) clients.push(client);
      return { status: 200 } as const;
    },
    frame: () => {},
    isInUse: (client: RtspClient) => client === inUse,
    gone: () => {},
  };
  const server = await startRtspServer({ clock, log: { info: () => {}, warn: () => {} }, host: HOST, port: 0, handler });
  assert(server.ok, 'a port is free');
  port = server.value.port;
  closing.push(() => server.value.close());
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A connection that has sent one request. */
async function opened(): Promise<{ readonly socket: Socket; readonly client: RtspClient; readonly closed: () => boolean }> {
  const socket = connect(port, HOST);
  closing.push(() => socket.destroy());
  let closed = false;
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  const before = clients.length;
  await new Promise((resolve) => {
    socket.once('data', resolve);
    socket.write(OPTIONS);
  });
  const client = clients[before];
  assert(client !== undefined, 'the request arrived');
  socket.resume();
  return { socket, client, closed: () => closed };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => void setImmediate(resolve));
}

/** Says these words on a connection every ten seconds of virtual time, and waits until they were read. */
async function saying(words: string, { socket, client, closed }: Awaited<ReturnType<typeof opened>>, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds && !closed(); passed += 10_000) {
    const before = client.receivedBytes;
    socket.write(words);
    await until(() => closed() || client.receivedBytes > before);
    await clock.advance(10_000);
  }
}

it.each([
  ['a request', 'X'],
  ['an interleaved frame', '$'],
])('closes a connection on which %s never becomes whole, as one that is silent', async (_name, drop) => {
  const [dripping, silent] = [await opened(), await opened()];
  await saying(drop, dripping, limits.rtspSessionIdleMs + 20_000);
  await until(() => dripping.closed() && silent.closed());
});

it('leaves a connection open that asks now and then, or that serves a stream', async () => {
  const [asking, playing] = [await opened(), await opened()];
  inUse = playing.client;
  await saying(OPTIONS, asking, 2 * limits.rtspSessionIdleMs);
  playing.socket.write(OPTIONS);
  const before = playing.client.receivedBytes;
  await until(() => playing.client.receivedBytes > before);
  expect([asking.closed(), playing.closed()]).toEqual([false, false]);
});
