import { advanceDomains } from '../../domain/usage/domain-time.ts';
import type { UsageProcessingStore } from '../stores/usage-processing-rows.ts';

/** One transaction: short, because a running headend waits for the lock. */
const RECORDS_A_TURN = 200;

/**
 * Usage processing ([0036], [0037]): what boxes have delivered becomes occurrences of domains, their time, and profiles. Boxes
 * deliver without gaps and in order, so each record settles the one before it, whenever it comes.
 * @returns records processed
 */
export function processUsage(store: UsageProcessingStore): number {
  let processed = 0;
  for (let sources = store.unprocessedSources(); sources.length > 0; sources = store.unprocessedSources())
    for (const source of sources) processed += store.processSource(source, RECORDS_A_TURN, advanceDomains);
  return processed;
}

/** A little of it, beside streams that must not wait: at most `records` of one source. */
export function processSomeUsage(store: UsageProcessingStore, records: number): number {
  const [source] = store.unprocessedSources();
  return source === undefined ? 0 : store.processSource(source, records, advanceDomains);
}
