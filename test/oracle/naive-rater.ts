import type { AmountRule, BillingAttributes, CompiledModel, Modification, TriggerEntry } from '../../src/domain/rating/compiled-model.ts';
import type { AttributeName, Formula } from '../../src/domain/rating/formula-ast.ts';
import { naiveBoundaries } from './naive-calendar.ts';
import { Fraction } from './naive-fraction.ts';

/**
 * A rater that is slow and plain on purpose, to judge the other one: it keeps every single posting as a row, adds rows up whenever a
 * figure is asked for, puts prices together from scratch each time, and cuts all uses at all boundaries beforehand. It shares nothing
 * with src/ but the form of a compiled model.
 */
export interface NaiveUse {
  readonly type: 'use';
  readonly id: string;
  readonly start: number;
  readonly ms: number;
  readonly quote: string | null;
}
export interface NaiveAcceptance {
  readonly type: 'accept';
  readonly id: string;
  readonly start: number;
  readonly amount: string;
}
export interface NaiveCase {
  readonly model: CompiledModel;
  readonly digits: number;
  readonly zone: string;
  readonly start: number;
  readonly until: number;
  readonly events: readonly (NaiveUse | NaiveAcceptance)[];
}

const COSTS = ['fixed', 'metered', 'cycle', 'installment', 'flat', 'prefixed', 'precycle'];
const COLUMN_OF: Readonly<Record<string, string>> = {
  fixed_rate_use_cost: 'fixed',
  metered_use_cost: 'metered',
  billing_cycle_cost: 'cycle',
  installment_cost: 'installment',
  simple_flat_rate_cost: 'flat',
  pre_paid_fixed_rate_use_cost: 'prefixed',
  pre_paid_billing_cycle_cost: 'precycle',
  discount_this_cycle: 'discount',
};
const UNIT: Readonly<Record<string, bigint>> = { milliseconds: 1n, seconds: 1_000n, minutes: 60_000n, hours: 3_600_000n, days: 86_400_000n };
const NAMES: readonly AttributeName[] = ['fixedRateUseCost', 'meteredUseCost', 'billingCycleCost', 'installmentCost', 'simpleFlatRateCost'];

interface Row {
  readonly cycle: number;
  readonly column: string;
  readonly amount: Fraction;
}
interface Price {
  value: Fraction;
  share: Fraction;
  unit: bigint;
  number: number;
  units: Fraction;
}
interface Fired {
  readonly entry: TriggerEntry;
  readonly scope: number;
  /** Which cycle, or which period of the scope; -1 for ever. */
  readonly period: number;
  /** Modifications with formulas replaced by their values. */
  readonly applied: { readonly modification: Modification; readonly value: Fraction | null }[];
  offer: Fraction | null;
}
interface Part {
  readonly at: number;
  readonly event: NaiveUse | NaiveAcceptance;
  readonly ms: number;
  readonly first: boolean;
  readonly last: boolean;
  readonly rank: number;
}

export function rateNaively(given: NaiveCase): Readonly<Record<string, unknown>> {
  return new NaiveRater(given).run();
}

class NaiveRater {
  readonly given: NaiveCase;
  readonly rows: Row[] = [];
  readonly triggers: readonly { readonly type: string; readonly scope: number; readonly entries: readonly TriggerEntry[] }[];
  /** By scope id: the row at which each of its periods began. */
  readonly windows = new Map<number, number[]>();
  fired: Fired[] = [];
  readonly firedKeys = new Set<string>();
  cycle = -1;
  cycles = 0;
  /** Facts of a cycle that is open, by number. */
  readonly open = new Map<number, { shares: Record<string, Fraction>; bundle: bigint; waiting: TriggerEntry[]; promotions: unknown[] }>();
  readonly later = new Map<number, Fraction>();
  readonly charged = new Map<NaiveUse, Fraction>();
  paid = 0;
  flatDone = false;
  bought = false;
  credit = Fraction.zero;
  readonly out: Record<string, unknown>[] = [];
  readonly offers: unknown[] = [];
  readonly rejected: string[] = [];

  constructor(given: NaiveCase) {
    this.given = given;
    this.triggers = given.model.alternate?.triggers ?? [];
    for (const { scopeId } of given.model.alternate?.scopes ?? []) this.windows.set(scopeId, [0]);
  }

