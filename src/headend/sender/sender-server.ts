import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { limits } from '../../limits.ts';
import { takeLines } from '../../platform/line-socket.ts';
import type { Log } from '../../ports/log.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { decodeCall, type SenderAnswer } from '../../wire/sender-link.ts';
import type { Sender } from './sender.ts';
import { senderSocket } from './sender-place.ts';

/** Nobody but the owner of the folder may call. */
const OWNER_ONLY = 0o177;

export interface SenderServer {
  close(): Promise<void>;
}

/** Listens for the registry. One at a time: who comes later is the one that was started later, and takes over. */
export async function serveRegistry(folder: string, sender: Sender, log: Log): Promise<Result<SenderServer, Fault<'folder-unusable'>>> {
  const place = senderSocket(folder);
  let registry: Socket | null = null;
  const server = createServer((socket) => {
    registry?.destroy();
    registry = socket;
    socket.on('error', () => {});
    takeLines(socket, limits.senderCallCharacters, (line) => void take(line, socket, sender, log));
  });
  // What lies there is of a process that is gone: whoever listens holds the guard of the folder.
  rmSync(place.path, { force: true });
  const failure = await listenPrivately(server, place.path);
  if (failure !== null)
    return fault('folder-unusable', `The sender cannot be reached in ${folder} (${failure.message}); check that the folder can be written.`);
  return ok({
    async close() {
      registry?.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
      place.release();
    },
  });
}

function listenPrivately(server: Server, path: string): Promise<Error | null> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    const before = process.umask(OWNER_ONLY);
    server.listen(path, () => resolve(null));
    process.umask(before);
  });
}

async function take(line: string, socket: Socket, sender: Sender, log: Log): Promise<void> {
  const decoded = decodeCall(line);
  if (!decoded.ok) {
    log.warn('sender-call-not-understood', { reason: decoded.error.message });
    socket.destroy();
    return;
  }
  const { id, call } = decoded.value;
  const outcome = await sender.answer(call);
  const answer: SenderAnswer = outcome.ok ? { id, ok: true, value: outcome.value ?? null } : { id, ok: false, ...outcome.error };
  if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
}
