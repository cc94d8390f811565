import { mkdir, readdir, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HouseCache } from '../headend/catalogue/house-cache.ts';
import { renderHouseCatalogue } from '../headend/catalogue/house-catalogue.ts';
import { HOUSE_VERSION } from '../headend/catalogue/house-pieces.ts';
import { type IngestProgress, type IngestSummary, ingestFolder } from '../headend/catalogue/ingest.ts';
import { parseRenditions, type RenditionWish } from '../headend/catalogue/video-renditions.ts';
import { parsePrice, type WorkPrice } from '../headend/catalogue/work-price.ts';
import { guardFolder } from '../headend/stores/folder-guard.ts';
import { type HeadendBook, openHeadendBook } from '../headend/stores/headend-book.ts';
import { SegmentFiles } from '../headend/stores/segment-files.ts';
import { createJsonLog } from '../platform/json-log.ts';
import { giveWay } from '../platform/priority.ts';
import { projectRoot } from '../platform/project-root.ts';
import { systemClock } from '../platform/system-clock.ts';
import { systemRandom } from '../platform/system-random.ts';
import type { Fault } from '../units/result.ts';
import { defaultDataFolder } from './data-folder.ts';
import { type CommandIo, EXIT, type Subcommand } from './subcommand.ts';

const help = `Turns a folder of sound files and films, in any format ffmpeg reads, into works that boxes can play. A running headend offers them at once.

usage: ackbox ingest [--data DIR] [--price PRICE] [--renditions LIST] [--verify] [--json] FOLDER
       ackbox ingest [--data DIR] [--json] --house

  --data DIR     the headend's data folder (default: .ackbox/headend in the checkout)
  --price PRICE  of what states none: "50 EUR" (minor units), or "free" (default: "50 EUR")
  --renditions LIST  what new films are encoded to, such as h264-480 or h264-720,hevc-1080: a codec, and at most so many lines
                 (default: h264-720, and hevc-1080 where the film has more than 720 lines; a Raspberry Pi 3 or Zero 2 shows no
                 HEVC, so leave an H.264 rendition in)
  --verify       read every stored segment of unchanged works too, and make damaged ones again
  --house        render our own small catalogue instead of reading a folder
  --json         one JSON object a line; the last one is the summary

Run it again at any time: unchanged files are skipped, changed ones become new works, what vanished is no longer offered, and
what somebody is hearing plays on. Ctrl-C stops it with nothing half-written. A price stands in the tag ackbox_price of a file
("50 EUR" or "free") or in ackbox.json in its folder: {"priceMinor": "50", "currency": "EUR", "files": {"a.mp3": {"free": true}}}.

Exit codes: 0 all well, 1 failed, 2 wrong usage, 3 some files were skipped, or stopped before the end.
`;

/** How what happens is told: lines for people, or JSON lines. */
interface Teller {
  progress(progress: IngestProgress): void;
  work(title: string, number: number, of: number): void;
  summary(summary: Partial<IngestSummary> & { readonly stopped: boolean }): void;
  failed(fault: Fault): void;
}

export const ingestCommand: Subcommand = {
  name: 'ingest',
  summary: 'turn a folder of audio files and films into works',
  help,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        price: { type: 'string', default: '50 EUR' },
        renditions: { type: 'string' },
        verify: { type: 'boolean', default: false },
        house: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const price = parsePrice(values.price);
    const renditions = values.renditions === undefined ? undefined : parseRenditions(values.renditions);
    if (renditions === null) {
      io.err(`ackbox: --renditions ${JSON.stringify(values.renditions)} is no list such as h264-720,hevc-1080 (at most 1080 lines).\n`);
      return EXIT.usage;
    }
    const [folder] = positionals;
    if (price === null || positionals.length > 1 || (folder === undefined) === !values.house) {
      io.err(price === null ? `ackbox: --price ${JSON.stringify(values.price)} is no price; write "50 EUR" or "free".\n` : help);
      return EXIT.usage;
    }
    const teller = values.json ? tellJson(io) : tellPeople(io);
    const data = values.data ?? join(defaultDataFolder(), 'headend');
    return await withBook(data, teller, (book, signal) =>
      ingest({ data, folder: folder ?? null, price, renditions, verify: values.verify, book, signal, teller }),
    );
  },
};

interface IngestCall {
  readonly data: string;
  readonly folder: string | null;
  readonly price: WorkPrice;
  readonly renditions: readonly RenditionWish[] | undefined;
  readonly verify: boolean;
  readonly book: HeadendBook;
  readonly signal: AbortSignal;
  readonly teller: Teller;
}

/** Two ingests of one headend would take away each other's segments: the second one is refused. */
async function withBook(data: string, teller: Teller, call: (book: HeadendBook, signal: AbortSignal) => Promise<number>): Promise<number> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const guard = guardFolder(join(data, 'ingest'));
  if (!guard.ok) {
    const busy = { code: 'already-running', message: `another ingest into ${data} is under way; wait for its end, or stop it` };
    teller.failed(guard.error.code === 'already-running' ? busy : guard.error);
    return EXIT.failed;
  }
  await sweepLeftovers(join(data, 'ingest'));
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
  try {
    const book = openHeadendBook(join(data, 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'EUR' });
    try {
      return await call(book, stop.signal);
    } finally {
      book.close();
    }
  } catch (error) {
    teller.failed({ code: 'store-failed', message: error instanceof Error ? error.message : String(error) });
    return EXIT.failed;
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal);
    guard.value.release();
  }
}