  run(): Readonly<Record<string, unknown>> {
    const { cycle } = this.given.model;
    if (cycle !== null) this.replay(cycle.kind === 'instantaneous');
    const total = this.out.reduce((sum, bill) => sum.plus(Fraction.of(String(bill.amount_due))), Fraction.zero);
    return { cycles: this.out, total_amount_due: total.text(this.given.digits), offers: this.offers, rejected: this.rejected };
  }

  replay(instant: boolean): void {
    const { model, start, until, zone } = this.given;
    if (model.cycle === null) return;
    const events = this.distinct().filter((event) => event.start < until);
    const lastEnd = Math.max(until, ...events.map((event) => (event.type === 'use' ? event.start + event.ms : 0)));
    const horizon = instant ? lastEnd : until;
    const cycleEnds = naiveBoundaries(model.cycle, zone, start, horizon).filter((at) => at <= horizon);
    const scopeEnds = new Map<number, readonly number[]>();
    for (const scope of model.alternate?.scopes ?? [])
      scopeEnds.set(
        scope.scopeId,
        naiveBoundaries(scope.cycle, zone, start, horizon).filter((at) => at <= horizon),
      );
    const cuts = [...new Set([...cycleEnds, ...[...scopeEnds.values()].flat()])].sort((left, right) => left - right);
    const parts = this.parts(events, cuts, instant ? Number.POSITIVE_INFINITY : until);
    this.openCycle(start);
    if (instant) this.closeCycle(start, start);
    const cycleOf = new Map<NaiveUse, number>();
    for (const at of [...cuts, Number.POSITIVE_INFINITY]) {
      while (parts[0] && parts[0].at < at) this.ratePart(parts.shift() as Part, instant, cycleOf);
      if (at === Number.POSITIVE_INFINITY) break;
      if (cycleEnds.includes(at)) this.closeCycle(at, at);
      for (const [scopeId, ends] of scopeEnds) if (ends.includes(at)) this.windows.get(scopeId)?.push(this.rows.length);
      if (cycleEnds.includes(at)) this.openCycle(at);
      else if (!instant) this.evaluate(at);
    }
  }

  /** Each id once; by time, acceptances first, by id, then by content. */
  distinct(): readonly (NaiveUse | NaiveAcceptance)[] {
    const text = (event: NaiveUse | NaiveAcceptance): string =>
      event.type === 'use' ? `${String(event.ms).padStart(16, '0')} ${event.quote === null ? '' : fractionText(event.quote)}` : fractionText(event.amount);
    const sorted = [...this.given.events].sort(
      (left, right) => left.start - right.start || left.type.localeCompare(right.type) || order(left.id, right.id) || order(text(left), text(right)),
    );
    return sorted.filter((event, index) => event.id === '' || sorted.findIndex((other) => other.id === event.id) === index);
  }

  /** Cuts every use at every boundary inside it. */
  parts(events: readonly (NaiveUse | NaiveAcceptance)[], cuts: readonly number[], until: number): Part[] {
    const parts: Part[] = [];
    for (const [rank, event] of events.entries()) {
      const end = event.type === 'use' ? Math.min(event.start + event.ms, until) : event.start;
      const edges = [event.start, ...cuts.filter((cut) => cut > event.start && cut < end), end];
      for (let index = 0; index + 1 < edges.length; index += 1) {
        const [from = 0, to = 0] = [edges[index], edges[index + 1]];
        parts.push({ at: from, event, ms: to - from, first: index === 0, last: index + 2 === edges.length, rank });
      }
    }
    return parts.sort((left, right) => left.at - right.at || Number(left.first) - Number(right.first) || left.rank - right.rank);
  }

  ratePart(part: Part, instant: boolean, cycleOf: Map<NaiveUse, number>): void {
    const { event } = part;
    if (instant && part.first) this.openCycle(part.at);
    if (event.type === 'accept') {
      this.accept(event);
      if (instant) this.closeCycle(part.at, part.at);
      return;
    }
    if (part.first) cycleOf.set(event, this.cycle);
    if (instant) this.cycle = cycleOf.get(event) ?? this.cycle;
    this.evaluate(part.at);
    if (part.first) {
      const price = this.price('fixedRateUseCost');
      this.withQuote(event, () => {
        this.add('prefixed', price.value.times(price.share));
        this.add('fixed', price.value.minus(price.value.times(price.share)));
        this.add('uses', new Fraction(1n));
        this.evaluate(part.at);
      });
    }
    this.withQuote(event, () => this.meter(part.at, BigInt(part.ms)));
    if (instant && part.last) this.closeCycle(part.at + part.ms, event.start);
  }

