import { statSync } from 'node:fs';
import { payloadFingerprint } from '../domain/usage/payload-fingerprint.ts';
import { type ProcessingRecord, readProcessingRecord } from '../domain/usage/processing-record.ts';
import { UsageIntake } from '../domain/usage/usage-intake.ts';
import { UsageTally, type UsageTotals } from '../domain/usage/usage-totals.ts';
import { limits } from '../limits.ts';
import { readLines } from '../platform/json-lines.ts';
import { RecordPartitions } from '../platform/record-partitions.ts';
import { jsonProblem } from '../wire/json-position.ts';

/** A line that is not counted, with its name. */
export interface LeftOut {
  /** Null where a spread file was read for the second time. */
  readonly line: number | null;
  readonly code: string;
  readonly message: string;
}

export interface Aggregation {
  readonly totals: UsageTotals;
  readonly lines: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly leftOut: number;
}

/**
 * Counts a records file. Small files are read once; a larger one is first spread over temporary files by device and outlet, so that
 * memory is that of one part (and never less than the largest outlet).
 * @param onLeftOut called for every line that is a conflict or no record
 */
export async function aggregateFile(
  path: string,
  onLeftOut: (line: LeftOut) => void,
  partitionBytes: number = limits.usagePartitionBytes,
): Promise<Aggregation> {
  const counter = new FileCounter(onLeftOut);
  const bytes = path === '-' ? Number.POSITIVE_INFINITY : statSync(path).size;
  const parts = Math.min(limits.usagePartitionsMax, Math.ceil(bytes / partitionBytes));
  if (parts <= 1) await counter.count([path]);
  else {
    const partitions = new RecordPartitions(parts);
    try {
      await counter.spread(path, parts, partitions);
      await counter.count(partitions.finish());
    } finally {
      partitions.remove();
    }
  }
  return counter.outcome();
}

/** A record, and the whole payload that it was read from. */
interface ReadLine {
  readonly record: ProcessingRecord;
  readonly value: unknown;
}

class FileCounter {
  readonly #onLeftOut: (line: LeftOut) => void;
  readonly #tally = new UsageTally();
  /** Where the file is read, blank lines counted. */
  #line = 0;
  /** Lines that hold something. */
  #lines = 0;
  #accepted = 0;
  #duplicates = 0;
  #leftOut = 0;
  #spread = false;

  constructor(onLeftOut: (line: LeftOut) => void) {
    this.#onLeftOut = onLeftOut;
  }

  /** A device stays where its first record went, and so does an outlet: what must be seen together is. */
  async spread(path: string, parts: number, partitions: RecordPartitions): Promise<void> {
    const places = new Map<string, number>();
    let next = 0;
    for await (const lines of readLines(path)) {
      for (const line of lines) {
        const record = this.#read(line)?.record ?? null;
        if (record === null || line === null) continue;
        const [device, outlet] = [`d${record.deviceId}`, JSON.stringify([record.accountNo, record.outletNo])];
        const place = places.get(device) ?? places.get(outlet) ?? next++ % parts;
        places.set(device, place);
        if (!places.has(outlet)) places.set(outlet, place);
        partitions.add(place, line);
      }
    }
    this.#spread = true;
  }

  async count(files: readonly string[]): Promise<void> {
    for (const file of files) {
      const intake = new UsageIntake();
      for await (const lines of readLines(file)) for (const line of lines) this.#admit(intake, line);
      for (const records of intake.outlets()) this.#tally.addOutlet(records);
    }
  }

  outcome(): Aggregation {
    return { totals: this.#tally.totals(), lines: this.#lines, accepted: this.#accepted, duplicates: this.#duplicates, leftOut: this.#leftOut };
  }

  #admit(intake: UsageIntake, line: string | null): void {
    const read = this.#spread ? reread(line) : this.#read(line);
    if (read === null) return;
    const { record, value } = read;
    const admission = intake.admit(record, payloadFingerprint(value));
    if (admission === 'accepted') this.#accepted += 1;
    else if (admission === 'duplicate') this.#duplicates += 1;
    else this.#leave('conflict', `${record.id} came before with another payload; the first one counts.`, this.#spread ? null : this.#line);
  }

  #read(line: string | null): ReadLine | null {
    this.#line += 1;
    if (line !== null && line.trim() === '') return null;
    this.#lines += 1;
    if (line === null) return this.#leave('line-too-long', `A line may have ${limits.usageLineBytes} bytes.`, this.#line);
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      const problem = jsonProblem(line);
      return this.#leave('not-json', `The line is not JSON${problem === null ? '' : ` at column ${problem.column}: ${problem.message}`}.`, this.#line);
    }
    const read = readProcessingRecord(value);
    return read.ok ? { record: read.value, value } : this.#leave(read.error.code, read.error.message, this.#line);
  }

  #leave(code: string, message: string, line: number | null): null {
    this.#leftOut += 1;
    this.#onLeftOut({ line, code, message });
    return null;
  }
}

/** What was read well a moment ago. */
function reread(line: string | null): ReadLine | null {
  const value: unknown = JSON.parse(line ?? 'null');
  const read = readProcessingRecord(value);
  return read.ok ? { record: read.value, value } : null;
}
