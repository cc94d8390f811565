import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { acceptOffer } from './acceptance.ts';
import { closeCycle } from './close-cycle.ts';
import type { CycleBill } from './cycle-bill.ts';
import { attributesInForce, endPeriod, evaluateTriggers } from './firing.ts';
import { measureDistances } from './milestones.ts';
import { openCycle } from './open-cycle.ts';
import { newPeriod } from './periods.ts';
import { flush } from './posting.ts';
import type { PreparedModel } from './prepared-model.ts';
import { rateTime, rateUse } from './rate-use.ts';
import type { RatingObserver } from './rating-observer.ts';
import { type RatingRun, startRun } from './rating-run.ts';
import { type HistoryEvent, orderHistory, type UseEvent } from './usage-history.ts';
import type { Zone } from './zone.ts';

/** What is known of one licence: everything a bill depends on. Times in milliseconds since 1970. */
export interface LicenceHistory {
  readonly startMs: number;
  readonly zone: Zone;
  /** In any order, with duplicates. Nothing in it lies before startMs. */
  readonly events: readonly HistoryEvent[];
  /** Cycles that end at or before are closed; later events are not seen. */
  readonly untilMs: number;
}

export interface RatedHistory {
  readonly bills: readonly CycleBill[];
  readonly totalDueMinor: bigint;
  readonly offers: readonly { readonly fromMs: number; readonly amountMinor: bigint }[];
  readonly rejections: readonly { readonly id: string; readonly atMs: number; readonly reason: string }[];
  readonly vendorResults: readonly { readonly atMs: number; readonly name: string; readonly attributes: Readonly<Record<string, string>> }[];
}

export type RatingFault = 'event-before-licence' | 'too-many-periods';

/**
 * Rates a licence from its start: a pure function of the set of events, so that late, repeated and disordered arrival give the same
 * bills. Money in whole minor units of the model's currency.
 * @param observer is told every posting, for explanations; it changes no bill
 */
export function rateHistory(model: PreparedModel, history: LicenceHistory, observer: RatingObserver | null = null): Result<RatedHistory, Fault<RatingFault>> {
  return rateOrdered(model, { ...history, events: orderHistory(history.events) }, observer);
}

/** The same for events as `orderHistory` gave them: who rates a history under several models orders it once. */
export function rateOrdered(model: PreparedModel, history: LicenceHistory, observer: RatingObserver | null = null): Result<RatedHistory, Fault<RatingFault>> {
  const { events } = history;
  const first = events[0];
  if (first !== undefined && first.startMs < history.startMs) {
    return fault('event-before-licence', `event ${JSON.stringify(first.id)} lies before the licence's start`);
  }
  const run = startRun(model, history.zone, history.startMs, history.untilMs, observer);
  if (model.cycle !== null && !replay(run, events)) {
    return fault('too-many-periods', `the model has more than ${limits.ratedPeriods} periods between the licence's start and the end asked for`);
  }
  return ok(resultOf(run));
}

/** Replays the events and leaves the run with its cycle open: what is charged next is read off it. Null where there are too many periods. */
export function replayOpen(model: PreparedModel, history: LicenceHistory, observer: RatingObserver | null = null): RatingRun | null {
  const run = startRun(model, history.zone, history.startMs, history.untilMs, observer);
  return model.cycle === null || replay(run, orderHistory(history.events)) ? run : null;
}

function resultOf(run: RatingRun): RatedHistory {
  const totalDueMinor = run.bills.reduce((sum, bill) => sum + bill.amountDue, 0n);
  return { bills: run.bills, totalDueMinor, offers: run.offers, rejections: run.rejections, vendorResults: run.vendorResults };
}

function replay(run: RatingRun, events: readonly HistoryEvent[]): boolean {
  beginLicence(run);
  for (const event of events) {
    if (event.startMs >= run.untilMs) break;
    if (!crossUpTo(run, event.startMs)) return false;
    rateEvent(run, event);
  }
  if (!crossUpTo(run, run.untilMs)) return false;
  flush(run);
  finishRemainders(run);
  return true;
}

