import type { Modification } from '../../domain/rating/compiled-model.ts';
import { checkTree, type Override, type PricingNode, type PricingTree } from '../../domain/rating/pricing-tree.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { StoreContext } from './store-context.ts';

/** A tree of what is sold: a price is the hash of a model, a change is kept as it was written. */
export type SoldTree = PricingTree<string, readonly Modification[]>;
export type SoldNode = PricingNode<string, readonly Modification[]>;

export interface PricingTreeStore {
  /** All trees of all vendors, with the models that their terminals point to by now. */
  pricingTree(): SoldTree;
  /** In the place of the vendor's trees. Refuses what would be circular together with the others, and names that are taken (T-7). */
  putPricingTree(vendor: string, nodes: readonly SoldNode[]): Result<'kept', Fault<'reference-cycle' | 'node-taken'>>;
  isInTree(node: string): boolean;
  /** What the account is licensed for at a moment: what was granted, and the price nodes of works that it has checked out. */
  heldNodes(account: string, atMs: number): ReadonlySet<string>;
  /** @param untilMs null: for good */
  grantNode(account: string, node: string, untilMs: number | null): void;
}

interface NodeCells {
  readonly node: string;
  readonly parent: string | null;
  readonly kind: SoldNode['kind'];
  readonly quantifier: 'ALL' | 'ANY' | null;
  readonly effect: string | null;
  readonly modelHash: string | null;
}

export function pricingTreeRows(context: StoreContext): PricingTreeStore {
  const { database, clock } = context;
  return {
    pricingTree: () => readTree(context),
    putPricingTree: (vendor, nodes) => database.transaction(() => putTree(context, vendor, nodes)),
    isInTree: (node) => database.one('SELECT 1 FROM pricing_tree_nodes WHERE node = ?', node) !== null,
    heldNodes: (account, atMs) =>
      new Set(
        database
          .all<{ node: string }>(
            `SELECT node FROM node_licences WHERE account = ? AND from_ms <= ? AND (until_ms IS NULL OR until_ms > ?)
             UNION SELECT p.node FROM checkouts c JOIN work_parts p ON p.work = c.resource
             WHERE c.account = ? AND c.status IN ('ready', 'active') AND (c.end_ms IS NULL OR c.end_ms > ?) AND p.node IS NOT NULL`,
            ...[account, atMs, atMs, account, atMs],
          )
          .map(({ node }) => node),
      ),
    grantNode: (account, node, untilMs) =>
      void database.run(
        `INSERT INTO node_licences (account, node, from_ms, until_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (account, node) DO UPDATE SET from_ms = min(from_ms, excluded.from_ms), until_ms = excluded.until_ms`,
        ...[account, node, Math.floor(clock.wallMs()), untilMs],
      ),
  };
}

function readTree({ database }: StoreContext): SoldTree {
  const refs = new Map<string, string[]>();
  for (const { node, ref } of database.all<{ node: string; ref: string }>('SELECT node, ref_node AS ref FROM pricing_node_refs ORDER BY node, position'))
    refs.set(node, [...(refs.get(node) ?? []), ref]);
  const rows = database.all<NodeCells>(
    `SELECT t.node, t.parent, t.kind, t.quantifier, t.effect, p.model_hash AS modelHash FROM pricing_tree_nodes t
     LEFT JOIN pricing_nodes p ON t.kind = 'terminal' AND p.node = t.node ORDER BY t.vendor, t.position`,
  );
  const below = new Map<string, string[]>();
  for (const { node, parent } of rows) if (parent !== null) below.set(parent, [...(below.get(parent) ?? []), node]);
  return { nodes: new Map(rows.map((row) => [row.node, asNode(row, refs.get(row.node) ?? [], below.get(row.node) ?? [])])) };
}

function asNode({ node, parent, kind, quantifier, effect, modelHash }: NodeCells, refs: readonly string[], below: readonly string[]): SoldNode {
  const override: SoldNode['override'] =
    quantifier === null || effect === null ? null : { quantifier, of: refs, effect: JSON.parse(effect) as Override<string, readonly Modification[]>['effect'] };
  return { id: node, kind, parent, price: modelHash, below: kind === 'choice' ? refs : below, override };
}

function putTree(context: StoreContext, vendor: string, nodes: readonly SoldNode[]): Result<'kept', Fault<'reference-cycle' | 'node-taken'>> {
  const { database } = context;
  const known = database.all<{ node: string; vendor: string }>('SELECT node, vendor FROM pricing_tree_nodes');
  const others = new Map(known.filter((row) => row.vendor !== vendor).map(({ node, vendor: owner }) => [node, owner]));
  const taken = nodes.find(({ id }) => others.has(id));
  if (taken !== undefined) return fault('node-taken', `The node ${JSON.stringify(taken.id)} belongs to another vendor; take another id.`);
  const all = new Map([...[...readTree(context).nodes].filter(([id]) => others.has(id)), ...nodes.map((node) => [node.id, node] as const)]);
  const checked = checkTree({ nodes: all });
  if (!checked.ok) return fault('reference-cycle', `Nothing was changed: ${checked.error.message}.`);
  database.run('DELETE FROM pricing_tree_nodes WHERE vendor = ?', vendor);
  for (const [position, { id, parent, kind, override, below }] of nodes.entries()) {
    database.run(
      'INSERT INTO pricing_tree_nodes (node, vendor, parent, kind, position, quantifier, effect) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[id, vendor, parent, kind, position, override?.quantifier ?? null, override === null ? null : JSON.stringify(override.effect)],
    );
    const inside = beneath(nodes, id);
    for (const [place, ref] of (override?.of ?? (kind === 'choice' ? below : [])).entries())
      database.run('INSERT INTO pricing_node_refs (node, position, ref_node, external) VALUES (?, ?, ?, ?)', id, place, ref, inside.has(ref) ? 0 : 1);
    // Parts of works may name a choice: it is a price node that has no model of its own.
    if (kind === 'choice')
      database.run("INSERT OR IGNORE INTO pricing_nodes (node, parent, kind, model_hash, vendor) VALUES (?, NULL, 'choice', '', ?)", id, vendor);
  }
  return ok('kept');
}

function beneath(nodes: readonly SoldNode[], id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const node of nodes) {
      if (node.parent !== next || found.has(node.id)) continue;
      found.add(node.id);
      open.push(node.id);
    }
  }
  return found;
}
