import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Fault, Result } from '../../src/units/result.ts';
import type { HouseholdAnswer } from '../../src/wire/household-api.ts';
import type { BoxControl } from '../session/box-view.ts';
import { addPerson, changePerson, type PeopleHost, readLock, removePerson } from '../session/people.ts';
import { HOUSEHOLD_PIN_SETTING } from '../session/viewer-desk.ts';
import type { Book } from '../stores/book-port.ts';
import { encode } from './view-stream.ts';

export interface PeopleParts extends PeopleHost {
  readonly book: PeopleHost['book'] & Pick<Book, 'putSetting' | 'recordAudit'>;
  /** Of the account, without a name at this box. */
  elsewhere(): HouseholdAnswer['people'];
  /** People or caps are others now: the other boxes of the account are told. */
  changed(): void;
}

const Id = Type.String({ minLength: 1, maxLength: 64 });
const PersonRequest = Type.Union([
  Type.Object({ add: Type.Object({ name: Type.String({ maxLength: 100 }), id: Type.Optional(Id) }) }),
  Type.Object({
    change: Type.Object({
      id: Id,
      name: Type.Optional(Type.String({ maxLength: 100 })),
      pin: Type.Optional(Type.String({ maxLength: 10 })),
      age: Type.Optional(Type.String({ maxLength: 10 })),
    }),
  }),
  Type.Object({ remove: Type.Object({ id: Id }) }),
  /** Of the household itself. */
  Type.Object({ pin: Type.String({ maxLength: 10 }) }),
]);
type PersonRequest = Static<typeof PersonRequest>;

/** Who of a household has a name here; changed behind its PIN (`intent.household`), or by who has the local token. */
export function addPeople(app: FastifyInstance, box: BoxControl, parts: PeopleParts, trusted: (request: FastifyRequest) => boolean): void {
  const closed = (request: FastifyRequest): boolean => !(box.view().viewer.householdOpen || trusted(request));
  app.get('/api/people', async (request, reply) => (closed(request) ? refuse(reply) : await answer(reply, parts)));
  app.post<{ Body: PersonRequest }>('/api/people', { schema: { body: PersonRequest } }, async (request, reply) => {
    if (closed(request)) return refuse(reply);
    const done = await act(parts, request.body);
    if (!done.ok) return reply.code(409).send({ code: done.error.code, title: done.error.message });
    // What was done, and to whom; no name, and no PIN.
    await parts.book.recordAudit({ event: 'household', facts: { ...done.value, surface: 'screen' } });
    parts.changed();
    return await answer(reply, parts);
  });
}

async function act(parts: PeopleParts, wish: PersonRequest): Promise<Result<{ readonly did: string; readonly who: string }, Fault>> {
  if ('pin' in wish) {
    const lock = await readLock({ pin: wish.pin });
    if (!lock.ok) return lock;
    await parts.book.putSetting(HOUSEHOLD_PIN_SETTING, lock.value.pin ?? '');
    await parts.viewers.load();
    return did('pin', 'household');
  }
  if ('remove' in wish) {
    await removePerson(parts, wish.remove.id);
    return did('remove', wish.remove.id);
  }
  const kept = 'add' in wish ? await addPerson(parts, wish.add) : await changePerson(parts, wish.change.id, wish.change);
  return kept.ok ? did('add' in wish ? 'add' : 'change', kept.value.viewerId) : kept;
}

function did(what: string, who: string): Result<{ readonly did: string; readonly who: string }, never> {
  return { ok: true, value: { did: what, who } };
}

async function answer(reply: FastifyReply, parts: PeopleParts): Promise<FastifyReply> {
  const people = (await parts.book.viewers()).map(({ viewerId, name, pin, belowAge }) => ({ id: viewerId, name, locked: pin !== null, belowAge }));
  return reply.type('application/json').send(encode({ people, elsewhere: parts.elsewhere() }));
}

function refuse(reply: FastifyReply): FastifyReply {
  return reply.code(401).send({ code: 'pin-needed', title: 'This needs the PIN of the household.' });
}
