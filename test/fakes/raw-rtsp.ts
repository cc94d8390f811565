import { connect, type Socket } from 'node:net';
import { type HeaderList, type RtspResponse, serializeInterleaved, serializeRequest } from '../../src/wire/rtsp.ts';
import { RtspParser } from '../../src/wire/rtsp-parser.ts';

/** A bare RTSP connection, for tests that ask what no honest client asks. */
export interface RawRtsp {
  readonly frames: { readonly channel: number; readonly payload: Uint8Array }[];
  readonly closed: Promise<void>;
  ask(method: string, uri: string, headers?: HeaderList): Promise<RtspResponse>;
  sendFrame(channel: number, payload: Uint8Array): void;
  write(bytes: string | Uint8Array): void;
  close(): void;
}

export async function openRawRtsp(port: number, socket: Socket = connect({ host: '127.0.0.1', port })): Promise<RawRtsp> {
  const parser = new RtspParser();
  const waiting: ((response: RtspResponse) => void)[] = [];
  const frames: { readonly channel: number; readonly payload: Uint8Array }[] = [];
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  socket.on('data', (bytes: Buffer) => {
    for (const item of parser.push(bytes).items) {
      if (item.kind === 'response') waiting.shift()?.(item);
      else if (item.kind === 'interleaved') frames.push(item);
    }
  });
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  let cseq = 0;
  return {
    frames,
    closed,
    ask(method, uri, headers = {}) {
      cseq += 1;
      socket.write(serializeRequest({ method, uri, headers: { CSeq: cseq, ...headers } }));
      return new Promise((resolve) => waiting.push(resolve));
    },
    sendFrame: (channel, payload) => void socket.write(serializeInterleaved(channel, payload)),
    write: (bytes) => void socket.write(bytes),
    close: () => socket.destroy(),
  };
}
