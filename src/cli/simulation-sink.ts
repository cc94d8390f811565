import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { DifferenceTally } from '../domain/rating/difference-tally.ts';
import { csvCell } from '../headend/usage/report-csv.ts';
import { decimalText } from '../units/rational.ts';
import type { SimulatedUser, Simulation } from '../wire/simulation.ts';
import { plotDifferences } from './difference-plot.ts';
import { countText, findingsText, type SimulationFindings, usersTable } from './difference-words.ts';
import { errorCode, PriceInputError } from './price-input.ts';
import type { CommandIo } from './subcommand.ts';

/** Users who are shown one by one; of more, the ones with the largest differences. */
const SHOWN = 20;
const EXTREMES = 5;

export interface SinkOptions {
  readonly json: boolean;
  /** Paths; null: not wanted. */
  readonly csv: string | null;
  readonly plot: string | null;
}

/** Where the rated users go, one after the other: the tally, the CSV file, the JSON on standard output, the table. */
export class SimulationSink {
  readonly tally = new DifferenceTally();
  readonly #options: SinkOptions;
  readonly #io: CommandIo;
  readonly #simulation: Simulation;
  // Opened before anything is rated: a wrong path costs nobody a minute.
  readonly #csv: number | null;
  readonly #plot: number | null;
  readonly #first: SimulatedUser[] = [];
  #winners: readonly SimulatedUser[] = [];
  #losers: readonly SimulatedUser[] = [];
  #users = 0;

  constructor(options: SinkOptions, io: CommandIo, simulation: Simulation) {
    this.#options = options;
    this.#io = io;
    this.#simulation = simulation;
    this.#csv = options.csv === null ? null : openToWrite(options.csv);
    this.#plot = options.plot === null ? null : openToWrite(options.plot);
    if (this.#csv !== null) writeSync(this.#csv, 'user,before,after,difference,currency\r\n');
    if (options.json) io.out('{"users":[');
  }

  add(user: SimulatedUser): void {
    const { digits, currency } = this.#simulation;
    const differenceMinor = user.afterMinor - user.beforeMinor;
    this.tally.add(user);
    const amounts = [user.beforeMinor, user.afterMinor, differenceMinor].map((minor) => decimalText(minor, digits));
    if (this.#csv !== null) writeSync(this.#csv, `${[csvCell(user.user), ...amounts, currency].join()}\r\n`);
    if (this.#options.json) {
      const [before, after, difference] = amounts;
      this.#io.out(`${this.#users === 0 ? '' : ','}${JSON.stringify({ user: user.user, before, after, difference })}`);
    }
    this.#users += 1;
    if (this.#first.length < SHOWN) this.#first.push(user);
    if (differenceMinor < 0n) this.#winners = keepLargest(this.#winners, user, (left, right) => gain(left) - gain(right));
    if (differenceMinor > 0n) this.#losers = keepLargest(this.#losers, user, (left, right) => gain(right) - gain(left));
  }

  /** Half of the users is no answer: what was begun goes away. */
  abandon(): void {
    for (const [file, path] of [
      [this.#csv, this.#options.csv],
      [this.#plot, this.#options.plot],
    ] as const) {
      if (file !== null) closeSync(file);
      if (path !== null) rmSync(path, { force: true });
    }
    if (this.#options.json) this.#io.out('\n');
  }

  finish(findings: SimulationFindings, leftOut: number): void {
    if (this.#csv !== null) closeSync(this.#csv);
    if (this.#plot !== null) writeFileSync(this.#plot, plotDifferences(findings, this.tally.differences()));
    if (this.#plot !== null) closeSync(this.#plot);
    if (this.#options.json) this.#io.out(`],${JSON.stringify(findingsJson(findings, leftOut)).slice(1)}\n`);
    else
      this.#io.out(
        `${findingsText(findings)}${this.#tables(findings.digits)}${leftOut === 0 ? '' : `\n${countText(leftOut)} left out; see standard error.\n`}`,
      );
  }

  #tables(digits: number): string {
    if (this.#users <= SHOWN) return usersTable('User by user:', this.#first, digits);
    const hint = this.#options.csv === null ? '\n--csv FILE writes every user.\n' : '';
    return `${usersTable('Who saves most:', this.#winners, digits)}${usersTable('Who pays most more:', this.#losers, digits)}${hint}`;
  }
}

/** @throws PriceInputError */
function openToWrite(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new PriceInputError(`${path} can not be written (${errorCode(error)}); name a file in a folder that is there and yours`);
  }
}

function gain({ beforeMinor, afterMinor }: SimulatedUser): bigint {
  return afterMinor - beforeMinor;
}

function keepLargest(
  kept: readonly SimulatedUser[],
  user: SimulatedUser,
  order: (left: SimulatedUser, right: SimulatedUser) => bigint,
): readonly SimulatedUser[] {
  const last = kept.at(-1);
  if (kept.length === EXTREMES && last !== undefined && order(user, last) >= 0n) return kept;
  return [...kept, user].sort((left, right) => Number(signOf(order(left, right)))).slice(0, EXTREMES);
}

function signOf(value: bigint): bigint {
  return value < 0n ? -1n : value > 0n ? 1n : 0n;
}

function findingsJson(
  { beforeId, afterId, currency, digits, until, cyclesDiffer, summary }: SimulationFindings,
  leftOut: number,
): Readonly<Record<string, unknown>> {
  const text = (minor: bigint): string => decimalText(minor, digits);
  const { spread } = summary;
  return {
    models: { before: beforeId, after: afterId },
    currency,
    until,
    cycles_differ: cyclesDiffer,
    total: { before: text(summary.beforeMinor), after: text(summary.afterMinor), difference: text(summary.differenceMinor) },
    count: { users: summary.users, winners: summary.winners, losers: summary.losers, unchanged: summary.unchanged, left_out: leftOut },
    winners_save: text(summary.savedMinor),
    losers_pay: text(summary.addedMinor),
    difference: spread && {
      min: text(spread.minMinor),
      p5: text(spread.p5Minor),
      p50: text(spread.p50Minor),
      p95: text(spread.p95Minor),
      max: text(spread.maxMinor),
    },
  };
}
