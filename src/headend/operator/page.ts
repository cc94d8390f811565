import { type Currency, formatMoney, MINOR_DIGITS, money } from '../../units/money.ts';
import type { OperatorView } from '../billing/operator-view.ts';
import { html, type Markup } from './html.ts';

export const PAGE_STYLE = `
:root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; }
body { margin: 1.5rem auto; max-width: 80rem; padding: 0 1rem; }
h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
div.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8886; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: .85em; word-break: break-all; }
.good { color: #18794e; } .bad { color: #c02020; font-weight: 600; }
@media (prefers-color-scheme: dark) { .good { color: #5fd39b; } .bad { color: #ff8080; } }
`;

const REFRESH_SECONDS = 5;

/** The operator's page: everything of the headend on one sheet, without a script. */
export function operatorPage(view: OperatorView): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}"><title>Ackbox headend</title><style>${trustedStyle()}</style></head>
<body><h1>Ackbox headend</h1>
<p>As of <time>${timeText(view.nowMs)}</time>. This page renews itself every ${REFRESH_SECONDS} seconds; the same as <a href="/operator.json">JSON</a>.</p>
${ledgerPart(view)}${outletPart(view)}${waitingPart(view)}
${sessionPart('Open sessions', view.openSessions)}${sessionPart('Recent sessions', view.recentSessions)}
${billPart(view)}${recordPart(view)}${quarantinePart(view)}
</body></html>`.text;
}

function trustedStyle(): Markup {
  // The style is ours and holds no character that HTML would read: escaping leaves it as it is.
  return html`${PAGE_STYLE}`;
}

function ledgerPart({ ledger }: OperatorView): Markup {
  const verdict = ledger.problem === null ? html`<p class="good">The books balance.</p>` : html`<p class="bad">The books do not balance: ${ledger.problem}</p>`;
  const rows = ledger.balances.map((row) => html`<tr><td>${row.account}</td><td class="n">${amount(row.minor, row.currency)}</td></tr>`);
  return html`<h2>Ledger</h2>${verdict}${table('Ledger balances', ['Account', 'Balance'], rows)}`;
}

function outletPart({ outlets, nowMs }: OperatorView): Markup {
  const rows = outlets.map((outlet) => {
    const status = Object.entries(outlet.status).map(([name, value]) => html`<li>${name}: ${String(value)}</li>`);
    const gaps = outlet.generations.map((row) => {
      const missing = row.missing === '' ? html`` : html` <span class="bad">missing ${row.missing}</span>`;
      const aside = row.quarantined === '' ? html`` : html` <span class="bad">quarantined ${row.quarantined}</span>`;
      return html`<li><code>${row.generation}</code> through ${row.deliveredThrough}${missing}${aside}</li>`;
    });
    const contact = outlet.lastContactMs === null ? 'never' : `${timeText(outlet.lastContactMs)} (${ageText(nowMs - outlet.lastContactMs)})`;
    return html`<tr><td>${outlet.name}<br><code>${outlet.outlet}</code></td><td>${outlet.profile}</td><td>${contact}</td><td><ul>${status}</ul></td>
<td class="n">${outlet.records.total}</td><td><ul>${gaps}</ul></td></tr>`;
  });
  return html`<h2>Boxes</h2>${table('Boxes', ['Box', 'Profile', 'Last contact', 'Status', 'Records', 'Delivered'], rows)}`;
}

function waitingPart({ waiting }: OperatorView): Markup {
  if (waiting.length === 0) return html``;
  const rows = waiting.map((request) => html`<tr><td>${request.name}</td><td>${request.profile}</td><td>${timeText(request.sinceMs)}</td></tr>`);
  return html`<h2>Waiting for enrolment</h2><p>Approve with <code>ackbox box enrol CODE</code>, using the code that the box shows.</p>
${table('Boxes waiting for enrolment', ['Name', 'Profile', 'Since'], rows)}`;
}

function sessionPart(title: string, sessions: OperatorView['openSessions']): Markup {
  const rows = sessions.map((row) => {
    const window = row.live === null ? '' : `${row.live.unpaidPackets} of at most ${row.live.maxUnpaidPackets}${row.live.suspended ? ', suspended' : ''}`;
    return html`<tr><td>${timeText(row.openedAtMs)}<br><code>${row.sid}</code></td><td>${row.title}</td><td>${row.state}</td><td class="n">${row.epoch}</td>
<td class="n">${row.packetsSent}</td><td class="n">${row.paidPackets}</td><td class="n">${row.receiptedPackets}</td><td class="n">${row.lostPackets}</td><td>${window}</td></tr>`;
  });
  return html`<h2>${title}</h2>${table(title, ['Opened', 'Work', 'State', 'Epoch', 'Sent', 'Paid', 'Under receipt', 'Lost', 'Unpaid now'], rows)}`;
}

function billPart({ bills }: OperatorView): Markup {
  const rows = bills.map(
    (bill) => html`<tr><td class="n">${bill.number}</td><td>${timeText(bill.billedAtMs)}<br><code>${bill.playId}</code></td><td>${bill.title}</td>
<td class="n">${amount(bill.quoteMinor, bill.currency)}</td><td class="n">${amount(bill.refundMinor, bill.currency)}</td><td class="n">${amount(bill.chargedMinor, bill.currency)}</td>
<td>${bill.endReason}</td><td>${bill.basis}</td></tr>`,
  );
  return html`<h2>Bills</h2>${table('Bills', ['Number', 'Billed', 'Work', 'Price', 'Given back', 'Charged', 'End', 'By'], rows)}`;
}

function recordPart({ records }: OperatorView): Markup {
  const rows = records.map(
    (row) =>
      html`<tr><td>${timeText(row.receivedAtMs)}</td><td><code>${row.outlet}</code></td><td class="n">${row.sequence}</td><td>${row.kind}</td><td><code>${row.body}</code></td></tr>`,
  );
  return html`<h2>Newest records</h2>${table('Newest records', ['Received', 'Box', 'Sequence', 'Kind', 'Body'], rows)}`;
}

function quarantinePart({ quarantined }: OperatorView): Markup {
  if (quarantined.length === 0) return html``;
  const rows = quarantined.map(
    (row) =>
      html`<tr><td>${timeText(row.receivedAtMs)}</td><td><code>${row.outlet}</code></td><td class="n">${row.sequence}</td><td>${row.code}</td><td>${row.reason}</td></tr>`,
  );
  return html`<h2>Quarantine</h2>${table('Quarantined records', ['Received', 'Box', 'Sequence', 'Code', 'Reason'], rows)}`;
}

function table(label: string, heads: readonly string[], rows: readonly Markup[]): Markup {
  if (rows.length === 0) return html`<p>None.</p>`;
  const head = heads.map((text) => html`<th scope="col">${text}</th>`);
  return html`<div class="wide"><table aria-label="${label}"><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function amount(minor: string, currency: string): string {
  return currency in MINOR_DIGITS ? formatMoney(money(BigInt(minor), currency as Currency)) : `${minor} ${currency}`;
}

/** ISO 8601 to the second; a clock that was never set may say anything, and the page shows that too. */
function timeText(wallMs: number): string {
  const time = new Date(wallMs);
  return Number.isNaN(time.getTime()) ? 'unknown' : time.toISOString().replace(/\.\d+Z$/, 'Z');
}

function ageText(ageMs: number): string {
  const seconds = Math.max(0, Math.round(ageMs / 1_000));
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3_600)} h ago`;
}
