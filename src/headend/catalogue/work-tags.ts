import { basename, extname } from 'node:path';
import { limits } from '../../limits.ts';
import { printable } from './programs.ts';

/** What people read about a work. Empty text where nothing is known; a title is always there. */
export interface WorkTags {
  readonly title: string;
  readonly artist: string;
  readonly album: string;
  readonly genre: string;
  readonly year: number | null;
}

/**
 * Tags of a file, in one line each and at most `limits.tagCharacters` long. Without a title the file name speaks:
 * `03 - Artist - Title.flac` and `Title.mp3` are understood.
 * @param tags lower-case names, as from probe.ts
 */
export function readWorkTags(tags: ReadonlyMap<string, string>, fileName: string): WorkTags {
  const text = (...names: readonly string[]): string => {
    for (const name of names) {
      const value = clip(tags.get(name) ?? '');
      if (value !== '') return value;
    }
    return '';
  };
  const named = fromFileName(fileName);
  const title = text('title');
  const artist = text('artist', 'album_artist', 'album artist', 'performer', 'author', 'composer');
  return {
    title: title || named.title,
    artist: artist || (title === '' ? named.artist : ''),
    album: text('album'),
    genre: text('genre'),
    year: yearOf(text('date', 'year', 'originaldate', 'tdrc')),
  };
}

/** The International Standard Recording Code (ISO 3901) of a file, without hyphens; null where there is none, or it is none. */
export function readIsrc(tags: ReadonlyMap<string, string>): string | null {
  const code = (tags.get('isrc') ?? tags.get('tsrc') ?? '').toUpperCase().replace(/[^A-Z0-9]/g, '');
  return /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/.test(code) ? code : null;
}

function fromFileName(fileName: string): { readonly title: string; readonly artist: string } {
  const stem = clip(basename(fileName, extname(fileName)).replaceAll('_', ' '));
  const words = stem.replace(/^\d{1,3}(?:\s*[-.)]\s*|\s+)(?=\S)/, '');
  const [artist = '', ...title] = words.split(/\s+[-–—]\s+/);
  if (title.length > 0 && title.join('') !== '') return { artist, title: title.join(' - ') };
  return { artist: '', title: words || stem || 'Untitled' };
}

function clip(text: string): string {
  const characters = [...printable(text)];
  return characters.length <= limits.tagCharacters && text.length <= limits.tagCharacters
    ? characters.join('')
    : characters
        .join('')
        .slice(0, limits.tagCharacters)
        .toWellFormed()
        .replace(/\ufffd$/, '')
        .trim();
}

function yearOf(date: string): number | null {
  const year = Number(/(?:^|\D)(\d{4})(?:\D|$)/.exec(date)?.[1] ?? Number.NaN);
  return year >= 1_000 && year <= 2_999 ? year : null;
}
