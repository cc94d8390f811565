import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { ForgetfulDisk } from './forgetful-disk.ts';

/** Source: the NBD protocol, https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md */
const NBD = {
  magic: 0x4e42444d41474943n,
  haveOption: 0x49484156454f5054n,
  optionReply: 0x0003e889045565a9n,
  request: 0x25609513,
  reply: 0x67446698,
  optionGo: 7,
  replyAck: 1,
  replyInfo: 3,
  replyUnsupported: 0x80000001,
  read: 0,
  write: 1,
  disconnect: 2,
  flush: 3,
  invalid: 22,
} as const;
/** Fixed newstyle, without padding. */
const HANDSHAKE_FLAGS = 3;
/** Has flags, and takes flushes. A write that must not wait in the cache is a write and a flush then. */
const EXPORT_FLAGS = 1 | 4;
const OPTION_HEADER = 16;
const REQUEST_HEADER = 28;

/** Serves a disk to qemu's own NBD client on a Unix socket, one client at a time, each request after the one before. */
export async function serveDisk(disk: ForgetfulDisk, path: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    serve(disk, socket).catch(() => socket.destroy());
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

async function serve(disk: ForgetfulDisk, socket: Socket): Promise<void> {
  const take = reader(socket);
  await agree(disk, socket, take);
  for (;;) {
    const header = await take(REQUEST_HEADER);
    if (header.readUInt32BE(0) !== NBD.request) throw new Error('no NBD request');
    const [kind, offset, length] = [header.readUInt16BE(6), Number(header.readBigUInt64BE(16)), header.readUInt32BE(24)];
    if (kind === NBD.disconnect) return void socket.end();
    const bytes = kind === NBD.write ? await take(length) : null;
    let found: Buffer | null = null;
    let error = 0;
    if (kind === NBD.flush) disk.flush();
    else if (offset + length > disk.size) error = NBD.invalid;
    else if (bytes !== null) disk.write(offset, bytes);
    else if (kind === NBD.read) found = disk.read(offset, length);
    else error = NBD.invalid;
    const reply = Buffer.alloc(16);
    reply.writeUInt32BE(NBD.reply, 0);
    reply.writeUInt32BE(error, 4);
    header.copy(reply, 8, 8, 16);
    socket.write(found === null ? reply : Buffer.concat([reply, found]));
  }
}

async function agree(disk: ForgetfulDisk, socket: Socket, take: (count: number) => Promise<Buffer>): Promise<void> {
  const greeting = Buffer.alloc(18);
  greeting.writeBigUInt64BE(NBD.magic, 0);
  greeting.writeBigUInt64BE(NBD.haveOption, 8);
  greeting.writeUInt16BE(HANDSHAKE_FLAGS, 16);
  socket.write(greeting);
  await take(4);
  for (;;) {
    const header = await take(OPTION_HEADER);
    const option = header.readUInt32BE(8);
    await take(header.readUInt32BE(12));
    if (option !== NBD.optionGo) answer(socket, option, NBD.replyUnsupported);
    else {
      const facts = Buffer.alloc(12);
      facts.writeBigUInt64BE(BigInt(disk.size), 2);
      facts.writeUInt16BE(EXPORT_FLAGS, 10);
      answer(socket, option, NBD.replyInfo, facts);
      return answer(socket, option, NBD.replyAck);
    }
  }
}

function answer(socket: Socket, option: number, kind: number, facts = Buffer.alloc(0)): void {
  const header = Buffer.alloc(20);
  header.writeBigUInt64BE(NBD.optionReply, 0);
  header.writeUInt32BE(option, 8);
  header.writeUInt32BE(kind, 12);
  header.writeUInt32BE(facts.length, 16);
  socket.write(Buffer.concat([header, facts]));
}

/** Reads so many bytes; rejects where the other side went. */
function reader(socket: Socket): (count: number) => Promise<Buffer> {
  const chunks = socket[Symbol.asyncIterator]();
  let parts: Buffer[] = [];
  let have = 0;
  return async (count) => {
    while (have < count) {
      const { value, done } = await chunks.next();
      if (done === true) throw new Error('the machine went');
      parts.push(value as Buffer);
      have += (value as Buffer).length;
    }
    const all = Buffer.concat(parts);
    parts = [all.subarray(count)];
    have -= count;
    return all.subarray(0, count);
  };
}
