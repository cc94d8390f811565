import type { Static } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { BoxControl } from '../session/box-view.ts';
import { channelsOf } from '../session/channel-desk.ts';
import type { Book } from '../stores/book-port.ts';
import type { Language } from '../texts/box-texts.ts';
import { CatalogueIndex, type Grouping } from './catalogue-index.ts';
import { GroupsQuery, SpeechQuery, WorksQuery } from './local-api.ts';
import { Speech } from './speech.ts';

export interface BrowseParts {
  readonly box: BoxControl;
  readonly book: Pick<Book, 'mostPlayed'>;
  readonly clock: Clock;
  cover(hash: string): Promise<{ readonly bytes: Uint8Array; readonly contentType: string } | null>;
}

const PAGE_WORKS = 60;
const DAY_MS = 86_400_000;

/** What can be looked at: works, groups of them, charts, covers; and what is said aloud. */
export function addBrowsing(app: FastifyInstance, { box, book, clock, cover }: BrowseParts): void {
  const index = new CatalogueIndex(clock, () => box.works());
  const speech = new Speech(clock);
  app.get<{ Querystring: Static<typeof WorksQuery> }>('/api/works', { schema: { querystring: WorksQuery } }, (request) => {
    const { search = '', by, name = '', offset = 0, limit = PAGE_WORKS } = request.query;
    return index.find({ search, within: by === undefined ? null : { by: by as Grouping, name }, offset, limit });
  });
  app.get<{ Querystring: Static<typeof GroupsQuery> }>('/api/groups', { schema: { querystring: GroupsQuery } }, (request) => {
    const { by, offset = 0, limit = PAGE_WORKS } = request.query;
    return index.groups(by as Grouping, offset, limit);
  });
  app.get('/api/channels', () => ({ works: channelsOf(box.works()) }));
  app.get('/api/charts', () => charts(box, book, clock));
  app.get<{ Params: { hash: string } }>('/api/cover/:hash', async (request, reply) => {
    const image = /^[0-9a-f]{64}$/.test(request.params.hash) ? await cover(request.params.hash) : null;
    if (image === null) return reply.code(404).send({ code: 'no-cover', title: 'There is no such cover.' });
    return reply.type(image.contentType).header('cache-control', 'max-age=86400, immutable').send(Buffer.from(image.bytes));
  });
  app.get<{ Querystring: Static<typeof SpeechQuery> }>('/api/speech', { schema: { querystring: SpeechQuery } }, async (request, reply) => {
    const sound = await speech.say(request.query.language as Language, request.query.text);
    if (sound === null) return reply.code(404).send({ code: 'no-voice', title: 'This box has no voice: espeak-ng is not installed.' });
    return reply.type('audio/wav').header('cache-control', 'max-age=86400').send(sound);
  });
}

/** What was heard most on this box; a work that is gone from the catalogue is gone from the charts. */
async function charts(
  box: BoxControl,
  book: Pick<Book, 'mostPlayed'>,
  clock: Clock,
): Promise<{ readonly works: readonly (CatalogueWork & { plays: number })[] }> {
  const played = await book.mostPlayed(clock.wallMs() - limits.chartDays * DAY_MS, limits.chartWorks);
  const plays = new Map(played.map(({ workId, plays: times }) => [workId, times]));
  const works = box.works().flatMap((work) => (plays.has(work.id) ? [{ ...work, plays: plays.get(work.id) ?? 0 }] : []));
  const rank = new Map(played.map(({ workId }, place) => [workId, place]));
  return { works: works.sort((left, right) => (rank.get(left.id) ?? 0) - (rank.get(right.id) ?? 0)) };
}
