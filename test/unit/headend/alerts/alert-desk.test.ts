import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tellPeople } from '../../../../src/headend/alerts/alert-channels.ts';
import { AlertDesk } from '../../../../src/headend/alerts/alert-desk.ts';
import { putAlertSettings, readAlertSettings } from '../../../../src/headend/alerts/alert-settings.ts';
import { limits } from '../../../../src/limits.ts';
import { bookFixture, enrol, record } from '../stores/book-fixture.ts';

const LOG = { info() {}, warn() {} };

function scene(tell: (texts: readonly string[]) => string | null) {
  const fixture = bookFixture(Date.parse('2026-11-21T20:00:00Z'));
  onTestFinished(() => fixture.remove());
  const { book, clock } = fixture;
  const outlet = enrol(book);
  book.putStatus(outlet.outlet, { service: 'inService' }, clock.wallMs());
  putAlertSettings(book, { webhook: 'https://hook.example/', quiet: '22:00-07:00', zone: 'UTC' });
  const desk = new AlertDesk({ book, clock, log: LOG, tell: async (alerts) => tell(alerts.map(({ text }) => text)) });
  const fault = (sequence: number, code: string) =>
    book.intake(outlet.outlet, 'g', [{ ...record(sequence, JSON.stringify({ code, message: 'Look at it.' })), kind: 'fault', wallMs: clock.wallMs() }], 0);
  return { book, clock, desk, outlet, fault };
}

describe('the alert desk', () => {
  it('tells of a silence once, however long it lasts', async () => {
    const told: string[] = [];
    const { clock, desk } = scene((texts) => (told.push(...texts), null));
    await clock.advance(limits.boxSilentMs + 60_000);
    await desk.look();
    await clock.advance(600_000);
    await desk.look();
    expect(told).toEqual([expect.stringMatching(/has been silent for 11 minutes/)]);
  });

  it('waits with a jam until the quiet hours are over, and with an open door for nothing', async () => {
    const told: string[] = [];
    const { clock, desk, fault } = scene((texts) => (told.push(...texts), null));
    await clock.advance(3 * 3_600_000);
    fault(1, 'acceptor-jam');
    fault(2, 'door-open');
    await desk.look();
    expect(told).toEqual([expect.stringContaining('(door-open)')]);
    await clock.advance(8 * 3_600_000);
    await desk.look();
    expect(told.join()).toContain('(acceptor-jam)');
  });

  it('tries again later and later what nobody took, says what was wrong, and forgets nothing over a restart', async () => {
    let tries = 0;
    const { book, clock, desk, fault } = scene(() => {
      tries += 1;
      return tries < 3 ? 'the webhook answered 500' : null;
    });
    fault(1, 'acceptor-jam');
    await desk.look();
    await desk.look();
    expect([tries, book.recentAlerts(1)[0]?.problem]).toEqual([1, 'the webhook answered 500']);
    await clock.advance(60_000);
    await desk.look();
    await clock.advance(60_000);
    await desk.look();
    expect(tries).toBe(2);
    await clock.advance(60_000);
    await new AlertDesk({ book, clock, log: LOG, tell: async () => null }).look();
    expect(book.recentAlerts(1)[0]).toMatchObject({ toldAtMs: clock.wallMs(), tries: 2 });
  });
});

describe('the channels', () => {
  const alert = { key: 'k', outlet: 'o1', kind: 'fault', text: 'The Anchor: A coin is stuck.', atMs: 0 } as const;

  it('calls a webhook with a signature that its secret proves', async () => {
    const calls: { readonly body: string; readonly signature: string }[] = [];
    const server = createServer((request, answer) => {
      let body = '';
      request.on('data', (part) => {
        body += String(part);
      });
      request.on('end', () => {
        calls.push({ body, signature: String(request.headers['ackbox-signature']) });
        answer.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { book } = scene(() => null);
    putAlertSettings(book, { webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, webhookSecret: 's3cret' });
    expect(await tellPeople([alert], readAlertSettings(book))).toBeNull();
    const [call] = calls;
    expect(JSON.parse(call?.body ?? '')).toEqual({ alerts: [{ key: 'k', outlet: 'o1', kind: 'fault', text: alert.text, at: '1970-01-01T00:00:00.000Z' }] });
    expect(call?.signature).toBe(
      `sha256=${createHmac('sha256', 's3cret')
        .update(call?.body ?? '')
        .digest('hex')}`,
    );
  });

  it('sends a mail that a mail server takes', async () => {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (part: Buffer) => {
          text += part.toString();
        });
        stream.on('end', () => {
          mails.push(text);
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
    const { book } = scene(() => null);
    const { port } = server.server.address() as AddressInfo;
    putAlertSettings(book, { webhook: '', smtp: `smtp://127.0.0.1:${port}`, mailTo: 'kim@example.org', mailFrom: 'box@example.org' });
    expect(await tellPeople([alert], readAlertSettings(book))).toBeNull();
    expect(mails.join()).toContain('Subject: [Ackbox] The Anchor: A coin is stuck.');
  });

  it('says what went wrong without any address', async () => {
    const { book } = scene(() => null);
    putAlertSettings(book, { webhook: 'http://127.0.0.1:9/secret', smtp: 'smtp://user:password@127.0.0.1:9', mailTo: 'kim@example.org' });
    const problem = await tellPeople([alert], readAlertSettings(book));
    expect(problem).toMatch(/^the webhook can not be reached \(\w+\); the mail was not taken \(\w+\)$/);
  });
});

it.each([
  [{ webhook: 'ftp://x' }, 'https://'],
  [{ smtp: 'mail.example' }, 'smtps://'],
  [{ mailTo: 'kim' }, 'no mail address'],
  [{ quiet: 'night' }, '22:00-07:00'],
  [{ zone: 'Moon/Base' }, 'no time zone'],
])('refuses the setting %j, and keeps nothing of it', (wrong, words) => {
  const { book } = scene(() => null);
  const before = readAlertSettings(book);
  const put = putAlertSettings(book, { mailFrom: 'a@b.c', ...wrong });
  expect(put.ok ? '' : put.error.message).toContain(words);
  expect(readAlertSettings(book)).toEqual(before);
});
