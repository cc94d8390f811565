import { html, type Markup } from '../../platform/html.ts';
import type { OperatorView } from '../billing/operator-view.ts';
import type { AuditLine } from '../stores/operator-account-rows.ts';
import { amountText, table, timeText } from './layout.ts';

/** What came from the boxes, as it came. */
export function recordsBody({ records, quarantined, unknownPlays }: Pick<OperatorView, 'records' | 'quarantined' | 'unknownPlays'>): Markup {
  const rows = records.map(
    (row) =>
      html`<tr><td>${timeText(row.receivedAtMs)}</td><td><code>${row.outlet}</code></td><td class="n">${row.sequence}</td><td>${row.kind}</td><td><code>${row.body}</code></td></tr>`,
  );
  const aside = quarantined.map(
    (row) =>
      html`<tr><td>${timeText(row.receivedAtMs)}</td><td><code>${row.outlet}</code></td><td class="n">${row.sequence}</td><td>${row.code}</td><td>${row.reason}</td></tr>`,
  );
  return html`${unknownPart(unknownPlays)}<h2>Newest records</h2>${table('Newest records', ['Received', 'Box', 'Sequence', 'Kind', 'Body'], rows)}
<h2>Quarantine</h2>${table('Quarantined records', ['Received', 'Box', 'Sequence', 'Code', 'Reason'], aside)}`;
}

/** What a restored headend was never told of: a person decides, by a command where its book is. */
function unknownPart(plays: OperatorView['unknownPlays']): Markup {
  if (plays.length === 0) return html``;
  const rows = plays.map(
    (play) => html`<tr><td><code>${play.playId}</code></td><td class="n">${Math.round(play.heardMs / 1_000)} s</td>
<td class="n">${amountText(play.chargedMinor, play.currency)}</td><td><code>${play.record}</code></td><td>${play.decision ?? 'open'}</td></tr>`,
  );
  return html`<h2>Plays that this headend does not know</h2><p>They began after the backup from which it was restored. Their boxes signed what they cost;
<code>ackbox usage bill RECORD</code> makes it owed, <code>--waive</code> settles it without money.</p>${table('Unknown plays', ['Play', 'Heard', 'Charged', 'Record', 'Decided'], rows)}`;
}

/** What operators did. */
export function actionsBody(lines: readonly AuditLine[]): Markup {
  const rows = lines.map(
    (line) =>
      html`<tr><td>${timeText(line.atMs)}</td><td>${line.who}</td><td>${line.role}</td><td>${line.action}</td><td>${line.about}</td><td>${line.outcome}</td></tr>`,
  );
  return html`${table('Actions', ['When', 'Who', 'Role', 'Did', 'About', 'Outcome'], rows)}`;
}
