import type { CatalogueWork } from '../../src/wire/http-api.ts';

let made = 0;

export function someWork(part: Partial<CatalogueWork>): CatalogueWork {
  made += 1;
  return {
    ...{ id: `w${made}`, title: 'A title', artist: 'Somebody', album: 'An album', genre: 'Pop', year: 1999, durationMs: 180_000, channels: 2, preSkip: 312 },
    ...{ totalSamples: 8_640_000, packets: 9_000, gainDb: 0, priceMinor: '50', currency: 'EUR', free: false, cover: null },
    ...part,
  };
}

const WORDS = 'blue night love river the of road heart summer morning moon dance little fire rain city dream last first stone silver gone home radio'.split(
  ' ',
);
const NAMES = 'Anna Boris Clara Dmitri Elena Farid Greta Hugo Ines Jonas Karla Luis Mona Nils Olga Piet Rosa Sven Tara Umar'.split(' ');

/** A catalogue as large as wanted, the same each time: words that many titles share, and numbers that few do. */
export function manyWorks(count: number): readonly CatalogueWork[] {
  const pick = (list: readonly string[], place: number): string => list[place % list.length] ?? '';
  return Array.from({ length: count }, (_, place) => {
    const mixed = Math.imul(place + 1, 2_654_435_761) >>> 0;
    const title = `${pick(WORDS, mixed)} ${pick(WORDS, mixed >>> 5)} ${pick(WORDS, mixed >>> 11)} ${place % 997}`;
    const artist = `${pick(NAMES, mixed >>> 3)} ${pick(NAMES, mixed >>> 8)} ${(mixed >>> 4) % 60}`;
    return someWork({
      id: `m${place}`,
      title,
      artist,
      album: `${pick(WORDS, mixed >>> 7)} ${place % 9_000}`,
      genre: pick(['Jazz', 'Blues', 'Pop', 'Rock'], mixed),
    });
  });
}
