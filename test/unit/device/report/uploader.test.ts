import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Uploader, UploaderOptions } from '../../../../device/report/uploader.ts';
import { createUploader } from '../../../../device/report/uploader.ts';
import type { ConnectivityEvent } from '../../../../device/session/events.ts';
import { limits } from '../../../../src/limits.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import type { HeadendError } from '../../../../src/ports/headend-api.ts';
import type { Result } from '../../../../src/units/result.ts';
import { err, ok } from '../../../../src/units/result.ts';
import type { OutboxRecord, ReportRequest, ReportResponse } from '../../../../src/wire/http-api.ts';
import { isStandIn } from '../../../../src/wire/refused-record.ts';
import { BookFolder, coin, STATEMENT, seededRandom, WORK } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';

type Answer = Result<ReportResponse, HeadendError>;
type Trouble = 'absent' | 'lost-answer' | 'busy' | 'throws';

const failure = (code: HeadendError['code'], retryAfterMs: number | null = null): Answer => err({ code, problem: code, message: code, retryAfterMs });

/** Takes records as the real one: in order, once, quarantining another payload under a taken number. */
class FakeHeadend {
  readonly taken = new Map<number, string>();
  readonly requests: ReportRequest[] = [];
  readonly atMs: number[] = [];
  troubles: Trouble[] = [];
  /** Answers 400 where this says so, as the schema of the real one does. */
  refuses: (request: ReportRequest) => boolean = () => false;
  extra: Partial<ReportResponse> = {};
  readonly #folder: BookFolder;

  constructor(folder: BookFolder) {
    this.#folder = folder;
  }

