import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pidsOf } from '../fakes/house.ts';
import { LonePair } from '../fakes/lone-pair.ts';

const pair = new LonePair();

interface Streaming {
  readonly epoch: number;
  readonly acknowledged: number;
  readonly receipts: number;
}

/** What is durable of the play that is open now. */
function durable(): Streaming {
  const book = new Database(`${pair.folders.headend}/headend.db`, { readonly: true });
  try {
    const row = book
      .prepare(
        `SELECT epoch, coalesce(receipt_ack_counter, 0) AS receipts, (SELECT coalesce(sum(packets), 0) FROM session_counts AS c WHERE c.sid = s.sid AND proof = 'mac') AS acknowledged
         FROM pay_sessions AS s WHERE state = 'streaming' ORDER BY opened_at_ms DESC LIMIT 1`,
      )
      .get() as Streaming | undefined;
    if (row === undefined) throw new Error('nothing is streamed');
    return row;
  } finally {
    book.close();
  }
}

/** How far the ear is behind the clock since it began to listen: what of it grew was silence. By the player's own place. */
class Ear {
  readonly #samples: { readonly atMs: number; readonly heardMs: number }[] = [];
  readonly #stop = new AbortController();
  readonly #listening: Promise<unknown>;

  constructor() {
    this.#listening = (async () => {
      const client = await pair.box.watch.client();
      while (!this.#stop.signal.aborted) {
        const view = await client.view();
        const heardMs = view.nowPlaying?.play.heardMs;
        if (heardMs !== undefined) this.#samples.push({ atMs: performance.now(), heardMs });
        await pause(25);
      }
    })();
  }

  /** @returns milliseconds of silence between the first and the last sample */
  async silenceMs(): Promise<number> {
    this.#stop.abort();
    await this.#listening;
    const lags = this.#samples.map(({ atMs, heardMs }) => atMs - heardMs);
    const least = (part: readonly number[]): number => Math.min(...part);
    return Math.round(least(lags.slice(-20)) - least(lags.slice(0, 20)));
  }
}

/**
 * How long the programs of the pair waited for a processor that others had, milliseconds: each from the beginning or its start on, added up,
 * as one waits for the other in a restart. Time in which a program waits by itself (a pause, a try again) is none of it.
 */
class Queue {
  readonly #before = new Map(this.#pids().map((pid) => [pid, waitedMs(pid)]));

  grownMs(): number {
    return Math.round(this.#pids().reduce((sum, pid) => sum + Math.max(0, waitedMs(pid) - (this.#before.get(pid) ?? 0)), 0));
  }

  #pids(): readonly number[] {
    return [...pidsOf(pair.folders.box), ...pidsOf(pair.folders.headend)];
  }
}

/** The second figure of `/proc/PID/schedstat`; 0 where the kernel does not count it, or the process is gone. */
function waitedMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

async function gaps(): Promise<number> {
  return (await pair.box.watch.view()).nowPlaying?.play.audibleGaps ?? -1;
}

/** Says what was measured: `npm test` shows it beside the test. */
function report(what: string, silenceMs: number, waitedMs = 0): void {
  process.stderr.write(`${what}: ${silenceMs} ms of silence${waitedMs === 0 ? '' : `; ${waitedMs} ms its programs waited for a processor`}\n`);
}

beforeAll(async () => {
  await pair.prepare();
  await pair.startHeadend().ready();
  pair.startBox();
  await pair.enrol();
}, 120_000);
afterAll(() => pair.end());

