import type { Terms } from '../../domain/credit/terms.ts';
import type { CompiledPrice } from '../../domain/rating/simple-price.ts';
import type { StoreContext } from './store-context.ts';

/** Compiled price models by their hash: what the signed terms point to, for ever (ruling 11). */
export interface PricingStore {
  putPriceModel(model: CompiledPrice): void;
  /** The canonical JSON of the model, or null. */
  priceModel(hash: string): string | null;
}

export function pricingRows(context: StoreContext): PricingStore {
  const { database } = context;
  return {
    putPriceModel: (model) => {
      database.run(
        'INSERT OR IGNORE INTO pricing_models (hash, model, vendor, definition) VALUES (?, ?, ?, ?)',
        model.hash,
        model.model.kind,
        model.model.vendor,
        model.canonical,
      );
    },
    priceModel: (hash) => database.one<{ definition: string }>('SELECT definition FROM pricing_models WHERE hash = ?', hash)?.definition ?? null,
  };
}

/** Remembers what was licensed, and the pricing nodes that its counts will refer to. Part of the transaction that opens the session. */
export function recordLicence(context: StoreContext, terms: Terms): void {
  const { database } = context;
  for (const node of terms.nodes) {
    database.run("INSERT OR IGNORE INTO pricing_nodes (node, parent, kind, model_hash) VALUES (?, NULL, 'use', ?)", node.id, node.modelHash);
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