  report = async (request: ReportRequest): Promise<Answer> => {
    this.requests.push(request);
    this.atMs.push(this.#folder.clock.wallMs());
    const trouble = this.troubles.shift();
    if (trouble === 'absent') return failure('unreachable');
    if (trouble === 'busy') return failure('busy', 5_000);
    if (this.refuses(request)) return err({ code: 'refused', problem: 'bad-request', message: 'The request does not fit its schema.', retryAfterMs: null });
    if (trouble === 'throws') throw new Error('socket hang up');
    const conflicts = request.records.filter((record) => !this.#take(record)).map(({ sequence }) => sequence);
    if (trouble === 'lost-answer') return failure('unreachable');
    const acknowledgedThrough = Math.max(0, ...this.taken.keys());
    return ok({ acknowledgedThrough, conflicts, settlements: [], commands: [], ...this.extra });
  };

  #take({ sequence, bodyHash }: OutboxRecord): boolean {
    const known = this.taken.get(sequence);
    if (known !== undefined) return known === bodyHash;
    expect(sequence, 'gapless').toBe(this.taken.size + 1);
    this.taken.set(sequence, bodyHash);
    return true;
  }
}

let folder: BookFolder;
let book: InlineBook;
let headend: FakeHeadend;
let uploader: Uploader;
let connectivity: ConnectivityEvent['type'][];

function create(changes: Partial<UploaderOptions> = {}): Uploader {
  return createUploader({
    book,
    headend,
    clock: folder.clock,
    random: seededRandom(3),
    log: { info() {}, warn() {} },
    status: () => ({ playing: true }),
    onCommands: async () => [],
    onSettlements: async () => {},
    onConnectivity: ({ type }) => connectivity.push(type),
    ...changes,
  });
}

beforeEach(() => {
  folder = new BookFolder('jukebox', true);
  book = folder.open();
  headend = new FakeHeadend(folder);
  connectivity = [];
  uploader = create();
});
afterEach(async () => {
  await uploader.stop();
  book.abandon();
  folder.remove();
});

async function write(count: number, message = 'x'): Promise<void> {
  for (let index = 0; index < count; index += 1) await book.recordFault({ code: 'test', message });
}

/** Turns the clock in small steps, letting promises through. */
async function turn(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 250) {
    await folder.clock.advance(Math.min(250, left));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const acknowledged = async (): Promise<number> => (await book.outboxState()).acknowledgedThrough;

describe('the uploader', () => {
  test('delivers what is there and acknowledges it in the book', async () => {
    await write(3);
    uploader.start();
    await turn(10);
    expect(await acknowledged()).toBe(3);
    expect(connectivity).toEqual(['net.online']);
    expect(uploader.lastContactMs()).toBe(folder.clock.wallMs() - 10);
  });

  test('reports its status at least every interval, records or not', async () => {
    uploader.start();
    await turn(3 * limits.reportIntervalMs + 500);
    expect(headend.requests).toHaveLength(4);
    expect(headend.requests[3]).toMatchObject({ records: [], status: { playing: true } });
  });

  test('reports at once when it is kicked', async () => {
    uploader.start();
    await turn(500);
    await write(1);
    uploader.kick();
    await turn(1);
    expect(await acknowledged()).toBe(1);
  });

  test('sends a long backlog in batches bounded in records, strictly in order', async () => {
    await write(limits.batchRecords * 2 + 50);
    uploader.start();
    await turn(500);
    expect(headend.requests.map(({ records }) => [records[0]?.sequence, records.length])).toEqual([
      [1, limits.batchRecords],
      [limits.batchRecords + 1, limits.batchRecords],
      [limits.batchRecords * 2 + 1, 50],
    ]);
  });

  test('sends large records in batches bounded in bytes', async () => {
    await write(60, 'y'.repeat(15_000));
    uploader.start();
    await turn(500);
    expect(await acknowledged()).toBe(60);
    for (const request of headend.requests) expect(JSON.stringify(request).length).toBeLessThan(limits.batchBytes + 10_000);
    expect(headend.requests.length).toBeGreaterThan(1);
  });

  test('delivers a batch whose answer was lost again, and nothing is doubled', async () => {
    await write(5);
    headend.troubles = ['lost-answer', 'lost-answer'];
    uploader.start();
    await turn(10_000);
    expect(headend.requests.slice(0, 3).map(({ records }) => records.map(({ sequence }) => sequence))).toEqual(
      Array.from({ length: 3 }, () => [1, 2, 3, 4, 5]),
    );
    expect([...headend.taken.keys()]).toEqual([1, 2, 3, 4, 5]);
    expect(await acknowledged()).toBe(5);
  });

  test('waits longer after each failure, up to the longest wait, and tells of absence once', async () => {
    await write(1);
    headend.troubles = Array.from({ length: 100 }, () => 'absent');
    uploader.start();
    await turn(15 * limits.reportBackoffMaxMs);
    expect(headend.atMs.length).toBeGreaterThan(15);
    const waits = headend.atMs.slice(1).map((at, index) => at - (headend.atMs[index] ?? 0));
    for (const [index, wait] of waits.entries()) {
      const ceiling = Math.min(limits.reportBackoffMaxMs, limits.reportBackoffMinMs * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(Math.max(limits.reportBackoffMinMs, ceiling / 2) - 1);
      expect(wait).toBeLessThanOrEqual(Math.max(limits.reportBackoffMinMs, ceiling) + 2);
    }
    expect(connectivity).toEqual(['net.offline']);
    headend.troubles = [];
    await turn(limits.reportBackoffMaxMs);
    expect(connectivity).toEqual(['net.offline', 'net.online']);
    expect(await acknowledged()).toBe(1);
  });

  test('stays away for as long as a busy headend asked, also when kicked', async () => {
    await write(1);
    headend.troubles = ['busy'];
    uploader.start();
    await turn(100);
    uploader.kick();
    await turn(4_800);
    expect(headend.requests).toHaveLength(1);
    await turn(500);
    expect(await acknowledged()).toBe(1);
    expect(connectivity, 'busy is not absent').toEqual(['net.online']);
  });

  test('survives a transport that throws', async () => {
    await write(1);
    headend.troubles = ['throws'];
    uploader.start();
    await turn(2_000);
    expect(await acknowledged()).toBe(1);
  });

  test('counts a conflict as delivered, shows it, and goes on', async () => {
    headend.taken.set(1, 'another payload');
    await write(3);
    uploader.start();
    await turn(100);
    expect(await book.outboxState()).toMatchObject({ acknowledgedThrough: 3, quarantined: 1 });
  });

  test('never believes an acknowledgement of what it has not sent', async () => {
    await write(2);
    headend.extra = { acknowledgedThrough: 900 };
    uploader.start();
    await turn(100);
    await write(2);
    expect((await book.pendingRecords(10)).records.map(({ sequence }) => sequence)).toEqual([3, 4]);
  });

  test('drains what is pending, through trouble, and says so when time runs out', async () => {
    await write(limits.batchRecords + 1);
    headend.troubles = ['lost-answer'];
    uploader.start();
    const drained = uploader.drain(10_000);
    await turn(10_000);
    expect(await drained).toBe(true);
    await write(1);
    headend.troubles = Array.from({ length: 50 }, () => 'absent');
    const failed = uploader.drain(3_000);
    await turn(4_000);
    expect(await failed).toBe(false);
  });

  test('runs a command once however often it is sent, and carries its result until a report was answered', async () => {
    await uploader.stop();
    const ran: string[] = [];
    uploader = create({
      onCommands: async (commands) => {
        ran.push(...commands.map(({ line }) => line));
        return commands.map(({ id }) => ({ id, ok: true, code: 'ok', text: 'done' }));
      },
    });
    headend.extra = { commands: [{ id: 'c1', line: 'show status' }] };
    uploader.start();
    await turn(100);
    headend.troubles = ['lost-answer'];
    await turn(3 * limits.reportIntervalMs);
    expect(ran).toEqual(['show status']);
    const carried = headend.requests.filter(({ commandResults }) => commandResults.length > 0);
    expect(carried.length).toBeGreaterThan(0);
    expect(headend.requests.at(-1)?.commandResults).toEqual([]);
  });

  test('hands a statement and its answer on before the record counts as delivered, and again where that failed', async () => {
    await uploader.stop();
    await book.insertCoin(coin(1));
    await book.enqueue({ playId: 'p1', ...WORK });
    await book.settle({ playId: 'p1', chargedMinor: 40n, heardMs: 1_000, endReason: 'skipped', statement: STATEMENT });
    const heard: string[] = [];
    let broken = true;
    uploader = create({
      onSettlements: async (statements, settlements) => {
        heard.push(`${statements.length} ${settlements.map(({ sid }) => sid).join()} ${(await book.outboxState()).acknowledgedThrough}`);
        if (broken) throw new Error('the disk is full');
      },
    });
    headend.extra = { settlements: [{ sid: 'ab', chargedMinor: '40', agreed: true, reason: '', countersignature: 'cd' }] };
    uploader.start();
    await turn(10);
    expect(heard).toEqual(['1 ab 0']);
    expect((await book.outboxState()).acknowledgedThrough).toBe(0);
    broken = false;
    await turn(5_000);
    expect(heard[1]).toBe('1 ab 0');
    expect(await book.pendingRecords(10)).toMatchObject({ records: [] });
  });
});

describe('an evening of trouble', () => {
  test.each([1, 2, 3, 4, 5])('with restarts of the box and any faults of the net delivers every record once, in order (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const kinds: readonly (Trouble | undefined)[] = ['absent', 'lost-answer', 'busy', 'throws', undefined, undefined, undefined];
    let made = 0;
    uploader.start();
    for (let round = 0; round < 40; round += 1) {
      const count = random.next(8);
      await write(count);
      made += count;
      const trouble = kinds[random.next(kinds.length)];
      if (trouble !== undefined) headend.troubles.push(trouble);
      if (random.next(3) === 0) uploader.kick();
      await turn(random.next(4_000));
      if (random.next(8) === 0) {
        const stopped = uploader.stop();
        await turn(1);
        await stopped;
        book.abandon();
        book = folder.open();
        uploader = create();
        uploader.start();
      }
    }
    headend.troubles = [];
    await turn(3 * limits.reportBackoffMaxMs);
    expect(headend.taken.size).toBe(made);
    expect(await book.outboxState()).toMatchObject({ written: made, acknowledgedThrough: made, quarantined: 0 });
  });

  test('sets a record aside whose form the headend refuses, says so in its place, and delivers the rest', async () => {
    await write(300);
    headend.refuses = ({ records }) => records.some(({ sequence, kind }) => sequence === 137 && kind === 'fault');
    uploader.start();
    await turn(500);
    expect(await acknowledged()).toBe(300);
    const standIn = headend.requests.flatMap(({ records }) => records).find(({ sequence, kind }) => sequence === 137 && kind === 'audit');
    expect(standIn !== undefined && isStandIn(standIn)).toBe(true);
    expect(standIn?.bodyHash).toBe(sha256Hex(standIn?.body ?? ''));
    expect(JSON.parse(standIn?.body ?? '')).toMatchObject({ facts: { kind: 'fault', problem: 'The request does not fit its schema.' } });
    expect(headend.requests.length, 'finds it by halving').toBeLessThan(40);
  });

  test('leaves out a status that the headend refuses, not the records', async () => {
    await write(3);
    headend.refuses = ({ status }) => 'playing' in status;
    uploader.start();
    await turn(100);
    expect(await acknowledged()).toBe(3);
    expect(headend.requests).toHaveLength(2);
    expect(headend.requests[1]?.records.map(({ kind }) => kind)).toEqual(['fault', 'fault', 'fault']);
  });

  test('a headend that refuses everything is asked with growing pauses, and no record is given up', async () => {
    await write(3);
    headend.refuses = () => true;
    uploader.start();
    await turn(60_000);
    expect(headend.requests.length).toBeLessThan(100);
    expect(await acknowledged()).toBe(0);
    headend.refuses = () => false;
    await turn(limits.reportBackoffMaxMs);
    expect(await acknowledged()).toBe(3);
    expect(headend.requests.findLast(({ records }) => records.length > 0)?.records.map(({ kind }) => kind)).toEqual(['fault', 'fault', 'fault']);
  });
});

describe('a headend that was restored from a backup', () => {
  /** What it had confirmed since the backup is gone. */
  function restoreTo(through: number): void {
    for (const sequence of [...headend.taken.keys()]) if (sequence > through) headend.taken.delete(sequence);
    headend.report = async (request) => {
      headend.requests.push(request);
      // As the real one: it stops at the first gap.
      for (const { sequence, bodyHash } of request.records) if (sequence === headend.taken.size + 1) headend.taken.set(sequence, bodyHash);
      return ok({ acknowledgedThrough: headend.taken.size, conflicts: [], settlements: [], commands: [] });
    };
  }

  test('is told again what it has lost, once, and then what is new', async () => {
    for (let counter = 1; counter <= 9; counter += 1) await book.insertCoin(coin(counter));
    uploader.start();
    expect(await drained()).toBe(true);
    const whole = new Map(headend.taken);
    restoreTo(4);
    await book.insertCoin(coin(10));
    uploader.kick();
    expect(await drained()).toBe(true);
    expect(headend.taken.size).toBe(whole.size + 1);
    for (const [sequence, hash] of whole) expect(headend.taken.get(sequence)).toBe(hash);
    expect(await book.outboxState()).toMatchObject({ acknowledgedThrough: 10, written: 10 });
    expect(connectivity).not.toContain('net.offline');
  });

  test('that misses more than the box has kept is a fault, said once', async () => {
    for (let counter = 1; counter <= 6; counter += 1) await book.insertCoin(coin(counter));
    uploader.start();
    await drained();
    book.box.core.parts.database.write('test', 'DELETE FROM outbox WHERE sequence <= 3');
    restoreTo(1);
    await book.insertCoin(coin(7));
    uploader.kick();
    await folder.clock.advance(120_000);
    const faults = (await book.pendingRecords(100)).records.filter(({ kind }) => kind === 'fault');
    expect(faults.map(({ body }) => JSON.parse(body))).toEqual([
      { code: 'records-gone', message: 'The headend misses records 2 to 3, which this box has let go: restore a newer backup.' },
    ]);
  });

  async function drained(): Promise<boolean> {
    const draining = uploader.drain(30_000);
    await folder.clock.advance(30_000);
    return await draining;
  }
});
