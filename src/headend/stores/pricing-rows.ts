import type { Terms } from '../../domain/credit/terms.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { StoreContext } from './store-context.ts';

/** A compiled model as it is kept for ever: signed terms point to it (ruling 11). */
export interface KeptModel {
  /** SHA-256 of the text, hex. */
  readonly hash: string;
  readonly modelId: string;
  readonly vendor: string;
  /** Canonical JSON. */
  readonly text: string;
  /** The XML as uploaded; null: made here. */
  readonly source: string | null;
}

/** A price that streams refer to. Its model is replaced by pointing to another one, which is how a new version comes into force. */
export interface PriceNode {
  readonly node: string;
  readonly vendor: string;
  readonly modelHash: string;
  /** All works under it are one entity with one history (T-1). */
  readonly shared: boolean;
}

export interface KeptPart {
  readonly packets: number;
  /** null: free. */
  readonly node: string | null;
}

/** Compiled models, the nodes that point to them, and the parts of works that refer to nodes. */
export interface PricingStore {
  /** The same model again changes nothing; another one under the same id is refused (P-2). */
  putPriceModel(model: KeptModel): Result<'kept', Fault<'model-id-taken'>>;
  /** The canonical JSON of the model, or null. */
  priceModel(hash: string): string | null;
  priceModels(vendor: string): readonly (Omit<KeptModel, 'text' | 'source'> & { readonly createdAtMs: number })[];
  putPriceNode(node: PriceNode): Result<'kept', Fault<'node-taken'>>;
  priceNode(node: string): PriceNode | null;
  /** Empty: the work has its one flat price. */
  putWorkParts(work: string, parts: readonly KeptPart[]): void;
  workParts(work: string): readonly KeptPart[];
  /** Works that have parts of their own. */
  partedWorks(): ReadonlySet<string>;
  hasVendor(vendor: string): boolean;
}

const NODE = "SELECT node, coalesce(vendor, '') AS vendor, model_hash AS modelHash, shared FROM pricing_nodes";

export function pricingRows(context: StoreContext): PricingStore {
  const { database } = context;
  return {
    putPriceModel: (model) => database.transaction(() => putModel(context, model)),
    priceModel: (hash) => database.one<{ definition: string }>('SELECT definition FROM pricing_models WHERE hash = ?', hash)?.definition ?? null,
    priceModels: (vendor) =>
      database.all(
        `SELECT hash, pricing_model_id AS modelId, vendor, date_created_ms AS createdAtMs FROM pricing_models
         WHERE vendor = ? AND pricing_model_id IS NOT NULL ORDER BY date_created_ms, hash`,
        vendor,
      ),
    putPriceNode: (node) => database.transaction(() => putNode(context, node)),
    priceNode: (node) => readNode(context, node),
    putWorkParts: (work, parts) =>
      database.transaction(() => {
        database.run('DELETE FROM work_parts WHERE work = ?', work);
        for (const [position, part] of parts.entries()) {
          database.run('INSERT INTO work_parts (work, position, packets, node) VALUES (?, ?, ?, ?)', work, position, part.packets, part.node);
        }
      }),
    workParts: (work) => database.all<KeptPart>('SELECT packets, node FROM work_parts WHERE work = ? ORDER BY position', work),
    partedWorks: () => new Set(database.all<{ work: string }>('SELECT DISTINCT work FROM work_parts').map(({ work }) => work)),
    hasVendor: (vendor) => database.one('SELECT 1 FROM vendors WHERE vendor = ?', vendor) !== null,
  };
}

function putModel(context: StoreContext, { hash, modelId, vendor, text, source }: KeptModel): Result<'kept', Fault<'model-id-taken'>> {
  const { database, clock } = context;
  const known = database.one<{ hash: string; vendor: string }>('SELECT hash, vendor FROM pricing_models WHERE pricing_model_id = ?', modelId);
  if (known !== null && (known.hash !== hash || known.vendor !== vendor)) {
    return fault(
      'model-id-taken',
      `There is another model ${JSON.stringify(modelId)} already; a stored model is never updated, so give the new version an id of its own.`,
    );
  }
  database.run(
    `INSERT OR IGNORE INTO pricing_models (hash, model, vendor, definition, pricing_model_id, source, date_created_ms) VALUES (?, 'document-002', ?, ?, ?, ?, ?)`,
    ...[hash, vendor, text, modelId, source, clock.wallMs()],
  );
  return ok('kept');
}

function putNode(context: StoreContext, node: PriceNode): Result<'kept', Fault<'node-taken'>> {
  const known = readNode(context, node.node);
  if (known !== null && known.vendor !== node.vendor)
    return fault('node-taken', `The node ${JSON.stringify(node.node)} belongs to another vendor; take another id.`);
  context.database.run(
    `INSERT INTO pricing_nodes (node, parent, kind, model_hash, vendor, shared) VALUES (?, NULL, 'use', ?, ?, ?)
     ON CONFLICT (node) DO UPDATE SET model_hash = excluded.model_hash, shared = excluded.shared`,
    ...[node.node, node.modelHash, node.vendor, node.shared ? 1 : 0],
  );
  return ok('kept');
}

function readNode(context: StoreContext, node: string): PriceNode | null {
  const cells = context.database.one<Omit<PriceNode, 'shared'> & { readonly shared: number }>(`${NODE} WHERE node = ?`, node);
  return cells === null ? null : { ...cells, shared: cells.shared === 1 };
}

/** Remembers what was licensed, and the pricing nodes that its counts will refer to. Part of the transaction that opens the session. */
export function recordLicence(context: StoreContext, terms: Terms): void {
  const { database } = context;
  for (const node of terms.nodes) {
    database.run(
      "INSERT OR IGNORE INTO pricing_nodes (node, parent, kind, model_hash, vendor) VALUES (?, NULL, 'use', ?, ?)",
      ...[node.id, node.modelHash, node.vendor],
    );
  }
  database.run(
    'INSERT OR IGNORE INTO licences (licence, account, work, model_hash, created_at_ms) VALUES (?, ?, ?, ?, ?)',
    terms.licence,
    terms.account,
    terms.work,
    terms.nodes[0]?.modelHash ?? '',
    context.clock.wallMs(),
  );
}