  /** Minute by minute would be plainer still; milestone by milestone it is. */
  meter(at: number, ms: bigint): void {
    let left = ms;
    while (left > 0n) {
      let piece = left;
      for (const [trigger, entry] of this.waitingEntries()) {
        if (trigger.type !== 'metered' || entry.condition === null || this.back(trigger.scope) > 0) continue;
        const room = timeOf(entry) - this.figure('time', trigger.scope).top;
        if (room > 0n && room < piece) piece = room;
      }
      const price = this.price('meteredUseCost');
      const facts = this.facts();
      let free = piece;
      if (facts.bundle < piece) free = facts.bundle;
      facts.bundle -= free;
      this.add('metered', price.value.times(new Fraction(piece - free, price.unit)));
      this.add('time', new Fraction(piece));
      left -= piece;
      this.evaluate(at + Number(ms - left));
    }
  }

  withQuote(use: NaiveUse, work: () => void): void {
    const charges = (): Fraction => ['fixed', 'prefixed', 'metered'].reduce((sum, column) => sum.plus(this.cycleFigure(column)), Fraction.zero);
    const before = charges();
    work();
    if (use.quote === null) return;
    const quote = Fraction.of(use.quote);
    const soFar = this.charged.get(use) ?? Fraction.zero;
    const now = soFar.plus(charges().minus(before));
    this.charged.set(use, now);
    const above = (amount: Fraction): Fraction => (amount.atLeast(quote) ? amount.minus(quote) : Fraction.zero);
    this.add('quote', above(now).minus(above(soFar)));
  }

  accept(event: NaiveAcceptance): void {
    this.evaluate(event.start);
    const standing = this.holding()
      .filter((fired) => fired.offer !== null && fired.period >= 0)
      .at(-1);
    if (this.bought || !standing?.offer || !this.visible(standing.offer) || fractionText(event.amount) !== `${standing.offer.top}/${standing.offer.bottom}`) {
      this.rejected.push(event.id);
      return;
    }
    this.bought = true;
    this.add('flat', standing.offer);
    const forEver: Fired = { entry: standing.entry, scope: -1, period: -1, applied: [], offer: null };
    this.fired.push(forEver);
    this.apply(forEver, standing.entry.alternatePayment?.modifications ?? []);
    this.evaluate(event.start);
  }

  visible(offer: Fraction): boolean {
    const plan = this.price('installmentCost');
    return plan.value.isZero() || plan.number === 0 || plan.value.times(new Fraction(BigInt(this.remaining()))).atLeast(offer);
  }

  openCycle(at: number): void {
    this.cycle = this.cycles;
    this.cycles += 1;
    this.open.set(this.cycle, { shares: {}, bundle: 0n, waiting: [], promotions: [] });
    this.add('discount', this.later.get(this.cycle) ?? Fraction.zero);
    this.evaluate(at);
    for (const [name, column] of [
      ['billingCycleCost', 'precycle'],
      ['installmentCost', 'installment'],
      ['simpleFlatRateCost', 'flat'],
    ] as const) {
      const price = this.price(name);
      if (price.value.isZero() || price.share.isZero()) continue;
      if (name === 'installmentCost' && this.remaining() === 0) continue;
      if (name === 'simpleFlatRateCost' && this.flatDone) continue;
      if (name === 'installmentCost') this.paid += 1;
      if (name === 'simpleFlatRateCost') this.flatDone = true;
      this.facts().shares[name] = price.share;
      this.add(column, price.value.times(price.share));
      this.evaluate(at);
    }
    const metered = this.price('meteredUseCost');
    if (this.given.model.cycle?.kind === 'instantaneous' || metered.value.isZero() || metered.units.isZero()) return;
    const exact = metered.units.times(new Fraction(metered.unit));
    this.facts().bundle = (exact.top + exact.bottom - 1n) / exact.bottom;
    this.add('metered', metered.value.times(metered.units));
    this.evaluate(at);
  }

