import Database from 'better-sqlite3';
import { processUsage } from '../../../src/headend/usage/usage-processor.ts';
import { limits } from '../../../src/limits.ts';
import { canonicalJson } from '../../../src/wire/canonical-json.ts';
import type { OutboxRecord } from '../../../src/wire/http-api.ts';
import { seededRandom } from '../../fakes/book-folder.ts';
import { fleetRecord, fleetRecords } from './fleet-records.ts';
import { UsageHouse } from './usage-house.ts';

export interface StormOptions {
  /** Delivered in all: four fifths for the first time, one fifth again. */
  readonly events: number;
  readonly boxes: number;
  readonly seed: number;
  /** Where the disk is not what is proved. */
  readonly inMemory: boolean;
  readonly onProgress?: (delivered: number) => void;
}

export interface StormReport {
  readonly events: number;
  readonly written: number;
  readonly duplicates: number;
  /** Batches that came before what was due before them, and had to come again. */
  readonly tooEarly: number;
  readonly restarts: number;
  /** Another payload under a number that was taken: as sent, as answered with 409, and as kept beside the first. */
  readonly conflicts: { readonly sent: number; readonly answered: number; readonly kept: number };
  readonly lost: number;
  readonly doubled: number;
  /** Records whose stored payload is not the one that was written. */
  readonly altered: number;
  /** Time of the domain `session`, as counted and as it must be. */
  readonly sessionMs: number;
  readonly expectedSessionMs: number;
  /** Records without a posting or a named reason. */
  readonly unaccounted: number;
  readonly bookBytes: number;
  readonly bytesARecord: number;
  readonly peakMiB: number;
  readonly ingestSeconds: number;
  readonly processSeconds: number;
}

const BATCH = limits.batchRecords;
const AT_ONCE = 20;

/** A fleet reports a month at once: repeated, too early, with altered repetitions, into a headend that is restarted meanwhile. */
export async function raiseStorm(options: StormOptions): Promise<StormReport> {
  const storm = new Storm(options);
  try {
    return await storm.run();
  } finally {
    storm.close();
  }
}

class Storm {
  readonly #options: StormOptions;
  readonly #perBox: number;
  readonly #house: UsageHouse;
  readonly #random: ReturnType<typeof seededRandom>;
  /** Highest sequence that each box knows to be delivered. */
  readonly #through: number[];
  /** Sum of the first digits of all body hashes that were written once. */
  #hashSum = 0;
  #duplicates = 0;
  #tooEarly = 0;
  #restarts = 0;
  #answered = 0;
  readonly #altered = new Set<string>();

  constructor(options: StormOptions) {
    this.#options = options;
    this.#perBox = Math.max(BATCH, Math.round((options.events * 4) / 5 / options.boxes / BATCH) * BATCH);
    this.#house = new UsageHouse(options.boxes, options.inMemory);
    this.#random = seededRandom(options.seed);
    this.#through = Array.from({ length: options.boxes }, () => 0);
  }

  close(): void {
    this.#house.remove();
  }

