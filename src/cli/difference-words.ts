import type { DifferenceSummary } from '../domain/rating/difference-tally.ts';
import { decimalText, roundHalfUp } from '../units/rational.ts';
import type { SimulatedUser } from '../wire/simulation.ts';
import { columnsOf, padEnd, printable } from './text-columns.ts';

/** What a simulation found, for the words, the picture and the JSON. */
export interface SimulationFindings {
  readonly beforeId: string;
  readonly afterId: string;
  /** Empty where no user was rated under models without cost. */
  readonly currency: string;
  readonly digits: number;
  /** As instantText writes it. */
  readonly until: string;
  /** The models close their cycles at different times, so that one of them may have billed more of what was used. */
  readonly cyclesDiffer: boolean;
  readonly summary: DifferenceSummary;
}

/** `+1.20`, `-0.05`, `0.00`. */
export function signedText(minor: bigint, digits: number): string {
  return `${minor > 0n ? '+' : ''}${decimalText(minor, digits)}`;
}

/** `12,345.60`: thousands apart, for people. */
export function groupedText(text: string): string {
  return text.replace(/^([+-]?)(\d+)/, (_, sign: string, whole: string) => sign + whole.replace(/\B(?=(\d{3})+$)/g, ','));
}

export function countText(count: number): string {
  return groupedText(String(count));
}

/** ` (-2.8 %)`: one exact decimal, rounded half up; nothing where there is nothing to compare with. */
export function changeText(differenceMinor: bigint, beforeMinor: bigint): string {
  return beforeMinor <= 0n ? '' : ` (${signedText(roundHalfUp(differenceMinor * 1_000n, beforeMinor), 1)} %)`;
}

const CYCLES_DIFFER =
  'Note: the models close their cycles at different times. What is used but not billed by then is in no figure; a long history makes it small.\n';

/** Who wins, who loses, and how much: some lines for people. */
export function findingsText(findings: SimulationFindings): string {
  const { summary, currency, digits, until, beforeId, afterId } = findings;
  const money = (minor: bigint): string => `${groupedText(decimalText(minor, digits))} ${currency}`;
  const signed = (minor: bigint): string => `${groupedText(signedText(minor, digits))} ${currency}`;
  const names = [printable(beforeId), printable(afterId)];
  const widest = Math.max(...names.map(columnsOf), 'difference'.length);
  const row = (name: string, amount: string): string => `  ${padEnd(name, widest)}  ${amount.padStart(24)}\n`;
  const rows = [
    row(names[0] ?? '', money(summary.beforeMinor)),
    row(names[1] ?? '', money(summary.afterMinor)),
    `${row('difference', signed(summary.differenceMinor)).trimEnd()}${changeText(summary.differenceMinor, summary.beforeMinor)}\n`,
  ];
  return (
    `${users(summary.users)} under ${names.join(' and then ')}, all cycles closed until ${until}:\n\n${rows.join('')}\n` +
    `${verdictText(summary, money)}\n${spreadText(summary, signed)}${findings.cyclesDiffer ? CYCLES_DIFFER : ''}`
  );
}

function verdictText({ winners, losers, unchanged, savedMinor, addedMinor }: DifferenceSummary, money: (minor: bigint) => string): string {
  const parts = [
    winners === 0 ? 'Nobody saves' : `${users(winners)} ${winners === 1 ? 'saves' : 'save together'} ${money(savedMinor)}`,
    losers === 0 ? 'nobody pays more' : `${users(losers)} ${losers === 1 ? 'pays' : 'pay together'} ${money(addedMinor)} more`,
    unchanged === 0 ? 'nobody pays the same' : `${users(unchanged)} ${unchanged === 1 ? 'pays' : 'pay'} the same`,
  ];
  return `${parts.join('; ')}.`;
}

function spreadText({ spread }: DifferenceSummary, signed: (minor: bigint) => string): string {
  if (spread === null) return '';
  const { minMinor, p50Minor, p95Minor, maxMinor } = spread;
  return (
    `For half of the users the difference is at most ${signed(p50Minor)} (p50), for 95 of 100 at most ${signed(p95Minor)} (p95).\n` +
    `The worst off: ${signed(maxMinor)} (max). The best off: ${signed(minMinor)} (min).\n`
  );
}

function users(count: number): string {
  return `${countText(count)} ${count === 1 ? 'user' : 'users'}`;
}

/** A table of users, with a line above it. */
export function usersTable(head: string, rows: readonly SimulatedUser[], digits: number): string {
  if (rows.length === 0) return '';
  const names = rows.map(({ user }) => printable(user));
  const widest = Math.max(...names.map(columnsOf), 'user'.length);
  const line = (name: string, cells: readonly string[]): string => `  ${padEnd(name, widest)}${cells.map((cell) => cell.padStart(16)).join('')}\n`;
  const lines = rows.map(({ beforeMinor, afterMinor }, index) =>
    line(
      names[index] ?? '',
      [decimalText(beforeMinor, digits), decimalText(afterMinor, digits), signedText(afterMinor - beforeMinor, digits)].map(groupedText),
    ),
  );
  return `\n${head}\n${line('user', ['before', 'after', 'difference'])}${lines.join('')}`;
}
