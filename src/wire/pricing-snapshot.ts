import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { type PreparedModel, prepareModel } from '../domain/rating/prepared-model.ts';
import { quotePlay } from '../domain/rating/quote-play.ts';
import type { HistoryEvent } from '../domain/rating/usage-history.ts';
import { openZone } from '../domain/rating/zone.ts';
import { limits } from '../limits.ts';
import { minorDigitsOf } from '../units/iso-4217.ts';
import { fromMinor } from '../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { canonicalJson, parseCanonicalJson } from './canonical-json.ts';
import { parseModel } from './model-json.ts';

const closed = { additionalProperties: false } as const;
const Instant = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 });
const Duration = Type.Integer({ minimum: 0, maximum: limits.ratedUseMs });

/** What one price of the terms was made of. Uses are [start, duration, quote in minor units or -1]; acceptances [start, minor units]. */
const Node = Type.Object(
  {
    resource: Type.String({ minLength: 1, maxLength: 140 }),
    standing: Type.Boolean(),
    licenceStartMs: Instant,
    timeZone: Type.String({ maxLength: 64 }),
    durationMs: Duration,
    uses: Type.Array(Type.Tuple([Instant, Duration, Type.Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER })]), { maxItems: limits.snapshotUses }),
    accepts: Type.Array(Type.Tuple([Instant, Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })]), { maxItems: 100 }),
  },
  closed,
);
const Snapshot = Type.Object(
  {
    version: Type.Literal(1),
    account: Type.String({ minLength: 1, maxLength: 64 }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    atMs: Instant,
    nodes: Type.Array(Node, { minItems: 1, maxItems: 32 }),
  },
  closed,
);

export interface SnapshotNode {
  /** What the history is about: a work, a price node that several works share, or one play. */
  readonly resource: string;
  readonly standing: boolean;
  readonly licenceStartMs: number;
  readonly timeZone: string;
  /** Of what is sold under this node. */
  readonly durationMs: number;
  readonly uses: readonly (readonly [startMs: number, durationMs: number, quoteMinor: number])[];
  readonly accepts: readonly (readonly [startMs: number, amountMinor: number])[];
}

/** The pricing state of an account when a quote was made (ruling 11): node by node as in the terms, which carry the hash of this text. */
export interface PricingSnapshot {
  readonly version: 1;
  readonly account: string;
  readonly currency: string;
  readonly atMs: number;
  readonly nodes: readonly SnapshotNode[];
}

export type SnapshotFault = Fault<'bad-snapshot' | 'bad-model' | 'unrated'>;

export function encodeSnapshot(snapshot: PricingSnapshot): string {
  return canonicalJson(snapshot);
}

export function parseSnapshot(text: string): Result<PricingSnapshot, Fault<'bad-snapshot'>> {
  const parsed = parseCanonicalJson(text, limits.httpBodyBytes);
  if (!parsed.ok) return fault('bad-snapshot', `The pricing state cannot be read: ${parsed.error.message}.`);
  if (!Value.Check(Snapshot, parsed.value)) return fault('bad-snapshot', 'The pricing state is not complete, or has more in it than this program knows.');
  return ok(parsed.value as unknown as PricingSnapshot);
}

/**
 * What each node costs by its model and the snapshot, in minor units: the one way to a quote, on the box as on the headend.
 * @param models canonical JSON, one for each node
 */
export function quoteSnapshot(snapshot: PricingSnapshot, models: readonly string[]): Result<readonly bigint[], SnapshotFault> {
  if (models.length !== snapshot.nodes.length) return fault('bad-snapshot', `There are ${models.length} models for ${snapshot.nodes.length} prices.`);
  const prepared = new Map<string, PreparedModel>();
  const quotes: bigint[] = [];
  for (const [index, node] of snapshot.nodes.entries()) {
    const text = models[index] ?? '';
    const model = prepared.get(text) ?? modelOf(text, snapshot.currency);
    if ('error' in model) return model;
    prepared.set(text, model);
    const quote = quoteNode(snapshot, node, model);
    if (!quote.ok) return quote;
    quotes.push(quote.value);
  }
  return ok(quotes);
}

function modelOf(text: string, currency: string): PreparedModel | { readonly ok: false; readonly error: SnapshotFault } {
  const parsed = parseModel(text);
  if (!parsed.ok) return parsed;
  if (parsed.value.currency !== null && parsed.value.currency !== currency) {
    return fault('bad-model', `The pricing model charges ${parsed.value.currency}, the account pays in ${currency}.`);
  }
  return prepareModel(parsed.value, currency);
}

function quoteNode(snapshot: PricingSnapshot, node: SnapshotNode, model: PreparedModel): Result<bigint, SnapshotFault> {
  const zone = openZone(node.timeZone);
  if (!zone.ok) return fault('bad-snapshot', zone.error.message);
  const { standing, licenceStartMs, durationMs } = node;
  const events = eventsOf(node, minorDigitsOf(snapshot.currency) ?? 2);
  const quoted = quotePlay(model, { standing, licenceStartMs, durationMs, zone: zone.value, events, atMs: snapshot.atMs });
  return quoted.ok ? quoted : fault('unrated', `The price cannot be reckoned: ${quoted.error.message}.`);
}

function eventsOf({ uses, accepts }: SnapshotNode, digits: number): readonly HistoryEvent[] {
  return [
    ...accepts.map(([startMs, minor]) => ({ kind: 'accept', id: '', startMs, amount: fromMinor(BigInt(minor), digits) }) as const),
    ...uses.map(([startMs, durationMs, quoteMinor]) => {
      return { kind: 'use', id: '', startMs, durationMs, quote: quoteMinor < 0 ? null : fromMinor(BigInt(quoteMinor), digits) } as const;
    }),
  ];
}
