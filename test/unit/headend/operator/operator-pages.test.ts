import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import type { OperatorRole } from '../../../../src/domain/access/operator-roles.ts';
import { readAlertSettings } from '../../../../src/headend/alerts/alert-settings.ts';
import { formatRanges } from '../../../../src/headend/billing/sequence-ranges.ts';
import { makeOperator } from '../../../../src/headend/operator/operator-accounts.ts';
import { operatorPages } from '../../../../src/headend/operator/operator-pages.ts';
import { VendorDesk } from '../../../../src/headend/pricing/vendor-desk.ts';
import type { OperatorAccountStore } from '../../../../src/headend/stores/operator-account-rows.ts';
import { REPORTS } from '../../../../src/headend/usage/usage-reporter.ts';
import { limits } from '../../../../src/limits.ts';
import { oneTimeCode, stepAt } from '../../../../src/platform/crypto/totp.ts';
import { bookFixture, EVENT_ID, enrol, offeredSession, progressOf, record, records, settleWith, statementOf, work } from '../stores/book-fixture.ts';

const TOKEN = 'secret-token';
const BEARER = { authorization: `Bearer ${TOKEN}` };

async function pages() {
  const fixture = bookFixture();
  const { book, clock } = fixture;
  const app = Fastify();
  await app.register(operatorPages, { book, clock, operatorToken: TOKEN, stream: { views: async () => [] }, loadReader: async () => readModels });
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
  return { app, book, clock, outlet, row };
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
  const { app, outlet } = await pages();
  const bodies = await Promise.all(
    [
      '/operator',
      `/operator/boxes/${outlet.outlet}`,
      '/operator/money',
      '/operator/collections',
      '/operator/music',
      '/operator/prices',
      '/operator/prices/reckon',
      '/operator/usage?report=gaps',
      '/operator/usage?report=plays',
      '/operator/records',
      '/operator/actions',
    ].map(async (url) => {
      const page = await app.inject({ url, headers: BEARER });
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
      );
      expect(page.body).not.toMatch(/<b>|<script|<online>/);
      return page.body;
    }),
  );
  expect(bodies.join()).toContain('&lt;b&gt;song&lt;/b&gt;');
  expect(bodies.join()).toContain('&lt;online&gt;');
  expect(bodies.join()).toContain('0.50 EUR');
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

/** Opens pages as a browser does: with cookies, and forms with the token of their page. */
class Browser {
  readonly #app: Awaited<ReturnType<typeof pages>>['app'];
  cookie = '';

  constructor(app: Awaited<ReturnType<typeof pages>>['app']) {
    this.#app = app;
  }

  async open(url: string) {
    return await this.#app.inject({ url, headers: { cookie: this.cookie, accept: 'text/html' } });
  }

  /** @param from the page whose form it is; its token is sent unless another is given */
  async send(url: string, fields: Readonly<Record<string, string>>, from = '') {
    const token = from === '' ? '' : (/name="token" value="([0-9a-f]+)"/.exec((await this.open(from)).body)?.[1] ?? '');
    const payload = new URLSearchParams({ token, ...fields }).toString();
    const answer = await this.#app.inject({
      method: 'POST',
      url,
      payload,
      headers: { cookie: this.cookie, 'content-type': 'application/x-www-form-urlencoded' },
    });
    const set = answer.headers['set-cookie'];
    if (typeof set === 'string') this.cookie = set.split(';')[0] ?? '';
    return answer;
  }
}

/** @returns the password */
async function newAccount(book: Pick<OperatorAccountStore, 'putOperatorAccount'>, role: OperatorRole): Promise<string> {
  const made = await makeOperator('anna', role);
  if (!made.ok) throw new Error(made.error.message);
  book.putOperatorAccount(made.value.account);
  return made.value.told.password;
}

async function signedIn(role: OperatorRole) {
  const scene = await pages();
  const password = await newAccount(scene.book, role);
  const { totpSecret } = scene.book.operatorAccount('anna') ?? { totpSecret: new Uint8Array() };
  const code = (): string => oneTimeCode(totpSecret, stepAt(scene.clock.wallMs()));
  const browser = new Browser(scene.app);
  const signIn = (changes: Readonly<Record<string, string>> = {}) => browser.send('/operator/sign-in', { name: 'anna', password, code: code(), ...changes });
  return { ...scene, browser, signIn, code };
}