  closeCycle(at: number, billEnd: number): void {
    const facts = this.facts();
    this.evaluate(at);
    for (const [name, column] of [
      ['billingCycleCost', 'cycle'],
      ['installmentCost', 'installment'],
      ['simpleFlatRateCost', 'flat'],
    ] as const) {
      const price = this.price(name);
      const opened = facts.shares[name];
      if (price.value.isZero()) continue;
      if (name === 'installmentCost' && opened === undefined && this.remaining() === 0) continue;
      if (name === 'simpleFlatRateCost' && opened === undefined && this.flatDone) continue;
      if (name === 'installmentCost' && opened === undefined) this.paid += 1;
      if (name === 'simpleFlatRateCost') this.flatDone = true;
      this.add(column, price.value.times(new Fraction(1n).minus(opened ?? Fraction.zero)));
      this.evaluate(at);
    }
    const remaining = this.remaining();
    const { digits } = this.given;
    for (const [column, ahead] of [
      ['fixed', 'prefixed'],
      ['cycle', 'precycle'],
      ['metered', ''],
      ['installment', ''],
      ['flat', ''],
    ] as const) {
      const advance = ahead === '' ? Fraction.zero : this.cycleFigure(ahead);
      const whole = this.cycleFigure(column).plus(advance).rounded(digits);
      this.add(column, whole.minus(advance.rounded(digits)).minus(this.cycleFigure(column)));
      if (ahead !== '') this.add(ahead, advance.rounded(digits).minus(advance));
    }
    for (const { discountThisCycle, discountLaterCycle } of facts.waiting) {
      if (discountThisCycle?.kind === 'formula') this.add('discount', this.amount(discountThisCycle));
      if (discountLaterCycle?.amount.kind === 'formula') this.grantLater(discountLaterCycle.cyclesLater, this.amount(discountLaterCycle.amount));
    }
    for (const column of ['discount', 'quote']) this.add(column, this.cycleFigure(column).rounded(digits).minus(this.cycleFigure(column)));
    this.bill(at, billEnd, remaining);
  }

  bill(_at: number, billEnd: number, remaining: number): void {
    const { digits } = this.given;
    const text = (column: string): string => this.cycleFigure(column).text(digits);
    const subtotal = COSTS.reduce((sum, column) => sum.plus(this.cycleFigure(column)), Fraction.zero);
    const creditIn = this.credit;
    const due = subtotal.minus(this.cycleFigure('discount')).minus(this.cycleFigure('quote')).minus(creditIn);
    this.credit = due.atLeast(Fraction.zero) ? Fraction.zero : Fraction.zero.minus(due);
    const start = this.cycle === 0 ? this.given.start : this.startOf(billEnd);
    const facts = this.facts();
    const instant = this.given.model.cycle?.kind === 'instantaneous';
    const idle = [...COSTS, 'discount', 'quote'].every((column) => this.cycleFigure(column).isZero()) && facts.promotions.length === 0;
    if (instant && idle) return;
    this.out.push({
      ...{ start: iso(instant ? billEnd : start), end: iso(billEnd), fixed_rate_use_cost: text('fixed'), metered_use_cost: text('metered') },
      ...{ billing_cycle_cost: text('cycle'), installment_cost: text('installment'), simple_flat_rate_cost: text('flat') },
      ...{ pre_paid_fixed_rate_use_cost: text('prefixed'), pre_paid_billing_cycle_cost: text('precycle'), remaining_installments: remaining },
      ...{ use_count: Number(this.cycleFigure('uses').top), usage_time_ms: Number(this.cycleFigure('time').top), subtotal: subtotal.text(digits) },
      ...{ discount_this_cycle: text('discount'), ...(this.cycleFigure('quote').isZero() ? {} : { quote_honoured: text('quote') }) },
      ...{ credit_in: creditIn.text(digits), amount_due: due.plus(this.credit).text(digits), credit_out: this.credit.text(digits) },
      promotions: facts.promotions,
    });
    this.lastEnd = billEnd;
  }

  lastEnd = 0;