/** What an ingest that was killed left behind; nobody else works in this folder. */
async function sweepLeftovers(folder: string): Promise<void> {
  const leftovers = (await readdir(folder)).filter((name) => name.startsWith('ackbox-'));
  await Promise.all(leftovers.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

async function ingest(call: IngestCall): Promise<number> {
  const { book, signal, teller, data } = call;
  const log = createJsonLog(systemClock, 'ingest');
  const shared = {
    catalogue: book,
    identifiers: book,
    segments: new SegmentFiles(join(data, 'segments')),
    clock: systemClock,
    log,
    signal,
    workFolder: join(data, 'ingest'),
  };
  if (call.folder === null) return await renderHouse(shared, teller);
  const done = await ingestFolder({
    ...shared,
    folder: call.folder,
    price: call.price,
    ...(call.renditions === undefined ? {} : { renditions: call.renditions }),
    verify: call.verify,
    onProgress: (progress) => teller.progress(progress),
  });
  if (!done.ok) {
    teller.failed(done.error);
    return EXIT.failed;
  }
  teller.summary(done.value);
  return done.value.skipped.length > 0 || done.value.stopped ? EXIT.partly : EXIT.ok;
}

async function renderHouse(shared: Parameters<typeof renderHouseCatalogue>[0], teller: Teller): Promise<number> {
  let ready = 0;
  const done = await renderHouseCatalogue({
    ...shared,
    cache: new HouseCache(join(projectRoot, 'node_modules', '.cache', 'ackbox-house'), HOUSE_VERSION),
    onWork: (work, number, of) => {
      ready = number;
      // There is music; whoever plays it goes before the rest.
      if (number === 1) giveWay(process.pid, constants.priority.PRIORITY_BELOW_NORMAL);
      teller.work(work.title, number, of);
    },
  });
  const stopped = !done.ok && done.error.code === 'stopped';
  if (!done.ok && !stopped) {
    teller.failed(done.error);
    return EXIT.failed;
  }
  teller.summary({ ingested: ready, stopped });
  return stopped ? EXIT.partly : EXIT.ok;
}

function tellJson(io: CommandIo): Teller {
  const line = (facts: Readonly<Record<string, unknown>>): void => io.out(`${JSON.stringify(facts)}\n`);
  return {
    progress: ({ file, files, name, seconds, outcome, reason }) => {
      if (outcome === 'skipped') line({ event: 'skipped', number: file, of: files, file: name, reason });
      else if (outcome !== null) line({ event: outcome, number: file, of: files, file: name });
      else line({ event: 'progress', number: file, of: files, file: name, seconds });
    },
    work: (title, number, of) => line({ event: 'ingested', number, of, file: title }),
    summary: (summary) => line({ event: 'summary', ...summary }),
    failed: ({ code, message }) => line({ event: 'failed', code, message }),
  };
}

const WORDS = {
  ingested: 'ready',
  unchanged: 'unchanged',
  duplicate: 'the same sound as another file',
  'not-audio': '',
  skipped: 'skipped',
  stopped: '',
  failed: '',
};
/** Content between two signs of life of one long file. */
const LONG_FILE_S = 600;

function tellPeople(io: CommandIo): Teller {
  let told = 0;
  return {
    progress: ({ file, files, name, seconds, outcome, reason }) => {
      const minutes = Math.floor(seconds / LONG_FILE_S) * (LONG_FILE_S / 60);
      if (outcome === null && minutes > told) io.out(`${file}/${files} ${name}: ${minutes} minutes so far\n`);
      told = outcome === null ? Math.max(told, minutes) : 0;
      if (outcome !== null && WORDS[outcome] !== '') io.out(`${file}/${files} ${name}: ${WORDS[outcome]}${reason === null ? '' : ` - ${reason}`}\n`);
    },
    work: (title, number, of) => io.out(`${number}/${of} ${title}: ready\n`),
    summary: (summary) => io.out(sentence(summary)),
    failed: ({ message }) => io.err(`ackbox: ${message}\n`),
  };
}

function sentence(summary: Partial<IngestSummary> & { readonly stopped: boolean }): string {
  const parts = [
    `${summary.ingested ?? 0} new`,
    ...(summary.unchanged ? [`${summary.unchanged} unchanged`] : []),
    ...(summary.duplicates ? [`${summary.duplicates} twice there`] : []),
    ...(summary.retired ? [`${summary.retired} no longer offered`] : []),
    ...(summary.skipped?.length ? [`${summary.skipped.length} skipped`] : []),
    ...(summary.notAudio ? [`${summary.notAudio} other files`] : []),
  ];
  return `${parts.join(', ')}.${summary.stopped ? ' Stopped before the end; run it again to go on.' : ''}\n`;
}