describe('an operator with an account', () => {
  it('signs in with password and code, once with each code, and out again', async () => {
    const { browser, signIn, clock } = await signedIn('technician');
    expect((await browser.open('/operator')).headers.location).toBe('/operator/sign-in');
    expect((await signIn()).statusCode).toBe(303);
    expect((await browser.open('/operator')).body).toContain('anna (technician)');
    await browser.send('/operator/sign-out', {}, '/operator');
    expect((await browser.open('/operator')).statusCode).toBe(303);
    expect((await signIn()).statusCode).toBe(401);
    await clock.advance(30_000);
    expect((await signIn()).statusCode).toBe(303);
  });

  it.each([{ password: 'wrong' }, { code: '000000' }, { name: 'nobody' }])('is not told what was wrong (%o)', async (wrong) => {
    const { signIn } = await signedIn('technician');
    const answer = await signIn(wrong);
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toContain('Name, password and code do not fit together.');
  });

  it('is shut out for a while after five wrong tries, with the right password too', async () => {
    const { signIn } = await signedIn('technician');
    for (let tries = 0; tries < limits.loginTries; tries += 1) await signIn({ password: 'wrong' });
    expect((await signIn()).body).toContain('wait 60 seconds');
  });

  it('is out half an hour after the last page, and at once with a new password', async () => {
    const { browser, signIn, clock, book } = await signedIn('technician');
    await signIn();
    await clock.advance(limits.operatorIdleMs + 1);
    expect((await browser.open('/operator')).statusCode).toBe(303);
    await clock.advance(60_000);
    await signIn();
    expect((await browser.open('/operator')).statusCode).toBe(200);
    await newAccount(book, 'technician');
    expect((await browser.open('/operator')).statusCode).toBe(303);
  });

  it('sees and does what the role may, and nothing else', async () => {
    const { browser, signIn, outlet } = await signedIn('location-staff');
    await signIn();
    expect((await browser.open('/operator')).body).not.toContain('/operator/money');
    for (const url of ['/operator/money', '/operator/music', '/operator/actions', '/operator.json']) expect((await browser.open(url)).statusCode).toBe(403);
    const box = `/operator/boxes/${outlet.outlet}`;
    expect((await browser.send(`${box}/commands`, { line: 'service on "back soon"' }, box)).statusCode).toBe(303);
    expect((await browser.send(`${box}/commands`, { line: 'factory-reset' }, box)).statusCode).toBe(403);
    expect((await browser.send(`${box}/commands`, { line: 'servi off' }, box)).statusCode).toBe(403);
  });

  it('a form of another page is not believed', async () => {
    const { browser, signIn, outlet, book } = await signedIn('technician');
    await signIn();
    const box = `/operator/boxes/${outlet.outlet}`;
    expect((await browser.send(`${box}/commands`, { line: 'service off', token: 'f'.repeat(64) }, box)).statusCode).toBe(403);
    expect((await browser.send(`${box}/commands`, { line: 'service off' })).statusCode).toBe(403);
    expect(book.openCommands(outlet.outlet)).toEqual([]);
  });
});

