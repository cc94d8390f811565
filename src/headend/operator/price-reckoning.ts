import { checkCall, compareCall, explainCall, quoteCall, type ReadXml, rateCall, simulateCall } from '../pricing/price-calls.ts';

export const RECKONINGS = ['check', 'rate', 'explain', 'quote', 'compare', 'simulate'] as const;
export type Reckoning = (typeof RECKONINGS)[number];

/** What stands in the form. */
export interface ReckoningForm {
  readonly what: Reckoning;
  readonly xml: string;
  /** The model that it is compared with. */
  readonly other: string;
  /** As a USAGE.json; for a simulation a list of them. */
  readonly usage: string;
  readonly until: string;
  readonly seconds: string;
  readonly lenient: boolean;
}

type Outcome = { readonly answer: Readonly<Record<string, unknown>> | null; readonly said: string };

/** The price commands on what was typed into a page; the calls are those of the API. */
export function reckon(read: ReadXml, { what, xml, other, usage: typed, until, seconds, lenient }: ReckoningForm): Outcome {
  if (what === 'check') return { answer: checkCall(read, xml, lenient), said: '' };
  if (what === 'compare') return outcome(compareCall(read, other, xml, lenient));
  const usage = readUsage(typed);
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

function readUsage(text: string): unknown {
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
