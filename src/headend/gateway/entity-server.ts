import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { equalSecrets } from '../../platform/crypto/digest.ts';
import { boundLines } from './bound-lines.ts';

export interface EntityServerOptions {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  /** What was taken, one transaction a line. */
  readonly file: string;
  /** Words where a transaction is not taken, else null. */
  readonly refuse?: (transaction: Readonly<Record<string, unknown>>) => string | null;
}

/**
 * The other side of a link: an entity that takes transactions into a file, each once. The simplest usage processing, billing or
 * information provider that can be built on, and what the tests run as a process of its own.
 */
export async function openEntityServer({ host, port, token, file, refuse = () => null }: EntityServerOptions) {
  let taken = lastNumber(file);
  const sockets = new Set<Socket>();
  const take = (transaction: Readonly<Record<string, unknown>>, line: string): unknown => {
    const { number } = transaction;
    if (typeof number !== 'number') return transaction;
    const reason = number <= taken ? null : refuse(transaction);
    if (reason !== null) return { number, ok: false, reason };
    if (number > taken) appendFileSync(file, `${line}\n`);
    taken = Math.max(taken, number);
    return { number, ok: true };
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    let known = false;
    const lines = createInterface({ input: boundLines(socket) });
    // A gateway that is killed resets its connection: that ends the connection and nothing else.
    lines
      .on('error', () => {})
      .on('line', (line) => {
        const said = parse(line);
        if (said === null) return void socket.destroy();
        if (known) return void socket.write(`${JSON.stringify(take(said, line))}\n`);
        known = equalSecrets(new TextEncoder().encode(String(said.token)), new TextEncoder().encode(token));
        if (known) socket.write(`${JSON.stringify({ welcome: true })}\n`);
        else socket.destroy();
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

function parse(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function lastNumber(file: string): number {
  const last = existsSync(file) ? (readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '') : '';
  return last === '' ? 0 : ((JSON.parse(last) as { readonly number: number }).number ?? 0);
}
