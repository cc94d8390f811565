import { html, type Markup } from '../../platform/html.ts';
import type { ReportRow } from '../stores/usage-report-rows.ts';
import { amountText, table } from './layout.ts';

/** Columns that are told by others: the currency by each amount, the id of a work or a place by its name. */
const TOLD_BESIDE: Readonly<Record<string, string>> = { currency: 'Minor', work: 'title', location: 'locationName' };

const ISO_TIME = /^\d{4}-\d{2}-\d{2}/;
const LONG_ID = /^[0-9a-f-]{32,}/;

/**
 * A report's rows for people: headings in words, amounts in their currency, times as h:mm:ss. CSV and JSON keep the names and the units
 * of the data: minor units and milliseconds.
 */
export function reportTable(label: string, rows: readonly ReportRow[]): Markup {
  const columns = shownColumns(rows);
  const cells = rows.map((row) => html`<tr>${columns.map((column) => cell(row, column))}</tr>`);
  return table(label, columns.map(headingOf), cells);
}

export function shownColumns(rows: readonly ReportRow[]): readonly string[] {
  const columns = Object.keys(rows[0] ?? {});
  return columns.filter((column) => {
    const other = TOLD_BESIDE[column];
    return other === undefined || !columns.some((beside) => beside === other || beside.endsWith(other));
  });
}

/** `timesAccessed` as "Times accessed", `usedMs` as "Used". */
export function headingOf(column: string): string {
  const words = column.replace(/(Minor|Ms)$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words === 'isrc' ? 'ISRC' : words.charAt(0).toUpperCase() + words.slice(1);
}

export function cellText(row: ReportRow, column: string): string {
  const value = row[column] ?? null;
  if (column === 'title' && (value === null || value === '')) return String(row.work ?? '');
  if (value === null) return '';
  if (column.endsWith('Minor') && typeof row.currency === 'string' && row.currency !== '') return amountText(value, row.currency);
  if (column.endsWith('Ms') && typeof value === 'number') return clockText(value);
  return String(value);
}

function cell(row: ReportRow, column: string): Markup {
  const text = cellText(row, column);
  if (isFigure(row, column)) return html`<td class="n">${text}</td>`;
  if (LONG_ID.test(text)) return html`<td class="t"><code>${text}</code></td>`;
  return ISO_TIME.test(text) ? html`<td class="t">${text}</td>` : html`<td>${text}</td>`;
}

function isFigure(row: ReportRow, column: string): boolean {
  return typeof row[column] === 'number' || column.endsWith('Minor');
}

/** Whole seconds, rounded down. */
function clockText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (figure: number): string => String(figure).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
