import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Log } from '../../src/ports/log.ts';
import type { TitleIntake } from './title-intake.ts';

const LINE_BYTES = 16_384;
const CONNECTIONS_MAX = 16;
/** Lines of one connection that wait for their turn; the socket is not read on until they are answered. */
const WAITING_MAX = 64;

export interface TitleSocketParts {
  /** A Unix socket in the data folder, for programs of the box's own user only. */
  readonly path: string;
  readonly intake: TitleIntake;
  readonly log: Log;
}

/**
 * Opens the socket on which titles give their ready-made records: one event a line, one answer a line, in order. Where it cannot
 * be opened (a path too long for a socket), the box goes on without it and says so in its log.
 */
export async function openTitleSocket({ path, intake, log }: TitleSocketParts): Promise<{ close(): Promise<void> }> {
  rmSync(path, { force: true });
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', (error) => log.warn('title-socket-failed', { reason: error.message }));
    serve(socket, intake).catch((error: unknown) => {
      log.warn('title-socket-failed', { reason: error instanceof Error ? error.message : String(error) });
      socket.destroy();
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  const failure = await new Promise<Error | null>((resolve) => {
    server.once('error', resolve);
    server.listen(path, () => resolve(null));
  });
  if (failure !== null) {
    log.warn('title-socket-not-opened', { reason: failure.message });
    return { close: () => Promise.resolve() };
  }
  chmodSync(path, 0o600);
  return {
    async close() {
      for (const socket of connections) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(path, { force: true });
    },
  };
}

/** Line by line: reading stops while a title is ahead of what the book takes. */
async function serve(socket: Socket, intake: TitleIntake): Promise<void> {
  let rest = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (let from = 0; from < lines.length; from += WAITING_MAX) {
      const answers = await answerAll(intake, lines.slice(from, from + WAITING_MAX));
      if (!socket.write(answers)) await new Promise<void>((resolve) => socket.once('drain', () => resolve()));
    }
    if (rest.length > LINE_BYTES) {
      socket.end(`${JSON.stringify({ id: null, ok: false, code: 'not-understood', message: `A line may have ${LINE_BYTES} characters.` })}\n`);
      return;
    }
  }
}

async function answerAll(intake: TitleIntake, lines: readonly string[]): Promise<string> {
  let answers = '';
  for (const line of lines) if (line.trim() !== '') answers += `${JSON.stringify(await intake.take(line))}\n`;
  return answers;
}
