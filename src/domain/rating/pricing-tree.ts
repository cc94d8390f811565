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
export interface PricingTree {
  readonly nodes: ReadonlyMap<string, PricingNode>;
}

export interface PricingNode {
  readonly id: string;
  readonly kind: 'terminal' | 'containing' | 'choice';
  /** Above it in the tree; null for the root and for what lies outside. */
  readonly parent: string | null;
  /** Terminal: the list price. */
  readonly price: AttributesInForce | null;
  /** Containing: the nodes beneath it; choice: what it may resolve to, in order of preference. */
  readonly below: readonly string[];
  readonly override: Override | null;
}

/** Conditions name nodes beneath, or any others: `of` may name what is in no tree of ours, which is true when licensed (T-3). */
export interface Override {
  readonly quantifier: 'ALL' | 'ANY';
  readonly of: readonly string[];
  readonly effect: { readonly kind: 'replace'; readonly price: AttributesInForce } | { readonly kind: 'change'; readonly changes: readonly ResolvedChange[] };
}

export type TreeFault = 'reference-cycle' | 'unknown-node' | 'not-terminal' | 'no-licence';

/** Refuses on save what could not be evaluated: conditions that depend on themselves (T-7). */
export function checkTree(tree: PricingTree): Result<PricingTree, Fault<TreeFault>> {
  const done = new Set<string>();
  for (const id of tree.nodes.keys()) {
    const circle = findCircle(tree, id, [], done);
    if (circle !== null) return fault('reference-cycle', `the conditions refer to each other in a circle: ${circle.join(' -> ')}`);
  }
  return ok(tree);
}

function findCircle(tree: PricingTree, id: string, path: readonly string[], done: Set<string>): readonly string[] | null {
  if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
  if (done.has(id)) return null;
  for (const next of dependencies(tree.nodes.get(id))) {
    const circle = findCircle(tree, next, [...path, id], done);
    if (circle !== null) return circle;
  }
  done.add(id);
  return null;
}

function dependencies(node: PricingNode | undefined): readonly string[] {
  return node?.override?.of ?? node?.below ?? [];
}

/**
 * The price of a node for the holder of some licences: the terminal's list price, then every containing node around it from the inside
 * out, each changing the price so far or replacing it, so that an outer replacement wins (T-5, T-7). Licences as held at evaluation.
 * @param use a terminal node, or a choice node, which resolves to the terminal that is licensed (T-6)
 */
export function priceInTree(tree: PricingTree, licences: ReadonlySet<string>, use: string): Result<AttributesInForce, Fault<TreeFault>> {
  const terminal = resolveTerminal(tree, licences, use);
  if (!terminal.ok) return terminal;
  let price = terminal.value.price;
  for (let node = parentOf(tree, terminal.value); node !== null; node = parentOf(tree, node)) {
    if (node.override === null || !isTrue(tree, licences, node.id)) continue;
    const { effect } = node.override;
    price = effect.kind === 'replace' ? effect.price : effect.changes.reduce(applyChange, price);
  }
  return ok(price);
}

function resolveTerminal(
  tree: PricingTree,
  licences: ReadonlySet<string>,
  use: string,
): Result<PricingNode & { readonly price: AttributesInForce }, Fault<TreeFault>> {
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

function parentOf(tree: PricingTree, node: PricingNode): PricingNode | null {
  return node.parent === null ? null : (tree.nodes.get(node.parent) ?? null);
}

/** A terminal node is true when licensed (T-2); a node with a condition when that holds; others when any node beneath is true. */
function isTrue(tree: PricingTree, licences: ReadonlySet<string>, id: string): boolean {
  const node = tree.nodes.get(id);
  if (node === undefined || node.kind === 'terminal') return licences.has(id);
  const judge = (other: string): boolean => isTrue(tree, licences, other);
  if (node.override === null) return node.below.some(judge);
  return node.override.quantifier === 'ALL' ? node.override.of.every(judge) : node.override.of.some(judge);
}
