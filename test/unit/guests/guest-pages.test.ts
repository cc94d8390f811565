import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { guestLanguage } from '../../../src/guests/guest-texts.ts';
import { GuestScene, OUTLET, type Phone, TOKEN } from '../../fakes/guest-scene.ts';

let scene: GuestScene;
let phone: Phone;

beforeEach(async () => {
  scene = new GuestScene();
  await scene.box.start();
  phone = scene.phone();
});
afterEach(() => scene.remove());

/** Finds a song by its beginning and opens its page. */
async function choose(by: Phone, title: string): Promise<void> {
  await by.open(`/g/${OUTLET}/songs?search=${encodeURIComponent(title)}`);
  await by.open(by.link(title));
}

test('a guest compares prices for what he plans; a plan that is none is asked for again', async () => {
  await phone.scan();
  await phone.open(phone.link('Which price is cheapest'));
  expect(phone.html).toMatch(/name="plays" value="10"/);
  await phone.open(`/g/${OUTLET}/prices?plays=20&minutes=4&months=6`);
  expect(phone.text()).toContain('By the evening (cheapest) 5.00 EUR single plays at 0.50 EUR (7.00 EUR more) 12.00 EUR');
  expect(phone.html).toMatch(/name="plays" value="20"/);
  for (const query of ['plays=0&minutes=4&months=6', 'plays=<b>', 'plays=1e9&minutes=1&months=1', 'plays=2']) {
    await phone.open(`/g/${OUTLET}/prices?${query}`);
    expect([query, phone.status, phone.html.includes('cheapest)'), phone.html.includes('<b>')]).toEqual([query, 200, false, false]);
  }
});

describe('whoever scans the code of the screen', () => {
  test('is in, without an account, and sees credit, code and queue', async () => {
    await phone.scan();
    expect(phone.status).toBe(200);
    expect(phone.text()).toMatch(/Bar Your credit 0\.00 EUR Your code for the staff [2-9A-Z]{4}/);
    expect(phone.text()).toContain('Nothing waits');
  });

  test.each([
    ['an old code', `/g/${OUTLET}/ZZZZZZZZZZZZZZZZ`, 403],
    ['no code', `/g/${OUTLET}`, 401],
    ['another box', '/g/outlet-2', 401],
    ['no box at all', '/g/', 404],
    ['a path that is none', `/g/${OUTLET}/../../operator`, 404],
  ])('with %s stays out and is told to scan', async (_name, path, status) => {
    await phone.open(path);
    expect(phone.status).toBe(status);
    expect(phone.text()).toContain('Scan the code');
  });

  test('stays the same guest when he scans again', async () => {
    await scene.giveCredit(phone, 200n);
    await phone.scan();
    expect(phone.text()).toContain('Your credit 2.00 EUR');
  });

  test('is told where the pass of another box does not fit', async () => {
    await phone.scan();
    await phone.open('/g/outlet-2');
    expect(phone.status).toBe(401);
  });
});

