import { type AttributesInForce, NO_ATTRIBUTES, prepareAttributes, resolveChange } from '../domain/rating/attributes.ts';
import type { BillingAttributes, Change, CompiledModel, Modification } from '../domain/rating/compiled-model.ts';
import { ATTRIBUTE_NAMES, type AttributeName } from '../domain/rating/formula-ast.ts';
import { checkTree, type Override, type PricingNode, type PricingTree, priceInTree, type TreeFault } from '../domain/rating/pricing-tree.ts';
import { limits } from '../limits.ts';
import { minorDigitsOf } from '../units/iso-4217.ts';
import { decimalText, parseRational, type Rational, roundToMinor } from '../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';

/** Reads a model given as XML; the caller has the reader. Throws nothing: null where the text is no model. */
export type ModelReader = (xml: string) => CompiledModel | null;

const CHANGES = ['value', 'reduceByValue', 'reduceByPercent', 'increaseByValue', 'increaseByPercent'] as const;

export class TreeReadError extends Error {}

/** What prices and changes are made of: figures for `ackbox price tree`, models for what is sold. They throw TreeReadError. */
export interface TreeParts<Price, Change> {
  /** @param model as the file has it; undefined where the node names none */
  price(model: unknown, id: string): Price;
  changes(modifications: readonly Modification[]): Change;
}

/**
 * Reads a tree: `{id, override?: {quantifier, of?, modification | replacement}, children?: [...], model?}`. A model is the short form
 * `{attribute: value}`, or `{xml}`. Nodes outside the tree stand in any other list of the root (`external`, `choices`), or beside it where
 * the file is a list; a choice node is `{id, choices: [ids]}`. Without `of` a condition is over the children.
 */
export function readPricingTree(value: unknown, readModel: ModelReader): Result<PricingTree, Fault<'invalid-tree' | 'reference-cycle'>> {
  return readTree(value, {
    price: (model) => priceOf(model ?? {}, readModel),
    changes: (modifications) => modifications.map((modification) => resolveChange(modification, () => null)),
  });
}

export function readTree<Price, Change>(
  value: unknown,
  parts: TreeParts<Price, Change>,
): Result<PricingTree<Price, Change>, Fault<'invalid-tree' | 'reference-cycle'>> {
  const nodes = new Map<string, PricingNode<Price, Change>>();
  try {
    const roots = (Array.isArray(value) ? value : [value]).map((root) => recordOf(root, 'a tree'));
    if (roots.length === 0) throw new TreeReadError('the file holds no node');
    const outside = roots.flatMap(nodesOutside);
    for (const node of [...roots, ...outside]) addNode(nodes, recordOf(node, 'a node'), null, parts, 0);
  } catch (error) {
    if (error instanceof TreeReadError) return fault('invalid-tree', error.message);
    throw error;
  }
  const checked = checkTree({ nodes });
  return checked.ok ? checked : fault('reference-cycle', checked.error.message);
}

function nodesOutside(root: Readonly<Record<string, unknown>>): readonly unknown[] {
  const lists = Object.entries(root).filter(([name, list]) => name !== 'children' && Array.isArray(list));
  return lists.flatMap(([, list]) => listOf(list).filter((item) => typeof item === 'object' && item !== null));
}

function addNode<Price, Change>(
  nodes: Map<string, PricingNode<Price, Change>>,
  value: Readonly<Record<string, unknown>>,
  parent: string | null,
  parts: TreeParts<Price, Change>,
  depth: number,
): void {
  const { id } = value;
  if (typeof id !== 'string' || id === '') throw new TreeReadError('every node needs an id');
  if (nodes.has(id)) throw new TreeReadError(`two nodes have the id ${JSON.stringify(id)}`);
  if (nodes.size >= limits.pricingTreeNodes || depth > limits.pricingTreeDepth)
    throw new TreeReadError(`a tree has at most ${limits.pricingTreeNodes} nodes and ${limits.pricingTreeDepth} levels`);
  const children = listOf(value.children).map((child) => recordOf(child, `a child of ${id}`));
  const named = listOf(value.choices ?? value.options);
  const choices = named.length > 0 && named.every((item) => typeof item === 'string') ? named : null;
  const below = choices ?? children.map((child) => String(child.id));
  const kind = choices !== null ? 'choice' : children.length > 0 || value.override !== undefined ? 'containing' : 'terminal';
  if (kind === 'choice' && children.length > 0) throw new TreeReadError(`${JSON.stringify(id)} is a choice and cannot have children`);
  const price = kind === 'terminal' ? parts.price(value.model, id) : null;
  const override = value.override === undefined ? null : overrideOf(recordOf(value.override, `override of ${id}`), below, id, parts);
  nodes.set(id, { id, kind, parent, price, below, override });
  for (const child of children) addNode(nodes, child, id, parts, depth + 1);
}

