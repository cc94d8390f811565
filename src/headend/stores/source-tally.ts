import type { DomainStep } from '../../domain/usage/domain-time.ts';
import type { ProcessingRecord } from '../../domain/usage/processing-record.ts';
import type { StoreContext } from './store-context.ts';

/** An occurrence of a domain as far as this turn knows it: begun in it, or open from before. */
interface Occurrence {
  readonly domain: string;
  /** The record that began it; null where its row is there already. */
  readonly begunBy: ProcessingRecord | null;
  readonly firstSequence: number;
  lastSequence: number;
  ms: number;
  ended: boolean;
}

interface Profile {
  readonly account: string;
  readonly consumer: string;
  readonly domain: string;
  ms: number;
  occurrences: number;
  firstMs: number;
  lastMs: number;
}

/** Adds the steps of many records up in memory, and writes each row that they change once. */
export class ProfileTally {
  readonly #profiles = new Map<string, Profile>();

  add({ accountNo, consumerId, wallMs }: ProcessingRecord, domain: string, ms: number, occurrences: number): void {
    const consumer = consumerId ?? '';
    const key = `${accountNo}\u0000${consumer}\u0000${domain}`;
    const known = this.#profiles.get(key);
    if (known === undefined) {
      this.#profiles.set(key, { account: accountNo, consumer, domain, ms, occurrences, firstMs: wallMs, lastMs: wallMs + ms });
      return;
    }
    known.ms += ms;
    known.occurrences += occurrences;
    known.firstMs = Math.min(known.firstMs, wallMs);
    known.lastMs = Math.max(known.lastMs, wallMs + ms);
  }

  write({ database }: StoreContext): void {
    for (const { account, consumer, domain, ms, occurrences, firstMs, lastMs } of this.#profiles.values())
      database.run(
        `INSERT INTO usage_profiles (account, consumer, domain, used_ms, occurrences, first_ms, last_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (account, consumer, domain) DO UPDATE SET used_ms = used_ms + excluded.used_ms, occurrences = occurrences + excluded.occurrences,
           first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms)`,
        ...[account, consumer, domain, ms, occurrences, firstMs, lastMs],
      );
  }
}

/** The same of one source: its occurrences, and what became of its records by reason. */
export class SourceTally {
  readonly #profiles: ProfileTally;
  readonly #reasons = new Map<string, number>();
  readonly #open = new Map<string, Occurrence>();
  readonly #changed: Occurrence[] = [];

  constructor(profiles: ProfileTally) {
    this.#profiles = profiles;
  }

  count(reason: string): void {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  add({ settled, ended, begun }: Pick<DomainStep, 'settled' | 'ended' | 'begun'>, record: ProcessingRecord, sequence: number): void {
    if (settled !== null) {
      this.count(settled.reason ?? 'posted');
      for (const domain of settled.domains) {
        const occurrence = this.#occurrence(domain);
        occurrence.ms += settled.ms;
        occurrence.lastSequence = settled.record.sequence ?? occurrence.lastSequence;
        this.#profiles.add(settled.record, domain, settled.ms, 0);
      }
    }
    for (const domain of ended) {
      this.#occurrence(domain).ended = true;
      this.#open.delete(domain);
    }
    for (const domain of begun) {
      this.#keep({ domain, begunBy: record, firstSequence: sequence, lastSequence: sequence, ms: 0, ended: false });
      this.#profiles.add(record, domain, 0, 1);
    }
  }

  /** What was open before this turn comes first: a domain has one open row at a time. */
  write(context: StoreContext, outlet: string, generation: string): void {
    const { database } = context;
    for (const { domain, begunBy, firstSequence, lastSequence, ms, ended } of this.#changed) {
      if (begunBy === null)
        database.run(
          'UPDATE domain_occurrences SET used_ms = used_ms + ?, last_sequence = max(last_sequence, ?), ended = ? WHERE outlet = ? AND generation = ? AND domain = ? AND ended = 0',
          ...[ms, lastSequence, ended ? 1 : 0, outlet, generation, domain],
        );
      else
        database.run(
          `INSERT INTO domain_occurrences (outlet, generation, domain, first_sequence, last_sequence, account, consumer, title_domain, start_ms, used_ms, ended)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          ...[outlet, generation, domain, firstSequence, lastSequence],
          ...[begunBy.accountNo, begunBy.consumerId ?? '', begunBy.titleDomain, begunBy.wallMs, ms, ended ? 1 : 0],
        );
    }
    for (const [reason, records] of this.#reasons)
      database.run(
        `INSERT INTO usage_reasons (outlet, generation, reason, records) VALUES (?, ?, ?, ?)
         ON CONFLICT (outlet, generation, reason) DO UPDATE SET records = records + excluded.records`,
        ...[outlet, generation, reason, records],
      );
  }

  #occurrence(domain: string): Occurrence {
    return this.#open.get(domain) ?? this.#keep({ domain, begunBy: null, firstSequence: 0, lastSequence: 0, ms: 0, ended: false });
  }

  #keep(occurrence: Occurrence): Occurrence {
    this.#open.set(occurrence.domain, occurrence);
    this.#changed.push(occurrence);
    return occurrence;
  }
}
