import { readModels } from '../../src/authoring/pricing/read-model.ts';
import type { CompiledModel } from '../../src/domain/rating/compiled-model.ts';
import { type PreparedModel, prepareModel } from '../../src/domain/rating/prepared-model.ts';
import { type LicenceHistory, type RatedHistory, rateHistory } from '../../src/domain/rating/rate-history.ts';
import type { HistoryEvent } from '../../src/domain/rating/usage-history.ts';
import { openZone } from '../../src/domain/rating/zone.ts';
import { parseRational, ZERO } from '../../src/units/rational.ts';
import { instantText, parseInstant, ratedJson } from '../../src/wire/rating-json.ts';

/** A strict model around a pricing expression. */
export function modelOf(expression: string): CompiledModel {
  const xml = `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="7"/><description/><pricingExpression>${expression}</pricingExpression></pricingModel>`;
  const reading = readModels(xml, 'strict');
  const [model] = reading.models;
  if (model === undefined) throw new Error(JSON.stringify(reading.errors));
  return model;
}

/** Extensions of ours (prePaidUnits, offset) and models that strict reading would not take. */
export function lenientModelOf(xml: string): CompiledModel {
  const [model] = readModels(xml, 'lenient').models;
  if (model === undefined) throw new Error('not a model');
  return model;
}

export function use(start: string, minutes = 0, more: { readonly id?: string; readonly quote?: string } = {}): HistoryEvent {
  return {
    kind: 'use',
    id: more.id ?? '',
    startMs: at(start),
    durationMs: minutes * 60_000,
    quote: more.quote === undefined ? null : (parseRational(more.quote) ?? ZERO),
  };
}

export function accept(when: string, amount: string): HistoryEvent {
  return { kind: 'accept', id: `accept ${when}`, startMs: at(when), amount: parseRational(amount) ?? ZERO };
}

/** `02-03` is noon of that day of 2026, UTC; `02-03T10:00` and full times are taken as they are. */
export function at(text: string): number {
  const full = text.length === 5 ? `2026-${text}T12:00:00Z` : text.length === 11 ? `2026-${text}:00Z` : text;
  const instant = parseInstant(full);
  if (instant === null) throw new Error(`no time: ${text}`);
  return instant;
}

export interface Scene {
  readonly model: CompiledModel;
  readonly events?: readonly HistoryEvent[];
  readonly start?: string;
  readonly until: string;
  readonly zone?: string;
  readonly currency?: string;
}

export function historyOf(scene: Scene): { readonly model: PreparedModel; readonly history: LicenceHistory } {
  const zone = openZone(scene.zone ?? 'UTC');
  if (!zone.ok) throw new Error(zone.error.message);
  const startMs = at(scene.start ?? '2026-01-28T00:00:00Z');
  const model = prepareModel(scene.model, scene.currency ?? 'USD');
  return { model, history: { startMs, zone: zone.value, events: scene.events ?? [], untilMs: at(scene.until) } };
}

export function rate(scene: Scene): RatedHistory {
  const { model, history } = historyOf(scene);
  const rated = rateHistory(model, history);
  if (!rated.ok) throw new Error(rated.error.message);
  return rated.value;
}

/** One member of every cycle, as printed. */
export function column(scene: Scene, name: string): readonly unknown[] {
  const { cycles } = ratedJson(rate(scene), historyOf(scene).model.digits) as { readonly cycles: readonly Readonly<Record<string, unknown>>[] };
  return cycles.map((cycle) => cycle[name]);
}

/** Where the cycles begin, and where the last one ends. */
export function boundaries(scene: Scene): readonly string[] {
  const { bills } = rate(scene);
  return [...bills.map((bill) => instantText(bill.startMs)), instantText(bills.at(-1)?.endMs ?? 0)];
}
