import { createSocket, type Socket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NativePort } from '../../../../src/headend/stream/native-port.ts';
import type { Peer } from '../../../../src/headend/stream/peer.ts';
import { type NativeLibrary, openNativeLibrary } from '../../../../src/platform/native/native-library.ts';
import { assert } from '../../../../src/units/assert.ts';

const HOST = '127.0.0.1';
const EAGAIN = 11;
const EPERM = 1;

let listener: Socket;
let heard: number[] = [];
let told = (): void => {};
let peer: Peer;
let port: NativePort;
/** Why the kernel takes no datagram; null: it does. */
let refusal: number | null = null;
/** Messages that it took. */
let taken = 0;
/** How often it was asked. */
let asked = 0;

function until(last: number): Promise<void> {
  return new Promise((resolve) => {
    told = () => heard.includes(last) && resolve();
    told();
  });
}

/** What was gathered in this turn of the event loop is handed over in it. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

beforeEach(async () => {
  refusal = null;
  const own: number[] = [];
  heard = own;
  listener = createSocket('udp4', (bytes) => {
    own.push(bytes.readUInt16BE(0));
    told();
  });
  await new Promise<void>((resolve) => void listener.bind(0, HOST, resolve));
  peer = { address: HOST, port: listener.address().port };
  const library = await openNativeLibrary();
  assert(library !== null, 'this machine lets C functions be called');
  const bound = NativePort.bind(stingy(library), HOST, 0);
  assert(typeof bound !== 'string', 'a port is free');
  port = bound;
});

afterEach(async () => {
  port.close();
  await new Promise<void>((resolve) => void listener.close(resolve));
});

/** The C functions of this machine, with a kernel that has no room for datagrams while `refusal` says so. */
function stingy(library: NativeLibrary): NativeLibrary {
  return {
    ...library,
    find: (name, result, args) => {
      const real = library.find(name, result, args);
      if (name !== 'sendmmsg') return real;
      return (...values) => {
        const result = refusal === null ? real(...values) : -1;
        taken += Math.max(0, result);
        asked += 1;
        return result;
      };
    },
    errno: () => refusal ?? library.errno(),
  };
}

function send(numbers: readonly number[]): void {
  for (const number of numbers) port.send(Uint8Array.of(number >> 8, number, ...new Array<number>(number % 7).fill(0)), peer);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe('a port that is read when it is asked to be', () => {
  it('keeps what the kernel has no room for, and sends it in its order once there is room', async () => {
    refusal = EAGAIN;
    send(upTo(100));
    await turn();
    port.poll();
    refusal = null;
    port.poll();
    await until(99);
    expect(heard).toEqual(upTo(100));
    port.poll();
    send([100]);
    await until(100);
    expect(heard).toEqual(upTo(101));
  });

  it('keeps no more than a thousand of them', async () => {
    refusal = EAGAIN;
    send(upTo(1_200));
    await turn();
    refusal = null;
    taken = 0;
    port.poll();
    expect(taken).toBe(1_024);
    port.poll();
    expect(taken).toBe(1_024);
  });

  it('asks a kernel that has no room once, however many wait', async () => {
    refusal = EAGAIN;
    send(upTo(500));
    await turn();
    asked = 0;
    port.poll();
    expect(asked).toBe(1);
  });

  it('does not keep what can not be sent at all', async () => {
    refusal = EPERM;
    send(upTo(10));
    await turn();
    refusal = null;
    port.poll();
    send([10]);
    await until(10);
    expect(heard).toEqual([10]);
  });

  it('hands over what has come, with who sent it, and says whether there was anything', async () => {
    const got: { readonly number: number; readonly from: Peer }[] = [];
    port.listen((bytes, from) => void got.push({ number: bytes[0] ?? 0, from }));
    expect(port.poll()).toBe('nothing');
    await new Promise((resolve) => void listener.send(Uint8Array.of(7), port.port, HOST, resolve));
    expect(port.poll()).toBe('something');
    expect(got).toEqual([{ number: 7, from: peer }]);
    expect(port.poll()).toBe('nothing');
  });

  it('takes so many at most in one turn, and says that there are more', async () => {
    let got = 0;
    port.listen(() => {
      got += 1;
    });
    const sent = upTo(300).map(() => new Promise((resolve) => void listener.send(Uint8Array.of(1), port.port, HOST, resolve)));
    await Promise.all(sent);
    expect(port.poll()).toBe('more');
    expect(got).toBe(256);
    expect(port.poll()).toBe('something');
    expect(got).toBe(300);
  });
});
