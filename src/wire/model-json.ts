import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { CompiledModel } from '../domain/rating/compiled-model.ts';
import { ATTRIBUTE_NAMES, STATE_COLUMNS } from '../domain/rating/formula-ast.ts';
import { limits } from '../limits.ts';
import { minorDigitsOf } from '../units/iso-4217.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { canonicalJson, parseCanonicalJson } from './canonical-json.ts';

const closed = { additionalProperties: false } as const;
const literals = <Name extends string>(names: readonly Name[]) => Type.Union(names.map((name) => Type.Literal(name)));
const nullable = <Schema extends Parameters<typeof Type.Optional>[0]>(schema: Schema) => Type.Union([schema, Type.Null()]);

const Text = Type.String({ maxLength: limits.pricingModelAttributeCharacters });
/** As parseRational reads it, and never a division by zero. */
const Exact = Type.String({ pattern: '^-?[0-9]{1,60}([.][0-9]{1,60}|/[1-9][0-9]{0,60})?$' });
const Whole = Type.Integer({ minimum: 0, maximum: 1_000_000 });
const At = Type.Optional(Type.Object({ line: Whole, column: Whole }, closed));
const Currency = Type.String({ pattern: '^[A-Z]{3}$' });

const part = (minimum: number, maximum: number) => nullable(Type.Integer({ minimum, maximum }));
const Cycle = Type.Union([
  Type.Object({ kind: Type.Literal('instantaneous') }, closed),
  Type.Object({ kind: Type.Literal('monthly-day'), dayOfMonth: Type.Integer({ minimum: 1, maximum: 31 }) }, closed),
  Type.Object(
    { kind: Type.Literal('monthly-weekday'), weekday: Type.Integer({ minimum: 1, maximum: 7 }), ordinal: Type.Integer({ minimum: -1, maximum: 5 }) },
    closed,
  ),
  Type.Object({ kind: Type.Literal('time-period'), years: Whole, months: Whole, days: Whole, hours: Whole }, closed),
  Type.Object(
    {
      kind: Type.Literal('schedule'),
      dueDates: Type.Array(Type.Object({ year: part(1, 9_999), month: part(1, 12), day: part(1, 31) }, closed), { minItems: 1 }),
    },
    closed,
  ),
]);

const Unit = literals(['milliseconds', 'seconds', 'minutes', 'hours', 'days']);
const attribute = { value: Exact, prePaidPercentage: Exact, at: At };
const Plain = Type.Optional(Type.Object(attribute, closed));
const Attributes = Type.Object(
  {
    fixedRateUseCost: Plain,
    meteredUseCost: Type.Optional(Type.Object({ ...attribute, unit: Unit, prePaidUnits: nullable(Exact) }, closed)),
    billingCycleCost: Plain,
    installmentCost: Type.Optional(Type.Object({ ...attribute, number: Whole }, closed)),
    simpleFlatRateCost: Plain,
  },
  closed,
);

const FormulaSchema = Type.Recursive((Self) =>
  Type.Union([
    Type.Object({ kind: Type.Literal('number'), value: Exact }, closed),
    Type.Object({ kind: Type.Literal('money'), value: Exact, currency: Currency }, closed),
    Type.Object({ kind: Type.Literal('attribute'), name: literals(ATTRIBUTE_NAMES) }, closed),
    Type.Object({ kind: Type.Literal('column'), name: literals(Object.keys(STATE_COLUMNS)), scope: Whole }, closed),
    Type.Object({ kind: Type.Literal('negate'), of: Self }, closed),
    Type.Object({ kind: Type.Literal('binary'), operator: literals(['+', '-', '*', '/', 'max', 'min']), left: Self, right: Self }, closed),
  ]),
);
const Written = { kind: Type.Literal('formula'), formula: FormulaSchema, text: Text };
const Amount = Type.Union([Type.Object({ kind: Type.Literal('value'), amount: Exact, at: At }, closed), Type.Object({ ...Written, at: At }, closed)]);
const Change = Type.Union([
  Type.Object({ kind: literals(['value', 'reduceByValue', 'reduceByPercent', 'increaseByValue', 'increaseByPercent']), amount: Exact }, closed),
  Type.Object(Written, closed),
]);
const Modifications = Type.Array(
  Type.Object({ attribute: literals(ATTRIBUTE_NAMES), change: Change, unit: nullable(Unit), number: nullable(Whole), at: At }, closed),
);

const Entry = Type.Object(
  {
    condition: nullable(Type.Object({ value: Exact, unit: nullable(Unit) }, closed)),
    modifications: Modifications,
    discountThisCycle: nullable(Amount),
    discountLaterCycle: nullable(Type.Object({ amount: Amount, cyclesLater: Type.Integer({ minimum: 1, maximum: 1_000_000 }), at: At }, closed)),
    alternatePayment: nullable(Type.Object({ amount: Amount, modifications: Modifications, at: At }, closed)),
    promotionalOffer: nullable(Type.Object({ type: Text, value: Text, at: At }, closed)),
    vendorResults: Type.Array(Type.Object({ name: Text, attributes: Type.Record(Type.String(), Text) }, closed)),
    at: At,
  },
  closed,
);
const Alternate = Type.Object(
  {
    attributes: Attributes,
    triggers: Type.Array(Type.Object({ type: literals(['instance', 'expenditure', 'metered']), scope: Whole, entries: Type.Array(Entry), at: At }, closed)),
    scopes: Type.Array(Type.Object({ scopeId: Whole, cycle: Cycle, offset: Type.Integer({ minimum: -100, maximum: 0 }), at: At }, closed)),
  },
  closed,
);
const Model = Type.Object(
  {
    version: Type.Literal(1),
    modelId: Text,
    description: Type.String(),
    currency: nullable(Currency),
    cycle: nullable(Cycle),
    basic: nullable(Attributes),
    alternate: nullable(Alternate),
  },
  closed,
);

/** The one text of a compiled model: its SHA-256 is what licences and terms point to (ruling 11). */
export function encodeModel(model: CompiledModel): string {
  return canonicalJson(model);
}

/** Reads a compiled model that came from outside. The box has no other way to a model: it parses no XML. */
export function parseModel(text: string): Result<CompiledModel, Fault<'bad-model'>> {
  const parsed = parseCanonicalJson(text, limits.compiledModelBytes);
  if (!parsed.ok) return fault('bad-model', `The pricing model cannot be read: ${parsed.error.message}.`);
  if (!Value.Check(Model, parsed.value))
    return fault('bad-model', 'The pricing model is not complete, or has more in it than this program knows; update the box.');
  const model = parsed.value as unknown as CompiledModel;
  if (model.currency !== null && minorDigitsOf(model.currency) === null)
    return fault('bad-model', `The pricing model is in ${model.currency}, which is no currency.`);
  return ok(model);
}
