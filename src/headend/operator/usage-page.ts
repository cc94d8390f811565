import { html, type Markup } from '../../platform/html.ts';
import type { ReportRow } from '../stores/usage-report-rows.ts';
import { REPORTS, type ReportName, type UsageReport } from '../usage/usage-reporter.ts';
import { bars } from './bars.ts';
import { cellText, headingOf, reportTable, shownColumns } from './report-table.ts';

const ROWS = 200;
const BARS = 20;
const LABEL = 16;

/** A report of the usage reporter: a picture of its first figure, its rows, and what is missing beside it. */
export function usageBody(report: UsageReport, given: { readonly from: string; readonly to: string }): Markup {
  const { report: name, rows, gaps, behind } = report;
  const choices = Object.keys(REPORTS).map((other) => html`<option value="${other}"${other === name ? html` selected` : html``}>${other}</option>`);
  const query = new URLSearchParams({ report: name, ...given }).toString();
  const missing = gaps.length === 0 ? html`<p class="good">No record is missing.</p>` : html`<h2>Missing</h2>${reportTable('Missing records', gaps)}`;
  return html`<form class="line" method="get" action="/operator/usage"><label>Report <select name="report">${choices}</select></label>
<label>From <input name="from" value="${given.from}" placeholder="2026-11-01"></label><label>To <input name="to" value="${given.to}" placeholder="2026-12-01"></label><button>Show</button></form>
<p>${REPORTS[name]}. As <a href="/operator/usage.csv?${query}">CSV</a> or <a href="/operator/usage.json?${query}">JSON</a>.${behind === 0 ? '' : ` ${behind} boxes have records that are not counted yet.`}</p>
${plot(rows, name)}${reportTable(name, rows.slice(0, ROWS))}${rows.length > ROWS ? html`<p>${rows.length - ROWS} more rows in the CSV.</p>` : html``}${missing}`;
}

export function readReportName(text: string | undefined): ReportName {
  return text !== undefined && Object.hasOwn(REPORTS, text) ? (text as ReportName) : 'titles';
}

/** The first column that counts use, over the title, or the first that names something. */
function plot(rows: readonly ReportRow[], name: string): Markup {
  const [first] = rows;
  if (first === undefined) return html``;
  const columns = shownColumns(rows);
  const figure = columns.find((column) => typeof first[column] === 'number' && column !== 'durationMs');
  const label = columns.includes('title') ? 'title' : columns.find((column) => typeof first[column] === 'string');
  if (figure === undefined || label === undefined) return html``;
  const values = rows.slice(0, BARS).map((row) => ({ label: shortened(cellText(row, label)), value: Number(row[figure]), words: cellText(row, figure) }));
  return bars(`${name}: ${headingOf(figure).toLowerCase()} by ${headingOf(label).toLowerCase()}`, values);
}

function shortened(text: string): string {
  return text.length <= LABEL ? text : `${text.slice(0, LABEL - 1)}…`;
}
