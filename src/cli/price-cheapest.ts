import { parseArgs } from 'node:util';
import { nextCloseMs, planHistory } from '../domain/rating/planned-usage.ts';
import { prepareModel } from '../domain/rating/prepared-model.ts';
import { type LicenceHistory, rateHistory } from '../domain/rating/rate-history.ts';
import { openZone } from '../domain/rating/zone.ts';
import { limits } from '../limits.ts';
import { decimalText, fromInteger, multiply, parseRational } from '../units/rational.ts';
import { instantText, parseInstant, readUsageFile } from '../wire/rating-json.ts';
import { countText, groupedText } from './difference-words.ts';
import type { PriceAction } from './price-action.ts';
import { PriceInputError, readJsonFile, readModel } from './price-input.ts';
import { type CommandIo, EXIT } from './subcommand.ts';
import { columnsOf, padEnd, printable } from './text-columns.ts';

const OPTIONS = {
  models: { type: 'string', default: '' },
  usage: { type: 'string' },
  until: { type: 'string' },
  'plays-a-month': { type: 'string' },
  minutes: { type: 'string', default: '3' },
  months: { type: 'string' },
  start: { type: 'string' },
  'time-zone': { type: 'string', default: 'UTC' },
  strict: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** What is to be paid for, in words and as a history. */
interface Usage {
  readonly words: string;
  readonly history: LicenceHistory;
  /** null: that of the models. */
  readonly currency: string | null;
}

interface Candidate {
  readonly path: string;
  readonly modelId: string;
  readonly totalMinor: bigint;
  readonly untilMs: number;
  readonly digits: number;
}

/** ackbox price cheapest: the models by what they charge for a history or a plan, the cheapest first. */
export const priceCheapest: PriceAction = async (argv, io) => {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  const paths = values.models.split(',').filter((path) => path !== '');
  const plan = values['plays-a-month'] !== undefined && values.months !== undefined;
  if (paths.length === 0 || plan === (values.usage !== undefined)) {
    io.err('ackbox price cheapest needs --models A.xml,B.xml,... and either --usage USAGE.json or --plays-a-month N and --months K.\n');
    return EXIT.usage;
  }
  if (paths.length > limits.comparedModels) throw new PriceInputError(`${paths.length} models; at most ${limits.comparedModels} are compared`);
  const usage = values.usage === undefined ? planned(values) : await recorded(values.usage, values.until);
  const { currency, candidates } = await rateAll(paths, usage, values.strict, io);
  io.out(values.json ? `${JSON.stringify(cheapestJson(usage, candidates, currency))}\n` : cheapestText(usage, candidates, currency));
  return EXIT.ok;
};

async function recorded(path: string, until: string | undefined): Promise<Usage> {
  const usage = readUsageFile(await readJsonFile(path));
  if (!usage.ok) throw new PriceInputError(`${path}: ${usage.error.message}`);
  const untilMs = instantOf(until, Date.now());
  const { currency, timeZone, licenceStartMs: startMs, events } = usage.value;
  const seen = events.filter((event) => event.startMs < untilMs);
  const words = `${countText(seen.length)} events from ${instantText(startMs)} to ${instantText(untilMs)}`;
  return { words, currency, history: { startMs, zone: zoneOf(timeZone), events: seen, untilMs } };
}

function planned(values: Values): Usage {
  const usesAMonth = wholeNumber('--plays-a-month', values['plays-a-month'], 0, limits.plannedUses);
  const months = wholeNumber('--months', values.months, 1, limits.plannedMonths);
  if (usesAMonth * months > limits.plannedUses) throw new PriceInputError(`a plan may have ${limits.plannedUses} plays; this one has ${usesAMonth * months}`);
  const minutes = /^\d{1,6}(\.\d{1,3})?$/.test(values.minutes) ? parseRational(values.minutes) : null;
  const length = minutes === null ? null : multiply(minutes, fromInteger(60_000));
  if (length === null || length.d !== 1n || length.n > BigInt(limits.ratedUseMs)) {
    throw new PriceInputError(`--minutes ${printable(values.minutes)}: write minutes as 3 or 3.5, with at most three decimals`);
  }
  const now = new Date();
  const startMs = instantOf(values.start, Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const history = planHistory({ startMs, zone: zoneOf(values['time-zone']), months, usesAMonth, minutesMs: Number(length.n) });
  const plays = `${countText(usesAMonth)} ${usesAMonth === 1 ? 'play' : 'plays'} a month of ${values.minutes} min`;
  return { words: `${plays}, for ${months} ${months === 1 ? 'month' : 'months'} from ${instantText(startMs)}`, currency: null, history };
}

function instantOf(text: string | undefined, otherwiseMs: number): number {
  const instantMs = text === undefined ? otherwiseMs : parseInstant(text);
  if (instantMs === null) throw new PriceInputError(`${JSON.stringify(text)} is not a time like 2026-03-28T00:00:00Z`);
  return instantMs;
}

function zoneOf(name: string): LicenceHistory['zone'] {
  const zone = openZone(name);
  if (!zone.ok) throw new PriceInputError(zone.error.message);
  return zone.value;
}

function wholeNumber(name: string, text: string | undefined, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw new PriceInputError(`${name} must be a whole number from ${least} to ${most}`);
  return value;
}

async function rateAll(
  paths: readonly string[],
  usage: Usage,
  strict: boolean,
  io: CommandIo,
): Promise<{ readonly currency: string; readonly candidates: readonly Candidate[] }> {
  const models = [];
  for (const path of paths) models.push({ path, source: await readModel(path, strict, io) });
  const currencies = new Set([usage.currency, ...models.map(({ source }) => source.currency)].filter((code) => code !== null));
  const [currency = 'USD', other] = currencies;
  if (other !== undefined) throw new PriceInputError(`amounts in ${[...currencies].join(' and ')} cannot be compared: all must be in one currency (A-36)`);
  const candidates = models.map(({ path, source }) => {
    const model = prepareModel(source, currency);
    const untilMs = nextCloseMs(model, usage.history);
    const rated = rateHistory(model, { ...usage.history, untilMs });
    if (!rated.ok) throw new PriceInputError(`${path}: ${rated.error.message}`);
    return { path, modelId: source.modelId, totalMinor: rated.value.totalDueMinor, untilMs, digits: model.digits };
  });
  // Of equals the one that was named first.
  return { currency, candidates: candidates.toSorted((left, right) => (left.totalMinor < right.totalMinor ? -1 : left.totalMinor > right.totalMinor ? 1 : 0)) };
}

function cheapestText({ words }: Usage, candidates: readonly Candidate[], currency: string): string {
  const [cheapest, next] = candidates;
  if (cheapest === undefined) return '';
  const money = (minor: bigint): string => `${groupedText(decimalText(minor, cheapest.digits))} ${currency}`;
  const widest = Math.max(...candidates.map(({ modelId }) => columnsOf(printable(modelId))), 5);
  const rows = candidates.map(({ modelId, totalMinor, untilMs }, index) => {
    const more = totalMinor === cheapest.totalMinor ? 'cheapest' : `${money(totalMinor - cheapest.totalMinor)} more`;
    return `${String(index + 1).padStart(3)}  ${padEnd(printable(modelId), widest)}${money(totalMinor).padStart(20)}${more.padStart(24)}   ${instantText(untilMs)}\n`;
  });
  const head = `     ${padEnd('model', widest)}${'to pay'.padStart(20)}${''.padStart(24)}   billed until\n`;
  return `${words}:\n\n${head}${rows.join('')}\n${verdictText(cheapest, next, candidates, money)}`;
}

function verdictText(cheapest: Candidate, next: Candidate | undefined, candidates: readonly Candidate[], money: (minor: bigint) => string): string {
  const name = printable(cheapest.modelId);
  if (next === undefined) return `${name} costs ${money(cheapest.totalMinor)}.\n`;
  const equals = candidates.filter(({ totalMinor }) => totalMinor === cheapest.totalMinor);
  if (equals.length > 1) return `${equals.map(({ modelId }) => printable(modelId)).join(' and ')} are equally cheap: ${money(cheapest.totalMinor)}.\n`;
  return `${name} is cheapest: ${money(cheapest.totalMinor)}, which is ${money(next.totalMinor - cheapest.totalMinor)} less than ${printable(next.modelId)}.\n`;
}

function cheapestJson({ words, history }: Usage, candidates: readonly Candidate[], currency: string): Readonly<Record<string, unknown>> {
  const [cheapest] = candidates;
  const least = cheapest?.totalMinor ?? 0n;
  return {
    usage: words,
    from: instantText(history.startMs),
    until: instantText(history.untilMs),
    currency,
    cheapest: candidates.filter(({ totalMinor }) => totalMinor === least).map(({ modelId }) => modelId),
    models: candidates.map(({ path, modelId, totalMinor, untilMs, digits }) => ({
      model: modelId,
      file: path,
      total: decimalText(totalMinor, digits),
      more_than_cheapest: decimalText(totalMinor - least, digits),
      billed_until: instantText(untilMs),
    })),
  };
}
