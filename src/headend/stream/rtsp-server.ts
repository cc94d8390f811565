import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { every, monotonicMs } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { type HeaderList, type RtspRequest, type RtspStatus, serializeInterleaved, serializeResponse } from '../../wire/rtsp.ts';
import { RtspParser } from '../../wire/rtsp-parser.ts';

/** One RTSP connection, as the desks see it. */
export interface RtspClient {
  readonly peerAddress: string;
  /** The address of ours that the client reached. */
  readonly localAddress: string;
  /** Everything read from it so far; bounds what is sent before it proved that it hears us. */
  readonly receivedBytes: number;
  /** Writes an interleaved frame; false (and nothing written) where the connection is full or gone. */
  sendFrame(channel: number, payload: Uint8Array): boolean;
}

export interface RtspReply {
  readonly status: RtspStatus;
  readonly headers?: HeaderList;
  readonly body?: Uint8Array;
  /** Runs once the reply was written: media follows the answer, never overtakes it. */
  readonly afterwards?: () => void;
}

export interface RtspHandler {
  request(request: RtspRequest, client: RtspClient): RtspReply;
  frame(channel: number, payload: Uint8Array, client: RtspClient): void;
  /** A silent connection that still serves someone stays open. */
  isInUse(client: RtspClient): boolean;
  gone(client: RtspClient): void;
}

export interface RtspServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface RtspServerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly tls?: RtspTls;
  readonly handler: RtspHandler;
}

export interface RtspTls {
  readonly certificatePem: string;
  readonly keyPem: string;
}

const SWEEP_MS = 10_000;
/** The first byte of a TLS connection (RFC 8446, 5.1); no RTSP message begins with it. */
const TLS_HANDSHAKE = 0x16;

/** RTSP 1.0 over TCP (RFC 2326), or over TLS on the same port, told apart by the first byte. Answers are written in the order of the requests; a connection that does not speak RTSP is closed. */
export async function startRtspServer(deps: RtspServerDeps): Promise<Result<RtspServer, Fault<'port-taken'>>> {
  const clients = new Set<Connection>();
  const waiting = new Set<Socket>();
  const serve = (socket: Socket): void => {
    const client = new Connection(socket, deps);
    clients.add(client);
    socket.on('close', () => {
      clients.delete(client);
      deps.handler.gone(client);
    });
  };
  const server = createServer((socket) => {
    if (clients.size + waiting.size >= limits.rtspConnectionsMax) {
      socket.destroy();
      return;
    }
    waiting.add(socket);
    whenSpoken(socket, deps, (spoken) => {
      waiting.delete(socket);
      if (spoken !== null) serve(spoken);
    });
  });
  const port = await listen(server, deps.host, deps.port);
  if (port === null)
    return fault('port-taken', `TCP port ${deps.port} on ${deps.host} is taken or not allowed; stop the other program, or choose another RTSP port.`);
  const stopSweep = every(deps.clock, SWEEP_MS, () => {
    for (const client of clients) client.closeIfIdle();
  });
  const close = async (): Promise<void> => {
    stopSweep();
    for (const client of clients) client.destroy();
    for (const socket of waiting) socket.destroy();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  };
  return ok({ port, close });
}

/** Waits for the first bytes, at most `limits.rtspSessionIdleMs`, and puts TLS around the connection where they ask for it. */
function whenSpoken(socket: Socket, { clock, tls }: RtspServerDeps, give: (spoken: Socket | null) => void): void {
  const cancel = clock.after(limits.rtspSessionIdleMs, () => socket.destroy());
  const gone = (): void => {
    cancel();
    give(null);
  };
  socket.on('error', () => {});
  socket.once('close', gone);
  socket.once('data', (bytes) => {
    cancel();
    socket.removeListener('close', gone);
    socket.pause();
    socket.unshift(bytes);
    if (bytes[0] !== TLS_HANDSHAKE || tls === undefined) {
      give(socket);
      socket.resume();
      return;
    }
    give(new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert: tls.certificatePem, key: tls.keyPem }) }));
  });
}

function listen(server: Server, host: string, port: number): Promise<number | null> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(null));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      const address = server.address();
      resolve(address === null || typeof address === 'string' ? null : address.port);
    });
  });
}

class Connection implements RtspClient {
  readonly peerAddress: string;
  readonly localAddress: string;
  readonly #socket: Socket;
  readonly #deps: RtspServerDeps;
  readonly #parser = new RtspParser();
  /** When a whole request last came. */
  #lastHeardMs: number;

  constructor(socket: Socket, deps: RtspServerDeps) {
    this.#socket = socket;
    this.#deps = deps;
    this.peerAddress = plainAddress(socket.remoteAddress);
    this.localAddress = plainAddress(socket.localAddress);
    this.#lastHeardMs = monotonicMs(deps.clock);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (bytes) => this.#take(bytes));
  }

  get receivedBytes(): number {
    return this.#socket.bytesRead;
  }

  sendFrame(channel: number, payload: Uint8Array): boolean {
    if (!this.#socket.writable || this.#socket.writableLength > limits.unwrittenFrameBytes) return false;
    this.#socket.write(serializeInterleaved(channel, payload));
    return true;
  }

  closeIfIdle(): void {
    const silentMs = monotonicMs(this.#deps.clock) - this.#lastHeardMs;
    if (silentMs > limits.rtspSessionIdleMs && !this.#deps.handler.isInUse(this)) this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(bytes: Uint8Array): void {
    const { items, fault: broken } = this.#parser.push(bytes);
    for (const item of items) {
      if (item.kind === 'request') {
        // Whoever sends a request byte by byte says nothing.
        this.#lastHeardMs = monotonicMs(this.#deps.clock);
        this.#answer(item);
      } else if (item.kind === 'interleaved') this.#deps.handler.frame(item.channel, item.payload, this);
    }
    if (broken !== null) this.#refuse(broken);
  }

  #answer(request: RtspRequest): void {
    const cseq = request.headers.get('cseq') ?? '';
    const reply: RtspReply = /^\d{1,9}$/.test(cseq) ? this.#deps.handler.request(request, this) : { status: 400 };
    const headers = { ...(cseq === '' ? {} : { CSeq: cseq }), ...reply.headers };
    if (this.#socket.writable) this.#socket.write(serializeResponse({ ...reply, headers }));
    reply.afterwards?.();
  }

  #refuse(error: Fault): void {
    this.#deps.log.info('rtsp-not-understood', { peer: this.peerAddress, code: error.code });
    const status = error.code === 'too-large' ? 413 : error.code === 'unsupported-version' ? 505 : 400;
    this.#socket.end(serializeResponse({ status, headers: {} }));
  }
}

/** `::ffff:10.0.0.1` is 10.0.0.1: UDP must go to the same address by the same family. */
function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}
