import { parseArgs } from 'node:util';
import { limits } from '../limits.ts';
import { decimalText } from '../units/rational.ts';
import { fault, type Result } from '../units/result.ts';
import {
  type ComparedModel,
  type CostComparison,
  compareCosts,
  comparisonJson,
  type NamedModel,
  plannedUsage,
  recordedUsage,
  type UsageToPay,
} from '../wire/cheapest-models.ts';
import { instantText } from '../wire/rating-json.ts';
import { groupedText } from './difference-words.ts';
import type { PriceAction } from './price-action.ts';
import { PriceInputError, readJsonFile, readModel } from './price-input.ts';
import { EXIT } from './subcommand.ts';
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
  const models: NamedModel[] = [];
  for (const path of paths) models.push({ path, source: await readModel(path, values.strict, io) });
  const compared = given(compareCosts(values.usage === undefined ? planned(values) : await recorded(values.usage, values.until), models));
  io.out(values.json ? `${JSON.stringify(comparisonJson(compared))}\n` : cheapestText(compared));
  return EXIT.ok;
};

async function recorded(path: string, until: string | undefined): Promise<UsageToPay> {
  const usage = recordedUsage(await readJsonFile(path), until, Date.now());
  return usage.ok ? usage.value : given(fault('bad-request', `${path}: ${usage.error.message}`));
}

function planned(values: Values): UsageToPay {
  const playsAMonth = wholeNumber('--plays-a-month', values['plays-a-month'], 0, limits.plannedUses);
  const months = wholeNumber('--months', values.months, 1, limits.plannedMonths);
  const { minutes, start, 'time-zone': timeZone } = values;
  return given(plannedUsage({ playsAMonth, months, minutes, start, timeZone }, Date.now()));
}

function given<T>(outcome: Result<T, { readonly message: string }>): T {
  if (!outcome.ok) throw new PriceInputError(outcome.error.message);
  return outcome.value;
}

function wholeNumber(name: string, text: string | undefined, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw new PriceInputError(`${name} must be a whole number from ${least} to ${most}`);
  return value;
}

function cheapestText({ usage: { words }, models: candidates, currency }: CostComparison): string {
  const [cheapest, next] = candidates;
  if (cheapest === undefined) return '';
  const money = (minor: bigint): string => `${groupedText(decimalText(minor, cheapest.digits))} ${currency}`;
  const widest = Math.max(...candidates.map(({ modelId }) => columnsOf(printable(modelId))), 5);
  const rows = candidates.map(({ modelId, totalMinor, moreMinor, untilMs }, index) => {
    const more = moreMinor === 0n ? 'cheapest' : `${money(moreMinor)} more`;
    return `${String(index + 1).padStart(3)}  ${padEnd(printable(modelId), widest)}${money(totalMinor).padStart(20)}${more.padStart(24)}   ${instantText(untilMs)}\n`;
  });
  const head = `     ${padEnd('model', widest)}${'to pay'.padStart(20)}${''.padStart(24)}   billed until\n`;
  return `${words}:\n\n${head}${rows.join('')}\n${verdictText(cheapest, next, candidates, money)}`;
}

function verdictText(cheapest: ComparedModel, next: ComparedModel | undefined, candidates: readonly ComparedModel[], money: (minor: bigint) => string): string {
  const name = printable(cheapest.modelId);
  if (next === undefined) return `${name} costs ${money(cheapest.totalMinor)}.\n`;
  const equals = candidates.filter(({ totalMinor }) => totalMinor === cheapest.totalMinor);
  if (equals.length > 1) return `${equals.map(({ modelId }) => printable(modelId)).join(' and ')} are equally cheap: ${money(cheapest.totalMinor)}.\n`;
  return `${name} is cheapest: ${money(cheapest.totalMinor)}, which is ${money(next.totalMinor - cheapest.totalMinor)} less than ${printable(next.modelId)}.\n`;
}
