import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { FaultHook } from '../../device/stores/book-options.ts';
import { noFaults } from '../../device/stores/book-options.ts';
import { runStep, STEPS_A_ROUND } from '../fakes/book-child.ts';
import { EVENING } from '../fakes/book-evening.ts';
import { BookFolder, seededRandom } from '../fakes/book-folder.ts';
import { bundle } from '../fakes/bundle-book.ts';
import type { InlineBook } from '../fakes/inline-book.ts';

class Kill extends Error {}

/** Counts the places where a kill can strike, and strikes at one of them. */
class Striker implements FaultHook {
  readonly names: string[] = [];
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  beforeWrite(name: string): void {
    this.#pass(`before ${name}`);
  }

  afterCommit(name: string): void {
    this.#pass(`after ${name}`);
  }

  #pass(name: string): void {
    this.names.push(name);
    if (this.names.length === this.#at) throw new Kill(name);
  }
}

interface Outcome {
  readonly struck: string | null;
  readonly places: number;
  readonly left: object;
}

/** Lives the evening; at the strike the book is dropped, opened again, checked, and the step under way is done again. */
async function liveEvening(at: number): Promise<Outcome> {
  const folder = new BookFolder('jukebox', true);
  const striker = new Striker(at);
  let struck: string | null = null;
  let book = openAgain(folder, striker);
  try {
    for (const step of EVENING) {
      try {
        if (book === null) throw new Kill('while opening');
        await step.run(book, folder.clock);
      } catch (thrown) {
        if (!(thrown instanceof Kill)) throw thrown;
        struck = `${thrown.message} in ${step.name}`;
        book?.abandon();
        book = folder.open();
        await expectSound(book);
        await step.run(book, folder.clock);
      }
    }
    if (book === null) throw new Error('the evening has steps');
    await expectSound(book);
    return { struck, places: striker.names.length, left: await whatIsLeft(book) };
  } finally {
    book?.abandon();
    folder.remove();
  }
}

function openAgain(folder: BookFolder, faults: FaultHook): InlineBook | null {
  try {
    return folder.open({ faults });
  } catch (thrown) {
    if (thrown instanceof Kill) return null;
    throw thrown;
  }
}

async function expectSound(book: InlineBook): Promise<void> {
  expect(book.opening.notices.filter((notice) => !notice.includes('just before the last stop'))).toEqual([]);
  expect((await book.ledger()).problem).toBeNull();
  expect(book.box.core.parts.ledger.audit()).toBeNull();
  const { acknowledgedThrough, written } = await book.outboxState();
  const sequences = (await book.pendingRecords(100_000)).records.map(({ sequence }) => sequence);
  expect(sequences).toEqual(Array.from({ length: written - acknowledgedThrough }, (_, index) => acknowledgedThrough + 1 + index));
}

/** Everything that must not depend on where the kill struck. */
async function whatIsLeft(book: InlineBook): Promise<object> {
  const rows = book.box.core.parts.database.all<{ body: string }>(
    "SELECT body FROM outbox WHERE kind IN ('cash', 'receipt') OR body LIKE '%ORDER%' ORDER BY sequence",
  );
  const lines = rows
    .map(({ body }) => JSON.parse(body) as Readonly<Record<string, unknown>>)
    .map((line) => [line.event ?? line.EventType ?? 'statement', nameless(line.key), line.amountMinor, line.playId]);
  // A claim's code is random, and so is what a book puts before the numbers of its receipts: everywhere they stand, they read the same.
  const receipts = (await book.receipts(100)).map(({ claimCode, ...receipt }) => {
    const told = JSON.stringify(receipt).replaceAll(/R-[0-9A-F]{6}-/g, 'R-BOOK-');
    return JSON.parse(claimCode === null ? told : told.replaceAll(claimCode, 'CODE')) as typeof receipt;
  });
  return {
    ledger: await book.ledger(),
    lines,
    receipts,
    queue: await book.queue(),
    open: await book.openPlays(),
    credit: (await book.currentPayer())?.creditMinor,
  };
}

