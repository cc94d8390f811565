import { createSocket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type DatagramPair, openDatagramPair } from '../../../../src/headend/stream/datagram-socket.ts';
import type { Peer } from '../../../../src/headend/stream/peer.ts';
import { limits } from '../../../../src/limits.ts';
import { openNativeLibrary } from '../../../../src/platform/native/native-library.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';
import { assert } from '../../../../src/units/assert.ts';

const HOST = '127.0.0.1';
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listener(host = HOST): Promise<{ readonly peer: Peer; readonly heard: Buffer[]; readonly until: (count: number) => Promise<void> }> {
  const socket = createSocket({ type: host === HOST ? 'udp4' : 'udp6', recvBufferSize: 4_000_000 });
  const heard: Buffer[] = [];
  let told = (): void => {};
  socket.on('message', (bytes) => {
    heard.push(bytes);
    told();
  });
  await new Promise<void>((resolve) => void socket.bind(0, host, resolve));
  closing.push(() => new Promise<void>((resolve) => void socket.close(resolve)));
  const until = (count: number): Promise<void> =>
    new Promise((resolve) => {
      told = () => heard.length >= count && resolve();
      told();
    });
  return { peer: { address: host, port: socket.address().port }, heard, until };
}

async function pair(native: boolean, host = HOST): Promise<DatagramPair> {
  const opened = await openDatagramPair(systemClock, host, 0, native ? await openNativeLibrary() : null);
  assert(opened.ok, 'a pair is free');
  closing.push(() => opened.value.close());
  return opened.value;
}

describe.each([
  ['many by one system call', true],
  ['one by one', false],
])('datagrams, %s', (_name, native) => {
  it('reach each peer whole, in order and once, though their bytes are used again at once', async () => {
    const [datagrams, one, other] = [await pair(native), await listener(), await listener()];
    const room = new Uint8Array(limits.datagramBytes);
    for (let number = 0; number < 300; number += 1) {
      room.fill(number);
      datagrams.sendRtp(room.subarray(0, 20 + number), (number % 3 === 0 ? other : one).peer);
    }
    await Promise.all([one.until(200), other.until(100)]);
    const sent = Array.from({ length: 300 }, (_, number) => Buffer.alloc(20 + number, number));
    expect(one.heard).toEqual(sent.filter((_, number) => number % 3 !== 0));
    expect(other.heard).toEqual(sent.filter((_, number) => number % 3 === 0));
  });

  it('of one length to one peer arrive each as a datagram of its own, those between them and shorter ones too', async () => {
    const [datagrams, one, other] = [await pair(native), await listener(), await listener()];
    const lengths = Array.from({ length: 150 }, (_, number) => (number % 50 === 49 ? 7 : number % 23 === 5 ? limits.datagramBytes : 1_328));
    for (const [number, length] of lengths.entries()) {
      if (number === 60) datagrams.sendRtp(new Uint8Array(1_328).fill(255), other.peer);
      datagrams.sendRtp(new Uint8Array(length).fill(number), one.peer);
    }
    await Promise.all([one.until(lengths.length), other.until(1)]);
    expect(one.heard).toEqual(lengths.map((length, number) => Buffer.alloc(length, number)));
    expect(other.heard).toEqual([Buffer.alloc(1_328, 255)]);
  });

  it('come in whole, in order and once, with who sent each, however many wait', async () => {
    const [datagrams, senders] = [await pair(native), [createSocket('udp4'), createSocket('udp4')]];
    for (const socket of senders) closing.push(() => new Promise<void>((resolve) => void socket.close(resolve)));
    const heard: { readonly text: string; readonly from: Peer }[] = [];
    const all = new Promise<void>((resolve) => {
      datagrams.onRtcp((bytes, from) => {
        heard.push({ text: Buffer.from(bytes).toString(), from });
        if (heard.filter(({ text }) => text.startsWith('the last')).length === 2) resolve();
      });
    });
    const texts = Array.from({ length: 60 }, (_, number) => (number === 59 ? 'the last' : `${number} `.padEnd(4 + 9 * number, 'x')));
    // All of them wait before the first is looked at: this turn of the event loop sends them.
    for (const [index, text] of texts.entries()) {
      if (index === 30) for (const socket of senders) socket.send(Buffer.alloc(3_000), datagrams.rtcpPort, HOST);
      for (const socket of senders) socket.send(text, datagrams.rtcpPort, HOST);
    }
    await all;
    for (const socket of senders) {
      const from = { address: HOST, port: socket.address().port };
      const own = heard.filter((one) => one.from.port === from.port);
      expect(own.filter(({ text }) => text.length < 2_000).map(({ text }) => text)).toEqual(texts);
      expect(own.every((one) => one.from.address === HOST)).toBe(true);
    }
  });

  it('leave from the port that was agreed, and answers come in there', async () => {
    const datagrams = await pair(native);
    const asker = createSocket('udp4');
    closing.push(() => new Promise<void>((resolve) => void asker.close(resolve)));
    datagrams.onRtcp((bytes, from) => datagrams.sendRtcp(bytes, from));
    const answer = new Promise<number>((resolve) => void asker.once('message', (_bytes, from) => resolve(from.port)));
    asker.send('hello', datagrams.rtcpPort, HOST);
    expect(await answer).toBe(datagrams.rtcpPort);
  });

  it('go on to others where a peer can not be reached', async () => {
    const [datagrams, one] = [await pair(native), await listener()];
    for (let number = 0; number < 10; number += 1) {
      const nowhere = { address: '255.255.255.255', port: 9 };
      datagrams.sendRtp(Uint8Array.of(number), nowhere);
      if (number % 2 === 0) datagrams.sendRtp(Uint8Array.of(number), nowhere);
      datagrams.sendRtp(Uint8Array.of(number), one.peer);
    }
    await one.until(10);
    expect(one.heard.map((bytes) => bytes[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('find a port taken by another program taken, and leave no descriptor behind', async () => {
    const datagrams = await pair(native);
    const before = readdirSync('/proc/self/fd').length;
    const again = await openDatagramPair(systemClock, HOST, datagrams.rtpPort, native ? await openNativeLibrary() : null);
    expect(again.ok ? 'opened' : again.error.code).toBe('port-taken');
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
  });

  it.runIf(native)('send what was given before they close, and nothing after it', async () => {
    const [opened, one] = [await openDatagramPair(systemClock, HOST, 0, await openNativeLibrary()), await listener()];
    assert(opened.ok, 'a pair is free');
    opened.value.sendRtp(Uint8Array.of(1), one.peer);
    await opened.value.close();
    opened.value.sendRtp(Uint8Array.of(2), one.peer);
    const witness = await pair(native);
    witness.sendRtp(Uint8Array.of(3), one.peer);
    await one.until(2);
    expect(one.heard.map((bytes) => bytes[0])).toEqual([1, 3]);
  });
});

it('reaches boxes by IPv6 as before', async () => {
  const [datagrams, one] = [await pair(true, '::1'), await listener('::1')];
  datagrams.sendRtp(Uint8Array.of(6), one.peer);
  await one.until(1);
  expect(one.heard[0]?.[0]).toBe(6);
});
