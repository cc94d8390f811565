import { limits } from '../../limits.ts';
import { html, type Markup } from '../../platform/html.ts';
import type { OperatorView } from '../billing/operator-view.ts';
import { ageText, table, timeText } from './layout.ts';

type Outlet = OperatorView['outlets'][number];

/** Every box with what is wrong with it, the silent ones first. */
export function fleetBody({ outlets, waiting, nowMs }: Pick<OperatorView, 'outlets' | 'waiting' | 'nowMs'>): Markup {
  const silent = outlets.filter((outlet) => isSilent(outlet, nowMs)).length;
  const words =
    silent === 0 ? html`<p class="good">Every box has reported lately.</p>` : html`<p class="bad">${silent} of ${outlets.length} boxes are silent.</p>`;
  const rows = outlets.toSorted((left, right) => (left.lastContactMs ?? 0) - (right.lastContactMs ?? 0)).map((outlet) => row(outlet, nowMs));
  return html`<p>As of <time>${timeText(nowMs)}</time>; the same as <a href="/operator.json">JSON</a>.</p>${words}
${table('Boxes', ['Box', 'Profile', 'Last contact', 'Playback', 'Coins', 'Service', 'Queue', 'Records', 'Outstanding'], rows)}${waitingPart(waiting)}`;
}

/** A box reports every few seconds; minutes of nothing are a cable, a power cut or a death. */
export function isSilent({ lastContactMs }: Pick<Outlet, 'lastContactMs'>, nowMs: number): boolean {
  return lastContactMs === null || nowMs - lastContactMs > limits.boxSilentMs;
}

function row(outlet: Outlet, nowMs: number): Markup {
  const { status } = outlet;
  const say = (name: string): string => (status[name] === undefined ? '' : String(status[name]));
  const contact = outlet.lastContactMs === null ? 'never' : ageText(nowMs - outlet.lastContactMs);
  const tone = isSilent(outlet, nowMs) ? html`<span class="bad">silent: ${contact}</span>` : html`${contact}`;
  return html`<tr><td><a href="/operator/boxes/${outlet.outlet}">${outlet.name}</a></td><td>${outlet.profile}</td><td>${tone}</td><td>${say('playback')}</td><td>${say('cash')}</td>
<td>${say('service')}</td><td class="n">${say('queue')}</td><td class="n">${outlet.records.total}</td><td>${outstanding(outlet)}</td></tr>`;
}

/** Never an estimate: which records are missing, by their numbers. */
export function outstanding({ generations }: Pick<Outlet, 'generations'>): Markup {
  const parts = generations
    .filter((row) => row.missing !== '' || row.quarantined !== '')
    .map((row) => {
      const missing = row.missing === '' ? html`` : html`<span class="bad">missing ${row.missing}</span> `;
      return html`<li><code>${row.generation}</code> ${missing}${row.quarantined === '' ? '' : `quarantined ${row.quarantined}`}</li>`;
    });
  return parts.length === 0 ? html`none` : html`<ul>${parts}</ul>`;
}

function waitingPart(waiting: OperatorView['waiting']): Markup {
  if (waiting.length === 0) return html``;
  const rows = waiting.map((request) => html`<tr><td>${request.name}</td><td>${request.profile}</td><td>${timeText(request.sinceMs)}</td></tr>`);
  return html`<h2>Waiting for enrolment</h2><p>Approve with <code>ackbox box enrol CODE</code>, using the code that the box shows.</p>
${table('Boxes waiting for enrolment', ['Name', 'Profile', 'Since'], rows)}`;
}
