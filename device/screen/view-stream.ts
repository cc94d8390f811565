import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BoxControl, BoxView } from '../session/box-view.ts';

/** Server-sent events: the whole view, whenever it changed (at most every 100 ms from one connection's sight). */
export function streamViews(box: BoxControl, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'keep-alive' });
  const send = (view: BoxView): void => {
    // A reader that does not keep up misses views; the next one holds everything again.
    if (raw.writableLength < 65_536) raw.write(`data: ${encode(view)}\n\n`);
  };
  send(box.view());
  const stop = box.onChange(send);
  request.raw.on('close', stop);
  return reply;
}

/** JSON in which amounts (bigint) are decimal text. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
}
