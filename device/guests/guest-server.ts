import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { GuestPages } from '../../src/guests/guest-pages.ts';
import { limits } from '../../src/limits.ts';

const FORM_BYTES = 4_096;
const CONNECTIONS = 100;

export interface GuestServer {
  /** As phones on the same network reach it. */
  readonly base: string;
  close(): Promise<void>;
}

/**
 * The guests' pages on the box itself, for a venue without the internet: plain HTTP on the local network, these pages and nothing else.
 * Rejects with words where the port is taken.
 */
export async function openGuestServer(pages: GuestPages, port: number): Promise<GuestServer> {
  const server = createServer({ requestTimeout: limits.httpTimeoutMs, headersTimeout: limits.httpTimeoutMs }, (request, response) => {
    serve(pages, request, response).catch(() => response.destroy());
  });
  server.maxConnections = CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`The guests' port ${port} can not be used (${error.message}). Choose another with --guest-port.`)));
    server.listen(port, '0.0.0.0', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    base: `http://${localAddress()}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(pages: GuestPages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://box');
  const posted = request.method === 'POST';
  if (!url.pathname.startsWith('/g/') || (!posted && request.method !== 'GET')) return void response.writeHead(404).end();
  const form = posted ? await formOf(request) : new URLSearchParams();
  if (form === null) return void response.writeHead(413, { connection: 'close' }).end();
  const { status, headers, body } = await pages.handle({
    method: posted ? 'POST' : 'GET',
    path: url.pathname,
    query: url.searchParams,
    form,
    cookies: request.headers.cookie ?? '',
    acceptLanguage: request.headers['accept-language'] ?? '',
    peer: request.socket.remoteAddress ?? '',
  });
  response.writeHead(status, headers).end(body);
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > FORM_BYTES) return null;
    parts.push(part as Buffer);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}

/** The first address that is not this machine's own. */
function localAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
