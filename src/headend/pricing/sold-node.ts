import type { Modification } from '../../domain/rating/compiled-model.ts';
import { deriveModel } from '../../domain/rating/derive-model.ts';
import { HOUSE_MODEL_PREFIX } from '../../domain/rating/flat-price.ts';
import { resolveInTree } from '../../domain/rating/pricing-tree.ts';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import { assert } from '../../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { canonicalJson } from '../../wire/canonical-json.ts';
import { encodeModel, parseModel } from '../../wire/model-json.ts';
import type { PriceNode, PricingStore } from '../stores/pricing-rows.ts';
import type { PricingTreeStore } from '../stores/pricing-tree-rows.ts';

/** A price node with the text of the model that somebody pays by. */
export type SoldNode = PriceNode & { readonly model: string };

type Store = PricingStore & PricingTreeStore;
type SoldFault = Fault<'no-price' | 'not-licensed'>;

const INCOMPLETE = 'The price of this work is not complete; its vendor must state it anew.';

/**
 * What a price node comes to for an account: the node itself, or, where it hangs in a tree, what the tree makes of it by what the account is
 * licensed for at this moment (T-5 to T-7). A changed price is a model of its own, kept before anybody signs for it.
 */
export function sellNode(store: Store, id: string, holder: { readonly account: string; readonly atMs: number }): Result<SoldNode, SoldFault> {
  if (!store.isInTree(id)) return withModel(store, id, store.priceNode(id)?.modelHash ?? null, []);
  const resolved = resolveInTree(store.pricingTree(), store.heldNodes(holder.account, holder.atMs), id);
  if (resolved.ok) return withModel(store, resolved.value.node, resolved.value.price, resolved.value.changes.flat());
  const { code, message } = resolved.error;
  return code === 'no-licence' ? fault('not-licensed', `To hear this, ${message}.`) : fault('no-price', INCOMPLETE);
}

function withModel(store: Store, id: string, modelHash: string | null, changes: readonly Modification[]): Result<SoldNode, SoldFault> {
  const node = store.priceNode(id);
  const model = modelHash === null ? null : store.priceModel(modelHash);
  if (node === null || model === null || modelHash === null) return fault('no-price', INCOMPLETE);
  if (changes.length === 0) return ok({ ...node, modelHash, model });
  const parsed = parseModel(model);
  if (!parsed.ok) return fault('no-price', INCOMPLETE);
  const name = sha256Hex(`${modelHash} ${canonicalJson(changes)}`).slice(0, 32);
  const text = encodeModel(deriveModel(parsed.value, changes, `${HOUSE_MODEL_PREFIX}tree-${name}`));
  const hash = sha256Hex(text);
  if (store.priceModel(hash) === null) {
    const kept = store.putPriceModel({ hash, modelId: `${HOUSE_MODEL_PREFIX}tree-${name}`, vendor: node.vendor, text, source: null });
    assert(kept.ok, 'the name says what the model was made of');
  }
  return ok({ ...node, modelHash: hash, model: text });
}
