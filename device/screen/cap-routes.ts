import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { BoxControl } from '../session/box-view.ts';
import type { Book } from '../stores/book-port.ts';
import { encode } from './view-stream.ts';

const CapRequest = Type.Object({
  who: Type.String({ maxLength: 64 }),
  /** Decimal text in minor units; null takes the cap away. */
  capMinor: Type.Union([Type.String({ pattern: '^[0-9]{1,9}$' }), Type.Null()]),
});

export interface CapParts {
  readonly box: BoxControl;
  readonly book: Pick<Book, 'spendingCaps' | 'putSpendingCap' | 'recordAudit'>;
  /** The other boxes of the account are told. */
  changed(): void;
}

/** What each of a household may spend in a day; changed behind its PIN (`intent.household`), or by who has the local token. */
export function addCaps(app: FastifyInstance, { box, book, changed }: CapParts, trusted: (request: FastifyRequest) => boolean): void {
  const atHome = (): boolean => box.view().profile === 'set-top';
  app.get('/api/caps', async (request, reply) => {
    if (!atHome() || !(box.view().viewer.householdOpen || trusted(request)))
      return reply.code(401).send({ code: 'pin-needed', title: 'This needs the PIN of the household.' });
    return reply.type('application/json').send(encode({ caps: await book.spendingCaps() }));
  });
  app.post<{ Body: Static<typeof CapRequest> }>('/api/caps', { schema: { body: CapRequest } }, async (request, reply) => {
    if (!atHome() || !(box.view().viewer.householdOpen || trusted(request)))
      return reply.code(401).send({ code: 'pin-needed', title: 'This needs the PIN of the household.' });
    const { who, capMinor } = request.body;
    const kept = await book.putSpendingCap(who, capMinor === null ? null : BigInt(capMinor));
    if (kept !== 'ok') return reply.code(404).send({ code: kept, title: 'Nobody here is called so.' });
    await book.recordAudit({ event: 'spending-cap', facts: { who, capMinor: capMinor ?? 'none', surface: 'screen' } });
    changed();
    return reply.type('application/json').send(encode({ caps: await book.spendingCaps() }));
  });
}
