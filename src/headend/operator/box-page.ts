import { mayOperator } from '../../domain/access/operator-roles.ts';
import { html, type Markup } from '../../platform/html.ts';
import type { OperatorView } from '../billing/operator-view.ts';
import type { CommandRow, FaultRow } from '../stores/operator-report-rows.ts';
import { outstanding } from './fleet-page.ts';
import { ageText, formToken, table, timeText } from './layout.ts';
import type { OperatorCaller } from './operator-sessions.ts';

export interface BoxPageFacts {
  readonly outlet: OperatorView['outlets'][number];
  readonly faults: readonly FaultRow[];
  readonly commands: readonly CommandRow[];
  readonly nowMs: number;
}

/** One box: how it is, what went wrong there, and what it was told. */
export function boxBody({ outlet, faults, commands, nowMs }: BoxPageFacts, caller: OperatorCaller): Markup {
  const status = Object.entries(outlet.status).map(([name, value]) => html`<tr><td>${name}</td><td>${String(value)}</td></tr>`);
  const contact = outlet.lastContactMs === null ? 'never' : `${timeText(outlet.lastContactMs)} (${ageText(nowMs - outlet.lastContactMs)})`;
  const faultRows = faults.map((fault) => html`<tr><td>${timeText(fault.atMs)}</td><td>${wordsOf(fault.body)}</td></tr>`);
  const commandRows = commands.map(
    (row) =>
      html`<tr><td>${timeText(row.createdAtMs)}</td><td><code>${row.line}</code></td><td>${row.done === 0 ? 'waits for the box' : (row.code ?? '')}</td><td>${row.text ?? ''}</td></tr>`,
  );
  return html`<p>Last contact ${contact}. Outstanding records: ${outstanding(outlet)}</p>${table('Status', ['What', 'Is'], status)}
${commandPart(outlet.outlet, caller)}<h2>What it was told</h2>${table('Commands', ['Given', 'Command', 'Outcome', 'Answer'], commandRows)}
<h2>Faults</h2>${table('Faults', ['When', 'What'], faultRows)}`;
}

function commandPart(outlet: string, caller: OperatorCaller): Markup {
  if (!['hold-box', 'service-box', 'manage-music', 'manage-prices'].some((permission) => mayOperator(caller.role, permission as 'hold-box'))) return html``;
  const button = (line: string, words: string): Markup =>
    html`<form class="line" method="post" action="/operator/boxes/${outlet}/commands">${formToken(caller)}<input type="hidden" name="line" value="${line}"><button>${words}</button></form>`;
  const quick = mayOperator(caller.role, 'hold-box')
    ? html`${button('service on "back soon"', 'Hold: what plays is settled, the queue waits')}${button('service off', 'Sell again')}`
    : html``;
  return html`<h2>Tell it something</h2>${quick}<form class="line" method="post" action="/operator/boxes/${outlet}/commands">${formToken(caller)}
<label>Command of the box <input name="line" size="60" required maxlength="400" placeholder="calendar add quiz event 2026-12-03 20:00 22:00"></label><button>Send</button></form>
<p>It is carried out with the next report of the box, once, and its answer stands below.</p>`;
}

/** Faults are JSON of ours; one that is not is shown as it came. */
function wordsOf(body: string): string {
  try {
    const { code, message } = JSON.parse(body) as { readonly code?: unknown; readonly message?: unknown };
    return `${String(code)}: ${String(message)}`;
  } catch {
    return body;
  }
}
