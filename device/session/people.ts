import { readAge, readName, readPin } from '../../src/domain/access/viewing.ts';
import { hashPin } from '../../src/platform/crypto/pin-hash.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import type { Book } from '../stores/book-port.ts';
import type { ViewerRow } from '../stores/viewer-port.ts';

export interface PeopleHost {
  readonly book: Pick<Book, 'viewers' | 'putViewer' | 'removeViewer'>;
  readonly newKey: () => string;
  /** To be told of each change. */
  readonly viewers: { load(): Promise<void> };
}

/** As it is keyed or written; `none` is no PIN, and no bound. What is left out stays as it is. */
export interface PersonWords {
  readonly name?: string | undefined;
  readonly pin?: string | undefined;
  readonly age?: string | undefined;
}

const ID = /^[\w-]{1,64}$/;
/** What a cap is called that is nobody's in particular. */
const NOBODY_IN_PARTICULAR = new Set(['account', 'guest']);

/** @param id a pseudonym that the headend or another box knows already */
export async function addPerson(host: PeopleHost, words: PersonWords & { readonly id?: string | undefined }): Promise<Result<ViewerRow, Fault>> {
  const viewerId = words.id ?? host.newKey();
  if (!ID.test(viewerId) || NOBODY_IN_PARTICULAR.has(viewerId)) return fault('bad-id', 'An id has letters, digits and hyphens, and is not account or guest.');
  const known = (await host.book.viewers()).some((viewer) => viewer.viewerId === viewerId);
  if (known) return fault('id-taken', 'Somebody here has this id already.');
  return await keep(host, { viewerId, name: '', pin: null, belowAge: null }, { name: '', ...words });
}

export async function changePerson(host: PeopleHost, viewerId: string, words: PersonWords): Promise<Result<ViewerRow, Fault>> {
  const person = (await host.book.viewers()).find((viewer) => viewer.viewerId === viewerId);
  return person === undefined ? fault('no-such-viewer', 'Nobody here has this id; show viewers lists who is.') : await keep(host, person, words);
}

/** What is recorded stays recorded. */
export async function removePerson(host: PeopleHost, viewerId: string): Promise<void> {
  await host.book.removeViewer(viewerId);
  await host.viewers.load();
}

async function keep(host: PeopleHost, person: ViewerRow, words: PersonWords): Promise<Result<ViewerRow, Fault>> {
  const name = words.name === undefined ? ok(person.name) : readName(words.name);
  if (!name.ok) return name;
  const lock = await readLock(words);
  if (!lock.ok) return lock;
  const changed: ViewerRow = { ...person, name: name.value, ...lock.value };
  const kept = await host.book.putViewer(changed);
  if (kept === 'name-taken') return fault(kept, `Somebody here is called ${changed.name} already.`);
  if (kept === 'too-many') return fault(kept, 'There is no room for more people.');
  await host.viewers.load();
  return ok(changed);
}

/** What is said of PIN, hashed, and age; null is none, and what is left out is not there. */
export async function readLock({ pin, age }: PersonWords): Promise<Result<{ readonly pin?: string | null; readonly belowAge?: number | null }, Fault>> {
  const [newPin, newAge] = [pin === undefined ? null : readPin(pin), age === undefined ? null : readAge(age)];
  if (newPin?.ok === false) return newPin;
  if (newAge?.ok === false) return newAge;
  return ok({
    ...(newPin !== null && { pin: newPin.value === null ? null : await hashPin(newPin.value) }),
    ...(newAge !== null && { belowAge: newAge.value }),
  });
}
