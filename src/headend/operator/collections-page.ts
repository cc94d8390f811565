import { mayOperator } from '../../domain/access/operator-roles.ts';
import { html, type Markup } from '../../platform/html.ts';
import type { CollectionRow } from '../stores/operator-report-rows.ts';
import { amountText, formToken, table, timeText } from './layout.ts';
import type { OperatorCaller } from './operator-sessions.ts';

/** Cash boxes that were emptied: what the meters said, what was counted, and who has settled the difference. */
export function collectionsBody(collections: readonly CollectionRow[], caller: OperatorCaller): Markup {
  const open = collections.filter(({ settledBy }) => settledBy === null).length;
  const rows = collections.map((row) => {
    const variance = BigInt(row.countedMinor) - BigInt(row.expectedMinor);
    const tone = variance === 0n ? html`none` : html`<span class="bad">${amountText(variance, row.currency)}</span>`;
    return html`<tr><td>${row.box}</td><td class="n">${row.number}</td><td>${timeText(row.atMs)}</td><td>${row.collector}</td><td class="n">${amountText(row.expectedMinor, row.currency)}</td>
<td class="n">${amountText(row.countedMinor, row.currency)}</td><td class="n">${tone}</td><td>${settlement(row, caller)}</td></tr>`;
  });
  return html`<p>${open} of ${collections.length} collections are not settled.</p>
${table('Collections', ['Box', 'Ticket', 'Collected', 'By', 'Meters', 'Counted', 'Variance', 'Settled'], rows)}`;
}

function settlement(row: CollectionRow, caller: OperatorCaller): Markup {
  if (row.settledBy !== null) return html`${row.settledBy}: ${row.note ?? ''}`;
  if (!mayOperator(caller.role, 'settle-collection')) return html`open`;
  return html`<form class="line" method="post" action="/operator/collections/settle">${formToken(caller)}<input type="hidden" name="outlet" value="${row.outlet}">
<input type="hidden" name="generation" value="${row.generation}"><input type="hidden" name="sequence" value="${row.sequence}">
<label>Note <input name="note" required maxlength="300" placeholder="recounted, one coin foreign"></label><button>Settle</button></form>`;
}