describe('a song from a phone', () => {
  test('says its price and its start, and is queued once however often the form is sent', async () => {
    await scene.giveCredit(phone, 300n);
    await choose(phone, 'Blue Hour');
    expect(phone.text()).toContain('It starts at once.');
    const form = phone.form('Queue it for 1.00 EUR');
    await phone.post(form.action, form.fields);
    await phone.post(form.action, form.fields);
    expect(phone.text()).toContain('It is in the queue.');
    expect(phone.text()).toContain('Your credit 2.00 EUR');
    await scene.box.quiet();
    expect(scene.box.box.view().nowPlaying?.title).toBe('Blue Hour');
  });

  test('is not sold without credit, and the page says what is missing', async () => {
    await phone.scan();
    await choose(phone, 'Blue Hour');
    expect(phone.text()).toContain('You have 0.00 EUR; it costs 1.00 EUR.');
    expect(() => phone.form('Queue it')).toThrow();
  });

  test('costs what was quoted, and never something else', async () => {
    await scene.giveCredit(phone, 300n);
    await choose(phone, 'Blue Hour');
    await phone.press('Queue it', { quote: '1' });
    expect(phone.text()).toContain('The price has changed');
    expect(phone.text()).toContain('Your credit 3.00 EUR');
  });

  test('can be heard next for a premium that is quoted first', async () => {
    await scene.box.box.command('premium set 50 10', { role: 'technician', surface: 'console' });
    const other = scene.phone('192.0.2.8');
    await scene.giveCredit(other, 300n);
    for (const title of ['Blue Hour', 'Green Door', 'Blue Hour']) {
      await choose(other, title);
      await other.press('Queue it');
      await scene.box.quiet();
    }
    await scene.giveCredit(phone, 300n);
    await choose(phone, 'Green Door');
    await phone.press('Hear it next for 1.70 EUR');
    expect(phone.text()).toContain('Your credit 1.30 EUR');
    expect(scene.box.box.view().queue.map(({ next }) => next)).toEqual([true, false, false]);
  });

  test('is refused while the box is out of service', async () => {
    await scene.giveCredit(phone, 300n);
    await choose(phone, 'Blue Hour');
    const form = phone.form('Queue it');
    await scene.box.command('service on "cleaning"');
    await phone.post(form.action, form.fields);
    expect(phone.text()).toContain('sells nothing just now');
    expect(phone.text()).toContain('Your credit 3.00 EUR');
  });

  test('that the venue has hidden is not found', async () => {
    await scene.box.box.command('filter add work w1 "not here"', { role: 'technician', surface: 'console' });
    await phone.scan();
    await phone.open(`/g/${OUTLET}/songs?search=blue`);
    expect(phone.text()).toContain('Nothing begins like that');
    await phone.open(`/g/${OUTLET}/song/w1`);
    expect(phone.text()).toContain('can not be chosen here');
  });
});

describe('what a page lets nobody do', () => {
  test('a form of another site is refused', async () => {
    await scene.giveCredit(phone, 300n);
    await choose(phone, 'Blue Hour');
    await phone.press('Queue it', { token: 'A'.repeat(43) });
    expect(phone.status).toBe(403);
    expect(scene.box.box.view().queue).toEqual([]);
  });

  test('credit moves by a press, never by opening an address', async () => {
    await scene.box.coin(200n);
    const { data } = await scene.box.box.command('credit to-phone', { role: 'customer', surface: 'screen' });
    await phone.scan(TOKEN, `?code=${(data as { readonly claimCode: string }).claimCode}`);
    expect(await scene.box.book.ledger()).toMatchObject({ unclaimedMinor: 200n });
    await phone.press('Take it');
    expect(phone.text()).toContain('It is yours.');
    expect(await scene.box.book.ledger()).toMatchObject({ unclaimedMinor: 0n, patronCreditMinor: 200n, problem: null });
  });

  test('codes are not guessed: after five the phone waits', async () => {
    await phone.scan();
    for (let guess = 0; guess < 5; guess += 1) await phone.press('Take it', { code: `AAAA-AAA${guess + 2}` });
    expect(phone.text()).toContain('No open claim has this code.');
    await phone.press('Take it', { code: 'AAAA-AAA9' });
    expect(phone.status).toBe(429);
  });

  test('what a guest types never becomes markup', async () => {
    await phone.scan();
    await phone.open(`/g/${OUTLET}/songs?search=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(phone.html).not.toContain('<script');
  });

  test('a guest who presses without end is slowed down', async () => {
    await phone.scan();
    const statuses: number[] = [];
    for (let press = 0; press < 30; press += 1) statuses.push((await phone.open(`/g/${OUTLET}`)).status);
    expect(statuses).toContain(429);
  });
});

describe('the language of a phone', () => {
  test.each([
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['fr', 'fr'],
    ['pt-BR, fr;q=0.5', 'fr'],
    ['ja', 'en'],
    ['', 'en'],
  ] as const)('%j is answered in %s', (header, language) => {
    expect(guestLanguage(header)).toBe(language);
  });
});