/** One song through the deaths of the processes that serve it; at the end both books agree to the minor unit. */
describe('registry and sender of a headend, each killed in the middle of a song', { timeout: 60_000 }, () => {
  test('a registry that is gone for seconds stops no stream: it plays on, and what is acknowledged and receipted becomes durable', async () => {
    await pair.song();
    const before = durable();
    const gapsBefore = await gaps();
    pair.headend.strike('command', 'SIGSTOP');
    pair.headend.strike('registry');
    // More than the player and the receipt window hold.
    await pair.flowsOn(7_000);
    const meanwhile = durable();
    expect(meanwhile.epoch).toBe(before.epoch);
    expect(meanwhile.acknowledged).toBeGreaterThan(before.acknowledged + 250);
    expect(meanwhile.receipts).toBeGreaterThan(before.receipts);
    expect(await gaps()).toBe(gapsBefore);
  });

  test('a box that wants to check out meanwhile hears that the headend is away, keeps its coins, and plays when it is back', async () => {
    const { watch } = pair.box;
    await watch.press('intent.skip');
    await watch.until('the end of the song', (view) => (view.playback === 'browse' && view.nowPlaying === null ? true : null));
    await watch.press('intent.ok');
    const view = await watch.until('words', (shown) => (/not (be )?reach|headend/i.test(shown.sentence) && shown.playback === 'browse' ? shown : null), 30_000);
    expect(view.nowPlaying).toBeNull();
    pair.headend.strike('command', 'SIGCONT');
    await watch.until('the headend', (shown) => (shown.connectivity === 'online' ? true : null), 40_000);
    await pair.song();
  });

  test('a registry that starts again finds its streams: the operator sees them, and no box notices', async () => {
    await pair.song();
    const { epoch } = durable();
    const ear = new Ear();
    await pair.flowsOn();
    pair.headend.strike('registry');
    await pair.headend.says(/the headend died \(SIGKILL\); starting it again/);
    await expect
      .poll(() => pair.headend.operator().then(({ openSessions }) => openSessions.map(({ live }) => live?.epoch)), { timeout: 20_000 })
      .toEqual([epoch]);
    await pair.flowsOn();
    const silenceMs = await ear.silenceMs();
    report('registry killed', silenceMs);
    expect(silenceMs).toBeLessThan(100);
    expect(durable().epoch).toBe(epoch);
  });

  test('a sender that dies costs at most a second: the box takes the play up again, in the next epoch', async () => {
    await pair.song();
    const { epoch } = durable();
    await pair.flowsOn(2_000);
    const ear = new Ear();
    await pair.flowsOn(1_000);
    const queue = new Queue();
    pair.headend.strike('sender');
    await expect.poll(() => durable().epoch, { timeout: 20_000 }).toBe(epoch + 1);
    await pair.flowsOn(100);
    const waited = queue.grownMs();
    await pair.flowsOn(2_000);
    const silenceMs = await ear.silenceMs();
    report('sender killed', silenceMs, waited);
    // On a machine of its own it is none: the restart takes half of what the player holds. Here others may have the processor meanwhile.
    expect(silenceMs).toBeLessThanOrEqual(1_000 + waited);
  });

  test('both die at once: the box waits for both, and plays on', async () => {
    await pair.song();
    const { epoch } = durable();
    pair.headend.strike('sender');
    pair.headend.strike('registry');
    await expect.poll(() => durable().epoch, { timeout: 40_000 }).toBeGreaterThan(epoch);
    await pair.flowsOn();
  });

  test('a sender that hangs is answered for in words, and nothing is billed meanwhile that it might still know more about', async () => {
    await pair.song();
    pair.headend.strike('sender', 'SIGSTOP');
    expect((await pair.stalls()).sentence).toMatch(/what is not heard is not charged/);
    pair.headend.strike('sender', 'SIGCONT');
    await pair.flowsOn();
  });

  test('what was heard is billed once, to the minor unit, on both sides; and nothing is left behind', async () => {
    await pair.song();
    await pair.expectAgreement();
    await pair.headend.end();
    expect(pidsOf(pair.folders.headend)).toEqual([]);
  });

  test('a command that is killed takes both of its processes along', async () => {
    await pair.startHeadend().ready();
    pair.headend.strike('command');
    await expect.poll(() => pidsOf(pair.folders.headend, '.ts'), { timeout: 10_000 }).toEqual([]);
  });
});
