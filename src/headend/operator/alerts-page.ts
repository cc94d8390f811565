import { html, type Markup } from '../../platform/html.ts';
import type { AlertSettings } from '../alerts/alert-settings.ts';
import type { KeptAlert } from '../stores/alert-rows.ts';
import { formToken, table, timeText } from './layout.ts';
import type { OperatorCaller } from './operator-sessions.ts';

/** What was found, who is told, and when not. Addresses are never shown: they hold passwords. */
export function alertsBody(
  { settings, alerts, said }: { readonly settings: AlertSettings; readonly alerts: readonly KeptAlert[]; readonly said: string },
  caller: OperatorCaller,
): Markup {
  const rows = alerts.map((alert) => html`<tr><td>${timeText(alert.atMs)}</td><td>${alert.kind}</td><td>${alert.text}</td><td>${toldText(alert)}</td></tr>`);
  const words = said === '' ? html`` : html`<p role="status">${said}</p>`;
  return html`${words}<form method="post" action="/operator/alerts">${formToken(caller)}
<div class="line"><p><label>Webhook (${isSet(settings.webhook)}) <input name="webhook" type="url" size="50" maxlength="400" placeholder="https://example.org/hook"></label></p>
<p><label><input name="no-webhook" type="checkbox"> no webhook any more</label></p>
<p><label>Mail server (${isSet(settings.smtp)}) <input name="smtp" size="50" maxlength="400" placeholder="smtps://user:password@mail.example"></label></p>
<p><label><input name="no-smtp" type="checkbox"> no mail any more</label></p>
<p><label>Mail to <input name="mailTo" type="email" value="${settings.mailTo}"></label></p>
<p><label>Mail from <input name="mailFrom" type="email" value="${settings.mailFrom}"></label></p>
<p><label>Quiet hours <input name="quiet" value="${settings.quietText}" placeholder="22:00-07:00"></label></p>
<p><label>Time zone <input name="zone" value="${settings.zone}"></label></p></div><p><button>Keep</button></p></form>
<form class="line" method="post" action="/operator/alerts/test">${formToken(caller)}<button>Send a test</button></form>
<p>In quiet hours only an open door, a fire alarm and a rebuilt book are told at once; the rest waits for the morning. Each call of the webhook carries
<code>Ackbox-Signature: sha256=...</code>, the HMAC of its body under the secret <code>${settings.webhookSecret === '' ? 'made when you press Keep' : settings.webhookSecret}</code>.</p>
${table('Alerts', ['When', 'Kind', 'What', 'Told'], rows)}`;
}

function isSet(address: string): string {
  return address === '' ? 'none' : 'set';
}

function toldText({ toldAtMs, tries, problem }: KeptAlert): string {
  if (toldAtMs !== null) return timeText(toldAtMs);
  return tries === 0 ? 'not yet' : `not yet, ${tries} tries: ${problem}`;
}
