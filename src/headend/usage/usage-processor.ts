import { advanceDomains } from '../../domain/usage/domain-time.ts';
import type { UsageProcessingStore } from '../stores/usage-processing-rows.ts';

/** One transaction: short, because a running headend waits for the lock. */
const RECORDS_A_TURN = 1_000;

/**
 * Usage processing ([0036], [0037]): what boxes have delivered becomes occurrences of domains, their time, and profiles. Boxes
 * deliver without gaps and in order, so each record settles the one before it, whenever it comes.
 * @returns records processed
 */
export function processUsage(store: UsageProcessingStore): number {
  let processed = 0;
  while (store.unprocessedSources().length > 0) processed += processSomeUsage(store, RECORDS_A_TURN);
  return processed;
}

/** A little of it, beside streams that must not wait: at most `records`, of as many boxes as they come from. */
export function processSomeUsage(store: UsageProcessingStore, records: number): number {
  return store.processRecords(records, advanceDomains);
}
