import { type PreparedModel, prepareModel } from '../../domain/rating/prepared-model.ts';
import { quotePlay } from '../../domain/rating/quote-play.ts';
import { type OnwardRun, openOnward, rateOnward } from '../../domain/rating/rate-onward.ts';
import type { HistoryEvent } from '../../domain/rating/usage-history.ts';
import { openZone, type Zone } from '../../domain/rating/zone.ts';
import { minorDigitsOf } from '../../units/iso-4217.ts';
import { fromMinor, roundToMinor } from '../../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { parseModel } from '../../wire/model-json.ts';
import type { KeptEvent, NewEvent, PricingEventStore, PricingLicence } from '../stores/pricing-event-rows.ts';
import type { PricingStore } from '../stores/pricing-rows.ts';

const REMEMBERED_LICENCES = 10_000;

/** A use that another program reports, such as the server of a title. Times in milliseconds. */
export interface Debit {
  /** Asked again with the same key, it is debited once. */
  readonly key: string;
  readonly licence: number;
  readonly startMs: number;
  readonly durationMs: number;
}

export interface Debited {
  readonly key: string;
  readonly minor: bigint;
}

interface OpenLicence {
  readonly row: PricingLicence;
  readonly model: PreparedModel;
  readonly zone: Zone;
  /** Rated up to its newest event; null: the next use is priced by a replay. */
  run: OnwardRun | null;
}

type DebitFault = Fault<'not-found' | 'bad-request' | 'conflict'>;

/**
 * Debits uses online, all of a call with one commit (a group commit). Each is rated where the rating of its licence stands, which is kept
 * in memory and made anew from the events whenever somebody else wrote under the licence. The price is the quote of the use; cycles,
 * discounts and late events follow with the replay, as adjustments.
 */
export class DebitDesk {
  readonly #store: PricingStore & PricingEventStore;
  readonly #models = new Map<string, PreparedModel>();
  /** With their newest event, by which it shows that somebody else wrote. */
  readonly #known = new Map<number, OpenLicence & { readonly newest: number }>();

  constructor(store: PricingStore & PricingEventStore) {
    this.#store = store;
  }

  /** All of them or none. */
  debit(debits: readonly Debit[]): Result<readonly Debited[], DebitFault> {
    return this.#store.asOneCommit(() => this.#debit(debits));
  }

  #debit(debits: readonly Debit[]): Result<readonly Debited[], DebitFault> {
    const newest = this.#store.newestEvents([...new Set(debits.map(({ licence }) => licence))]);
    const recorded = new Map(this.#store.recordedUses(debits.map(({ key }) => key)));
    const licences = new Map<number, OpenLicence>();
    const events: NewEvent[] = [];
    const debited: Debited[] = [];
    for (const debit of debits) {
      const { key, startMs } = debit;
      const licence = licences.get(debit.licence) ?? this.#take(debit.licence, newest.get(debit.licence));
      if (licence === null) return fault('not-found', `There is no licence ${debit.licence} that goes on, with a model that can be rated.`);
      licences.set(debit.licence, licence);
      const before = recorded.get(key);
      if (before !== undefined && (before.licence !== debit.licence || before.startMs !== startMs)) {
        return fault('conflict', `Another use was debited under the key ${JSON.stringify(key)}.`);
      }
      const amountMinor = before?.amountMinor ?? this.#price(licence, debit, events);
      if (amountMinor === null) return fault('bad-request', `The use ${JSON.stringify(key)} cannot be rated: it lies before its licence, or too far from it.`);
      debited.push({ key, minor: amountMinor });
      if (before !== undefined) continue;
      recorded.set(key, { licence: debit.licence, startMs, amountMinor });
      events.push(newEvent(licence.row, debit, amountMinor));
    }
    const written = this.#store.recordUses(events);
    for (const [number, licence] of licences) this.#remember(number, licence, written.get(number) ?? newest.get(number));
    return ok(debited);
  }

  /** Taken out while it is written to: what fails is read anew. */
  #take(licence: number, newest: number | undefined): OpenLicence | null {
    const known = this.#known.get(licence);
    this.#known.delete(licence);
    return known !== undefined && known.newest === newest ? known : this.#open(licence);
  }

  #remember(licence: number, state: OpenLicence, newest: number | undefined): void {
    if (newest === undefined || state.run === null) return;
    this.#known.set(licence, { ...state, newest });
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > REMEMBERED_LICENCES && oldest !== undefined) this.#known.delete(oldest);
  }

  #open(licence: number): OpenLicence | null {
    const row = this.#store.licenceNumbered(licence);
    const model = row === null || row.endedMs !== null ? null : this.#model(row);
    const zone = row === null ? null : openZone(row.timeZone);
    if (row === null || model === null || !zone?.ok) return null;
    const run = row.standing ? openOnward(model, { startMs: row.startMs, zone: zone.value, events: this.#eventsOf(row) }) : null;
    return { row, model, zone: zone.value, run };
  }

  /** @param beside what is debited in the same call, some of it under the same licence */
  #price(licence: OpenLicence, { startMs, durationMs }: Debit, beside: readonly NewEvent[]): bigint | null {
    const { row, model, zone, run } = licence;
    if (startMs < row.startMs) return null;
    const exact = run === null ? null : rateOnward(run, startMs, durationMs);
    if (exact !== null) return neverNegative(roundToMinor(exact, model.digits));
    licence.run = null;
    const events = row.standing ? [...this.#eventsOf(row), ...beside.filter((event) => event.licence === row).map(asUse)] : [];
    const quoted = quotePlay(model, { standing: row.standing, licenceStartMs: row.startMs, zone, events, atMs: startMs, durationMs });
    return quoted.ok ? quoted.value : null;
  }

  #eventsOf({ licence, currency }: PricingLicence): readonly HistoryEvent[] {
    return asHistoryEvents(this.#store.pricingEvents(licence), currency);
  }

  #model({ modelHash, currency }: PricingLicence): PreparedModel | null {
    const known = this.#models.get(modelHash);
    if (known !== undefined) return known;
    const parsed = parseModel(this.#store.priceModel(modelHash) ?? '');
    if (!parsed.ok) return null;
    const model = prepareModel(parsed.value, currency);
    this.#models.set(modelHash, model);
    return model;
  }
}

/** A negative price pays with its cycle, not with the use. */
function neverNegative(minor: bigint): bigint {
  return minor > 0n ? minor : 0n;
}

function newEvent(row: PricingLicence, { key, startMs, durationMs }: Debit, amountMinor: bigint): NewEvent {
  const { userId, resourceId, modelHash, currency, standing } = row;
  return { licence: row, event: key, kind: 'use', playId: null, userId, resourceId, modelHash, currency, standing, startMs, durationMs, amountMinor };
}

/** The history of a licence, for the rater. */
export function asHistoryEvents(events: readonly KeptEvent[], currency: string): readonly HistoryEvent[] {
  const digits = minorDigitsOf(currency) ?? 2;
  return events.map((event) => asHistory(event, digits));
}

/** Without the quotes of earlier uses: milestones follow the replay (ruling 11), so no price hangs on them. */
function asHistory({ event, kind, startMs, durationMs, amountMinor }: KeptEvent, digits: number): HistoryEvent {
  if (kind === 'use') return asUse({ event, startMs, durationMs });
  return { kind, id: event, startMs, amount: fromMinor(amountMinor ?? 0n, digits) };
}

function asUse({ event, startMs, durationMs }: Pick<NewEvent, 'event' | 'startMs' | 'durationMs'>): HistoryEvent {
  return { kind: 'use', id: event, startMs, durationMs, quote: null };
}
