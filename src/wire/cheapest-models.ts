import { cheapestFirst, costUnder } from '../domain/rating/cheapest-model.ts';
import type { CompiledModel } from '../domain/rating/compiled-model.ts';
import { planHistory } from '../domain/rating/planned-usage.ts';
import { prepareModel } from '../domain/rating/prepared-model.ts';
import type { LicenceHistory } from '../domain/rating/rate-history.ts';
import { openZone } from '../domain/rating/zone.ts';
import { limits } from '../limits.ts';
import { decimalText, fromInteger, multiply, parseRational } from '../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { instantText, parseInstant, readUsageFile } from './rating-json.ts';

/** What is to be paid for, in words and as a history. */
export interface UsageToPay {
  readonly words: string;
  readonly history: LicenceHistory;
  /** null: that of the models. */
  readonly currency: string | null;
}

/** So many plays a month, as somebody types it. */
export interface TypedPlan {
  readonly playsAMonth: number;
  /** Decimal text, at most three decimals. */
  readonly minutes: string;
  readonly months: number;
  readonly start?: string | undefined;
  readonly timeZone: string;
}

export interface NamedModel {
  /** The file; null where there is none. */
  readonly path: string | null;
  readonly source: CompiledModel;
}

/** A model with what it charges, minor units. */
export interface ComparedModel {
  readonly path: string | null;
  readonly modelId: string;
  readonly totalMinor: bigint;
  readonly moreMinor: bigint;
  readonly untilMs: number;
  readonly digits: number;
}

export interface CostComparison {
  readonly usage: UsageToPay;
  readonly currency: string;
  /** The cheapest first. */
  readonly models: readonly ComparedModel[];
}

type CheapestFault = Fault<'bad-request'>;

/** A history of one's own, until then. @param file as a USAGE.json */
export function recordedUsage(file: unknown, until: string | undefined, nowMs: number): Result<UsageToPay, CheapestFault> {
  const usage = readUsageFile(file);
  if (!usage.ok) return fault('bad-request', usage.error.message);
  const { currency, timeZone, licenceStartMs: startMs, events } = usage.value;
  const untilMs = until === undefined ? nowMs : parseInstant(until);
  if (untilMs === null) return fault('bad-request', notATime(until));
  const zone = openZone(timeZone);
  if (!zone.ok) return fault('bad-request', zone.error.message);
  const seen = events.filter((event) => event.startMs < untilMs);
  const words = `${grouped(seen.length)} events from ${instantText(startMs)} to ${instantText(untilMs)}`;
  return ok({ words, currency, history: { startMs, zone: zone.value, events: seen, untilMs } });
}

/** A plan; it begins on the first of this month unless it says when. */
export function plannedUsage(plan: TypedPlan, nowMs: number): Result<UsageToPay, CheapestFault> {
  const { playsAMonth: usesAMonth, minutes: typed, months } = plan;
  if (usesAMonth * months > limits.plannedUses) return fault('bad-request', `a plan may have ${limits.plannedUses} plays; this one has ${usesAMonth * months}`);
  const minutes = /^\d{1,6}(\.\d{1,3})?$/.test(typed) ? parseRational(typed) : null;
  const length = minutes === null ? null : multiply(minutes, fromInteger(60_000));
  if (length === null || length.d !== 1n || length.n > BigInt(limits.ratedUseMs))
    return fault('bad-request', `minutes ${JSON.stringify(typed)}: write minutes as 3 or 3.5, with at most three decimals`);
  const zone = openZone(plan.timeZone);
  if (!zone.ok) return fault('bad-request', zone.error.message);
  const startMs = plan.start === undefined ? monthOf(nowMs) : parseInstant(plan.start);
  if (startMs === null) return fault('bad-request', notATime(plan.start));
  const history = planHistory({ startMs, zone: zone.value, months, usesAMonth, minutesMs: Number(length.n) });
  const plays = `${grouped(usesAMonth)} ${usesAMonth === 1 ? 'play' : 'plays'} a month of ${typed} min`;
  return ok({ words: `${plays}, for ${months} ${months === 1 ? 'month' : 'months'} from ${instantText(startMs)}`, currency: null, history });
}

/** What each model charges for it. The same figures for the command, the API and the pages. */
export function compareCosts(usage: UsageToPay, models: readonly NamedModel[]): Result<CostComparison, CheapestFault> {
  const currencies = new Set([usage.currency, ...models.map(({ source }) => source.currency)].filter((code) => code !== null));
  const [currency = 'USD', other] = currencies;
  if (other !== undefined) return fault('bad-request', `amounts in ${[...currencies].join(' and ')} cannot be compared: all must be in one currency (A-36)`);
  const costs = [];
  for (const { path, source } of models) {
    const model = prepareModel(source, currency);
    const cost = costUnder(model, [usage.history]);
    if (!cost.ok) return fault('bad-request', `${path ?? source.modelId}: ${cost.error.message}`);
    costs.push({ path, modelId: source.modelId, digits: model.digits, ...cost.value });
  }
  return ok({ usage, currency, models: cheapestFirst(costs) });
}

export function comparisonJson({ usage, currency, models }: CostComparison): Readonly<Record<string, unknown>> {
  return {
    usage: usage.words,
    from: instantText(usage.history.startMs),
    until: instantText(usage.history.untilMs),
    currency,
    cheapest: models.filter(({ moreMinor }) => moreMinor === 0n).map(({ modelId }) => modelId),
    models: models.map(({ path, modelId, totalMinor, moreMinor, untilMs, digits }) => ({
      model: modelId,
      ...(path === null ? {} : { file: path }),
      total: decimalText(totalMinor, digits),
      more_than_cheapest: decimalText(moreMinor, digits),
      billed_until: instantText(untilMs),
    })),
  };
}

function monthOf(instantMs: number): number {
  const now = new Date(instantMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
}

function notATime(text: string | undefined): string {
  return `${JSON.stringify(text)} is not a time like 2026-03-28T00:00:00Z`;
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
