import { createHmac } from 'node:crypto';
import { request } from 'undici';
import { limits } from '../../limits.ts';
import type { KeptAlert } from '../stores/alert-rows.ts';
import type { AlertSettings } from './alert-settings.ts';

/** Tells people. @returns what went wrong, in words without any address, or null */
export type TellPeople = (alerts: readonly Pick<KeptAlert, 'key' | 'outlet' | 'kind' | 'text' | 'atMs'>[], settings: AlertSettings) => Promise<string | null>;

export const tellPeople: TellPeople = async (alerts, settings) => {
  const problems = await Promise.all([byWebhook(alerts, settings), byMail(alerts, settings)]);
  return problems.filter((problem) => problem !== null).join('; ') || null;
};

/** One call for all of them, signed: `Ackbox-Signature: sha256=<hex HMAC of the body>`. */
async function byWebhook(alerts: Parameters<TellPeople>[0], { webhook, webhookSecret }: AlertSettings): Promise<string | null> {
  if (webhook === '') return null;
  const body = JSON.stringify({ alerts: alerts.map(({ key, outlet, kind, text, atMs }) => ({ key, outlet, kind, text, at: new Date(atMs).toISOString() })) });
  const signature = createHmac('sha256', webhookSecret).update(body).digest('hex');
  try {
    const answer = await request(webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'ackbox-signature': `sha256=${signature}` },
      body,
      headersTimeout: limits.httpTimeoutMs,
      bodyTimeout: limits.httpTimeoutMs,
    });
    await answer.body.dump();
    return answer.statusCode < 300 ? null : `the webhook answered ${answer.statusCode}`;
  } catch (error) {
    return `the webhook can not be reached (${codeOf(error)})`;
  }
}

async function byMail(alerts: Parameters<TellPeople>[0], { smtp, mailFrom, mailTo }: AlertSettings): Promise<string | null> {
  if (smtp === '' || mailTo === '') return null;
  // Heavy, and most headends never send a mail.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url: smtp,
    connectionTimeout: limits.httpTimeoutMs,
    greetingTimeout: limits.httpTimeoutMs,
    socketTimeout: limits.httpTimeoutMs,
  });
  const [first] = alerts;
  const subject = alerts.length === 1 ? (first?.text ?? '') : `${alerts.length} alerts of your boxes`;
  const text = alerts.map((alert) => `${new Date(alert.atMs).toISOString()}  ${alert.text}`).join('\n');
  try {
    await transport.sendMail({ from: mailFrom || mailTo, to: mailTo, subject: `[Ackbox] ${subject}`, text: `${text}\n` });
    return null;
  } catch (error) {
    return `the mail was not taken (${codeOf(error)})`;
  } finally {
    transport.close();
  }
}

/** Never the message: it can hold the address with its password. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'failed';
}
