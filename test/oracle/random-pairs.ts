import type {
  AmountRule,
  BillingAttributes,
  Change,
  CompiledModel,
  CycleRule,
  Modification,
  SupplementalScope,
  TimeUnit,
  Trigger,
  TriggerEntry,
} from '../../src/domain/rating/compiled-model.ts';
import { ATTRIBUTE_NAMES, type AttributeName, type Formula } from '../../src/domain/rating/formula-ast.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import type { NaiveCase } from './naive-rater.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Asia/Beirut', 'Africa/Casablanca', 'Asia/Kathmandu'];
const CURRENCIES = [
  ['USD', 2],
  ['USD', 2],
  ['JPY', 0],
  ['KWD', 3],
] as const;
const MONEY_COLUMNS = ['fixed_rate_use_cost', 'metered_use_cost', 'billing_cycle_cost', 'simple_flat_rate_cost', 'discount_this_cycle', 'subtotal'] as const;

/** A model and a history, small but of every kind; the same for the same seed. */
export function randomPair(seed: number): NaiveCase {
  return new PairMaker(seed).pair();
}

class PairMaker {
  readonly random: SeededRandom;
  currency = 'USD';
  digits = 2;
  scopeIds: number[] = [0];

  constructor(seed: number) {
    this.random = new SeededRandom(seed * 7_919 + 17);
    for (let warm = 0; warm < 3; warm += 1) this.random.fraction();
  }

  below(count: number): number {
    return Math.floor(this.random.fraction() * count);
  }
  chance(share: number): boolean {
    return this.random.fraction() < share;
  }
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  pair(): NaiveCase {
    [this.currency, this.digits] = this.pick(CURRENCIES);
    const zone = this.chance(0.75) ? 'UTC' : this.pick(ZONES);
    const start = Date.UTC(
      2024 + this.below(3),
      this.below(12),
      1 + this.below(31),
      this.chance(0.5) ? 0 : this.below(24),
      this.chance(0.6) ? 0 : this.below(60),
    );
    const instant = this.chance(0.15);
    const { rule, length } = instant ? { rule: { kind: 'instantaneous' } as const, length: 10 * DAY } : this.cycleRule(HOUR);
    const until = start + Math.floor(length * (0.2 + this.random.fraction() * 5));
    const model = this.model(rule, length);
    return { model, digits: this.digits, zone, start, until, events: this.events(start, until, length, model) };
  }

  cycleRule(shortest: number): { rule: CycleRule; length: number } {
    const kind = this.below(10);
    if (kind < 3) return { rule: { kind: 'monthly-day', dayOfMonth: 1 + this.below(31) }, length: 30 * DAY };
    if (kind < 4) return { rule: { kind: 'monthly-weekday', weekday: 1 + this.below(7), ordinal: this.pick([1, 2, 3, 4, 5, -1]) }, length: 30 * DAY };
    if (kind < 6) return this.schedule();
    const period = { years: 0, months: 0, days: 0, hours: 0 };
    if (this.chance(0.3)) period.months = 1 + this.below(3);
    if (this.chance(0.4)) period.days = 1 + this.below(20);
    if (this.chance(0.3) || period.months + period.days === 0) period.hours = 1 + this.below(40);
    const length = period.months * 30 * DAY + period.days * DAY + period.hours * HOUR;
    return length < shortest ? { rule: { kind: 'time-period', ...period, days: 7 }, length: 7 * DAY } : { rule: { kind: 'time-period', ...period }, length };
  }

  schedule(): { rule: CycleRule; length: number } {
    const dueDates = Array.from({ length: 1 + this.below(3) }, () => {
      const day = this.chance(0.8) ? 1 + this.below(31) : null;
      const month = this.chance(0.5) || day === null ? 1 + this.below(12) : null;
      return { year: this.chance(0.2) ? 2024 + this.below(4) : null, month, day };
    });
    return { rule: { kind: 'schedule', dueDates }, length: 40 * DAY };
  }

  model(cycle: CycleRule, length: number): CompiledModel {
    const shape = this.below(10);
    const basic = shape < 5 ? this.attributes(cycle) : null;
    const alternate = shape > 2 || basic === null ? this.alternate(cycle, length) : null;
    return { version: 1, modelId: 'random', description: '', currency: this.currency, cycle, basic, alternate };
  }

