import { html, type Markup } from '../../platform/html.ts';
import type { OperatorView } from '../billing/operator-view.ts';
import { type CashSum, PERIOD_LENGTHS, type PeriodLength } from '../stores/operator-report-rows.ts';
import { bars } from './bars.ts';
import { amountText, table, timeText } from './layout.ts';

/** What the boxes took, period by period; the ledger; bills and sessions. */
export function moneyBody(view: OperatorView, sums: readonly CashSum[], length: PeriodLength): Markup {
  return html`${cashPart(sums, length)}${ledgerPart(view)}${billPart(view)}
${sessionPart('Open sessions', view.openSessions)}${sessionPart('Recent sessions', view.recentSessions)}`;
}

export function readLength(text: string | undefined): PeriodLength {
  return PERIOD_LENGTHS.find((length) => length === text) ?? 'week';
}

function cashPart(sums: readonly CashSum[], length: PeriodLength): Markup {
  const choices = PERIOD_LENGTHS.map((other) =>
    other === length ? html`<strong>${other}</strong> ` : html`<a href="/operator/money?by=${other}">${other}</a> `,
  );
  const currencies = [...new Set(sums.map(({ currency }) => currency))];
  const parts = currencies.map((currency) => {
    const own = sums.filter((sum) => sum.currency === currency);
    const periods = [...new Set(own.map(({ period }) => period))];
    const sumOf = (period: string, event: string): number => own.find((sum) => sum.period === period && sum.event === event)?.minor ?? 0;
    const plotted = periods.map((period) => ({ label: period, value: sumOf(period, 'settle'), words: amountText(sumOf(period, 'settle'), currency) }));
    const events = ['coin', 'card', 'bonus', 'grant', 'settle', 'refund', 'collection'] as const;
    const rows = periods
      .toReversed()
      .map((period) => html`<tr><td>${period}</td>${events.map((event) => html`<td class="n">${amountText(sumOf(period, event), currency)}</td>`)}</tr>`);
    const heads = [length, 'Coins', 'Cards', 'Bonus', 'Staff credit', 'Earned', 'Given back', 'Collected'];
    return html`${bars(`Earned by ${length} in ${currency}`, plotted)}${table(`Cash by ${length}`, heads, rows)}`;
  });
  return html`<h2>Cash</h2><p>By ${choices}(by the clocks of the boxes, in UTC)</p>${parts.length === 0 ? html`<p>No box has reported money yet.</p>` : parts}`;
}

function ledgerPart({ ledger }: OperatorView): Markup {
  const verdict = ledger.problem === null ? html`<p class="good">The books balance.</p>` : html`<p class="bad">The books do not balance: ${ledger.problem}</p>`;
  const rows = ledger.balances.map((row) => html`<tr><td>${row.account}</td><td class="n">${amountText(row.minor, row.currency)}</td></tr>`);
  return html`<h2>Ledger</h2>${verdict}${table('Ledger balances', ['Account', 'Balance'], rows)}`;
}

function billPart({ bills }: OperatorView): Markup {
  const rows = bills.map(
    (bill) => html`<tr><td class="n">${bill.number}</td><td>${timeText(bill.billedAtMs)}<br><code>${bill.playId}</code></td><td>${bill.title}</td>
<td class="n">${amountText(bill.quoteMinor, bill.currency)}</td><td class="n">${amountText(bill.refundMinor, bill.currency)}</td><td class="n">${amountText(bill.chargedMinor, bill.currency)}</td>
<td>${bill.endReason}</td><td>${bill.basis}</td></tr>`,
  );
  return html`<h2>Bills</h2>${table('Bills', ['Number', 'Billed', 'Work', 'Price', 'Given back', 'Charged', 'End', 'By'], rows)}`;
}

function sessionPart(title: string, sessions: OperatorView['openSessions']): Markup {
  const rows = sessions.map((row) => {
    const window = row.live === null ? '' : `${row.live.unpaidPackets} of at most ${row.live.maxUnpaidPackets}${row.live.suspended ? ', suspended' : ''}`;
    return html`<tr><td>${timeText(row.openedAtMs)}<br><code>${row.sid}</code></td><td>${row.title}</td><td>${row.state}</td><td class="n">${row.epoch}</td>
<td class="n">${row.packetsSent}</td><td class="n">${row.paidPackets}</td><td class="n">${row.receiptedPackets}</td><td class="n">${row.lostPackets}</td><td>${window}</td></tr>`;
  });
  return html`<h2>${title}</h2>${table(title, ['Opened', 'Work', 'State', 'Epoch', 'Sent', 'Paid', 'Under receipt', 'Lost', 'Unpaid now'], rows)}`;
}