  startOf(billEnd: number): number {
    return this.lastEnd === 0 ? billEnd : this.lastEnd;
  }

  evaluate(at: number): void {
    for (const [trigger, entry, key] of this.waitingEntries()) {
      if (entry.condition !== null && !this.isMet(trigger.type, trigger.scope, entry)) continue;
      this.firedKeys.add(key);
      const fired: Fired = { entry, scope: trigger.scope, period: this.period(trigger.scope), applied: [], offer: null };
      this.fired.push(fired);
      this.apply(fired, entry.modifications);
      const { discountThisCycle: now, discountLaterCycle: later, alternatePayment, promotionalOffer } = entry;
      if (now?.kind === 'value') this.add('discount', Fraction.of(now.amount));
      if (later?.amount.kind === 'value') this.grantLater(later.cyclesLater, Fraction.of(later.amount.amount));
      if (now?.kind === 'formula' || later?.amount.kind === 'formula') this.facts().waiting.push(entry);
      if (alternatePayment && !this.bought) {
        fired.offer = this.amount(alternatePayment.amount).rounded(this.given.digits);
        if (this.visible(fired.offer)) this.offers.push({ from: iso(at), amount: fired.offer.text(this.given.digits) });
      }
      if (promotionalOffer) this.facts().promotions.push({ type: promotionalOffer.type, value: promotionalOffer.value });
    }
  }

  isMet(type: string, scope: number, entry: TriggerEntry): boolean {
    const limit = Fraction.of(entry.condition?.value ?? '0');
    if (type === 'instance') return this.figure('uses', scope).atLeast(limit);
    if (type === 'expenditure') return this.figure('subtotal', scope).atLeast(limit);
    return this.figure('time', scope).top >= timeOf(entry);
  }

  /** Entries that have not fired in the current period of their scope; judged one after the other. */
  *waitingEntries(): Generator<readonly [{ readonly type: string; readonly scope: number }, TriggerEntry, string]> {
    for (const [number, trigger] of this.triggers.entries()) {
      for (const [index, entry] of trigger.entries.entries()) {
        const key = `${number} ${index} ${this.period(trigger.scope)}`;
        if (!this.firedKeys.has(key)) yield [trigger, entry, key];
      }
    }
  }

  apply(fired: Fired, modifications: readonly Modification[]): void {
    for (const modification of modifications) {
      const { change } = modification;
      fired.applied.push({ modification, value: change.kind === 'formula' ? this.formula(change.formula) : Fraction.of(change.amount) });
    }
  }

  holding(): readonly Fired[] {
    return this.fired.filter((fired) => fired.period < 0 || fired.period === this.period(fired.scope));
  }

  price(name: AttributeName): Price {
    const { basic, alternate } = this.given.model;
    const holding = this.holding();
    const base = alternate !== null && (basic === null || holding.length > 0) ? alternate.attributes : (basic ?? {});
    const price = listPrice(base, name);
    for (const { modification, value } of alternate === null ? [] : holding.flatMap((fired) => fired.applied)) {
      if (modification.attribute === name) modify(price, modification, value);
    }
    return price;
  }

  remaining(): number {
    const price = this.price('installmentCost');
    return price.value.isZero() ? 0 : Math.max(0, price.number - this.paid);
  }

  amount(rule: AmountRule): Fraction {
    return rule.kind === 'value' ? Fraction.of(rule.amount) : (this.formula(rule.formula) ?? Fraction.zero);
  }

  formula(formula: Formula): Fraction | null {
    if (formula.kind === 'number' || formula.kind === 'money') return Fraction.of(formula.value);
    if (formula.kind === 'attribute') return this.price(formula.name).value;
    if (formula.kind === 'column') return this.column(formula.name, formula.scope);
    if (formula.kind === 'negate') {
      const value = this.formula(formula.of);
      return value === null ? null : Fraction.zero.minus(value);
    }
    const [left, right] = [this.formula(formula.left), this.formula(formula.right)];
    if (left === null || right === null) return null;
    if (formula.operator === '+') return left.plus(right);
    if (formula.operator === '-') return left.minus(right);
    if (formula.operator === '*') return left.times(right);
    if (formula.operator === '/') return right.isZero() ? null : left.over(right);
    return left.atLeast(right) === (formula.operator === 'max') ? left : right;
  }

