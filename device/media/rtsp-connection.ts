import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { fault, ok, type Result } from '../../src/units/result.ts';
import { type RtspResponse, serializeInterleaved, serializeRequest } from '../../src/wire/rtsp.ts';
import { RtspParser } from '../../src/wire/rtsp-parser.ts';
import type { LinkFault, RtspAsk } from './media-link.ts';

type Answer = (answer: Result<RtspResponse, LinkFault>) => void;

export interface ConnectionSettings {
  readonly clock: Clock;
  /** The pinned authority of the headend: RTSP in TLS. Null: in clear. */
  readonly caPem: string | null;
}

/** RTSP over TCP or TLS, requests matched to answers by CSeq, and the frames between them (RFC 2326, 10.12). */
export class RtspConnection {
  /** Address of the headend. */
  readonly peer: string;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #parser = new RtspParser();
  readonly #open = new Map<string, Answer>();
  #onFrame: (channel: number, payload: Uint8Array) => void = () => {};
  #onLost: (reason: string) => void = () => {};
  #over = false;

  private constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.peer = plainAddress(socket.remoteAddress ?? '');
    socket.on('data', (bytes: Buffer) => this.#onBytes(bytes));
    socket.on('error', (error) => this.lose(error.message));
    socket.on('close', () => this.lose('the headend closed the connection'));
  }

  static async open(url: string, settings: ConnectionSettings): Promise<Result<RtspConnection, LinkFault>> {
    const { hostname, port } = new URL(url);
    const target = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port === '' ? 554 : port) };
    const socket = await openSocket(target, settings);
    if (socket === null) return fault('unreachable', `Nothing answers at ${url}; is the headend running?`);
    return ok(new RtspConnection(socket, settings.clock));
  }

  ask(request: RtspAsk): Promise<Result<RtspResponse, LinkFault>> {
    if (this.#over) return Promise.resolve(fault('lost', 'The connection to the headend is gone.'));
    const cseq = String(request.headers.CSeq);
    return new Promise((resolve) => {
      const cancel = this.#clock.after(limits.rtspTimeoutMs, () => this.#answer(cseq, fault('timeout', `The headend did not answer ${request.method}.`)));
      this.#open.set(cseq, (answer) => {
        cancel();
        resolve(answer);
      });
      this.#socket.write(serializeRequest(request));
    });
  }

  /** A frame that does not fit any more is dropped, as on any network: everything we say is said again. */
  sendFrame(channel: number, payload: Uint8Array): void {
    if (this.#over || this.#socket.writableLength > limits.unwrittenFrameBytes) return;
    this.#socket.write(serializeInterleaved(channel, payload));
  }

  onFrame(listener: (channel: number, payload: Uint8Array) => void): void {
    this.#onFrame = listener;
  }

  /** Called at most once, never after `close`. */
  onLost(listener: (reason: string) => void): void {
    this.#onLost = listener;
  }

  close(): void {
    this.#onLost = () => {};
    this.lose('closed');
  }

  lose(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#socket.destroy();
    for (const cseq of [...this.#open.keys()]) this.#answer(cseq, fault('lost', `The connection to the headend is gone: ${reason}.`));
    this.#onLost(reason);
  }

  #onBytes(bytes: Uint8Array): void {
    const { items, fault: broken } = this.#parser.push(bytes);
    for (const item of items) {
      if (item.kind === 'response') this.#answer(item.headers.get('cseq') ?? '', ok(item));
      else if (item.kind === 'interleaved' && !this.#over) this.#onFrame(item.channel, item.payload);
    }
    if (broken !== null) this.lose(broken.message);
  }

  #answer(cseq: string, answer: Result<RtspResponse, LinkFault>): void {
    const waiting = this.#open.get(cseq);
    this.#open.delete(cseq);
    waiting?.(answer);
  }
}

function openSocket(target: { readonly host: string; readonly port: number }, { clock, caPem }: ConnectionSettings): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = caPem === null ? connect({ ...target, noDelay: true }) : connectTls({ ...target, ca: caPem });
    const give = (result: Socket | null): void => {
      cancel();
      socket.removeListener('error', refuse);
      if (result === null) {
        socket.on('error', () => {});
        socket.destroy();
      }
      resolve(result);
    };
    const refuse = (): void => give(null);
    const cancel = clock.after(limits.rtspTimeoutMs, refuse);
    socket.once(caPem === null ? 'connect' : 'secureConnect', () => {
      socket.setNoDelay(true);
      give(socket);
    });
    socket.once('error', refuse);
  });
}

/** `::ffff:127.0.0.1` and `127.0.0.1` are one peer. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:/, '');
}
