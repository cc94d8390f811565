import { html, type Markup } from '../../platform/html.ts';
import type { OperatorView } from '../billing/operator-view.ts';
import type { AuditLine } from '../stores/operator-account-rows.ts';
import { table, timeText } from './layout.ts';

/** What came from the boxes, as it came. */
export function recordsBody({ records, quarantined }: Pick<OperatorView, 'records' | 'quarantined'>): Markup {
  const rows = records.map(
    (row) =>
      html`<tr><td>${timeText(row.receivedAtMs)}</td><td><code>${row.outlet}</code></td><td class="n">${row.sequence}</td><td>${row.kind}</td><td><code>${row.body}</code></td></tr>`,
  );
  const aside = quarantined.map(
    (row) =>
      html`<tr><td>${timeText(row.receivedAtMs)}</td><td><code>${row.outlet}</code></td><td class="n">${row.sequence}</td><td>${row.code}</td><td>${row.reason}</td></tr>`,
  );
  return html`<h2>Newest records</h2>${table('Newest records', ['Received', 'Box', 'Sequence', 'Kind', 'Body'], rows)}
<h2>Quarantine</h2>${table('Quarantined records', ['Received', 'Box', 'Sequence', 'Code', 'Reason'], aside)}`;
}

/** What operators did. */
export function actionsBody(lines: readonly AuditLine[]): Markup {
  const rows = lines.map(
    (line) =>
      html`<tr><td>${timeText(line.atMs)}</td><td>${line.who}</td><td>${line.role}</td><td>${line.action}</td><td>${line.about}</td><td>${line.outcome}</td></tr>`,
  );
  return html`${table('Actions', ['When', 'Who', 'Role', 'Did', 'About', 'Outcome'], rows)}`;
}
