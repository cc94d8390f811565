import { barsOf, type DifferenceBar } from '../domain/rating/difference-bars.ts';
import type { DifferenceCount } from '../domain/rating/difference-tally.ts';
import { changeText, countText, groupedText, type SimulationFindings, signedText } from './difference-words.ts';
import { printable } from './text-columns.ts';

const WIDTH = 960;
const HEIGHT = 560;
const LEFT = 76;
const RIGHT = 928;
const TOP = 168;
const BOTTOM = 452;
const GAP = 3;
const X_LABELS = 10;

/** Blue and orange are told apart by every eye. */
const STYLE = `
  svg { --paper: #ffffff; --ink: #1d2733; --soft: #66727f; --line: #e4e8ec; --saves: #1f77b4; --same: #aab4be; --pays: #e8792b; }
  @media (prefers-color-scheme: dark) { svg { --paper: #12181f; --ink: #eef2f6; --soft: #98a5b3; --line: #28323d; --saves: #5aa9e6; --same: #6d7985; --pays: #f2994a; } }
  text { font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; fill: var(--ink); font-size: 14px; }
  .title { font-size: 24px; font-weight: 600; } .soft { fill: var(--soft); } .small { font-size: 12.5px; } .end { text-anchor: end; } .middle { text-anchor: middle; }
  
  .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 5px; } .paper { fill: var(--paper); } .grid { stroke: var(--line); } .axis { stroke: var(--soft); } .mark { stroke: var(--ink); stroke-dasharray: 2 4; }
  .saves { fill: var(--saves); } .same { fill: var(--same); } .pays { fill: var(--pays); }`;

/** A bar with its place on the paper. */
interface Placed extends DifferenceBar {
  readonly x: number;
  readonly width: number;
}

