import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BoxControl, BoxView } from '../session/box-view.ts';
import type { ScreenKeys } from './screen-keys.ts';

/** A reader that does not keep up misses views; the next one holds everything again. */
const UNREAD_BYTES = 65_536;
/** Of the view shown last: twenty open pages cost one encoding. */
let encoded: { readonly view: BoxView; readonly event: string } | null = null;

/** Server-sent events: the whole view, whenever it changed. With keys, those of the box's remotes and buttons too. */
export function streamViews(box: BoxControl, keys: ScreenKeys | null, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'keep-alive' });
  const send = (view: BoxView): void => {
    if (encoded?.view !== view) encoded = { view, event: `data: ${encode(view)}\n\n` };
    if (raw.writableLength < UNREAD_BYTES) raw.write(encoded.event);
  };
  send(box.view());
  const stops = [box.onChange(send), ...(keys === null ? [] : [keys.attach((key) => void raw.write(`event: key\ndata: ${key}\n\n`))])];
  request.raw.on('close', () => {
    for (const stop of stops) stop();
  });
  return reply;
}

/** JSON in which amounts (bigint) are decimal text. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
}