  async run(): Promise<StormReport> {
    const beganMs = performance.now();
    const open = new Set(this.#through.keys());
    for (let round = 1; open.size > 0; round += 1) {
      await Promise.all(this.#pick([...open], AT_ONCE).map((box) => this.#turn(box, round)));
      for (const box of [...open]) if ((this.#through[box] ?? 0) >= this.#perBox) open.delete(box);
      if (round % 2_000 === 0) {
        this.#house.restart();
        this.#restarts += 1;
      }
      if (round % 50 === 0) this.#options.onProgress?.(this.#through.reduce((sum, through) => sum + through, 0) + this.#duplicates);
    }
    const ingestSeconds = (performance.now() - beganMs) / 1_000;
    const processingMs = performance.now();
    processUsage(this.#house.book);
    const processSeconds = (performance.now() - processingMs) / 1_000;
    return this.#report(ingestSeconds, processSeconds);
  }

  #pick(from: readonly number[], count: number): readonly number[] {
    const start = this.#random.next(from.length);
    return Array.from({ length: Math.min(count, from.length) }, (_, index) => from[(start + index) % from.length] ?? 0);
  }

  /** Each fourth batch comes again later, some come too early, and now and then a number comes with another payload. */
  async #turn(box: number, round: number): Promise<void> {
    const through = this.#through[box] ?? 0;
    if (this.#random.next(50) === 0 && through + 2 * BATCH <= this.#perBox) {
      this.#tooEarly += 1;
      await this.#house.deliver(box, this.#records(box, through + BATCH + 1));
    }
    const fresh = this.#records(box, through + 1);
    const answer = await this.#house.deliver(box, fresh);
    if (answer.acknowledgedThrough !== through + BATCH || answer.conflicts.length > 0) throw new Error(`box ${box}: ${JSON.stringify(answer)}`);
    for (const { bodyHash } of fresh) this.#hashSum += Number.parseInt(bodyHash.slice(0, 6), 16);
    this.#through[box] = through + BATCH;
    if ((through / BATCH) % 4 === 3) await this.#again(box, through + BATCH, round);
  }

  /** What came before, whenever that was. */
  async #again(box: number, through: number, round: number): Promise<void> {
    const from = this.#random.next(through / BATCH) * BATCH + 1;
    const records = [...this.#records(box, from)];
    const place = this.#random.next(BATCH);
    const altered = round % 3 === 0 ? fleetRecord(box, from + place, this.#perBox, { key: canonicalJson({ round }) }) : null;
    if (altered !== null) records[place] = altered;
    const { conflicts, acknowledgedThrough } = await this.#house.deliver(box, records);
    if (acknowledgedThrough !== through) throw new Error(`box ${box} went back to ${acknowledgedThrough}`);
    this.#duplicates += BATCH;
    if (altered !== null) this.#altered.add(`${box}:${altered.sequence}:${round}`);
    this.#answered += conflicts.length;
  }

  #records(box: number, from: number): readonly OutboxRecord[] {
    return fleetRecords(box, from, from + BATCH - 1, this.#perBox);
  }

  #report(ingestSeconds: number, processSeconds: number): StormReport {
    const { boxes } = this.#options;
    const [perBox, written] = [this.#perBox, this.#perBox * boxes];
    const stored = this.#stored();
    const stepMs = Math.floor((30 * 86_400_000) / perBox);
    // Sequences 1 to perBox; a visit is fifty records, and the last record of all has no successor.
    const signOffs = Math.floor((perBox + 1) / 50);
    const lastCounts = perBox % 50 === 49 ? 0 : 1;
    return {
      ...{ events: written + this.#duplicates, written, duplicates: this.#duplicates, tooEarly: this.#tooEarly, restarts: this.#restarts },
      conflicts: { sent: this.#altered.size, answered: this.#answered, kept: stored.quarantined },
      lost: written - stored.distinct,
      doubled: stored.rows - stored.distinct + Math.abs(stored.fed - stored.rows),
      altered: stored.hashSum === this.#hashSum ? 0 : 1,
      sessionMs: stored.sessionMs,
      expectedSessionMs: boxes * stepMs * (perBox - signOffs - lastCounts),
      unaccounted: written - stored.accounted,
      bookBytes: this.#house.bytes(),
      bytesARecord: Math.round(this.#house.bytes() / written),
      peakMiB: Math.round(process.resourceUsage().maxRSS / 1_024),
      ...{ ingestSeconds, processSeconds },
    };
  }

  /** Straight from the tables, past our own code. */
  #stored() {
    const database = new Database(this.#house.path, { readonly: true });
    const number = (sql: string): number => Number(database.prepare(sql).pluck().get());
    try {
      let hashSum = 0;
      for (const hash of database.prepare('SELECT substr(body_hash, 1, 6) FROM usage_records').pluck().iterate()) hashSum += Number.parseInt(String(hash), 16);
      return {
        hashSum,
        rows: number('SELECT count(*) FROM usage_records'),
        distinct: number(
          `SELECT sum(n) FROM (SELECT count(DISTINCT sequence) AS n FROM usage_records WHERE sequence BETWEEN 1 AND ${this.#perBox} GROUP BY outlet, generation)`,
        ),
        fed: number("SELECT count(*) FROM headend_outbox WHERE topic = 'record'"),
        quarantined: number("SELECT count(*) FROM quarantined_records WHERE code = 'conflict'"),
        sessionMs: number("SELECT sum(used_ms) FROM domain_occurrences WHERE domain = 'session'"),
        accounted: number('SELECT (SELECT sum(records) FROM usage_reasons) + (SELECT count(*) FROM usage_processing WHERE last_usage IS NOT NULL)'),
      };
    } finally {
      database.close();
    }
  }
}