  alternate(cycle: CycleRule, length: number): NonNullable<CompiledModel['alternate']> {
    const attributes = this.attributes(cycle);
    const scopes: SupplementalScope[] = Array.from({ length: this.below(3) }, (_, index) => ({
      scopeId: index + 1,
      cycle: this.chance(0.4) ? { kind: 'time-period', years: 999, months: 0, days: 0, hours: 0 } : this.cycleRule(length / 8).rule,
      offset: this.chance(0.25) ? -1 - this.below(3) : 0,
    }));
    this.scopeIds = [0, ...scopes.map(({ scopeId }) => scopeId)];
    const triggers: Trigger[] = [];
    for (const type of ['instance', 'expenditure', 'metered'] as const) {
      for (const scope of this.scopeIds) {
        if (!this.chance(0.4)) continue;
        triggers.push({ type, scope, entries: Array.from({ length: 1 + this.below(3) }, () => this.entry(type, attributes)) });
      }
    }
    return { attributes, triggers: triggers.sort(() => (this.chance(0.5) ? 1 : -1)), scopes };
  }

  attributes(cycle: CycleRule): BillingAttributes {
    const instant = cycle.kind === 'instantaneous';
    const share = (): string => (this.chance(0.3) ? this.pick(['100', '25', '50', '33.3']) : '0');
    const plain = (): { value: string; prePaidPercentage: string } => ({ value: this.amount(), prePaidPercentage: share() });
    const prePaidUnits = this.chance(0.2) ? this.pick(['10', '100', '0.5', '7.25']) : null;
    return {
      ...(this.chance(0.6) ? { fixedRateUseCost: plain() } : {}),
      ...(this.chance(0.6) ? { meteredUseCost: { value: this.amount(), prePaidPercentage: '0', unit: this.unit(), prePaidUnits } } : {}),
      ...(!instant && this.chance(0.4) ? { billingCycleCost: plain() } : {}),
      ...(!instant && this.chance(0.35) ? { installmentCost: { ...plain(), number: 1 + this.below(5) } } : {}),
      ...(this.chance(0.3) ? { simpleFlatRateCost: plain() } : {}),
    };
  }

  entry(type: Trigger['type'], attributes: BillingAttributes): TriggerEntry {
    const later = { amount: this.amountRule(), cyclesLater: 1 + this.below(3) };
    return {
      condition: this.chance(0.15) ? null : this.condition(type),
      modifications: this.chance(0.6) ? this.modifications(attributes) : [],
      discountThisCycle: this.chance(0.25) ? this.amountRule() : null,
      discountLaterCycle: this.chance(0.2) ? later : null,
      alternatePayment: this.chance(0.2) ? { amount: this.amountRule(), modifications: this.modifications(attributes) } : null,
      promotionalOffer: this.chance(0.1) ? { type: 'advert', value: `p${this.below(9)}` } : null,
      vendorResults: [],
    };
  }

  condition(type: Trigger['type']): TriggerEntry['condition'] {
    if (type === 'instance') return { value: String(this.below(9)), unit: null };
    if (type === 'expenditure') return { value: this.chance(0.1) ? '0' : this.decimal(this.digits === 0 ? 4_000 : 30), unit: null };
    return { value: this.pick(['0', '1', '15', '60', '90', '0.3333333', '47.11', '240']), unit: this.chance(0.2) ? 'hours' : 'minutes' };
  }

  modifications(attributes: BillingAttributes): Modification[] {
    return Array.from({ length: 1 + this.below(2) }, () => {
      const defined = Object.keys(attributes) as AttributeName[];
      const anew = defined.length === 0 || this.chance(0.2);
      const attribute = anew ? this.pick(ATTRIBUTE_NAMES) : this.pick(defined);
      const change: Change = anew ? { kind: 'value', amount: this.chance(0.4) ? '0' : this.amount() } : this.change();
      return {
        attribute,
        change,
        unit: attribute === 'meteredUseCost' && this.chance(0.4) ? this.unit() : null,
        number: attribute === 'installmentCost' && this.chance(0.4) ? this.below(6) : null,
      };
    });
  }

  change(): Change {
    if (this.chance(0.2)) return { kind: 'formula', formula: this.money(2), text: '' };
    const kind = this.pick(['value', 'reduceByValue', 'reduceByPercent', 'increaseByValue', 'increaseByPercent'] as const);
    if (kind === 'value') return { kind, amount: this.chance(0.3) ? '0' : this.amount() };
    return { kind, amount: kind.endsWith('Percent') ? this.pick(['10', '50', '100', '12.5', '33']) : this.decimal(this.digits === 0 ? 20 : 0.4) };
  }

