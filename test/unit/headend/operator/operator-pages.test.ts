import Fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { formatRanges } from '../../../../src/headend/billing/sequence-ranges.ts';
import { operatorPages } from '../../../../src/headend/operator/operator-pages.ts';
import { bookFixture, EVENT_ID, enrol, offeredSession, progressOf, record, records, settleWith, statementOf, work } from '../stores/book-fixture.ts';

const TOKEN = 'secret-token';
const BEARER = { authorization: `Bearer ${TOKEN}` };

async function pages() {
  const fixture = bookFixture();
  const { book, clock } = fixture;
  const app = Fastify();
  await app.register(operatorPages, { book, clock, operatorToken: TOKEN, stream: { view: () => null } });
  onTestFinished(async () => {
    await app.close();
    fixture.remove();
  });
  const outlet = enrol(book);
  const row = book.openSession(offeredSession(outlet, '<b>song</b>'));
  book.putWork(work('<b>song</b>'), 'source');
  book.putConfirmation(row.sid, EVENT_ID);
  book.mergeProgress([progressOf(row, 250, 1_500)]);
  settleWith(book, statementOf(row, 250, 1_500));
  book.intake(outlet.outlet, 'g', [...records(1, 3), ...records(6, 7)], 0);
  book.intake(outlet.outlet, 'g', [record(2, '"<script>"')], 0);
  book.putStatus(outlet.outlet, { connectivity: '<online>' }, clock.wallMs());
  return { app, book, outlet, row };
}

it('shows boxes, gaps, sessions, bills and the books to the operator', async () => {
  const { app, outlet, row } = await pages();
  const view = (await app.inject({ url: '/operator.json', headers: BEARER })).json();
  expect(view.ledger).toEqual({
    problem: null,
    balances: [
      { currency: 'EUR', account: 'account-debt', side: 'D', minor: '50' },
      { currency: 'EUR', account: 'earned', side: 'C', minor: '50' },
    ],
  });
  expect(view.outlets).toMatchObject([
    { outlet: outlet.outlet, status: { connectivity: '<online>' }, generations: [{ deliveredThrough: 3, missing: '4-7', quarantined: '2' }] },
  ]);
  expect(view.recentSessions).toMatchObject([{ sid: row.sid, state: 'closed', paidPackets: 1_500, packetsSent: 1_750 }]);
  expect(view.openSessions).toEqual([]);
  expect((await app.inject({ url: '/operator/bills.json', headers: BEARER })).json().bills).toMatchObject([
    { chargedMinor: '50', refundMinor: '50', title: '<b>song</b>' },
  ]);
});

it('escapes every text, and lets no script run', async () => {
  const { app } = await pages();
  const page = await app.inject({ url: '/operator', headers: BEARER });
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(page.body).toContain('&lt;b&gt;song&lt;/b&gt;');
  expect(page.body).toContain('&lt;online&gt;');
  expect(page.body).not.toMatch(/<b>|<script|<online>/);
  expect(page.body).toContain('0.50 EUR');
});

it.each([{}, { authorization: 'Bearer wrong' }, { cookie: '__Host-ackbox-operator=wrong' }])('shows nothing to anybody else (%o)', async (headers) => {
  const { app } = await pages();
  for (const url of ['/operator', '/operator.json', '/operator/bills.json', '/operator/sessions.json', '/operator/outlets.json', '/operator?key=wrong']) {
    const answer = await app.inject({ url, headers });
    expect(answer.statusCode).toBe(401);
    expect(answer.body).not.toContain('song');
    expect(answer.headers['set-cookie']).toBeUndefined();
  }
});

it('takes the key from the link once, and goes on with a cookie that is not the key', async () => {
  const { app } = await pages();
  const entered = await app.inject({ url: `/operator?key=${TOKEN}` });
  expect(entered.statusCode).toBe(303);
  expect(entered.headers.location).toBe('/operator');
  const cookie = String(entered.headers['set-cookie']);
  expect(cookie).toMatch(/; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
  expect(cookie).not.toContain(TOKEN);
  expect((await app.inject({ url: '/operator', headers: { cookie: `a=b; ${cookie.split(';')[0]}` } })).statusCode).toBe(200);
});

it('writes numbers as ranges', () => {
  expect(formatRanges([])).toBe('');
  expect(formatRanges([1, 3, 4, 5, 9])).toBe('1, 3-5, 9');
});
