import type { ModelReading } from '../../authoring/pricing/read-model.ts';
import { compareModels } from '../../domain/rating/compare-models.ts';
import type { CompiledModel } from '../../domain/rating/compiled-model.ts';
import { DifferenceTally } from '../../domain/rating/difference-tally.ts';
import { explainHistory } from '../../domain/rating/explain.ts';
import { ATTRIBUTE_NAMES } from '../../domain/rating/formula-ast.ts';
import { type PreparedModel, prepareModel } from '../../domain/rating/prepared-model.ts';
import { quoteUse } from '../../domain/rating/quote-use.ts';
import { type LicenceHistory, rateHistory } from '../../domain/rating/rate-history.ts';
import { openZone } from '../../domain/rating/zone.ts';
import { limits } from '../../limits.ts';
import { decimalText, rationalText } from '../../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { compareCosts, comparisonJson, type NamedModel, plannedUsage, recordedUsage, type TypedPlan } from '../../wire/cheapest-models.ts';
import { explainedJson } from '../../wire/explain-json.ts';
import type { CheapestBody, QuoteBody, RateBody, SimulateBody } from '../../wire/pricing-api.ts';
import { parseInstant, ratedJson, readUsageFile } from '../../wire/rating-json.ts';
import { Simulation } from '../../wire/simulation.ts';
import { answerInTree } from '../../wire/tree-json.ts';

export type CallFault = Fault<'bad-model' | 'bad-request'>;
type Answer = Result<Readonly<Record<string, unknown>>, CallFault>;

/** Reads XML: passed in, because the reader and libxml2 are loaded with the first call only. */
export type ReadXml = (xml: string, mode: 'strict' | 'lenient') => ModelReading;

/** The calls of `ackbox price` on what came in a request instead of in files. */
export function checkCall(read: ReadXml, xml: string, lenient: boolean): Readonly<Record<string, unknown>> {
  const { valid, errors, warnings, repairs, models } = read(xml, lenient ? 'lenient' : 'strict');
  return { valid, errors, warnings, repairs, models: models.map(({ modelId, currency }) => ({ id: modelId, currency })) };
}

export function rateCall(read: ReadXml, { xml, lenient, usage, until }: RateBody): Answer {
  const input = readInput(read, xml, lenient ?? false, usage, until);
  if (!input.ok) return input;
  const { model, history, conflicts } = input.value;
  const rated = rateHistory(model, history);
  return rated.ok ? ok({ ...ratedJson(rated.value, model.digits), conflicts }) : fault('bad-request', rated.error.message);
}

export function explainCall(read: ReadXml, { xml, lenient, usage, until }: RateBody): Answer {
  const input = readInput(read, xml, lenient ?? false, usage, until);
  if (!input.ok) return input;
  const { model, history, currency } = input.value;
  const explained = explainHistory(model, history);
  return explained.ok ? ok(explainedJson(explained.value.cycles, currency, model.digits)) : fault('bad-request', explained.error.message);
}

export function quoteCall(read: ReadXml, { xml, lenient, usage, at, seconds }: QuoteBody): Answer {
  const input = readInput(read, xml, lenient ?? false, usage, at);
  if (!input.ok) return input;
  const { model, history, currency } = input.value;
  if (history.untilMs < history.startMs) return fault('bad-request', 'at lies before the licence begins.');
  const quoted = quoteUse(model, history, history.untilMs, Math.round((seconds ?? 0) * 1_000));
  if (!quoted.ok) return fault('bad-request', quoted.error.message);
  const { priceMinor, attributes, offerMinor } = quoted.value;
  const charged = ATTRIBUTE_NAMES.filter((name) => attributes[name].value.n !== 0n);
  return ok({
    price: decimalText(priceMinor, model.digits),
    currency,
    in_force: Object.fromEntries(charged.map((name) => [name, rationalText(attributes[name].value)])),
    alternate_payment: offerMinor === null ? null : decimalText(offerMinor, model.digits),
  });
}

export function treeCall(read: ReadXml, tree: unknown, licences: readonly string[], use: string): Answer {
  const answer = answerInTree(tree, (xml) => read(xml, 'lenient').models[0] ?? null, licences, use);
  return answer.ok ? ok({ ...answer.value }) : fault('bad-request', answer.error.message);
}

export function compareCall(read: ReadXml, a: string, b: string, lenient: boolean): Answer {
  const before = oneModel(read, a, lenient);
  if (!before.ok) return before;
  const after = oneModel(read, b, lenient);
  if (!after.ok) return after;
  const differences = compareModels(before.value, after.value);
  return ok({ a: before.value.modelId, b: after.value.modelId, same: differences.length === 0, differences });
}

