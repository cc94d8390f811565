import type { AccessWalk } from '../domain/access/access-policy.ts';
import type { Terms, WorkPart } from '../domain/credit/terms.ts';
import { soldPackets } from '../domain/credit/work-parts.ts';
import { flatPriceModel } from '../domain/rating/flat-price.ts';
import { prepareModel } from '../domain/rating/prepared-model.ts';
import { isForCoins } from '../domain/rating/quote-play.ts';
import { limits } from '../limits.ts';
import { sha256Hex } from '../platform/crypto/digest.ts';
import type { Clock } from '../ports/clock.ts';
import type { OutletRow, StoredWork } from '../ports/headend-stores.ts';
import { assert } from '../units/assert.ts';
import { asId, type VendorId } from '../units/ids.ts';
import { minorDigitsOf } from '../units/iso-4217.ts';
import { decimalText } from '../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { packetMsOf } from '../units/time.ts';
import { encodeModel, parseModel } from '../wire/model-json.ts';
import { encodeSnapshot, type PricingSnapshot, quoteSnapshot, type SnapshotNode } from '../wire/pricing-snapshot.ts';
import type { WorkQuote } from './checkout-terms.ts';
import { type SoldNode, sellNode } from './pricing/sold-node.ts';
import { type PricingEventStore, resourceOf } from './stores/pricing-event-rows.ts';
import type { PriceNode, PricingStore } from './stores/pricing-rows.ts';
import type { PricingTreeStore } from './stores/pricing-tree-rows.ts';

export type QuoteFault = Fault<'age' | 'not-for-coins' | 'not-licensed' | 'no-price' | 'policy' | 'region' | 'unpaid'>;
/** @param atMs the moment it is for, wall clock; absent: now. With the same history it gives the same snapshot. */
export type QuoteWork = (work: StoredWork, outlet: OutletRow, atMs?: number) => Result<WorkQuote, QuoteFault>;

type Store = PricingStore & PricingTreeStore & PricingEventStore & { getSetting(name: string): string | null };

/** A work's prices as the terms will name them, before anything is reckoned. */
interface Pricing {
  readonly nodes: readonly SoldNode[];
  /** null: one price from end to end. */
  readonly parts: readonly WorkPart[] | null;
}

/** Most nodes that the counts of a receipt can tell apart. */
const NODES_MAX = limits.classCountsPerReceipt / 4;

/**
 * What a use of a work costs this account: rated by its model, from what the account has used so far. The models and the snapshot go with
 * the quote, so that the box can reckon it again (ruling 11). A payer in coins is offered instantaneous cycles only (ruling 5).
 */
export function createWorkQuote(
  store: Store,
  vendor: VendorId,
  clock: Pick<Clock, 'wallMs'>,
  /** Whether this may be had at all, and whether it is given; absent: whoever asks wants a price. */
  access: (work: StoredWork, outlet: OutletRow) => Pick<AccessWalk, 'refusal' | 'free'> = () => ({ refusal: null, free: false }),
): QuoteWork {
  return (work, outlet, at = clock.wallMs()) => {
    const { refusal, free } = access(work, outlet);
    if (refusal !== null) return fault(refusal.code, refusal.message);
    const pricing = free
      ? ok({ nodes: [flatNode(store, vendor, { ...work, free })], parts: null })
      : pricingOf(store, vendor, work, { account: outlet.account, atMs: at });
    if (!pricing.ok) return pricing;
    const { nodes, parts } = pricing.value;
    const standing = outlet.profile === 'set-top';
    if (!standing && nodes.some(({ model }) => !sellsForCoins(model, work.currency)))
      return fault('not-for-coins', 'This work is sold by the month or the like; a coin buys single plays only.');
    const atMs = Math.max(0, Math.floor(at));
    const named = {
      work: asId<never>(work.id),
      packets: work.packets,
      nodes: nodes.map(termsNode),
      sid: asId<never>('0'),
      ...(parts === null ? {} : { parts }),
    };
    const snapshot: PricingSnapshot = {
      ...{ version: 1, account: outlet.account, currency: work.currency, atMs },
      nodes: nodes.map((node, index) => snapshotNode(store, { outlet, standing, atMs, packetMs: packetMsOf(work), named, index, node })),
    };
    const models = nodes.map(({ model }) => model);
    const quotes = quoteSnapshot(snapshot, models);
    if (!quotes.ok) return fault('no-price', quotes.error.message);
    const text = encodeSnapshot(snapshot);
    return ok({
      nodes: nodes.map((node, index) => ({ ...termsNode(node), quoteMinor: String(quotes.value[index] ?? 0n) })),
      parts,
      ...{ atMs, models, snapshot: text, pricingStateHash: sha256Hex(text) },
    });
  };
}

