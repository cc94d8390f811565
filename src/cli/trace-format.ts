import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { BILLING_CLASSES } from '../domain/credit/billing-class.ts';
import { LOSS_POLICIES, TRIAL_MODES } from '../domain/credit/terms.ts';
import { limits } from '../limits.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';

const closed = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0, maximum: 1_000_000_000 });
const Positive = Type.Integer({ minimum: 1, maximum: 1_000_000_000 });
const Sequence = Type.Integer({ minimum: 0, maximum: 0xffff_ffff });
const AtMs = Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const among = <T extends string>(words: readonly T[]) => Type.Union(words.map((word) => Type.Literal(word)));

const TermsLine = Type.Object(
  {
    terms: Type.Object(
      {
        packets: Type.Integer({ minimum: 1, maximum: limits.workPacketsMax }),
        W: Positive,
        R: Type.Optional(Positive),
        T: Type.Optional(Positive),
        ePerMille: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000 })),
        policy: Type.Optional(among(LOSS_POLICIES)),
        packetMs: Type.Optional(Positive),
        deadlineMs: Type.Optional(Count),
        ackIntervalMs: Type.Optional(Positive),
        prebufferMs: Type.Optional(Count),
        trial: Type.Optional(Type.Object({ mode: among(TRIAL_MODES), packets: Positive, confirmWithinMs: Type.Optional(Positive) }, closed)),
        afterTrial: Type.Optional(among(['restart', 'continue'] as const)),
        adaptation: Type.Optional(
          Type.Object({ minPackets: Positive, maxPackets: Positive, stepPackets: Positive, afterPackets: Count, afterMs: Count }, closed),
        ),
      },
      closed,
    ),
  },
  closed,
);

const event = <N extends string, P extends Record<string, TSchema>>(name: N, parts: P) =>
  Type.Object({ atMs: AtMs, event: Type.Literal(name), ...parts }, closed);

const EVENTS = {
  tick: event('tick', { packets: Type.Optional(Count) }),
  ack: event('ack', {
    base: Type.Optional(Sequence),
    received: Type.Optional(Type.Array(Sequence, { maxItems: 64 })),
    ranges: Type.Optional(Type.Array(Type.Tuple([Sequence, Positive]), { maxItems: limits.rangesPerAck })),
    paid: Type.Optional(Count),
    counter: Type.Optional(Sequence),
    packet: Type.Optional(Sequence),
  }),
  receipt: event('receipt', { paid: Count, base: Sequence }),
  confirm: event('confirm', {}),
  decline: event('decline', {}),
  'lower-trial': event('lower-trial', { packets: Count }),
  pause: event('pause', {}),
  resume: event('resume', {}),
  seek: event('seek', { to: Count }),
  span: event('span', { from: Count, packets: Positive, class: among(BILLING_CLASSES), node: Type.Optional(Type.Integer({ minimum: 0, maximum: 7 })) }),
  'round-trip': event('round-trip', { ms: Type.Number({ minimum: 0, maximum: 60_000 }) }),
} as const;

export type TraceTerms = Static<typeof TermsLine>['terms'];
export type TraceEvent = { readonly [Name in keyof typeof EVENTS]: Static<(typeof EVENTS)[Name]> }[keyof typeof EVENTS];

export interface Trace {
  readonly terms: TraceTerms;
  readonly events: readonly { readonly line: number; readonly event: TraceEvent }[];
}

/** Reads a whole trace. Blank lines and lines that begin with # say nothing. The first bad line is named. */
export function parseTrace(text: string): Result<Trace, Fault<'bad-trace'>> {
  let terms: TraceTerms | null = null;
  let lastMs = 0;
  const events: Trace['events'][number][] = [];
  for (const [at, raw] of text.split('\n').entries()) {
    const line = at + 1;
    if (raw.trim() === '' || raw.trimStart().startsWith('#')) continue;
    const value = parseJson(raw);
    if (value === undefined) return fault('bad-trace', `line ${line}: this is no JSON object: ${raw.trim().slice(0, 60)}`);
    if (terms === null) {
      const problem = problemOf(TermsLine, value);
      if (problem !== null) return fault('bad-trace', `line ${line}: the first line states the terms, {"terms": {"packets": ..., "W": ...}}; ${problem}`);
      terms = (value as Static<typeof TermsLine>).terms;
      continue;
    }
    const read = readEvent(value, lastMs);
    if (!read.ok) return fault('bad-trace', `line ${line}: ${read.error.message}`);
    lastMs = read.value.atMs;
    events.push({ line, event: read.value });
  }
  return terms === null ? fault('bad-trace', 'line 1: the trace is empty; its first line states the terms') : ok({ terms, events });
}

function readEvent(value: Readonly<Record<string, unknown>>, lastMs: number): Result<TraceEvent, Fault<'bad-event'>> {
  const name = String(value.event);
  if (!Object.hasOwn(EVENTS, name)) return fault('bad-event', `there is no event ${JSON.stringify(value.event)}; events are ${Object.keys(EVENTS).join(', ')}`);
  const problem = problemOf(EVENTS[name as keyof typeof EVENTS], value);
  if (problem !== null) return fault('bad-event', `${name}: ${problem}`);
  const read = value as unknown as TraceEvent;
  if (read.atMs < lastMs) return fault('bad-event', `time goes back from ${lastMs} to ${read.atMs} ms`);
  return ok(read);
}

function parseJson(raw: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function problemOf(schema: TSchema, value: unknown): string | null {
  const first = Value.Errors(schema, value).First();
  return first === undefined ? null : `${first.path === '' ? 'it' : first.path.slice(1).replaceAll('/', '.')}: ${first.message.toLowerCase()}`;
}