export function simulateCall(read: ReadXml, { models, lenient, until, histories }: SimulateBody): Answer {
  const before = oneModel(read, models[0] ?? '', lenient ?? false);
  if (!before.ok) return before;
  const after = oneModel(read, models[1] ?? '', lenient ?? false);
  if (!after.ok) return after;
  const untilMs = parseInstant(until);
  if (untilMs === null) return fault('bad-request', 'until must be a time like 2026-03-28T00:00:00Z.');
  const simulation = new Simulation([before.value, after.value], untilMs);
  const tally = new DifferenceTally();
  const perUser: { readonly user: string; readonly beforeMinor: bigint; readonly afterMinor: bigint }[] = [];
  const leftOut: { readonly index: number; readonly message: string }[] = [];
  for (const [index, history] of histories.entries()) {
    const user = simulation.rate(history);
    if (!user.ok) leftOut.push({ index, message: user.error.message });
    else {
      tally.add(user.value);
      perUser.push(user.value);
    }
  }
  const text = (minor: bigint): string => decimalText(minor, simulation.digits);
  const { spread, ...summary } = tally.summary();
  return ok({
    currency: simulation.currency ?? '',
    ...{ users: summary.users, winners: summary.winners, losers: summary.losers, unchanged: summary.unchanged },
    ...{ before: text(summary.beforeMinor), after: text(summary.afterMinor), difference: text(summary.differenceMinor) },
    spread: spread && {
      min: text(spread.minMinor),
      p5: text(spread.p5Minor),
      p50: text(spread.p50Minor),
      p95: text(spread.p95Minor),
      max: text(spread.maxMinor),
    },
    per_user: perUser.map(({ user, beforeMinor, afterMinor }) => {
      return { user, before: text(beforeMinor), after: text(afterMinor), difference: text(afterMinor - beforeMinor) };
    }),
    left_out: leftOut,
  });
}

export function cheapestCall(read: ReadXml, { models: texts, lenient, usage: file, until, plan }: CheapestBody, nowMs: number): Answer {
  if ((file === undefined) === (plan === undefined)) return fault('bad-request', 'Send either usage or plan.');
  const models: NamedModel[] = [];
  for (const xml of texts) {
    const source = oneModel(read, xml, lenient ?? false);
    if (!source.ok) return source;
    models.push({ path: null, source: source.value });
  }
  const usage = plan === undefined ? recordedUsage(file, until, nowMs) : plannedUsage(typedPlan(plan), nowMs);
  if (!usage.ok) return usage;
  if (usage.value.history.events.length > limits.plannedUsesOnline)
    return fault('bad-request', `At most ${limits.plannedUsesOnline} uses are compared here; ackbox price cheapest takes more.`);
  const compared = compareCosts(usage.value, models);
  return compared.ok ? ok(comparisonJson(compared.value)) : compared;
}

function typedPlan({ plays_a_month: playsAMonth, minutes = 3, months, start, time_zone: timeZone = 'UTC' }: NonNullable<CheapestBody['plan']>): TypedPlan {
  return { playsAMonth, minutes: String(minutes), months, start, timeZone };
}

/** The one model of a document, or what is wrong with it and where. */
export function oneModel(read: ReadXml, xml: string, lenient: boolean): Result<CompiledModel, CallFault> {
  const { errors, models } = read(xml, lenient ? 'lenient' : 'strict');
  const [error, ...more] = errors;
  const [model] = models;
  if (error !== undefined) {
    const others = more.length === 0 ? '' : ` (and ${more.length} more; see /v1/pricing/check)`;
    return fault('bad-model', `line ${error.line}, column ${error.column}: ${error.message}${others}`);
  }
  return model !== undefined && models.length === 1 ? ok(model) : fault('bad-model', `The document holds ${models.length} models; send one.`);
}

interface Input {
  readonly model: PreparedModel;
  readonly currency: string;
  readonly history: LicenceHistory;
  readonly conflicts: readonly string[];
}

function readInput(read: ReadXml, xml: string, lenient: boolean, file: unknown, until: string): Result<Input, CallFault> {
  const source = oneModel(read, xml, lenient);
  if (!source.ok) return source;
  const usage = readUsageFile(file);
  if (!usage.ok) return fault('bad-request', usage.error.message);
  const zone = openZone(usage.value.timeZone);
  if (!zone.ok) return fault('bad-request', zone.error.message);
  const untilMs = parseInstant(until);
  if (untilMs === null) return fault('bad-request', `${JSON.stringify(until)} is not a time like 2026-03-28T00:00:00Z.`);
  const { currency, licenceStartMs: startMs, events } = usage.value;
  if (source.value.currency !== null && source.value.currency !== currency)
    return fault('bad-request', `The model charges ${source.value.currency}, the usage is in ${currency}: they must be the same (A-36).`);
  return ok({
    model: prepareModel(source.value, currency),
    currency,
    conflicts: usage.value.conflicts(),
    history: { startMs, zone: zone.value, events, untilMs },
  });
}
