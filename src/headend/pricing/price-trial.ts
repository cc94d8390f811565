import { compareModels, type ModelDifference } from '../../domain/rating/compare-models.ts';
import type { CompiledModel } from '../../domain/rating/compiled-model.ts';
import { barsOf, type DifferenceBar } from '../../domain/rating/difference-bars.ts';
import { type DifferenceSummary, DifferenceTally } from '../../domain/rating/difference-tally.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { parseModel } from '../../wire/model-json.ts';
import { type SimulatedUser, Simulation } from '../../wire/simulation.ts';
import type { PriceTrialStore } from '../stores/price-trial-rows.ts';
import type { PricingStore } from '../stores/pricing-rows.ts';
import { oneModel, type ReadXml } from './price-calls.ts';

/** What would come of a model at a price node, reckoned on what was really used under the model that is there now. */
export interface PriceTrial {
  readonly modelId: string;
  /** Null where nothing stands at the node yet: nobody has paid by it. */
  readonly before: { readonly modelId: string; readonly differences: readonly ModelDifference[] } | null;
  readonly currency: string;
  readonly digits: number;
  readonly summary: DifferenceSummary;
  readonly bars: readonly DifferenceBar[];
  /** Whose bill changes most, the dearest first. */
  readonly most: readonly SimulatedUser[];
  readonly leftOut: number;
}

export type TrialFault = Fault<'bad-model' | 'bad-request'>;
type TrialStore = PriceTrialStore & Pick<PricingStore, 'priceNode' | 'priceModel'>;

const LICENCES = 5_000;
const MOST = 10;

/** Reads strictly, compares with what is in force, and rates the uses of this headend under both. Nothing is kept. */
export function tryPrice(read: ReadXml, store: TrialStore, node: string, xml: string, nowMs: number): Result<PriceTrial, TrialFault> {
  const after = oneModel(read, xml, false);
  if (!after.ok) return after;
  const hash = store.priceNode(node)?.modelHash ?? null;
  const text = hash === null ? null : store.priceModel(hash);
  const parsed = text === null ? null : parseModel(text);
  if (parsed !== null && !parsed.ok) return fault('bad-request', `The model in force at ${node} can not be compared: ${parsed.error.message}`);
  const before = parsed === null ? null : parsed.value;
  const tried = simulate(store, before, after.value, hash, nowMs);
  return ok({
    modelId: after.value.modelId,
    before: before === null ? null : { modelId: before.modelId, differences: compareModels(before, after.value) },
    ...tried,
  });
}

function simulate(
  store: TrialStore,
  before: CompiledModel | null,
  after: CompiledModel,
  hash: string | null,
  nowMs: number,
): Omit<PriceTrial, 'modelId' | 'before'> {
  const simulation = new Simulation([before ?? after, after], nowMs);
  const users = new Map<string, SimulatedUser>();
  let leftOut = 0;
  for (const { user, currency, history } of hash === null ? [] : store.usageUnder(hash, nowMs, LICENCES)) {
    const rated = simulation.rateHistory(user, currency, history);
    if (!rated.ok) {
      leftOut += 1;
      continue;
    }
    const known = users.get(user) ?? { user, beforeMinor: 0n, afterMinor: 0n };
    users.set(user, { user, beforeMinor: known.beforeMinor + rated.value.beforeMinor, afterMinor: known.afterMinor + rated.value.afterMinor });
  }
  const tally = new DifferenceTally();
  for (const user of users.values()) tally.add(user);
  const most = [...users.values()].toSorted((left, right) => (changeOf(left) < changeOf(right) ? 1 : -1)).slice(0, MOST);
  return { currency: simulation.currency ?? '', digits: simulation.digits, summary: tally.summary(), bars: barsOf(tally.differences()), most, leftOut };
}

function changeOf({ beforeMinor, afterMinor }: SimulatedUser): bigint {
  return afterMinor - beforeMinor;
}
