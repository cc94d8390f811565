import type { CompiledModel } from '../domain/rating/compiled-model.ts';
import type { ChargedPair } from '../domain/rating/difference-tally.ts';
import { type PreparedModel, prepareModel } from '../domain/rating/prepared-model.ts';
import { type LicenceHistory, rateOrdered } from '../domain/rating/rate-history.ts';
import { orderHistory } from '../domain/rating/usage-history.ts';
import { openZone } from '../domain/rating/zone.ts';
import { limits } from '../limits.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { readUsageFile } from './rating-json.ts';

/** One line of a simulation: a licence of a user under both models. */
export interface SimulatedUser extends ChargedPair {
  readonly user: string;
}

export type SimulationFault = 'invalid-user' | 'other-currency' | 'cannot-be-rated';

/** Rates histories under two models, each as `price rate` does with the same `--until`. One currency for all. */
export class Simulation {
  readonly #models: readonly [CompiledModel, CompiledModel];
  readonly #untilMs: number;
  #currency: string | null;
  #prepared: readonly [PreparedModel, PreparedModel] | null = null;

  constructor(models: readonly [CompiledModel, CompiledModel], untilMs: number) {
    this.#models = models;
    this.#untilMs = untilMs;
    this.#currency = models[0].currency ?? models[1].currency;
  }

  /** That of the models; where both are free of cost, that of the first user, null before there was one. */
  get currency(): string | null {
    return this.#currency;
  }

  /** Minor digits of the currency. */
  get digits(): number {
    return this.#prepared?.[0].digits ?? 2;
  }

  /** @param value `{user, licence, currency, time_zone, usage_history}`, as untrusted as it comes */
  rate(value: unknown): Result<SimulatedUser, Fault<SimulationFault>> {
    const user = userOf(value);
    if (user === null) return fault('invalid-user', `user (or licence.user_id) must be a text of 1 to ${limits.simulatedUserCharacters} characters`);
    const usage = readUsageFile(value);
    if (!usage.ok) return fault('invalid-user', usage.error.message);
    const zone = openZone(usage.value.timeZone);
    if (!zone.ok) return fault('invalid-user', zone.error.message);
    const { currency, licenceStartMs: startMs, events } = usage.value;
    return this.rateHistory(user, currency, { startMs, zone: zone.value, events, untilMs: this.#untilMs });
  }

  /** The same for a history that is known to be sound. */
  rateHistory(user: string, currency: string, history: LicenceHistory): Result<SimulatedUser, Fault<SimulationFault>> {
    if (currency !== (this.#currency ?? currency))
      return fault('other-currency', `the history is in ${currency}, the simulation in ${this.#currency}: amounts of two currencies are never added (A-36)`);
    this.#currency = currency;
    this.#prepared ??= [prepareModel(this.#models[0], currency), prepareModel(this.#models[1], currency)];
    const ordered = { ...history, events: orderHistory(history.events) };
    const [before, after] = [rateOrdered(this.#prepared[0], ordered), rateOrdered(this.#prepared[1], ordered)];
    if (!before.ok) return fault('cannot-be-rated', before.error.message);
    if (!after.ok) return fault('cannot-be-rated', after.error.message);
    return ok({ user, beforeMinor: before.value.totalDueMinor, afterMinor: after.value.totalDueMinor });
  }
}

function userOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const licence = 'licence' in value && typeof value.licence === 'object' ? value.licence : null;
  const user = 'user' in value ? value.user : licence !== null && 'user_id' in licence ? licence.user_id : null;
  return typeof user === 'string' && user !== '' && user.length <= limits.simulatedUserCharacters ? user : null;
}