  column(name: string, scope: number): Fraction {
    if (name === 'use_count') return this.figure('uses', scope);
    if (name === 'usage_time') return this.figure('time', scope);
    if (name === 'remaining_installments') return new Fraction(BigInt(this.remaining()));
    return this.figure(name === 'subtotal' ? 'subtotal' : (COLUMN_OF[name] ?? ''), scope);
  }

  figure(column: string, scope: number): Fraction {
    if (scope === 0) return this.cycleFigure(column);
    const starts = this.windows.get(scope) ?? [];
    const index = starts.length - 1 - this.back(scope);
    return index < 0 ? Fraction.zero : sum(this.rows.slice(starts[index], starts[index + 1] ?? this.rows.length), column);
  }

  cycleFigure(column: string): Fraction {
    return sum(
      this.rows.filter((row) => row.cycle === this.cycle),
      column,
    );
  }

  add(column: string, amount: Fraction): void {
    if (!amount.isZero()) this.rows.push({ cycle: this.cycle, column, amount });
  }

  grantLater(cyclesLater: number, amount: Fraction): void {
    const due = this.cycle + cyclesLater;
    this.later.set(due, (this.later.get(due) ?? Fraction.zero).plus(amount));
  }

  period(scope: number): number {
    return scope === 0 ? this.cycle : (this.windows.get(scope)?.length ?? 0);
  }

  back(scope: number): number {
    return -(this.given.model.alternate?.scopes.find(({ scopeId }) => scopeId === scope)?.offset ?? 0);
  }

  facts(): { shares: Record<string, Fraction>; bundle: bigint; waiting: TriggerEntry[]; promotions: unknown[] } {
    const facts = this.open.get(this.cycle);
    if (!facts) throw new Error('no cycle is open');
    return facts;
  }
}

function listPrice(base: BillingAttributes, name: AttributeName): Price {
  const given = base[name];
  const price: Price = { value: Fraction.zero, share: Fraction.zero, unit: name === 'meteredUseCost' ? 60_000n : 1n, number: 0, units: Fraction.zero };
  if (!given || !NAMES.includes(name)) return price;
  price.value = Fraction.of(given.value);
  price.share = Fraction.of(given.prePaidPercentage).over(new Fraction(100n));
  if ('unit' in given) price.unit = UNIT[given.unit] ?? 1n;
  if ('prePaidUnits' in given && given.prePaidUnits !== null) price.units = Fraction.of(given.prePaidUnits);
  if ('number' in given) price.number = given.number;
  return price;
}

function modify(price: Price, { change, unit, number }: Modification, value: Fraction | null): void {
  const hundredth = value?.over(new Fraction(100n)) ?? Fraction.zero;
  const newUnit = unit === null ? price.unit : (UNIT[unit] ?? 1n);
  const converted = (value ?? Fraction.zero).times(new Fraction(price.unit, newUnit));
  if ((change.kind === 'value' || change.kind === 'formula') && value !== null) {
    price.value = value;
    price.unit = newUnit;
  }
  if (change.kind === 'reduceByValue') price.value = price.value.minus(converted);
  if (change.kind === 'increaseByValue') price.value = price.value.plus(converted);
  if (change.kind === 'reduceByPercent') price.value = price.value.minus(price.value.times(hundredth));
  if (change.kind === 'increaseByPercent') price.value = price.value.plus(price.value.times(hundredth));
  if (number !== null) price.number = number;
}

/** Milliseconds at which a metered entry is reached: whole ones. */
function timeOf(entry: TriggerEntry): bigint {
  const exact = Fraction.of(entry.condition?.value ?? '0').times(new Fraction(UNIT[entry.condition?.unit ?? 'minutes'] ?? 1n));
  return exact.top <= 0n ? 0n : (exact.top + exact.bottom - 1n) / exact.bottom;
}

function sum(rows: readonly Row[], column: string): Fraction {
  let total = Fraction.zero;
  for (const row of rows) if (row.column === column || (column === 'subtotal' && COSTS.includes(row.column))) total = total.plus(row.amount);
  return total;
}

function fractionText(text: string): string {
  const value = Fraction.of(text);
  return `${value.top}/${value.bottom}`;
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function iso(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}