describe('journeys to an outcome', () => {
  it('finds the silent box', async () => {
    const { browser, signIn, clock } = await signedIn('technician');
    await clock.advance(limits.boxSilentMs + 1_000);
    await signIn();
    expect((await browser.open('/operator')).body).toContain('1 of 1 boxes are silent.');
  });

  it('tells a box something, once, and it stands in the list of actions', async () => {
    const { browser, signIn, outlet, book } = await signedIn('account-manager');
    await signIn();
    const box = `/operator/boxes/${outlet.outlet}`;
    await browser.send(`${box}/commands`, { line: 'volume 30' }, box);
    const [command] = book.openCommands(outlet.outlet);
    expect(command?.line).toBe('volume 30');
    expect((await browser.open(box)).body).toContain('waits for the box');
    book.putCommandResult(outlet.outlet, { id: command?.id ?? '', ok: true, code: 'ok', text: 'volume 30 %' });
    expect((await browser.open(box)).body).toContain('volume 30 %');
    expect((await browser.open('/operator/actions')).body).toMatch(/anna<\/td><td>account-manager<\/td><td>command/);
  });

  it('settles a collection with a variance, once', async () => {
    const { browser, signIn, outlet, book } = await signedIn('bookkeeper');
    await signIn();
    const facts = { number: 3, collector: 'kim', expectedMinor: '1000', countedMinor: '950', page: 1, seal: '' };
    book.intake(outlet.outlet, 'g2', [{ ...record(1, JSON.stringify({ event: 'cash-collected', facts })), kind: 'audit' }], 0);
    expect((await browser.open('/operator/collections')).body).toContain('-0.50 EUR');
    const key = { outlet: outlet.outlet, generation: 'g2', sequence: '1' };
    await browser.send('/operator/collections/settle', { ...key, note: 'one coin was foreign' }, '/operator/collections');
    await browser.send('/operator/collections/settle', { ...key, note: 'again' }, '/operator');
    const page = (await browser.open('/operator/collections')).body;
    expect(page).toContain('anna: one coin was foreign');
    expect(page).toContain('0 of 1 collections are not settled.');
  });

  it('hides a work at every box, with the reason and the name that the box will tell', async () => {
    const { browser, signIn, outlet, book } = await signedIn('music-manager');
    await signIn();
    const [hidden] = book.works();
    await browser.send('/operator/music/hide', { work: hidden?.id ?? '', outlet: 'all', reason: 'not before "nine"' }, '/operator/music');
    expect(book.openCommands(outlet.outlet).map(({ line }) => line)).toEqual([`filter add work "${hidden?.id}" "not before 'nine' (anna)"`]);
  });

  it('says who is told of alerts, without ever showing an address again', async () => {
    const { browser, signIn, book } = await signedIn('technician');
    await signIn();
    const fields = {
      webhook: 'https://hook.example/very-secret',
      smtp: '',
      mailTo: 'kim@example.org',
      mailFrom: '',
      quiet: '22:00-07:00',
      zone: 'Europe/Berlin',
    };
    expect((await browser.send('/operator/alerts', { ...fields, quiet: 'at night' }, '/operator/alerts')).statusCode).toBe(400);
    await browser.send('/operator/alerts', fields, '/operator/alerts');
    await browser.send('/operator/alerts', { ...fields, webhook: '', quiet: '23:00-06:00' }, '/operator/alerts');
    expect(readAlertSettings(book)).toMatchObject({ webhook: fields.webhook, quietText: '23:00-06:00', mailTo: 'kim@example.org' });
    expect((await browser.open('/operator/alerts')).body).not.toContain('very-secret');
    await browser.send('/operator/alerts', { ...fields, webhook: '', 'no-webhook': 'on' }, '/operator/alerts');
    expect(readAlertSettings(book).webhook).toBe('');
  });

  it.each(Object.keys(REPORTS))('shows the report %s with a picture or its rows, and gives it as CSV and JSON', async (report) => {
    const { browser, signIn } = await signedIn('music-manager');
    await signIn();
    expect((await browser.open(`/operator/usage?report=${report}`)).body).toContain(`<option value="${report}" selected>`);
    expect((await browser.open(`/operator/usage.json?report=${report}`)).json()).toMatchObject({ report });
    expect((await browser.open(`/operator/usage.csv?report=${report}`)).headers['content-type']).toMatch(/^text\/csv/);
    expect((await browser.open(`/operator/usage?report=${report}&from=yesterday`)).statusCode).toBe(400);
  });

  it('publishes a price after simulating it on what was really used, and not before', async () => {
    const { browser, signIn, book, clock } = await signedIn('account-manager');
    await signIn();
    const perUse = (id: string, price: string): string =>
      `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="${id}"/><description>d</description><pricingExpression><billingCycle><instantaneous/></billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="EUR" value="${price}"/></billingAttributes></basicPricing></pricingExpression></pricingModel>`;
    const [now, then] = [
      { node: 'songs', xml: perUse('songs-1', '0.70') },
      { node: 'songs', xml: perUse('songs-2', '0.90') },
    ];
    const publish = async (what: typeof now) => {
      const tried = await browser.send('/operator/prices/try', what, '/operator/prices');
      const seal = /name="seal" value="([0-9a-f]+)"/.exec(tried.body)?.[1] ?? '';
      return { tried: tried.body, published: await browser.send('/operator/prices/publish', { ...what, seal }, '/operator/prices') };
    };
    expect((await browser.send('/operator/prices/publish', { ...now, seal: '' }, '/operator/prices')).body).toContain('Try this model first.');
    expect((await publish(now)).published.body).toContain('songs-1 is in force at songs.');
    const { account } = book.defaults();
    const use = {
      kind: 'use',
      playId: null,
      userId: account,
      resourceId: 'w1',
      currency: 'EUR',
      standing: true,
      durationMs: 60_000,
      amountMinor: 70n,
    } as const;
    const modelHash = book.priceNode('songs')?.modelHash ?? '';
    book.recordUses([1, 2].map((number) => ({ ...use, event: `u${number}`, modelHash, startMs: clock.wallMs() - 1_000 * number })));
    const { tried, published } = await publish(then);
    expect(tried).toContain('1 users: 0 would pay less, 1 more, 0 the same; together 1.40 EUR before, 1.80 EUR after.');
    expect(published.body).toContain('songs-2 is in force at songs.');
    expect((await browser.send('/operator/prices/try', { node: 'songs', xml: '<pricingModel' }, '/operator/prices')).body).toMatch(/line 1, column \d+/);
    expect((await browser.open('/operator/actions')).body).toContain('publish price');
  });

  it('shows what became of results that only their vendor understands', async () => {
    const { browser, signIn, book, clock } = await signedIn('account-manager');
    await signIn();
    const { vendor } = book.defaults();
    const xml = `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="points"/><description>d</description><pricingExpression><billingCycle><monthly dayOfMonth="1"/></billingCycle><alternatePricing><billingAttributes><fixedRateUseCost currency="EUR" value="1"/></billingAttributes><triggerDefinitions><instanceTrigger><triggerEntry><condition type="integer" value="1"/><loyaltyPoints value="25"/></triggerEntry></instanceTrigger></triggerDefinitions></alternatePricing></pricingExpression></pricingModel>`;
    const uploaded = new VendorDesk(book).upload(readModels, vendor, xml);
    if (!uploaded.ok) throw new Error(uploaded.error.message);
    const use = { event: 'e1', kind: 'use', playId: null, userId: 'u1', resourceId: 'r1', modelHash: uploaded.value.hash, currency: 'EUR' } as const;
    book.recordUses([{ ...use, standing: true, startMs: clock.wallMs(), durationMs: 1_000, amountMinor: 100n }]);
    await clock.advance(5_000);
    while (book.refreshLicences(10) > 0) {}
    expect((await browser.open('/operator/prices')).body).toMatch(/loyaltyPoints[\s\S]*<td>waiting<\/td>/);
    book.putVendorAddress(vendor, 'http://192.0.2.1/');
    book.vendorResultFailed(book.vendorResultsDue(1)[0]?.number ?? 0, 'the vendor answered 503', null);
    expect((await browser.open('/operator/prices')).body).toMatch(/<td>given-up<\/td><td class="n">1<\/td><td>the vendor answered 503<\/td>/);
  });

  it('answers what is asked about prices: check, rate, explain, quote, compare, simulate, cheapest, tree and audit', async () => {
    const { browser, signIn, clock } = await signedIn('account-manager');
    await signIn();
    const perUse = (id: string, price: string) =>
      `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="${id}"/><description>d</description><pricingExpression><billingCycle><instantaneous/></billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="EUR" value="${price}"/></billingAttributes></basicPricing></pricingExpression></pricingModel>`;
    const { cases } = JSON.parse(readFileSync(new URL('../../../cases/pricing.json', import.meta.url), 'utf8')) as {
      cases: { model_xml: string; evaluate_until: string }[];
    };
    const [first] = cases;
    const asked = { xml: first?.model_xml ?? '', lenient: 'yes', usage: JSON.stringify(first), until: first?.evaluate_until ?? '', seconds: '60' };
    const ask = (more: Readonly<Record<string, string>>) => browser.send('/operator/prices/reckon', { ...asked, ...more }, '/operator/prices/reckon');
    expect((await ask({ what: 'check' })).body).toMatch(/<dt>valid<\/dt><dd>true<\/dd>/);
    expect((await ask({ what: 'check', xml: '<pricingModel' })).body).toMatch(/<dt>valid<\/dt><dd>false<\/dd>/);
    expect((await ask({ what: 'rate' })).body).toContain('<dt>total amount due</dt><dd>2.70</dd>');
    expect((await ask({ what: 'explain' })).body).toContain('fixedRateUseCost');
    expect((await ask({ what: 'quote' })).body).toContain('<dt>price</dt><dd>0.90</dd>');
    expect((await ask({ what: 'compare', xml: perUse('b', '0.90'), other: perUse('a', '0.70') })).body).toMatch(/<dt>same<\/dt><dd>false<\/dd>/);
    const simulated = await ask({ what: 'simulate', xml: asked.xml.replace('0.90', '1.00'), other: asked.xml, usage: JSON.stringify([first, { licence: 1 }]) });
    expect(simulated.body).toContain('<dt>users</dt><dd>1</dd>');
    const wrong = await ask({ what: 'rate', usage: '<script>' });
    expect([wrong.statusCode, wrong.body.includes('The usage must be JSON'), wrong.body.includes('<script>')]).toEqual([400, true, false]);
    expect((await ask({ what: 'quote', seconds: 'long' })).body).toContain('Seconds are a number.');
    // Four plays in each of two months, under either; two models may stand in one field.
    const two = `${perUse('dear', '0.90')}\n${perUse('cheap', '0.70')}`;
    const plan = { what: 'cheapest', xml: two, lenient: '', plays: '4', months: '2' };
    expect((await ask(plan)).body).toMatch(/<dt>cheapest<\/dt><dd><ul><li>cheap<\/li><\/ul>[\s\S]*5\.60[\s\S]*7\.20/);
    expect((await ask({ ...plan, months: '0' })).body).toContain('with at least one month');
    expect((await ask({ ...plan, xml: '', other: '' })).statusCode).toBe(400);
    expect((await ask({ ...plan, plays: '', months: '', usage: '[]' })).body).toContain('Type in a usage, or plays a month and months.');
    const node = { what: 'tree', tree: JSON.stringify({ id: 'r', children: [{ id: 'A', model: { fixedRateUseCost: '1.00' } }] }), use: 'A' };
    expect((await ask(node)).body).toContain('<dt>price</dt><dd>1.00</dd>');
    expect((await ask({ ...node, use: 'B' })).body).toContain('there is no pricing node');
    const audit = ask({ what: 'audit' });
    // It takes a breath between its steps.
    await vi.waitFor(async () => {
      await clock.advance(1);
      expect(await Promise.race([audit, null])).not.toBeNull();
    });
    expect((await audit).body).toMatch(/<dt>licences<\/dt><dd>\d+<\/dd>[\s\S]*<dt>findings<\/dt><dd>none<\/dd>/);
  });

  it('sums up cash by week, with a picture', async () => {
    const { browser, signIn, outlet, book } = await signedIn('bookkeeper');
    await signIn();
    const cash = (sequence: number, event: string, amountMinor: string) => ({
      ...record(sequence, JSON.stringify({ event, amountMinor, currency: 'EUR' })),
      kind: 'cash' as const,
    });
    book.intake(outlet.outlet, 'g3', [cash(1, 'coin', '500'), cash(2, 'settle', '120'), cash(3, 'settle', '30')], 0);
    const { body } = await browser.open('/operator/money?by=month');
    expect(body).toMatch(/<svg[^>]*aria-label="Earned by month in EUR"/);
    expect(body).toContain('1.50 EUR');
  });
});

