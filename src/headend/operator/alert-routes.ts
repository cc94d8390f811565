import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../ports/clock.ts';
import { tellPeople } from '../alerts/alert-channels.ts';
import { type AlertSettings, putAlertSettings, readAlertSettings } from '../alerts/alert-settings.ts';
import type { AlertStore } from '../stores/alert-rows.ts';
import type { OperatorAccountStore } from '../stores/operator-account-rows.ts';
import { alertsBody } from './alerts-page.ts';
import { operatorPage } from './layout.ts';
import { field, type OperatorGate } from './operator-gate.ts';
import type { OperatorCaller } from './operator-sessions.ts';

export type AlertRoutesBook = Pick<AlertStore, 'recentAlerts'> &
  Pick<OperatorAccountStore, 'noteOperatorAction'> & { getSetting(name: string): string | null; putSetting(name: string, value: string): void };

const ROWS = 100;

/** Who is told of alerts, and what was to be told. */
export function alertRoutes(app: FastifyInstance, gate: OperatorGate, { book, clock }: { readonly book: AlertRoutesBook; readonly clock: Clock }): void {
  const show = (caller: OperatorCaller, answer: FastifyReply, said: string): FastifyReply => {
    const facts = { settings: readAlertSettings(book), alerts: book.recentAlerts(ROWS), said };
    return answer.type('text/html; charset=utf-8').send(operatorPage({ path: '/operator/alerts', title: 'Alerts', caller }, alertsBody(facts, caller)));
  };
  app.get(
    '/operator/alerts',
    gate.guarded('manage-alerts', (caller, _request, answer) => show(caller, answer, '')),
  );
  app.post(
    '/operator/alerts',
    gate.guarded('manage-alerts', (caller, request, answer) => {
      const put = putAlertSettings(book, alertFields(request, readAlertSettings(book)));
      book.noteOperatorAction({ who: caller.name, role: caller.role, action: 'set alerts', about: '', outcome: put.ok ? 'ok' : put.error.code });
      return show(caller, answer.code(put.ok ? 200 : 400), put.ok ? 'Kept.' : put.error.message);
    }),
  );
  app.post(
    '/operator/alerts/test',
    gate.guarded('manage-alerts', async (caller, _request, answer) => {
      const test = { key: 'test', outlet: '', kind: 'fault', text: `A test by ${caller.name}: alerts of this headend arrive.`, atMs: clock.wallMs() } as const;
      const problem = await tellPeople([test], readAlertSettings(book));
      return show(caller, answer, problem === null ? 'The test was sent.' : `The test did not arrive: ${problem}.`);
    }),
  );
}

/** An address that is left empty stays: it is never shown, so that nobody types it anew to change the quiet hours. */
function alertFields(request: FastifyRequest, before: AlertSettings): Parameters<typeof putAlertSettings>[1] {
  const kept = (name: 'webhook' | 'smtp'): Record<string, string> => {
    if (field(request, `no-${name}`) !== '') return { [name]: '' };
    return field(request, name) === '' ? {} : { [name]: field(request, name) };
  };
  const secret = before.webhookSecret === '' ? { webhookSecret: randomBytes(32).toString('base64url') } : {};
  const [mailFrom, mailTo, quiet, zone] = ['mailFrom', 'mailTo', 'quiet', 'zone'].map((name) => field(request, name).trim()) as [
    string,
    string,
    string,
    string,
  ];
  return { ...kept('webhook'), ...kept('smtp'), ...secret, mailFrom, mailTo, quiet, zone };
}
