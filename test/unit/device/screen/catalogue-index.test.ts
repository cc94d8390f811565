import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CatalogueIndex, plainWords } from '../../../../device/screen/catalogue-index.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';
import type { CatalogueWork } from '../../../../src/wire/http-api.ts';
import { manyWorks, someWork } from '../../../fakes/many-works.ts';

const indexOf = (works: readonly CatalogueWork[]): CatalogueIndex => new CatalogueIndex(systemClock, () => works);
const titles = async (works: readonly CatalogueWork[], search: string, limit = 100): Promise<readonly string[]> =>
  (await indexOf(works).find({ search, within: null, offset: 0, limit })).works.map((work) => work.title);

describe('a search', () => {
  const works = [
    someWork({ title: 'The Tramline', artist: 'Odd Couple' }),
    someWork({ title: 'Night Tram', artist: 'Linie 9' }),
    someWork({ title: 'Tram', artist: 'Zoé' }),
    someWork({ title: 'Slow Tide', artist: 'Night Trams', album: 'Straßenbahn' }),
  ];

  test('finds beginnings of words: titles that begin so first, then words of titles, then the rest', async () => {
    expect(await titles(works, 'tram')).toEqual(['Tram', 'The Tramline', 'Night Tram', 'Slow Tide']);
  });

  test('wants all words, in any order', async () => {
    expect(await titles(works, 'tram nig')).toEqual(['Night Tram', 'Slow Tide']);
    expect(await titles(works, 'tram tide')).toEqual(['Slow Tide']);
    expect(await titles(works, 'ram')).toEqual([]);
  });

  test('knows no accents, and no difference between ß and ss', async () => {
    expect(await titles(works, 'ZOE')).toEqual(['Tram']);
    expect(await titles(works, 'strassen')).toEqual(['Slow Tide']);
  });

  test('finds what is written without spaces anywhere', async () => {
    expect(await titles([someWork({ title: '春の夜の電車' })], '電車')).toEqual(['春の夜の電車']);
  });

  test('without words lists everything, page by page, as the catalogue has it', async () => {
    const { total, works: page } = await indexOf(works).find({ search: ' ', within: null, offset: 1, limit: 2 });
    expect([total, page.map((work) => work.title)]).toEqual([4, ['Night Tram', 'Tram']]);
  });

  test('finds what a plain look through all works finds, whatever is searched', async () => {
    const many = manyWorks(2_500);
    const index = indexOf(many);
    const some = fc.constantFrom('a', 's', 'mo', 'blue', 'blue m', 'love 12', 'the', 'of the', '9', 'zz', 'night blue');
    await fc.assert(
      fc.asyncProperty(some, async (search) => {
        const words = plainWords(search).split(' ');
        const lines = many.map((work) => ` ${plainWords(work.title)} ${plainWords(`${work.artist} ${work.album} ${work.genre}`)}`);
        const naive = many.filter((_, place) => words.every((word) => lines[place]?.includes(` ${word}`)));
        const found = await index.find({ search, within: null, offset: 0, limit: 2_500 });
        expect(found.total).toBe(naive.length);
        expect(found.works.map((work) => work.id).sort()).toEqual(naive.map((work) => work.id).sort());
      }),
      { numRuns: 20 },
    );
  });
});

describe('groups', () => {
  const works = [
    someWork({ title: 'One', artist: 'Émile', genre: 'Jazz' }),
    someWork({ title: 'Two', artist: 'dora', genre: 'Jazz', cover: 'ab'.repeat(32) }),
    someWork({ title: 'Three', artist: 'Franz', genre: '' }),
    someWork({ title: 'Four', artist: 'dora', genre: 'Blues' }),
  ];

  test('stand in the order of their names, whatever their accents and capitals, with a cover where one has any', async () => {
    const { total, groups } = await indexOf(works).groups('artist', 0, 10);
    expect([total, groups.map(({ name, works: count }) => [name, count])]).toEqual([
      3,
      [
        ['dora', 2],
        ['Émile', 1],
        ['Franz', 1],
      ],
    ]);
    expect((await indexOf(works).groups('genre', 1, 10)).groups.map(({ name, sample }) => [name, sample.title])).toEqual([['Jazz', 'Two']]);
  });

  test('are searched in by themselves', async () => {
    const found = await indexOf(works).find({ search: 'f', within: { by: 'artist', name: 'dora' }, offset: 0, limit: 10 });
    expect(found.works.map((work) => work.title)).toEqual(['Four']);
  });

  test('follow a catalogue that became another', async () => {
    let now = works;
    const index = new CatalogueIndex(systemClock, () => now);
    await index.groups('artist', 0, 10);
    now = works.slice(0, 1);
    expect((await index.groups('artist', 0, 10)).total).toBe(1);
  });
});