/** Opens the first cycle of a run that was just started. */
export function beginLicence(run: RatingRun): void {
  openCycle(run, run.startMs);
  if (run.instantaneous) closeCycle(run, run.startMs, run.startMs);
  findNextBoundary(run);
}

/** Crosses every boundary up to an instant, which belongs to the new cycle (I-CYCLE). False: there are too many of them. */
export function crossUpTo(run: RatingRun, atMs: number): boolean {
  for (; run.nextBoundaryMs <= atMs; run.boundariesCrossed += 1) {
    if (run.boundariesCrossed > limits.ratedPeriods) return false;
    crossBoundary(run, run.nextBoundaryMs);
  }
  return true;
}

/** Rates one event; every boundary up to it was crossed, and every event before it was rated. */
export function rateEvent(run: RatingRun, event: HistoryEvent): void {
  // Scope 0 of an instantaneous cycle is this one event (ruling 45).
  if (run.instantaneous) openCycle(run, event.startMs);
  if (event.kind === 'accept') {
    acceptOffer(run, event);
    measureDistances(run);
    if (run.instantaneous) closeCycle(run, event.startMs, event.startMs);
    return;
  }
  rateUse(run, event);
  ratePart(run, event, event.startMs, event.durationMs);
}

/** Rates time up to the next boundary of the cycle or of a scope, and keeps what goes on beyond it (ruling 45). */
function ratePart(run: RatingRun, use: UseEvent, fromMs: number, leftMs: number): void {
  // An instantaneous cycle bills a use whole; any other is rated up to the end asked for.
  const endMs = run.instantaneous ? run.nextBoundaryMs : Math.min(run.nextBoundaryMs, run.untilMs);
  const within = Math.min(leftMs, endMs - fromMs);
  rateTime(run, use, fromMs, within);
  if (leftMs > within) {
    flush(run);
    run.remainders.push({ use, leftMs: leftMs - within, cycle: run.cycle });
  } else if (run.instantaneous) closeCycle(run, fromMs + within, use.startMs);
}

/** Close the cycle, roll the scopes, open the next cycle, go on with the uses that are under way (requirements, section 3). */
function crossBoundary(run: RatingRun, atMs: number): void {
  const cycleEnds = run.nextCycleMs === atMs;
  flush(run);
  if (cycleEnds) closeCycle(run, atMs, atMs);
  for (const [index, scope] of run.scopes.entries()) {
    if (scope.nextMs !== atMs) continue;
    endPeriod(run, scope.period);
    scope.past = [scope.period, ...scope.past].slice(0, run.model.scopes[index]?.periodsBack ?? 0);
    scope.period = newPeriod();
    scope.boundaryIndex += 1;
    scope.nextMs = scope.boundaries(scope.boundaryIndex);
  }
  if (cycleEnds) openCycle(run, atMs);
  else enterPeriod(run, atMs);
  findNextBoundary(run);
  const going = run.remainders;
  run.remainders = [];
  for (const { use, leftMs, cycle } of going) continueUse(run, use, atMs, leftMs, cycle);
}

function enterPeriod(run: RatingRun, atMs: number): void {
  run.attributes = attributesInForce(run);
  if (!run.instantaneous) evaluateTriggers(run, atMs);
  measureDistances(run);
}

function continueUse(run: RatingRun, use: UseEvent, atMs: number, leftMs: number, cycle: RatingRun['cycle']): void {
  if (run.instantaneous) {
    run.cycle = cycle;
    run.attributes = attributesInForce(run);
    evaluateTriggers(run, atMs);
    measureDistances(run);
  }
  ratePart(run, use, atMs, leftMs);
}

function findNextBoundary(run: RatingRun): void {
  run.nextBoundaryMs = run.nextCycleMs;
  for (const scope of run.scopes) run.nextBoundaryMs = Math.min(run.nextBoundaryMs, scope.nextMs);
}

/** Uses of instantaneous cycles that go on over the end asked for are billed whole. */
function finishRemainders(run: RatingRun): void {
  while (run.instantaneous && run.remainders.length > 0) crossBoundary(run, run.nextBoundaryMs);
}
