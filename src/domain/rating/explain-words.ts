import { rationalText } from '../../units/rational.ts';
import type { AttributesInForce } from './attributes.ts';
import { COLUMN, type ColumnIndex } from './columns.ts';
import { type AmountRule, type CompiledModel, MILLISECONDS_IN, type Modification, type Position } from './compiled-model.ts';
import type { AttributeName } from './formula-ast.ts';
import type { Firing } from './periods.ts';
import type { PreparedEntry } from './prepared-model.ts';
import type { Posting } from './rating-observer.ts';

/** `minute`, by its milliseconds. */
const UNIT_WORDS: ReadonlyMap<number, string> = new Map(Object.entries(MILLISECONDS_IN).map(([unit, ms]) => [ms, unit.slice(0, -1)]));

const ATTRIBUTE_OF: Partial<Record<ColumnIndex, AttributeName>> = {
  [COLUMN.fixedRateUse]: 'fixedRateUseCost',
  [COLUMN.prePaidFixedRateUse]: 'fixedRateUseCost',
  [COLUMN.meteredUse]: 'meteredUseCost',
  [COLUMN.billingCycle]: 'billingCycleCost',
  [COLUMN.prePaidBillingCycle]: 'billingCycleCost',
  [COLUMN.installment]: 'installmentCost',
  [COLUMN.simpleFlatRate]: 'simpleFlatRateCost',
};

/**
 * One posting in words: what happened, at which price, and which passages of the model made it so.
 * @param priceOf priceWords of the posting; ten thousand uses share them
 */
export function postingWords(posting: Posting, priceOf: (name: AttributeName) => string): string {
  const { reason } = posting;
  const name = ATTRIBUTE_OF[posting.column];
  const price = name === undefined ? '' : priceOf(name);
  switch (reason.kind) {
    case 'use':
      return `one use${share(posting)} at ${price}`;
    case 'time':
      return `${durationWords(reason.ms)} at ${price}`;
    case 'opening':
      return `due in advance (I-PREPAID)${share(posting)}: ${price}`;
    case 'close':
      return `due at the end of the cycle (I-ARREARS): ${price}`;
    case 'bundle':
      return `units bought for this cycle in advance: ${price}`;
    case 'acceptance':
      return 'the alternate payment that was accepted (I-BUYCOL)';
    case 'quote':
      return 'quote honoured: what the price came to above the quote is given back';
    case 'later-discount':
      return 'discounts granted in earlier cycles for this one';
    case 'discount':
      return `discount of ${entryWords(reason.entry)}${discountWords(reason.entry.source.discountThisCycle)}`;
  }
}

function share({ column, attributes }: Posting): string {
  const name = ATTRIBUTE_OF[column];
  const prePaid = name === undefined ? null : attributes[name].prePaidShare;
  if (prePaid === null || prePaid.n === 0n || prePaid.n === prePaid.d) return '';
  const advance = column === COLUMN.prePaidFixedRateUse || column === COLUMN.prePaidBillingCycle;
  return `, ${advance ? 'the pre-paid share' : 'a share'} (${rationalText({ n: prePaid.n * 100n, d: prePaid.d })} % pre-paid)`;
}

/** `0.81 (alternatePricing fixedRateUseCost 0.90, line 7; reduceByPercent 10 by instanceTrigger entry 1, line 9)`. */
export function priceWords(model: CompiledModel, name: AttributeName, attributes: AttributesInForce, firings: readonly Firing[]): string {
  const alternate = model.alternate !== null && (model.basic === null || firings.length > 0);
  const listed = (alternate ? model.alternate?.attributes : model.basic)?.[name];
  const base = listed ? `${alternate ? 'alternatePricing' : 'basicPricing'} ${name} ${listed.value}${lineWords(listed.at)}` : `${name} is not listed`;
  const changes = firings.flatMap(({ entry, period }) => {
    const accepted = period === null ? (entry.source.alternatePayment?.modifications ?? []) : entry.source.modifications;
    return accepted.filter(({ attribute }) => attribute === name).map((modification) => `${changeWords(modification)} by ${entryWords(entry)}`);
  });
  const unit = name === 'meteredUseCost' ? ` a ${UNIT_WORDS.get(attributes[name].unitMs) ?? 'unit'}` : '';
  return `${rationalText(attributes[name].value)}${unit} (${[base, ...changes].join('; ')})`;
}

function changeWords({ change, number, at }: Modification): string {
  const by = change.kind === 'formula' ? `formula ${change.text}` : `${change.kind} ${change.amount}`;
  return `${by}${number === null ? '' : `, number ${number}`}${lineWords(at)}`;
}

/** `instanceTrigger entry 2 (scope 0), line 12`. */
export function entryWords({ trigger, source }: PreparedEntry): string {
  return `${trigger.type}Trigger entry ${trigger.entries.indexOf(source) + 1} (scope ${trigger.scope})${lineWords(source.at)}`;
}

/** Why it fired, and what it does. */
export function firedWords(entry: PreparedEntry, attributes: AttributesInForce, currency: string): string {
  const { condition, modifications, discountThisCycle, discountLaterCycle, alternatePayment, promotionalOffer } = entry.source;
  const figure = { instance: 'uses', expenditure: `${currency} spent`, metered: `${condition?.unit ?? 'minutes'} of use` }[entry.trigger.type];
  const why = condition === null ? 'its period opened (I-NOCOND)' : `the figure reached ${condition.value} ${figure} (I-GE)`;
  const what = [
    ...modifications.map(
      (modification) => `${modification.attribute} is now ${rationalText(attributes[modification.attribute].value)}: ${changeWords(modification)}`,
    ),
    ...(discountThisCycle ? [`a discount in this cycle${discountWords(discountThisCycle)}`] : []),
    ...(discountLaterCycle ? [`a discount ${discountLaterCycle.cyclesLater} cycles later${discountWords(discountLaterCycle.amount)}`] : []),
    ...(alternatePayment ? [`an alternate payment${discountWords(alternatePayment.amount)}, unless one was accepted before (ruling 42)`] : []),
    ...(promotionalOffer ? [`promotion ${promotionalOffer.type} ${promotionalOffer.value}`] : []),
  ];
  return `${entryWords(entry)} fired, as ${why}: ${what.join(', ') || 'it changes nothing'}`;
}

function discountWords(rule: AmountRule | null): string {
  if (rule === null) return '';
  return `${rule.kind === 'value' ? ` of ${rule.amount}` : ` by formula ${rule.text}`}${lineWords(rule.at)}`;
}

function lineWords(at: Position | undefined): string {
  return at === undefined ? '' : `, line ${at.line}`;
}

/** `1 h 30 min`, `61 s`, `20.5 s`: exact. */
export function durationWords(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1_000;
  const parts = [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : '', seconds > 0 ? `${seconds} s` : ''];
  return parts.filter((part) => part !== '').join(' ') || '0 s';
}
