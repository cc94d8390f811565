import type { Finding } from '../../authoring/pricing/finding.ts';
import { HOUSE_MODEL_PREFIX } from '../../domain/rating/flat-price.ts';
import { limits } from '../../limits.ts';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import type { CatalogueStore } from '../../ports/headend-stores.ts';
import { asId } from '../../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { encodeModel, parseModel } from '../../wire/model-json.ts';
import type { PartsBody } from '../../wire/pricing-api.ts';
import type { KeptPart, PriceNode, PricingStore } from '../stores/pricing-rows.ts';
import { oneModel, type ReadXml } from './price-calls.ts';

export type VendorFault = Fault<'bad-model' | 'bad-request' | 'not-found' | 'model-id-taken' | 'node-taken' | 'currency'>;

/** What vendors do with prices: bring models, point nodes to them, and say which part of a work falls under which node (rulings 8, 11; P-2). */
export class VendorDesk {
  readonly #store: PricingStore & Pick<CatalogueStore, 'work'>;

  constructor(store: PricingStore & Pick<CatalogueStore, 'work'>) {
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
