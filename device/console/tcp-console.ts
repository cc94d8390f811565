import { createServer, type Socket } from 'node:net';
import type { Clock } from '../../src/ports/clock.ts';
import type { BoxControl } from '../session/box-view.ts';
import type { ConsoleKeys } from './console-keys.ts';
import { ConsoleSession } from './console-session.ts';
import type { SerialConsole } from './serial-console.ts';

/** One to work with, one to look beside it. */
const CONNECTIONS_MAX = 2;

/** The console for a program or a tunnel on this machine: the same lines and the same sign-in, never on another network than loopback. */
export async function openTcpConsole(parts: {
  readonly port: number;
  readonly box: BoxControl;
  readonly clock: Clock;
  /** Null: there is nothing to guard yet. */
  readonly keys: ConsoleKeys | null;
}): Promise<SerialConsole> {
  const open = new Map<Socket, ConsoleSession>();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    open.set(socket, new ConsoleSession({ ...parts, line: socket }));
    socket.on('close', () => {
      open.get(socket)?.close();
      open.delete(socket);
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`The console’s port ${parts.port} can not be opened: ${error.message}`)));
    server.listen(parts.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    path: `tcp:127.0.0.1:${typeof address === 'object' ? address?.port : parts.port}`,
    async close() {
      for (const socket of open.keys()) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