/** Claim codes are random. */
function nameless(key: unknown): unknown {
  return typeof key === 'string' && key.startsWith('claim') ? 'claim' : key;
}

describe('a kill at every write of an evening', () => {
  test('loses and doubles no coin, no hold, no charge, no refund, no queue entry and no record', async () => {
    const calm = await liveEvening(0);
    expect(calm.places).toBeGreaterThan(150);
    for (let at = 1; at <= calm.places; at += 1) {
      const { struck, left } = await liveEvening(at);
      expect(struck, `strike ${at}`).not.toBeNull();
      expect(left, `strike ${at}: ${struck}`).toEqual(calm.left);
    }
  }, 120_000);
});

const KILLS = 60;
const SEED = Number(process.env.SEED ?? 20_261);

/** @returns the last step that the child had heard to be done */
async function liveUntilKilled(program: string, options: object, from: number, afterSteps: number, delayMicros: number): Promise<number> {
  const child = spawn(process.execPath, [program, JSON.stringify(options), String(from)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  let struck = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (struck || said.split('\n').length - 2 < afterSteps || !said.startsWith('ready')) return;
    struck = true;
    const until = process.hrtime.bigint() + BigInt(delayMicros) * 1_000n;
    // A timer is too coarse for a point inside a commit.
    while (process.hrtime.bigint() < until) {}
    child.kill('SIGKILL');
  });
  await once(child, 'close');
  expect(said.startsWith('ready')).toBe(true);
  return said
    .trimEnd()
    .split('\n')
    .slice(1)
    .reduce((last, line) => Math.max(last, Number(line)), from - 1);
}

describe('kill -9 of a real process', () => {
  test(`at ${KILLS} random points: what the book said was done is done, the rest can be done again`, async () => {
    const folder = new BookFolder('jukebox', true);
    const random = seededRandom(SEED);
    const programs = mkdtempSync(join(tmpdir(), 'ackbox-kills-'));
    try {
      const child = await bundle('test/fakes/book-child.ts', programs, 'child');
      const workerUrl = pathToFileURL(await bundle('device/stores/book-worker.ts', programs, 'worker')).href;
      let step = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const done = await liveUntilKilled(child, { ...folder.options(), workerUrl }, step, random.next(12), random.next(4_000));
        const book = folder.open({ faults: noFaults });
        await expectSound(book);
        const coins = (await book.ledger()).cashBoxMinor / 200n;
        const promised = BigInt(Math.floor((done + STEPS_A_ROUND) / STEPS_A_ROUND));
        expect(coins === promised || coins === promised + 1n, `seed ${SEED}, kill ${kill}: ${coins} coins, ${promised} promised`).toBe(true);
        book.abandon();
        step = done + 1;
      }
      const book = folder.open();
      const rounds = Math.ceil((step + 1) / STEPS_A_ROUND);
      for (; step < rounds * STEPS_A_ROUND; step += 1) await runStep(book, step);
      const made = BigInt(rounds);
      expect(await book.ledger()).toMatchObject({
        cashBoxMinor: 200n * made,
        earnedMinor: 40n * made,
        patronCreditMinor: 160n * made,
        heldMinor: 0n,
        problem: null,
      });
      expect(await book.receipts(100_000)).toHaveLength(2 * rounds);
      expect([...(await book.queue()), ...(await book.openPlays())]).toEqual([]);
      const keys = (await book.pendingRecords(100_000)).records
        .filter(({ kind }) => kind === 'cash')
        .map(({ body }) => (JSON.parse(body) as { readonly key: string }).key);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys).toHaveLength(7 * rounds);
      book.abandon();
    } finally {
      folder.remove();
      rmSync(programs, { recursive: true, force: true });
    }
  }, 180_000);
});
