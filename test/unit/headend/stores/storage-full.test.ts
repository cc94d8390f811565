import { expect, it, onTestFinished } from 'vitest';
import { HeadendDatabase } from '../../../../src/headend/stores/headend-database.ts';
import { usageRows } from '../../../../src/headend/stores/usage-rows.ts';
import { bookFixture, countingRandom, enrol, records } from './book-fixture.ts';

it('takes all of a batch or nothing when the disk fills up in the middle of it, and goes on when there is room', () => {
  const fixture = bookFixture();
  onTestFinished(() => fixture.remove());
  const outlet = enrol(fixture.book).outlet;
  const database = new HeadendDatabase(fixture.path);
  onTestFinished(() => database.close());
  const store = usageRows({ database, clock: fixture.clock, random: countingRandom() });
  store.intake(outlet, 'g', records(1, 5), 0);
  const pages = Number(database.raw.pragma('page_count', { simple: true }));
  database.raw.pragma(`max_page_count = ${pages + 1}`);
  expect(() => store.intake(outlet, 'g', records(6, 205), 0)).toThrow(
    expect.objectContaining({ code: 'storage-full', message: expect.stringMatching(/Free some space/) }),
  );
  expect(store.recordCount(outlet)).toEqual({ total: 5, usage: 5 });
  database.raw.pragma('max_page_count = 1000000');
  expect(store.intake(outlet, 'g', records(6, 205), 0).acknowledgedThrough).toBe(205);
});
