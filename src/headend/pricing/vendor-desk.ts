import type { Finding } from '../../authoring/pricing/finding.ts';
import type { Modification } from '../../domain/rating/compiled-model.ts';
import { HOUSE_MODEL_PREFIX } from '../../domain/rating/flat-price.ts';
import { limits } from '../../limits.ts';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import type { CatalogueStore } from '../../ports/headend-stores.ts';
import { asId } from '../../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { encodeModel, parseModel } from '../../wire/model-json.ts';
import type { PartsBody } from '../../wire/pricing-api.ts';
import { readTree, TreeReadError } from '../../wire/tree-json.ts';
import type { KeptPart, PriceNode, PricingStore } from '../stores/pricing-rows.ts';
import type { PricingTreeStore } from '../stores/pricing-tree-rows.ts';
import { oneModel, type ReadXml } from './price-calls.ts';

export type VendorFault = Fault<'bad-model' | 'bad-request' | 'not-found' | 'model-id-taken' | 'node-taken' | 'reference-cycle' | 'currency'>;

/** What vendors do with prices: bring models, point nodes to them, and say which part of a work falls under which node (rulings 8, 11; P-2). */
export class VendorDesk {
  readonly #store: PricingStore & PricingTreeStore & Pick<CatalogueStore, 'work'>;

  constructor(store: PricingStore & PricingTreeStore & Pick<CatalogueStore, 'work'>) {
    this.#store = store;
  }

  /** Reads strictly: what is repaired could be repaired wrongly, and this is money. */
  upload(
    read: ReadXml,
    vendor: string,
    xml: string,
  ): Result<{ readonly id: string; readonly hash: string; readonly warnings: readonly Finding[] }, VendorFault> {
    if (!this.#store.hasVendor(vendor)) return fault('not-found', 'There is no such vendor.');
    const reading = read(xml, 'strict');
    const model = oneModel(() => reading, xml, false);
    if (!model.ok) return model;
    const { modelId } = model.value;
    if (modelId.startsWith(HOUSE_MODEL_PREFIX))
      return fault('model-id-taken', `Ids that begin with ${HOUSE_MODEL_PREFIX} are those of the house; take another one.`);
    const text = encodeModel(model.value);
    if (text.length > limits.compiledModelBytes)
      return fault('bad-model', `The model is ${text.length} characters compiled; at most ${limits.compiledModelBytes} fit into an offer. Split it.`);
    // What the box will be asked to read, it must be able to read.
    const readable = parseModel(text);
    if (!readable.ok) return fault('bad-model', readable.error.message);
    const hash = sha256Hex(text);
    const kept = this.#store.putPriceModel({ hash, modelId, vendor, text, source: xml });
    return kept.ok ? ok({ id: modelId, hash, warnings: reading.warnings }) : kept;
  }

  pointNode(vendor: string, node: string, modelHash: string, shared: boolean): Result<PriceNode, VendorFault> {
    if (!this.#store.hasVendor(vendor)) return fault('not-found', 'There is no such vendor.');
    if (!this.#store.priceModels(vendor).some(({ hash }) => hash === modelHash))
      return fault('not-found', 'This vendor has no model with this hash; upload it first.');
    const pointed = { node, vendor, modelHash, shared };
    const kept = this.#store.putPriceNode(pointed);
    return kept.ok ? ok(pointed) : kept;
  }

  /**
   * The trees of a vendor, in the place of those before: as a file of `ackbox price tree`, where every terminal is a price node of the vendor
   * or names its model by `{hash}` or `{xml}`. Circular conditions are refused, also those that only come about with other vendors' trees.
   */
  putTree(read: ReadXml, vendor: string, tree: unknown): Result<{ readonly nodes: number }, VendorFault> {
    if (!this.#store.hasVendor(vendor)) return fault('not-found', 'There is no such vendor.');
    const given = new Map<string, string>();
    const parsed = readTree<string, readonly Modification[]>(tree, {
      price: (model, id) => {
        const hash = this.#modelOf(read, vendor, model, id);
        if (model !== undefined) given.set(id, hash);
        return hash;
      },
      changes: (modifications) => modifications,
    });
    if (!parsed.ok)
      return parsed.error.code === 'reference-cycle' ? fault('reference-cycle', parsed.error.message) : fault('bad-request', parsed.error.message);
    const nodes = [...parsed.value.nodes.values()];
    const foreign = nodes.find(({ id }) => (this.#store.priceNode(id)?.vendor ?? vendor) !== vendor);
    if (foreign !== undefined) return fault('node-taken', `The node ${JSON.stringify(foreign.id)} belongs to another vendor; take another id.`);
    const kept = this.#store.putPricingTree(vendor, nodes);
    if (!kept.ok) return kept;
    for (const { id, kind } of nodes) {
      const modelHash = given.get(id);
      if (kind === 'terminal' && modelHash !== undefined)
        this.#store.putPriceNode({ node: id, vendor, modelHash, shared: this.#store.priceNode(id)?.shared ?? false });
    }
    return ok({ nodes: nodes.length });
  }

  /** @throws TreeReadError */
  #modelOf(read: ReadXml, vendor: string, model: unknown, id: string): string {
    const { hash, xml } = typeof model === 'object' && model !== null ? (model as Readonly<Record<string, unknown>>) : {};
    if (typeof xml === 'string') {
      const uploaded = this.upload(read, vendor, xml);
      if (!uploaded.ok) throw new TreeReadError(`the model of ${JSON.stringify(id)}: ${uploaded.error.message}`);
      return uploaded.value.hash;
    }
    const known = model === undefined ? this.#store.priceNode(id)?.modelHash : this.#store.priceModels(vendor).find((one) => one.hash === hash)?.hash;
    if (known === undefined) throw new TreeReadError(`${JSON.stringify(id)} is no price node of this vendor; name its model by {"hash"} or {"xml"}`);
    return known;
  }

  /** No parts: the work has its one flat price again. */
  priceWork(id: string, { parts }: PartsBody): Result<readonly KeptPart[], VendorFault> {
    const work = this.#store.work(asId(id));
    if (work === null) return fault('not-found', 'There is no such work.');
    const placed = placeParts(parts, work.packets);
    if (!placed.ok) return placed;
    for (const { node } of placed.value) {
      const known = node === null ? null : this.#store.priceNode(node);
      if (node !== null && known === null) return fault('not-found', `There is no price node ${JSON.stringify(node)}.`);
      const model = known === null ? null : parseModel(this.#store.priceModel(known.modelHash) ?? '');
      const currency = model?.ok ? model.value.currency : null;
      if (currency !== null && currency !== work.currency)
        return fault('currency', `The node ${JSON.stringify(node)} charges ${currency}, the work is sold in ${work.currency}.`);
    }
    this.#store.putWorkParts(id, placed.value);
    return placed;
  }
}

/** The last part may leave its length open: it takes the rest. */
function placeParts(parts: PartsBody['parts'], packets: number): Result<readonly KeptPart[], VendorFault> {
  if (parts.length === 0) return ok([]);
  const before = parts.slice(0, -1);
  const known = before.reduce((sum, part) => sum + (part.packets ?? 0), 0);
  const placed = parts.map((part) => ({ node: part.node, packets: part.packets ?? packets - known }));
  const open = before.some((part) => part.packets === undefined);
  const whole = placed.reduce((sum, part) => sum + part.packets, 0);
  if (open || placed.some((part) => part.packets < 1) || whole !== packets)
    return fault('bad-request', `The parts must be ${packets} packets together, as the work is; only the last one may leave its length open.`);
  return ok(placed);
}