  amountRule(): AmountRule {
    return this.chance(0.4) ? { kind: 'formula', formula: this.money(2), text: '' } : { kind: 'value', amount: this.amount() };
  }

  money(depth: number): Formula {
    const scope = this.pick(this.scopeIds);
    const leaf = this.below(3);
    if (depth === 0 || this.chance(0.2)) {
      if (leaf === 0) return { kind: 'money', value: this.amount(), currency: this.currency };
      return leaf === 1 ? { kind: 'attribute', name: this.pick(ATTRIBUTE_NAMES) } : { kind: 'column', name: this.pick(MONEY_COLUMNS), scope };
    }
    const operator = this.pick(['+', '-', '*', '/', 'max', 'min'] as const);
    const right = operator === '*' || operator === '/' ? this.number(depth - 1) : this.money(depth - 1);
    if (this.chance(0.05)) return { kind: 'negate', of: this.money(depth - 1) };
    return { kind: 'binary', operator, left: this.money(depth - 1), right };
  }

  number(depth: number): Formula {
    const scope = this.pick(this.scopeIds);
    if (depth > 0 && this.chance(0.2)) return { kind: 'binary', operator: '/', left: this.money(depth - 1), right: this.money(depth - 1) };
    if (this.chance(0.15)) {
      return { kind: 'binary', operator: '/', left: { kind: 'column', name: 'usage_time', scope }, right: { kind: 'column', name: 'usage_time', scope: 0 } };
    }
    if (this.chance(0.6)) return { kind: 'number', value: this.pick(['0.02', '0.1', '2', '3', '0.5']) };
    return { kind: 'column', name: this.chance(0.7) ? 'use_count' : 'remaining_installments', scope };
  }

  events(start: number, until: number, length: number, model: CompiledModel): NaiveCase['events'] {
    const count = this.below(4) === 0 ? this.below(30) : this.below(10);
    const rough = Math.min(length, 30 * DAY);
    const uses = Array.from({ length: count }, (_, index) => ({
      type: 'use' as const,
      id: this.chance(0.9) ? `e${index}` : '',
      start: this.moment(start, until),
      ms: this.chance(0.2) ? 0 : this.chance(0.1) ? this.below(rough) : this.chance(0.5) ? this.pick([20, 61, 15 * 60, 45 * 60]) * 1_000 : this.below(2 * HOUR),
      quote: this.chance(0.1) ? this.amount() : null,
    }));
    const offers = (model.alternate?.triggers ?? []).flatMap((trigger) => trigger.entries.map((entry) => entry.alternatePayment?.amount));
    const values = offers.flatMap((offer) => (offer?.kind === 'value' ? [offer.amount] : []));
    if (offers.length === 0 || !this.chance(0.6)) return uses;
    const acceptances = Array.from({ length: 1 + this.below(3) }, (_, index) => {
      const amount = this.pick([...values, ...values, '1']);
      return { type: 'accept' as const, id: `a${index}`, start: this.moment(start, until), amount: this.rounded(amount) };
    });
    return [...uses, ...acceptances];
  }

  moment(start: number, until: number): number {
    const at = start + Math.floor(this.random.fraction() * (until - start) * 1.05);
    return this.chance(0.2) ? Math.max(start, Math.floor(at / DAY) * DAY) : this.chance(0.8) ? Math.max(start, Math.floor(at / 60_000) * 60_000) : at;
  }

  /** Some amounts have more digits than the currency: they are exact until the close. */
  amount(): string {
    return this.decimal(this.digits === 0 ? 300 : this.pick([1, 1, 10]));
  }

  decimal(most: number): string {
    const digits = this.digits === 0 ? this.below(2) : this.pick([1, 2, 2, 2, 3, 4]);
    const scaled = Math.floor(this.random.fraction() * most * 10 ** digits)
      .toString()
      .padStart(digits + 1, '0');
    return digits === 0 ? scaled : `${scaled.slice(0, -digits)}.${scaled.slice(-digits)}`;
  }

  rounded(text: string): string {
    const [whole = '0', part = ''] = text.split('.');
    return this.digits === 0 ? whole : `${whole}.${part.slice(0, this.digits)}`;
  }

  unit(): TimeUnit {
    return this.pick(['minutes', 'minutes', 'hours', 'seconds', 'days']);
  }
}