function overrideOf<Price, Change>(
  value: Readonly<Record<string, unknown>>,
  children: readonly string[],
  id: string,
  parts: TreeParts<Price, Change>,
): Override<Price, Change> {
  const { quantifier } = value;
  if (quantifier !== 'ALL' && quantifier !== 'ANY') throw new TreeReadError('quantifier must be ALL or ANY');
  const of = value.of === undefined ? children : stringsOf(value.of, 'of');
  const replacement = value.replacement ?? value.replace ?? value.model;
  if (replacement !== undefined) return { quantifier, of, effect: { kind: 'replace', price: parts.price(replacement, id) } };
  const modification = recordOf(value.modification, 'modification');
  return { quantifier, of, effect: { kind: 'change', changes: parts.changes(Object.entries(modification).map(([name, change]) => changeOf(name, change))) } };
}

/** `{}` is the cost-free model. Of a whole model the attributes that hold at its start are its price. */
function priceOf(value: unknown, readModel: ModelReader): AttributesInForce {
  const given = recordOf(value, 'model');
  const model = given.model === undefined ? given : recordOf(given.model, 'model');
  if (typeof model.xml === 'string') {
    const read = readModel(model.xml);
    if (read === null) throw new TreeReadError('a model of the tree cannot be read; see ackbox price check');
    return prepareAttributes(read.basic ?? read.alternate?.attributes ?? {});
  }
  const entries = Object.entries(model).map(([name, amount]) => [attributeName(name), { value: amountOf(amount), prePaidPercentage: '0' }] as const);
  const attributes = Object.fromEntries(entries) as BillingAttributes;
  const { meteredUseCost: metered, installmentCost: installment } = attributes;
  return prepareAttributes({
    ...attributes,
    ...(metered ? { meteredUseCost: { ...metered, unit: 'minutes', prePaidUnits: null } } : {}),
    ...(installment ? { installmentCost: { ...installment, number: 1 } } : {}),
  });
}

function changeOf(name: string, value: unknown): Modification {
  const given = typeof value === 'string' ? { value } : recordOf(value, name);
  const kinds = CHANGES.filter((kind) => given[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) throw new TreeReadError(`${name} must be changed by exactly one of ${CHANGES.join(', ')}`);
  const change: Change = { kind, amount: amountOf(given[kind]) };
  const number = typeof given.number === 'string' || typeof given.number === 'number' ? Number(given.number) : null;
  return { attribute: attributeName(name), change, unit: null, number };
}

function attributeName(name: string): AttributeName {
  const known = ATTRIBUTE_NAMES.find((candidate) => candidate === name);
  if (known === undefined) throw new TreeReadError(`${JSON.stringify(name)} is not one of ${ATTRIBUTE_NAMES.join(', ')}`);
  return known;
}

function amountOf(value: unknown): string {
  const text = value === '' ? '0' : value;
  if (typeof text !== 'string' || parseRational(text) === null)
    throw new TreeReadError(`${JSON.stringify(value)} is not an amount; write decimal text like "0.80"`);
  return text;
}

/** The attributes of a price that are not 0, in the order of the grammar. */
export function chargedAttributes(price: AttributesInForce): readonly AttributeName[] {
  return ATTRIBUTE_NAMES.filter((name) => price[name].value.n !== NO_ATTRIBUTES[name].value.n);
}

/** The price of a node, decimal text in major units. */
export interface TreeAnswer {
  readonly price: string | Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a node of a tree, as in a TREE.json, costs whoever holds some licences, in the minor digits of its `currency` (default: USD). */
export function answerInTree(
  json: unknown,
  readModel: ModelReader,
  licences: readonly string[],
  use: string,
): Result<TreeAnswer, Fault<'invalid-tree' | TreeFault>> {
  const tree = readPricingTree(json, readModel);
  if (!tree.ok) return tree;
  const currency = typeof json === 'object' && json !== null && 'currency' in json ? String(json.currency) : 'USD';
  const digits = minorDigitsOf(currency);
  if (digits === null) return fault('invalid-tree', `${JSON.stringify(currency)} is not a currency of ISO 4217`);
  const price = priceInTree(tree.value, new Set(licences), use);
  return price.ok ? ok(priceAnswer(price.value, digits)) : price;
}

/** One attribute is the price; several are named. */
function priceAnswer(price: AttributesInForce, digits: number): TreeAnswer {
  const text = (value: Rational): string => decimalText(roundToMinor(value, digits), digits);
  const attributes = Object.fromEntries(chargedAttributes(price).map((name) => [name, text(price[name].value)]));
  const [only = decimalText(0n, digits), ...more] = Object.values(attributes);
  return { price: more.length === 0 ? only : attributes, attributes };
}

function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TreeReadError(`${what} must be an object`);
  return value as Readonly<Record<string, unknown>>;
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new TreeReadError('children, external and choices must be lists');
  return value;
}

function stringsOf(value: unknown, what: string): readonly string[] {
  const list = listOf(value);
  if (!list.every((item) => typeof item === 'string')) throw new TreeReadError(`${what} must be a list of ids`);
  return list;
}
