import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkoutCommand } from '../../../../src/cli/checkout.ts';
import { refuseByPlace } from '../../../../src/domain/access/content-constraint.ts';
import { createCatalogueView } from '../../../../src/headend/catalogue-view.ts';
import { CheckoutFees } from '../../../../src/headend/licences/checkout-fees.ts';
import { LicenceDesk } from '../../../../src/headend/licences/licence-desk.ts';
import { AccessDesk } from '../../../../src/headend/pricing/access-desk.ts';
import { createWorkQuote } from '../../../../src/headend/work-quote.ts';
import type { OutletRow } from '../../../../src/ports/headend-stores.ts';
import type { CatalogueResponse } from '../../../../src/wire/http-api.ts';
import { type BookFixture, bookFixture, countingRandom, enrol, work } from './book-fixture.ts';

let fixture: BookFixture;
let outlet: OutletRow;
const [song, film] = [work('song'), work('late film')];

beforeEach(() => {
  fixture = bookFixture();
  outlet = enrol(fixture.book);
  for (const each of [song, film]) fixture.book.putWork(each, each.title);
});
afterEach(() => fixture.remove());

function house() {
  const { book, clock } = fixture;
  const access = new AccessDesk({ store: book, accounts: { refusal: () => null }, wallMs: () => clock.wallMs() });
  const quote = createWorkQuote(book, book.defaults().vendor, clock, (wanted, where) => ({ ...access.walk(wanted, where), free: false }));
  const desk = new LicenceDesk({
    checkouts: book,
    loans: book,
    catalogue: book,
    quote,
    fees: new CheckoutFees({ store: book, clock, refusal: () => null }),
    clock,
    random: countingRandom(),
  });
  const view = createCatalogueView(book, { partedWorks: () => book.partedWorks(), quote, barredAt: (id) => book.barredAt(id) }, clock);
  const shown = () => (JSON.parse(view.current(outlet).json) as CatalogueResponse).works;
  return { desk, quote, shown };
}

async function checkout(...argv: readonly string[]) {
  const out: string[] = [];
  const code = await checkoutCommand.run([...argv, '--data', dirname(fixture.path)], { out: (text) => void out.push(text), err: () => {} });
  return { code, out: out.join('') };
}

test.each([
  ['a work for everybody, everywhere', { ageRating: null, regions: null }, { region: null, belowAge: null }, null],
  ['its region', { ageRating: null, regions: ['DE', 'AT'] }, { region: 'AT', belowAge: null }, null],
  ['another region', { ageRating: null, regions: ['DE'] }, { region: 'CH', belowAge: null }, 'region'],
  ['a region where nobody said where', { ageRating: null, regions: ['DE'] }, { region: null, belowAge: null }, 'region'],
  ['an age where nobody set a bound: the box asks for its PIN', { ageRating: 18, regions: null }, { region: null, belowAge: null }, null],
  ['an age below the bound', { ageRating: 12, regions: null }, { region: null, belowAge: 16 }, null],
  ['the age of the bound', { ageRating: 16, regions: null }, { region: null, belowAge: 16 }, 'age'],
] as const)('%s', (_, constraint, place, code) => {
  expect(refuseByPlace(constraint, place)?.code ?? null).toBe(code);
});

test('a rated work tells boxes its age, and one that is not for a place is neither shown nor sold nor lent there', async () => {
  const { desk, quote, shown } = house();
  expect(await checkout('restrict', film.id, '--age', '18', '--regions', 'DE,AT', '--json')).toEqual({
    code: 0,
    out: '{"ageRating":18,"regions":["DE","AT"]}\n',
  });
  expect(shown().map(({ id }) => id)).toEqual([song.id]);
  expect(quote({ ...film, ageRating: 18 }, outlet)).toMatchObject({ ok: false, error: { code: 'region' } });
  expect(desk.checkOut(outlet, film.id)).toMatchObject({ ok: false, error: { code: 'region', message: expect.stringContaining('nobody said') } });
  expect(desk.list(outlet, 9)).toEqual([]);

  expect((await checkout('place', outlet.outlet, '--region', 'AT')).code).toBe(0);
  await fixture.clock.advance(1_000);
  expect(shown().map(({ id, ageRating }) => [id, ageRating])).toEqual([
    [film.id, 18],
    [song.id, undefined],
  ]);
  expect(desk.checkOut(outlet, film.id)).toMatchObject({ ok: true });

  await checkout('place', outlet.outlet, '--region', 'AT', '--below-age', '16');
  await fixture.clock.advance(1_000);
  expect(shown().map(({ id }) => id)).toEqual([song.id]);
  expect(quote({ ...film, ageRating: 18 }, outlet)).toMatchObject({ ok: false, error: { code: 'age' } });
});

test('nonsense is refused', async () => {
  for (const wrong of [
    ['restrict'],
    ['restrict', film.id, '--age', '0'],
    ['restrict', film.id, '--age', 'x'],
    ['restrict', film.id, '--regions', 'de'],
    ['place', outlet.outlet, '--region', 'DE,AT'],
    ['place', outlet.outlet, '--age', '3'],
  ])
    expect((await checkout(...wrong)).code).toBe(2);
  expect((await checkout('restrict', 'none', '--age', '3')).code).toBe(1);
  expect((await checkout('place', 'none', '--region', 'DE')).code).toBe(1);
});