/** A histogram of who saves and who pays more, as an SVG file that needs nothing else. Amounts are exact; only lengths on paper are not. */
export function plotDifferences(findings: SimulationFindings, differences: readonly DifferenceCount[]): string {
  const bars = placeBars(barsOf(differences));
  const most = Math.max(1, ...bars.map(({ users }) => users));
  const step = roundCount(most / 5);
  const top = Math.ceil(most / step) * step;
  const title = `From ${short(findings.beforeId)} to ${short(findings.afterId)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<title>${xmlText(`${title}: what users pay more or less`)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}" rx="12"/>`,
    text(LEFT - 44, 52, 'title', title),
    text(LEFT - 44, 80, 'soft', subtitle(findings)),
    ...legend(findings),
    ...grid(top, step),
    ...bars.map((bar) => drawBar(bar, top, findings)),
    `<line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${BOTTOM}" y2="${BOTTOM}"/>`,
    ...xLabels(bars, findings.digits),
    ...marks(bars, findings),
    text((LEFT + RIGHT) / 2, BOTTOM + 58, 'soft middle', `difference per user in ${findings.currency || 'money'}: saves on the left, pays more on the right`),
    text(
      LEFT - 44,
      HEIGHT - 16,
      'soft small',
      `All cycles closed until ${findings.until}.${bars.some(({ beyond }) => beyond) ? ' The bar marked … holds all that lies farther out.' : ''}`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

function placeBars(bars: readonly DifferenceBar[]): readonly Placed[] {
  // A picture of two or three bars looks like bars, not like walls.
  const slot = Math.min(90, (RIGHT - LEFT) / Math.max(1, bars.length));
  const from = LEFT + (RIGHT - LEFT - slot * bars.length) / 2;
  return bars.map((bar, index) => ({ ...bar, x: from + index * slot, width: slot }));
}

function subtitle({ summary, currency, digits }: SimulationFindings): string {
  const total = `${groupedText(signedText(summary.differenceMinor, digits))} ${currency}${changeText(summary.differenceMinor, summary.beforeMinor)}`;
  return `${countText(summary.users)} ${summary.users === 1 ? 'user' : 'users'}, together ${total}`;
}

function legend({ summary }: SimulationFindings): readonly string[] {
  const entries = [
    ['saves', `${countText(summary.winners)} save`],
    ['same', `${countText(summary.unchanged)} pay the same`],
    ['pays', `${countText(summary.losers)} pay more`],
  ] as const;
  let x = LEFT - 44;
  return entries.flatMap(([kind, words]) => {
    const at = x;
    x += 40 + words.length * 7.6;
    return [`<rect class="${kind}" x="${round(at)}" y="99" width="13" height="13" rx="3"/>`, text(at + 20, 110, '', words)];
  });
}

function grid(top: number, step: number): readonly string[] {
  const lines: string[] = [];
  for (let users = 0; users <= top; users += step) {
    const y = round(heightOf(users, top));
    if (users > 0) lines.push(`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y}" y2="${y}"/>`);
    lines.push(text(LEFT - 10, y + 5, 'soft small end', countText(users)));
  }
  return [...lines, text(LEFT - 44, TOP - 18, 'soft small', 'users')];
}

function drawBar(bar: Placed, top: number, { digits, currency }: SimulationFindings): string {
  const y = heightOf(bar.users, top);
  const [x, width, radius] = [bar.x + GAP / 2, Math.max(1, bar.width - GAP), Math.min(4, BOTTOM - y, bar.width / 4)];
  const path = `M${round(x)} ${BOTTOM}V${round(y + radius)}q0 ${-round(radius)} ${round(radius)} ${-round(radius)}h${round(width - 2 * radius)}q${round(radius)} 0 ${round(radius)} ${round(radius)}V${BOTTOM}z`;
  return bar.users === 0
    ? ''
    : `<path class="${bar.kind}" d="${path}"><title>${xmlText(`${countText(bar.users)}: ${rangeText(bar, digits)} ${currency}`)}</title></path>`;
}

function rangeText({ kind, beyond, fromMinor, toMinor }: DifferenceBar, digits: number): string {
  if (kind === 'same') return 'no difference,';
  if (beyond === 'below') return `below ${signedText(toMinor, digits)}`;
  return beyond === 'above' ? `above ${signedText(fromMinor, digits)}` : `${signedText(fromMinor, digits)} to ${signedText(toMinor, digits)}`;
}

/** At edges that are round numbers of bars away from 0, which always has its label. */
function xLabels(bars: readonly Placed[], digits: number): readonly string[] {
  const every = BigInt(roundCount(bars.length / X_LABELS));
  const labels = bars.flatMap((bar) => {
    if (bar.kind === 'same') return [tick(bar.x + bar.width / 2, '0')];
    if (bar.beyond !== null) return [tick(bar.x + bar.width / 2, '…')];
    // The edge that is farther from 0: beside the bar of those who pay the same stands its 0.
    const [edgeMinor, edge] = bar.kind === 'saves' ? [bar.fromMinor, bar.x] : [bar.toMinor, bar.x + bar.width];
    return (edgeMinor / (bar.toMinor - bar.fromMinor)) % every === 0n ? [tick(edge, signedText(edgeMinor, digits))] : [];
  });
  return bars.some(({ kind }) => kind === 'same') ? labels : [...labels, ...zeroEdge(bars)];
}

function zeroEdge(bars: readonly Placed[]): readonly string[] {
  const right = bars.find(({ fromMinor, beyond }) => fromMinor === 0n && beyond === null);
  const left = bars.find(({ toMinor, beyond }) => toMinor === 0n && beyond === null);
  return right ? [tick(right.x, '0')] : left ? [tick(left.x + left.width, '0')] : [];
}

function tick(x: number, label: string): string {
  return `<line class="axis" x1="${round(x)}" x2="${round(x)}" y1="${BOTTOM}" y2="${BOTTOM + 6}"/>${text(x, BOTTOM + 24, 'small middle', groupedText(label))}`;
}

/** Dotted lines at the percentiles; the label of the left one stands lower, so that no line runs through a label. */
function marks(bars: readonly Placed[], { summary: { spread }, digits }: SimulationFindings): readonly string[] {
  if (spread === null) return [];
  const wanted = [
    ['95 of 100: at most', spread.p95Minor, TOP - 32],
    ['half of the users: at most', spread.p50Minor, TOP - 14],
  ] as const;
  return wanted.flatMap(([words, minor, y]) => {
    const x = placeOnPaper(bars, minor);
    const left = x - LEFT > 230;
    return [
      `<line class="mark" x1="${round(x)}" x2="${round(x)}" y1="${y - 11}" y2="${BOTTOM}"/>`,
      text(x + (left ? -7 : 7), y, `small halo ${left ? 'end' : ''}`, `${words} ${groupedText(signedText(minor, digits))}`),
    ];
  });
}

function placeOnPaper(bars: readonly Placed[], minor: bigint): number {
  const bar = bars.find(({ kind, beyond, fromMinor, toMinor }) => {
    if (kind === 'same' || minor === 0n) return kind === 'same' && minor === 0n;
    if (beyond !== null) return beyond === 'below' ? minor < toMinor : minor > fromMinor;
    return kind === 'pays' ? minor > fromMinor && minor <= toMinor : minor >= fromMinor && minor < toMinor;
  });
  if (bar === undefined) return LEFT;
  const wide = Number(bar.toMinor - bar.fromMinor);
  return bar.x + bar.width * (bar.kind === 'same' || bar.beyond !== null ? 0.5 : Number(minor - bar.fromMinor) / wide);
}

function heightOf(users: number, top: number): number {
  return BOTTOM - ((BOTTOM - TOP) * users) / top;
}

/** The least of 1, 2, 5, 10, 20 ... that is not less. */
function roundCount(least: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, least))));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

function text(x: number, y: number, kind: string, words: string): string {
  return `<text x="${round(x)}" y="${round(y)}" class="${kind}">${xmlText(words)}</text>`;
}

function round(length: number): number {
  return Math.round(length * 100) / 100;
}

function short(name: string): string {
  return name.length > 40 ? `${name.slice(0, 39)}…` : name;
}

/** Names come from models: nothing in them is markup. */
function xmlText(words: string): string {
  return printable(words)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\ud800-\udfff\ufffe\uffff]/gu, '');
}
