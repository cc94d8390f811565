import { limits } from '../../src/limits.ts';
import type { OutboxRecord } from '../../src/wire/http-api.ts';

/** What JSON adds around a record's body: names, hash, numbers, and the escapes of the body's own quotes. */
const RECORD_OVERHEAD_BYTES = 400;

/** The head of what is pending that fits into one report, in records and bytes; always at least one. Order is never changed. */
export function cutBatch(pending: readonly OutboxRecord[]): readonly OutboxRecord[] {
  const batch: OutboxRecord[] = [];
  let bytes = 0;
  for (const record of pending.slice(0, limits.batchRecords)) {
    bytes += Buffer.byteLength(JSON.stringify(record.body)) + RECORD_OVERHEAD_BYTES;
    if (batch.length > 0 && bytes > limits.batchBytes) break;
    batch.push(record);
  }
  return batch;
}
