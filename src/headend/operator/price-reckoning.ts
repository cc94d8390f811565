import { Value } from '@sinclair/typebox/value';
import { limits } from '../../limits.ts';
import { CheapestBody } from '../../wire/pricing-api.ts';
import { cheapestCall, checkCall, compareCall, explainCall, quoteCall, type ReadXml, rateCall, simulateCall, treeCall } from '../pricing/price-calls.ts';

export const RECKONINGS = ['check', 'rate', 'explain', 'quote', 'compare', 'simulate', 'cheapest', 'tree', 'audit'] as const;
export type Reckoning = (typeof RECKONINGS)[number];

/** What stands in the form. */
export interface ReckoningForm {
  readonly xml: string;
  /** The model that it is compared with. */
  readonly other: string;
  /** As a USAGE.json; for a simulation a list of them. */
  readonly usage: string;
  readonly until: string;
  readonly seconds: string;
  /** Plays a month and months of a plan, for the cheapest; without them the usage is what is paid for. */
  readonly plays: string;
  readonly minutes: string;
  readonly months: string;
  /** A TREE.json, the licences of a user with commas between, and the node that is used. */
  readonly tree: string;
  readonly licences: string;
  readonly use: string;
  readonly lenient: boolean;
}

type Outcome = { readonly answer: Readonly<Record<string, unknown>> | null; readonly said: string };

/** All but the audit, which reads the book. */
export type TypedReckoning = Exclude<Reckoning, 'audit'>;

/** The price commands on what was typed into a page; the calls are those of the API. */
export function reckon(read: ReadXml, what: TypedReckoning, form: ReckoningForm, nowMs: number): Outcome {
  const { xml, other, usage: typed, until, seconds, lenient } = form;
  if (what === 'tree') return walkTree(read, form);
  if (what === 'cheapest') return cheapest(read, form, nowMs);
  if (what === 'check') return { answer: checkCall(read, xml, lenient), said: '' };
  if (what === 'compare') return outcome(compareCall(read, other, xml, lenient));
  const usage = readTyped(typed);
  if (usage === null) return refused('The usage must be JSON, as in a USAGE.json: {"licence", "currency", "time_zone", "usage_history"}.');
  if (what === 'simulate') {
    const histories = Array.isArray(usage) ? usage : [usage];
    if (!histories.every(isRecord) || histories.length > HISTORIES_MAX) return refused(`A simulation takes a list of at most ${HISTORIES_MAX} usages.`);
    return outcome(simulateCall(read, { models: [other, xml], lenient, until, histories }));
  }
  if (!isRecord(usage)) return refused('One usage is needed here, not a list of them.');
  if (what !== 'quote') return outcome((what === 'rate' ? rateCall : explainCall)(read, { xml, lenient, usage, until }));
  const length = seconds === '' ? 0 : Number(seconds);
  return length >= 0 && length <= SECONDS_MAX
    ? outcome(quoteCall(read, { xml, lenient, usage, at: until, seconds: length }))
    : refused('Seconds are a number.');
}

const HISTORIES_MAX = 1_000;
const SECONDS_MAX = 1e9;

/** Several models may stand one after another in either field. */
function modelsIn(...texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => text.split(/(?<=<\/pricingModel\s*>)/)).filter((text) => text.trim() !== '');
}

function cheapest(read: ReadXml, form: ReckoningForm, nowMs: number): Outcome {
  const models = [...modelsIn(form.xml, form.other)].map((xml) => xml.trim());
  if (models.length === 0 || models.length > limits.comparedModelsOnline)
    return refused(`Type in the models, one after another; at most ${limits.comparedModelsOnline} are compared.`);
  const shared = { models, lenient: form.lenient };
  if (form.plays === '' && form.months === '') {
    const usage = readTyped(form.usage);
    if (!isRecord(usage)) return refused('Type in a usage, or plays a month and months.');
    return outcome(cheapestCall(read, { ...shared, usage, ...(form.until === '' ? {} : { until: form.until }) }, nowMs));
  }
  const plan = { plays_a_month: Number(form.plays || Number.NaN), months: Number(form.months || Number.NaN), minutes: Number(form.minutes || 3) };
  const body: CheapestBody = { ...shared, plan };
  return Value.Check(CheapestBody, body)
    ? outcome(cheapestCall(read, body, nowMs))
    : refused('Plays a month and months are whole numbers, with at least one month; minutes are a number.');
}

function walkTree(read: ReadXml, { tree: typed, licences, use }: ReckoningForm): Outcome {
  const tree = readTyped(typed);
  if (tree === null) return refused('The tree must be JSON, as in a TREE.json.');
  const held = licences.split(',').map((name) => name.trim());
  return outcome(
    treeCall(
      read,
      tree,
      held.filter((name) => name !== ''),
      use.trim(),
    ),
  );
}

function readTyped(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function outcome(called: ReturnType<typeof rateCall>): Outcome {
  return called.ok ? { answer: called.value, said: '' } : refused(called.error.message);
}

function refused(said: string): Outcome {
  return { answer: null, said };
}
