import { mayOperator } from '../../domain/access/operator-roles.ts';
import { html, type Markup } from '../../platform/html.ts';
import { type Currency, formatMoney, money } from '../../units/money.ts';
import type { OperatorView } from '../billing/operator-view.ts';
import type { HouseholdDesk } from '../household-desk.ts';
import { ACCOUNT_CAP, GUEST_CAP, type HouseholdPerson } from '../stores/household-rows.ts';
import type { CommandRow, FaultRow } from '../stores/operator-report-rows.ts';
import { outstanding } from './fleet-page.ts';
import { ageText, formToken, table, timeText } from './layout.ts';
import type { OperatorCaller } from './operator-sessions.ts';

export interface BoxPageFacts {
  readonly outlet: OperatorView['outlets'][number];
  readonly faults: readonly FaultRow[];
  readonly commands: readonly CommandRow[];
  readonly nowMs: number;
  /** Of the account, over all of its boxes; empty in a venue. */
  readonly people: readonly HouseholdPerson[];
  readonly spending: ReturnType<HouseholdDesk['spending']>;
  readonly currency: string;
}

/** One box: how it is, what went wrong there, and what it was told. */
export function boxBody({ outlet, faults, commands, nowMs, ...household }: BoxPageFacts, caller: OperatorCaller): Markup {
  const status = Object.entries(outlet.status).map(([name, value]) => html`<tr><td>${name}</td><td>${String(value)}</td></tr>`);
  const contact = outlet.lastContactMs === null ? 'never' : `${timeText(outlet.lastContactMs)} (${ageText(nowMs - outlet.lastContactMs)})`;
  const faultRows = faults.map((fault) => html`<tr><td>${timeText(fault.atMs)}</td><td>${wordsOf(fault.body)}</td></tr>`);
  const commandRows = commands.map(
    (row) =>
      html`<tr><td>${timeText(row.createdAtMs)}</td><td><code>${row.line}</code></td><td>${row.done === 0 ? 'waits for the box' : (row.code ?? '')}</td><td>${row.text ?? ''}</td></tr>`,
  );
  return html`<p>Last contact ${contact}. Outstanding records: ${outstanding(outlet)}</p>${table('Status', ['What', 'Is'], status)}
${outlet.profile === 'set-top' ? householdPart(household) : ''}${commandPart(outlet.outlet, caller)}<h2>What it was told</h2>${table('Commands', ['Given', 'Command', 'Outcome', 'Answer'], commandRows)}
<h2>Faults</h2>${table('Faults', ['When', 'What'], faultRows)}`;
}

/** A household's people, whatever box they are at, with what each may spend in a day and has spent. PINs stay at the boxes. */
function householdPart({ people, spending, currency }: Pick<BoxPageFacts, 'people' | 'spending' | 'currency'>): Markup {
  const text = (minor: bigint): string => formatMoney(money(minor, currency as Currency));
  const rows = spending.map(({ who, capMinor, spentMinor }) => {
    const places = people.filter(({ consumer }) => consumer === who);
    const name = places[0]?.name ?? (who === ACCOUNT_CAP ? 'The whole account' : who === GUEST_CAP ? 'Guests' : who);
    const ages = [...new Set(places.flatMap(({ belowAge }) => (belowAge === null ? [] : [`from ${belowAge}`])))].join(', ');
    const lock = places.length === 0 ? '' : `${places.filter(({ locked }) => locked).length} of ${places.length} boxes`;
    return html`<tr><td>${name}</td><td>${places.length === 0 ? '' : html`<code>${who}</code>`}</td><td>${lock}</td><td>${ages}</td><td class="n">${capMinor === null ? 'none' : text(capMinor)}</td><td class="n">${text(spentMinor)}</td></tr>`;
  });
  return html`<h2>People of this account</h2><p>They are added and changed at the screen of a box, under Settings.</p>
${table('People of this account', ['Name', 'Pseudonym', 'With a PIN at', 'PIN of the household', 'Cap a day', 'Spent today'], rows)}`;
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