it('writes numbers as ranges', () => {
  expect(formatRanges([])).toBe('');
  expect(formatRanges([1, 3, 4, 5, 9])).toBe('1, 3-5, 9');
});

it('shows the people of a household with what each may spend in a day and has spent, and no PIN', async () => {
  const { app, book } = await pages();
  const outlet = enrol(book, 2, 'set-top');
  const { account } = outlet;
  book.putHouseholdPerson(account, { consumer: 'tim-7', name: '<Tim>', outlet: outlet.outlet, locked: true, belowAge: 12 });
  book.putHouseholdCap(account, 'tim-7', 250n);
  const day = Math.max(1, book.householdDay(account));
  book.putHouseholdSpending({ key: 'k', account, outlet: 'another', consumer: 'tim-7', day: 99_999 + day, fee: false, ceilingMinor: 120n });
  const { body } = await app.inject({ url: `/operator/boxes/${outlet.outlet}`, headers: BEARER });
  expect(body).toContain(
    '<td>&lt;Tim&gt;</td><td><code>tim-7</code></td><td>1 of 1 boxes</td><td>from 12</td><td class="n">2.50 EUR</td><td class="n">1.20 EUR</td>',
  );
  expect(body).toContain('<td>The whole account</td><td></td><td></td><td></td><td class="n">none</td><td class="n">1.20 EUR</td>');
});
