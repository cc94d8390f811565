import type { ReportRow } from '../stores/usage-report-rows.ts';

/** RFC 4180, with a header line. A text that a spreadsheet would run as a formula gets an apostrophe. */
export function reportCsv(rows: readonly ReportRow[]): string {
  const [first] = rows;
  if (first === undefined) return '';
  const names = Object.keys(first);
  return [names.join(), ...rows.map((row) => names.map((name) => csvCell(row[name] ?? '')).join())].map((line) => `${line}\r\n`).join('');
}

/** One field of it. */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
