import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { type AttributesInForce, applyChange, type ResolvedChange } from './attributes.ts';

/**
 * The pricing expression tree of a vendor (document 002): every model is a node, containing nodes may change what lies beneath them.
 *
 *     bundle  ALL(A, B): fixedRateUseCost - 20 %        containing node, with an override
 *     ├── A   1.00                                      terminal nodes: what streams and segments refer to
 *     └── B   0.50
 *     either  A or B, as licensed                       choice node (document: intermediate), outside the tree
 */
export interface PricingTree<Price = AttributesInForce, Change = readonly ResolvedChange[]> {
  readonly nodes: ReadonlyMap<string, PricingNode<Price, Change>>;
}

/** `Price` is what a terminal costs and `Change` what a condition makes of it: attributes in force here, whole models where works are sold. */
export interface PricingNode<Price = AttributesInForce, Change = readonly ResolvedChange[]> {
  readonly id: string;
  readonly kind: 'terminal' | 'containing' | 'choice';
  /** Above it in the tree; null for the root and for what lies outside. */
  readonly parent: string | null;
  /** Terminal: the list price. */
  readonly price: Price | null;
  /** Containing: the nodes beneath it; choice: what it may resolve to, in order of preference. */
  readonly below: readonly string[];
  readonly override: Override<Price, Change> | null;
}

/** Conditions name nodes beneath, or any others: `of` may name what is in no tree of ours, which is true when licensed (T-3). */
export interface Override<Price = AttributesInForce, Change = readonly ResolvedChange[]> {
  readonly quantifier: 'ALL' | 'ANY';
  readonly of: readonly string[];
  readonly effect: { readonly kind: 'replace'; readonly price: Price } | { readonly kind: 'change'; readonly changes: Change };
}

export type TreeFault = 'reference-cycle' | 'unknown-node' | 'not-terminal' | 'no-licence';

/** Refuses on save what could not be evaluated: conditions that depend on themselves (T-7). */
export function checkTree<Price, Change>(tree: PricingTree<Price, Change>): Result<PricingTree<Price, Change>, Fault<TreeFault>> {
  const done = new Set<string>();
  for (const id of tree.nodes.keys()) {
    const circle = findCircle(tree, id, [], done);
    if (circle !== null) return fault('reference-cycle', `the conditions refer to each other in a circle: ${circle.join(' -> ')}`);
  }
  return ok(tree);
}

function findCircle(tree: AnyTree, id: string, path: readonly string[], done: Set<string>): readonly string[] | null {
  if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
  if (done.has(id)) return null;
  for (const next of dependencies(tree.nodes.get(id))) {
    const circle = findCircle(tree, next, [...path, id], done);
    if (circle !== null) return circle;
  }
  done.add(id);
  return null;
}

type AnyTree = PricingTree<unknown, unknown>;

function dependencies(node: PricingNode<unknown, unknown> | undefined): readonly string[] {
  return node?.override?.of ?? node?.below ?? [];
}

/** What a node resolves to: the price that is not replaced any more, and the changes to it, from the inside out. */
export interface ResolvedPrice<Price, Change> {
  /** The terminal node. */
  readonly node: string;
  readonly price: Price;
  readonly changes: readonly Change[];
}

/**
 * What a node costs the holder of some licences: the terminal's list price, then every containing node around it from the inside
 * out, each changing the price so far or replacing it, so that an outer replacement wins (T-5, T-7). Licences as held at evaluation.
 * @param use a terminal node, or a choice node, which resolves to the terminal that is licensed (T-6)
 */
export function resolveInTree<Price, Change>(
  tree: PricingTree<Price, Change>,
  licences: ReadonlySet<string>,
  use: string,
): Result<ResolvedPrice<Price, Change>, Fault<TreeFault>> {
  const terminal = resolveTerminal(tree, licences, use);
  if (!terminal.ok) return terminal;
  const { id } = terminal.value;
  let { price } = terminal.value;
  let changes: readonly Change[] = [];
  for (let node = parentOf(tree, terminal.value); node !== null; node = parentOf(tree, node)) {
    if (node.override === null || !isTrue(tree, licences, node.id)) continue;
    const { effect } = node.override;
    if (effect.kind === 'change') changes = [...changes, effect.changes];
    else [price, changes] = [effect.price, []];
  }
  return ok({ node: id, price, changes });
}

/** The same in figures. */
export function priceInTree(tree: PricingTree, licences: ReadonlySet<string>, use: string): Result<AttributesInForce, Fault<TreeFault>> {
  const resolved = resolveInTree(tree, licences, use);
  return resolved.ok ? ok(resolved.value.changes.flat().reduce(applyChange, resolved.value.price)) : resolved;
}

function resolveTerminal<Price, Change>(
  tree: PricingTree<Price, Change>,
  licences: ReadonlySet<string>,
  use: string,
): Result<PricingNode<Price, Change> & { readonly price: Price }, Fault<TreeFault>> {
  const node = tree.nodes.get(use);
  if (node === undefined) return fault('unknown-node', `there is no pricing node ${JSON.stringify(use)}`);
  if (node.kind === 'choice') {
    const chosen = node.below.find((id) => isTrue(tree, licences, id));
    if (chosen === undefined) return fault('no-licence', `choose one of ${node.below.join(', ')} first: ${JSON.stringify(use)} resolves to what is licensed`);
    return resolveTerminal(tree, licences, chosen);
  }
  if (node.price === null || node.kind !== 'terminal')
    return fault('not-terminal', `${JSON.stringify(use)} contains other nodes: only a terminal node is used`);
  return ok({ ...node, price: node.price });
}

function parentOf<Price, Change>(tree: PricingTree<Price, Change>, node: PricingNode<Price, Change>): PricingNode<Price, Change> | null {
  return node.parent === null ? null : (tree.nodes.get(node.parent) ?? null);
}

/** A terminal node is true when licensed (T-2); a node with a condition when that holds; others when any node beneath is true. */
function isTrue(tree: AnyTree, licences: ReadonlySet<string>, id: string): boolean {
  const node = tree.nodes.get(id);
  if (node === undefined || node.kind === 'terminal') return licences.has(id);
  const judge = (other: string): boolean => isTrue(tree, licences, other);
  if (node.override === null) return node.below.some(judge);
  return node.override.quantifier === 'ALL' ? node.override.of.every(judge) : node.override.of.some(judge);
}
