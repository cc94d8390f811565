import { limits } from '../../src/limits.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { Book } from '../stores/book-port.ts';
import type { PlayView } from './play-port.ts';

const SETTING = 'resume-points';
/** Less than this into it, and a film begins again. */
const FIRST_MS = 30_000;
/** What is left of a film that was as good as seen. */
const LAST_SHARE = 0.95;

/** Where films were left, so that they go on there another day. The newest are kept, over restarts. */
export class ResumePoints {
  readonly #book: Pick<Book, 'getSetting' | 'putSetting'>;

  constructor(book: Pick<Book, 'getSetting' | 'putSetting'>) {
    this.#book = book;
  }

  /** Notes where a play ended; one that was seen to its end begins again. */
  async note(work: CatalogueWork | null, { positionMs, durationMs }: Pick<PlayView, 'positionMs' | 'durationMs'>): Promise<void> {
    if (work === null || !isFilm(work)) return;
    const points = (await this.#read()).filter(([id]) => id !== work.id);
    const left = positionMs >= FIRST_MS && positionMs < durationMs * LAST_SHARE;
    await this.#book.putSetting(SETTING, JSON.stringify([...points, ...(left ? [[work.id, positionMs]] : [])].slice(-limits.resumePoints)));
  }

  /** @returns where a film goes on; null where it begins */
  async of(work: CatalogueWork | null): Promise<number | null> {
    if (work === null || !isFilm(work)) return null;
    return (await this.#read()).find(([id]) => id === work.id)?.[1] ?? null;
  }

  async #read(): Promise<readonly (readonly [id: string, positionMs: number])[]> {
    try {
      const value: unknown = JSON.parse((await this.#book.getSetting(SETTING)) ?? '[]');
      return Array.isArray(value) ? value.filter(isPoint) : [];
    } catch {
      return [];
    }
  }
}

function isFilm({ video, channel }: CatalogueWork): boolean {
  return video !== undefined && channel === undefined;
}

function isPoint(value: unknown): value is readonly [string, number] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && Number.isSafeInteger(value[1]) && value[1] >= 0;
}
