import { isDeepStrictEqual } from 'node:util';
import { type PreparedModel, prepareModel } from '../../src/domain/rating/prepared-model.ts';
import { type LicenceHistory, rateHistory } from '../../src/domain/rating/rate-history.ts';
import type { HistoryEvent } from '../../src/domain/rating/usage-history.ts';
import { openZone } from '../../src/domain/rating/zone.ts';
import { parseRational, ZERO } from '../../src/units/rational.ts';
import { ratedJson } from '../../src/wire/rating-json.ts';
import { type NaiveCase, rateNaively } from './naive-rater.ts';

/** A pair in the words of the rater. */
export function asHistory(given: NaiveCase): { readonly model: PreparedModel; readonly history: LicenceHistory } {
  const zone = openZone(given.zone);
  if (!zone.ok) throw new Error(zone.error.message);
  const model = prepareModel(given.model, given.model.currency ?? 'USD');
  return { model, history: { startMs: given.start, zone: zone.value, events: given.events.map(asEvent), untilMs: given.until } };
}

/** What the rater answers, in the oracle's words. */
export function rateForOracle(given: NaiveCase): Readonly<Record<string, unknown>> {
  const { model, history } = asHistory(given);
  const rated = rateHistory(model, history);
  if (!rated.ok) throw new Error(rated.error.message);
  const { cycles, total_amount_due, offers } = ratedJson(rated.value, model.digits);
  return { cycles, total_amount_due, offers, rejected: rated.value.rejections.map(({ id }) => id) };
}

function asEvent(event: NaiveCase['events'][number]): HistoryEvent {
  const exact = (text: string) => parseRational(text) ?? ZERO;
  if (event.type === 'accept') return { kind: 'accept', id: event.id, startMs: event.start, amount: exact(event.amount) };
  return { kind: 'use', id: event.id, startMs: event.start, durationMs: event.ms, quote: event.quote === null ? null : exact(event.quote) };
}

/** @returns null where rater and oracle say the same, else both answers */
export function difference(given: NaiveCase): { readonly rater: string; readonly oracle: string } | null {
  const [rater, oracle] = [rateForOracle(given), rateNaively(given)];
  return isDeepStrictEqual(rater, oracle) ? null : { rater: inOrder(rater), oracle: inOrder(oracle) };
}

/** Text that does not depend on the order in which members were written. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member) ? Object.fromEntries(Object.entries(member).sort()) : member,
  );
}
