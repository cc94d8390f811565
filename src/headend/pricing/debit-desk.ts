import { type PreparedModel, prepareModel } from '../../domain/rating/prepared-model.ts';
import { quotePlay } from '../../domain/rating/quote-play.ts';
import type { HistoryEvent } from '../../domain/rating/usage-history.ts';
import { openZone, type Zone } from '../../domain/rating/zone.ts';
import { minorDigitsOf } from '../../units/iso-4217.ts';
import { fromMinor } from '../../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { parseModel } from '../../wire/model-json.ts';
import type { KeptEvent, NewEvent, PricingEventStore, PricingLicence } from '../stores/pricing-event-rows.ts';
import type { PricingStore } from '../stores/pricing-rows.ts';

const REMEMBERED_LICENCES = 10_000;
const REMEMBERED_EVENTS = 200;

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
  readonly events: HistoryEvent[];
  readonly prices: Map<string, bigint>;
}

/**
 * Debits uses online: each is rated from what was used under its licence before, and all of a call become durable with one commit (a group
 * commit). The price is the quote of the use; cycles, discounts and late events follow with the replay, as adjustments.
 */
export class DebitDesk {
  readonly #store: PricingStore & PricingEventStore;
  readonly #models = new Map<string, PreparedModel>();
  /** As of their newest event; who else writes is noticed by its number. */
  readonly #known = new Map<number, OpenLicence & { readonly newest: number }>();

  constructor(store: PricingStore & PricingEventStore) {
    this.#store = store;
  }

  /** All of them or none. */
  debit(debits: readonly Debit[]): Result<readonly Debited[], Fault<'not-found' | 'bad-request'>> {
    const licences = new Map<number, OpenLicence>();
    const newest = this.#store.newestEvents([...new Set(debits.map(({ licence }) => licence))]);
    const events: NewEvent[] = [];
    const debited: Debited[] = [];
    for (const debit of debits) {
      const licence = licences.get(debit.licence) ?? this.#take(debit.licence, newest.get(debit.licence));
      if (licence === null) return fault('not-found', `There is no licence ${debit.licence} that goes on, with a model that can be rated.`);
      licences.set(debit.licence, licence);
      const minor = licence.prices.get(debit.key) ?? priceOf(licence, debit);
      if (minor === null) return fault('bad-request', `The use ${JSON.stringify(debit.key)} cannot be rated: it lies before its licence, or too far from it.`);
      debited.push({ key: debit.key, minor });
      if (licence.prices.has(debit.key)) continue;
      note(licence, debit, minor);
      events.push(newEvent(licence.row, debit, minor));
    }
    this.#store.recordUses(events);
    const recorded = this.#store.newestEvents([...licences.keys()]);
    for (const [number, licence] of licences) this.#remember(number, licence, recorded.get(number));
    return ok(debited);
  }

  /** Taken out while it is written to: what fails is read anew. */
  #take(licence: number, newest: number | undefined): OpenLicence | null {
    const known = this.#known.get(licence);
    this.#known.delete(licence);
    return known !== undefined && known.newest === newest ? known : this.#open(licence);
  }

  #remember(licence: number, state: OpenLicence, newest: number | undefined): void {
    if (newest === undefined || state.events.length > REMEMBERED_EVENTS) return;
    this.#known.set(licence, { ...state, newest });
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > REMEMBERED_LICENCES && oldest !== undefined) this.#known.delete(oldest);
  }

  #open(licence: number): OpenLicence | null {
    const row = this.#store.licenceNumbered(licence);
    const model = row === null || row.endedMs !== null ? null : this.#model(row);
    const zone = row === null ? null : openZone(row.timeZone);
    if (row === null || model === null || !zone?.ok) return null;
    const digits = minorDigitsOf(row.currency) ?? 2;
    const kept = this.#store.pricingEvents(licence);
    const prices = new Map(kept.map(({ event, amountMinor }) => [event, amountMinor ?? 0n]));
    return { row, model, zone: zone.value, events: kept.map((event) => asHistory(event, digits)), prices };
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

function priceOf({ row, model, zone, events }: OpenLicence, { startMs, durationMs }: Debit): bigint | null {
  if (startMs < row.startMs) return null;
  const quoted = quotePlay(model, { standing: true, licenceStartMs: row.startMs, zone, events, atMs: startMs, durationMs });
  return quoted.ok ? quoted.value : null;
}

function note(licence: OpenLicence, { key, startMs, durationMs }: Debit, minor: bigint): void {
  licence.events.push({ kind: 'use', id: key, startMs, durationMs, quote: null });
  licence.prices.set(key, minor);
}

function newEvent(
  { licence, userId, resourceId, modelHash, currency, standing }: PricingLicence,
  { key, startMs, durationMs }: Debit,
  minor: bigint,
): NewEvent {
  return { licence, event: key, kind: 'use', playId: null, userId, resourceId, modelHash, currency, standing, startMs, durationMs, amountMinor: minor };
}

/** Without the quotes of earlier uses: milestones follow the replay (ruling 11), so no price hangs on them. */
function asHistory({ event, kind, startMs, durationMs, amountMinor }: KeptEvent, digits: number): HistoryEvent {
  if (kind === 'use') return { kind, id: event, startMs, durationMs, quote: null };
  return { kind, id: event, startMs, amount: fromMinor(amountMinor ?? 0n, digits) };
}
