// Puts wrong figures into a copy of the rater, one at a time, and sees whether the oracle notices: an oracle that
// notices nothing proves nothing.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scriptOptions } from '../script-options.ts';

interface Mutation {
  readonly rule: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const rating = 'src/domain/rating';
export const MUTATIONS: readonly Mutation[] = [
  { rule: 'I-ROUND: half up', file: 'src/units/rational.ts', from: '2n * magnitude + denominator', to: '2n * magnitude + denominator - 1n' },
  {
    rule: 'I-ROUND: once per column',
    file: `${rating}/close-cycle.ts`,
    from: 'rounded[column] = roundToMinor(before, digits);',
    to: 'rounded[column] = (before.n * 10n ** BigInt(digits)) / before.d;',
  },
  { rule: 'I-GE: uses', file: `${rating}/firing.ts`, from: 'figures.uses >= entry', to: 'figures.uses > entry' },
  { rule: 'I-GE: money', file: `${rating}/firing.ts`, from: 'entry.threshold.at) >= 0', to: 'entry.threshold.at) > 0' },
  {
    rule: 'I-FORWARD: the use that reaches a milestone is at the old rate',
    file: `${rating}/firing.ts`,
    from: 'figures.uses >= entry',
    to: 'figures.uses + 1 >= entry',
  },
  { rule: 'I-LATCH: once per period', file: `${rating}/firing.ts`, from: 'period.fired.add(entry.ordinal);', to: '' },
  {
    rule: 'I-LATCH: until the period ends',
    file: `${rating}/firing.ts`,
    from: 'run.firings = run.firings.filter((firing) => firing.period !== period);',
    to: 'return;',
  },
  {
    rule: 'I-CHAIN: each on the value in force',
    file: `${rating}/attributes.ts`,
    from: 'return multiply(before.value, change.amount);',
    to: 'return multiply(before.value, multiply(change.amount, change.amount));',
  },
  { rule: 'I-SPLIT: time is cut at milestones', file: `${rating}/rate-use.ts`, from: 'Math.min(left, run.msLeft)', to: 'left' },
  { rule: 'I-LAZY, ruling 44: discounts read rounded columns', file: `${rating}/close-cycle.ts`, from: '  settleWaitingDiscounts(run, atMs);\n', to: '' },
  {
    rule: 'ruling 44: closed cycles as billed',
    file: `${rating}/close-cycle.ts`,
    from: 'for (const scope of run.scopes) addToColumn(scope.period, column, difference);',
    to: '',
  },
  {
    rule: 'ruling 43: arrears are the difference',
    file: `${rating}/close-cycle.ts`,
    from: 'roundToMinor(add(before, advance), digits) - roundToMinor(advance, digits)',
    to: 'roundToMinor(before, digits)',
  },
  { rule: 'I-CARRY', file: `${rating}/close-cycle.ts`, from: 'run.creditMinor = balance < 0n ? -balance : 0n;', to: 'run.creditMinor = 0n;' },
  { rule: 'I-INSTALL: as many as there are', file: `${rating}/figures.ts`, from: 'number - run.installmentsPaid', to: 'number - run.installmentsPaid + 1' },
  { rule: 'ruling 42: acceptance ends all offers', file: `${rating}/acceptance.ts`, from: 'run.boughtOut = true;', to: '' },
  {
    rule: 'A-24: dearer offers are hidden',
    file: `${rating}/offers.ts`,
    from: 'return last && isWorthTaking(run, last.offerMinor ?? 0n) ? last : null;',
    to: 'return last ?? null;',
  },
  {
    rule: 'ruling 45: split at boundaries',
    file: `${rating}/rate-history.ts`,
    from: 'const within = Math.min(leftMs, endMs - fromMs);',
    to: 'const within = leftMs;',
  },
  {
    rule: 'ruling 45: ordered by (start, id)',
    file: `${rating}/usage-history.ts`,
    from: 'return left.id < right.id ? -1 : 1;',
    to: 'return left.id < right.id ? 1 : -1;',
  },
  { rule: 'I-ANCHOR: clamped to the last day', file: `${rating}/civil.ts`, from: 'Math.min(day, daysInMonth(carried, within))', to: 'Math.min(day, 28)' },
  {
    rule: 'ruling 45: midnight is local',
    file: `${rating}/calendar.ts`,
    from: 'return zone.instantOf(dayOf(',
    to: 'return ((wallMs: number) => wallMs)(dayOf(',
  },
  {
    rule: 'ruling 11: quote honoured',
    file: `${rating}/rate-use.ts`,
    from: 'subtract(larger(after, quote), larger(before, quote))',
    to: 'subtract(larger(after, quote), quote)',
  },
  { rule: 'A-31: bought units are used up first', file: `${rating}/posting.ts`, from: 'run.cycle.bundleMs -= bundled;', to: '' },
  { rule: 'A-27: the period before', file: `${rating}/figures.ts`, from: 'past[back - 1]', to: 'past[back]' },
  { rule: 'the distance in money', file: `${rating}/milestones.ts`, from: 'run.spendPerMs = scaledMs;', to: 'run.spendPerMs = 0;' },
];

const COPIED = ['src/units', 'src/domain', 'src/wire', 'src/ports', 'src/limits', 'src/limits.ts', 'test/oracle', 'test/fakes', 'package.json'] as const;

/** Runs the oracle over a copy of the rater; the exit code says whether a difference was found. */
export function isNoticed(mutation: Mutation | null, pairs: number): boolean {
  const root = new URL('../..', import.meta.url).pathname;
  const copy = mkdtempSync(join(tmpdir(), 'ackbox-mutation-'));
  try {
    for (const path of COPIED) cpSync(join(root, path), join(copy, path), { recursive: true });
    if (mutation) {
      const path = join(copy, mutation.file);
      const text = readFileSync(path, 'utf8');
      if (!text.includes(mutation.from)) throw new Error(`${mutation.file} does not hold ${JSON.stringify(mutation.from)} any more`);
      writeFileSync(path, text.replace(mutation.from, mutation.to));
    }
    const run = spawnSync(process.execPath, [join(copy, 'test/oracle/oracle.ts'), '--pairs', String(pairs), '--first', '--json'], {
      encoding: 'utf8',
      timeout: 300_000,
    });
    // Neither the same nor different: it was killed, or could not start. Its exit code alone does not tell a difference from a crash.
    if (!/^\{"pairs":\d/.test(run.stdout)) throw new Error(`${mutation?.rule ?? 'the rater as it is'}: ${run.signal ?? run.status} ${run.stderr}`);
    return run.status === 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const HELP = `Puts wrong figures into a copy of the rater, one at a time, and sees whether the oracle notices each.

usage: npm run oracle:mutations -- [--pairs N] [--json]

  --pairs N  random models and histories that each is tried on, at most (default 6000)
  --json     one line of JSON

Says on standard error how far it is. Exit codes: 0 all were noticed, 1 one went unnoticed, 2 wrong usage.
`;

if (import.meta.main) {
  const { pairs, json } = scriptOptions(HELP, { pairs: 6_000, json: false });
  if (isNoticed(null, 300)) throw new Error('the rater as it is differs from the oracle');
  const unnoticed = MUTATIONS.filter((mutation, place) => {
    process.stderr.write(`${place + 1} of ${MUTATIONS.length}: ${mutation.rule}\n`);
    return !isNoticed(mutation, pairs);
  });
  const result = { mutations: MUTATIONS.length, unnoticed: unnoticed.map(({ rule }) => rule) };
  process.stdout.write(
    json ? `${JSON.stringify(result)}\n` : `${result.mutations} wrong figures, ${unnoticed.length} unnoticed ${result.unnoticed.join('; ')}\n`,
  );
  process.exitCode = unnoticed.length === 0 ? 0 : 1;
}