function termsNode({ node, vendor, modelHash }: PriceNode): Terms['nodes'][number] {
  return { id: asId(node), vendor: asId(vendor), modelHash, quoteMinor: '0' };
}

function pricingOf(store: Store, vendor: VendorId, work: StoredWork, holder: { readonly account: string; readonly atMs: number }): Result<Pricing, QuoteFault> {
  const parts = store.workParts(work.id);
  if (parts.length === 0) return ok({ nodes: [flatNode(store, vendor, work)], parts: null });
  const sold = new Map<string, SoldNode>();
  for (const id of new Set(parts.flatMap(({ node }) => (node === null ? [] : [node])))) {
    const node = sellNode(store, id, holder);
    if (!node.ok) return node;
    sold.set(id, node.value);
  }
  // Two choices may have come to the same node.
  const known = [...new Map([...sold.values()].map((node) => [node.node, node])).values()];
  if (known.length > NODES_MAX) return fault('no-price', 'The price of this work has too many parts; its vendor must state it anew.');
  // All free: there must be a node for the terms to name.
  const all = known.length > 0 ? known : [flatNode(store, vendor, { ...work, free: true })];
  const placeOf = (id: string): number => known.findIndex(({ node }) => node === sold.get(id)?.node);
  return ok({
    nodes: all,
    parts: parts.map(({ packets, node }) => ({ packets, node: node === null ? 0 : placeOf(node), billingClass: node === null ? 'free' : 'paid' })),
  });
}

/** The price in the catalogue as a model, kept before anybody signs for it. */
function flatNode(store: Store, vendor: VendorId, work: Pick<StoredWork, 'free' | 'priceMinor' | 'currency'>): SoldNode {
  const amount = decimalText(work.free ? 0n : BigInt(work.priceMinor), minorDigitsOf(work.currency) ?? 2);
  const compiled = flatPriceModel(amount, work.currency);
  const model = encodeModel(compiled);
  const modelHash = sha256Hex(model);
  if (store.priceModel(modelHash) === null) {
    const kept = store.putPriceModel({ hash: modelHash, modelId: compiled.modelId, vendor, text: model, source: null });
    assert(kept.ok, 'the ids of the house are not given to others');
  }
  return { node: `use-${modelHash.slice(0, 32)}`, vendor, modelHash, shared: false, model };
}

function sellsForCoins(model: string, currency: string): boolean {
  const parsed = parseModel(model);
  return parsed.ok && isForCoins(prepareModel(parsed.value, currency));
}

interface NodeFacts {
  readonly outlet: OutletRow;
  readonly standing: boolean;
  readonly atMs: number;
  readonly packetMs: number;
  readonly named: Pick<Terms, 'work' | 'packets' | 'nodes' | 'sid' | 'parts'>;
  readonly index: number;
  readonly node: PriceNode;
}

/** The history that a price hangs on. A play of its own has none; a licence that has not begun begins with this use. */
function snapshotNode(store: Store, { outlet, standing, atMs, packetMs, named, index, node }: NodeFacts): SnapshotNode {
  const resource = standing ? resourceOf(named, index, standing, node.shared) : 'play';
  const licence = standing ? store.pricingLicence(outlet.account, resource, node.modelHash) : null;
  const events = licence === null ? [] : store.pricingEvents(licence.licence).slice(-limits.snapshotUses);
  return {
    ...{ resource, standing, durationMs: soldPackets(named, index) * packetMs },
    licenceStartMs: licence === null ? atMs : Math.min(licence.startMs, atMs),
    timeZone: licence?.timeZone ?? store.getSetting('time-zone') ?? 'UTC',
    uses: events.flatMap(({ kind, startMs, durationMs, amountMinor }) =>
      kind === 'use' ? [[startMs, durationMs, amountMinor === null ? -1 : Number(amountMinor)] as const] : [],
    ),
    accepts: events.flatMap(({ kind, startMs, amountMinor }) => (kind === 'accept' ? [[startMs, Number(amountMinor ?? 0n)] as const] : [])),
  };
}
