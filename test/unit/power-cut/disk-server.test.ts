import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { serveDisk } from '../../power-cut/disk-server.ts';
import { ForgetfulDisk } from '../../power-cut/forgetful-disk.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

async function take(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(count) as Buffer | null;
    if (bytes !== null) return bytes;
    await once(socket, 'readable');
  }
}

function request(kind: number, offset: number, length: number): Buffer {
  const header = Buffer.alloc(28);
  header.writeUInt32BE(0x25609513, 0);
  header.writeUInt16BE(kind, 6);
  header.write('handle-1', 8);
  header.writeBigUInt64BE(BigInt(offset), 16);
  header.writeUInt32BE(length, 24);
  return header;
}

test('speaks NBD: agrees on a disk that takes flushes, refuses other options, reads, writes, flushes, and refuses what is beyond its end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-nbd-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'image'), Buffer.alloc(4_096));
  const disk = ForgetfulDisk.of(join(folder, 'image'));
  const server = await serveDisk(disk, join(folder, 'socket'));
  undo.push(() => server.close());
  const socket = connect(join(folder, 'socket'));
  undo.push(() => socket.destroy());

  expect((await take(socket, 18)).toString('latin1')).toBe('NBDMAGICIHAVEOPT\u0000\u0003');
  const option = (kind: number): Buffer => Buffer.concat([Buffer.from('IHAVEOPT'), Buffer.from([0, 0, 0, kind, 0, 0, 0, 6]), Buffer.alloc(6)]);
  socket.write(Buffer.concat([Buffer.from([0, 0, 0, 3]), option(8), option(7)]));
  expect((await take(socket, 20)).readUInt32BE(12)).toBe(0x80000001);
  const facts = (await take(socket, 32)).subarray(20);
  expect({ size: facts.readBigUInt64BE(2), flags: facts.readUInt16BE(10) }).toEqual({ size: 4_096n, flags: 5 });
  expect((await take(socket, 20)).readUInt32BE(12)).toBe(1);

  const errorOf = async (): Promise<number> => (await take(socket, 16)).readUInt32BE(4);
  socket.write(Buffer.concat([request(1, 1_024, 4), Buffer.from('coin')]));
  expect(await errorOf()).toBe(0);
  expect(disk.atRisk).toBe(1);
  socket.write(request(0, 1_022, 8));
  expect(await errorOf()).toBe(0);
  expect((await take(socket, 8)).toString('latin1')).toBe('\0\0coin\0\0');
  socket.write(request(3, 0, 0));
  expect(await errorOf()).toBe(0);
  expect(disk.atRisk).toBe(0);
  socket.write(request(0, 4_000, 200));
  expect(await errorOf()).toBe(22);
});
