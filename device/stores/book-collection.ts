import { type Collection, expectedCash, type Meter, writeTicket } from '../../src/domain/cash/meters.ts';
import { limits } from '../../src/limits.ts';
import { type Currency, formatMoney } from '../../src/units/money.ts';
import type { BookCore } from './book-core.ts';
import { BookError } from './book-error.ts';

/** Pulses that were no coin: how many, never what they may have been worth. */
export function notePulsesInBook(core: BookCore, source: string, pulses: number): void {
  if (!Number.isSafeInteger(pulses) || pulses < 1 || pulses > limits.pulsesPerNote)
    throw new BookError('coin-invalid', `${pulses} pulses can not be noted: check the acceptor.`);
  core.transaction('pulses', () => {
    core.parts.meters.add('unexplained-pulses', BigInt(pulses));
    core.record({ kind: 'audit', body: { event: 'unexplained-pulses', facts: { source, pulses } } });
  });
}

/**
 * The cash box was emptied and counted. One transaction: the page is sealed, the ticket written, the since-collection meters begin anew. What was
 * counted beyond the meters came from pulses that nobody could explain: it is owed to nobody known, and never revenue.
 */
export function collectFromBook(core: BookCore, collection: { readonly countedMinor: bigint; readonly collector: string; readonly box: string }): Collection {
  const { countedMinor, collector, box } = collection;
  if (countedMinor < 0n || countedMinor > BigInt(limits.cashBoxMaxMinor))
    throw new BookError('coin-invalid', `A cash box holds between 0 and ${limits.cashBoxMaxMinor} minor units.`);
  return core.moneyTransaction('collect', () => {
    const { meters, collections, cashPages, options } = core.parts;
    const number = collections.nextNumber();
    const before = meters.all();
    const expectedMinor = expectedCash(before);
    postSurplus(core, number, countedMinor - expectedMinor);
    cashPages.seal(true);
    const { page: sealedPage, hash: seal } = cashPages.newest();
    const at = new Date(core.nowMs()).toISOString();
    const amount = (minor: bigint): string => formatMoney({ minor, currency: options.currency as Currency });
    const ticket = writeTicket({ number, box, at, collector, countedMinor, meters: before, sealedPage, seal, amount });
    const kept = { number, atMs: core.nowMs(), collector, expectedMinor, countedMinor, ticket };
    collections.put(kept);
    meters.collect();
    core.recordCash({ event: 'collection', key: `collection:${number}`, payer: null, playId: null, amountMinor: countedMinor, source: collector });
    core.record({ kind: 'audit', body: { event: 'cash-collected', facts: factsOf(kept, before, sealedPage, seal) } });
    return kept;
  });
}

function postSurplus(core: BookCore, number: number, surplusMinor: bigint): void {
  if (surplusMinor <= 0n) return;
  const key = `collection:${number}:surplus`;
  core.post({ key, debit: 'unexplained-pulses', credit: 'unclaimed', amountMinor: surplusMinor, party: null, playId: null, reason: 'adjustment' });
}

function factsOf(kept: Omit<Collection, 'ticket'>, before: readonly Meter[], page: number, seal: string): Readonly<Record<string, string | number>> {
  return {
    number: kept.number,
    collector: kept.collector,
    expectedMinor: String(kept.expectedMinor),
    countedMinor: String(kept.countedMinor),
    page,
    seal,
    ...Object.fromEntries(before.map(({ name, lifetime }) => [`meter-${name}`, String(lifetime)])),
  };
}
