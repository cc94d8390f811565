import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readModels } from '../../src/authoring/pricing/read-model.ts';
import { DebitDesk } from '../../src/headend/pricing/debit-desk.ts';
import { VendorDesk } from '../../src/headend/pricing/vendor-desk.ts';
import { openHeadendBook } from '../../src/headend/stores/headend-book.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { openScreenHouse, type ScreenHouse, type ScreenPage, SOON } from './screen-house.ts';

let house: ScreenHouse;
let screen: ScreenPage;

beforeAll(async () => {
  house = await openScreenHouse('set-top');
  screen = await house.page();
}, 150_000);

afterAll(async () => await house?.close());

/** Long enough to be brought here and to be chosen, on a busy machine too; what waits for its end waits longer. */
const RENTED_MS = 16_000;

interface SeenView {
  readonly loans: readonly unknown[];
  readonly playback: string;
  readonly nowPlaying: { readonly play: { readonly positionMs: number; readonly durationMs: number } } | null;
}

const XML = `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="debits"/><description>d</description><pricingExpression>
  <billingCycle><instantaneous/></billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="EUR" value="2.00"/></billingAttributes></basicPricing>
  </pricingExpression></pricingModel>`;

/** Another program debited a use, three days ago. */
function chargedLongAgo(minor: bigint): void {
  const then = Date.now() - 3 * 86_400_000;
  const clock = { ...systemClock, wallMs: () => then as ReturnType<typeof systemClock.wallMs> };
  const book = openHeadendBook(join(house.folder, 'headend', 'headend.db'), { clock, random: systemRandom, currency: 'EUR' });
  const { account, vendor } = book.defaults();
  const uploaded = new VendorDesk(book).upload(readModels, vendor, XML);
  if (!uploaded.ok) throw new Error(uploaded.error.message);
  const made = { userId: account, resourceId: 'archive', modelHash: uploaded.value.hash, currency: 'EUR', startMs: then, timeZone: 'UTC' };
  const debited = new DebitDesk(book).debit([{ key: 'then', licence: book.openPricingLicence(made), startMs: then, durationMs: 1_000 }]);
  book.close();
  expect(debited).toMatchObject({ ok: true, value: [{ minor }] });
}

/** The lightest that any part of a picture is, 0 to 255. */
async function lightOf(png: Buffer): Promise<number> {
  const blank = await house.browser.newPage();
  const light = await blank.evaluate<number>(`(async () => {
    const picture = await createImageBitmap(await (await fetch('data:image/png;base64,${png.toString('base64')}')).blob());
    const drawing = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
    drawing.drawImage(picture, 0, 0);
    const dots = drawing.getImageData(0, 0, picture.width, picture.height).data;
    return dots.reduce((most, dot, index) => (index % 4 === 3 ? most : Math.max(most, dot)), 0);
  })()`);
  await blank.close();
  return light;
}

const view = async (): Promise<SeenView> => (await (await fetch(`${house.url}/api/view`)).json()) as SeenView;

describe('the screen of a set-top', () => {
  test('goes on where the free part was, and shows what plays', async () => {
    await expect.poll(() => screen.focus(), SOON).toMatch(/^work:/);
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('choose');
    if ((await screen.text('[data-focus="choose"]')).startsWith('Listen')) {
      await screen.press('Enter');
      await expect.poll(() => screen.focus(), SOON).toBe('yes');
      expect(await screen.text('.note')).toBe('It then goes on from here.');
    }
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('pause');
    await expect.poll(async () => (await view()).playback, SOON).toBe('playing.flowing');
    await screen.isSound('playing on a set-top');
  });

  test('moves within what plays, further the longer an arrow is held', async () => {
    await screen.goTo('seek');
    const asked: number[] = [];
    screen.page.on('request', (request) => {
      const body = request.postDataJSON() as { readonly type?: string; readonly byMs?: number } | null;
      if (body?.type === 'intent.seek') asked.push(body.byMs ?? 0);
    });
    const before = (await view()).nowPlaying?.play.positionMs ?? 0;
    await screen.press('ArrowRight');
    await expect.poll(async () => (await view()).nowPlaying?.play.positionMs ?? 0, SOON).toBeGreaterThan(before + 5_000);
    // Held: the keyboard says it again and again, quicker than a person could.
    const again = `document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', repeat: true, bubbles: true, cancelable: true }))`;
    await screen.page.evaluate(`{ ${`${again};`.repeat(4)} }`);
    await expect.poll(() => asked.length, SOON).toBe(5);
    expect(asked).toEqual(asked.toSorted((left, right) => left - right));
    expect(asked.at(-1)).toBeGreaterThan(asked[0] ?? 0);
    expect(await screen.focus()).toBe('seek');
    // What was passed over is neither paid nor free; the bar says which is which, and that skipping costs nothing.
    expect(await screen.text('#legend')).toContain('skipping is free');
    expect(await screen.page.locator('#spans > *').count()).toBeGreaterThan(0);
    await screen.press('ArrowDown');
    expect(await screen.focus()).not.toBe('seek');
  });

  test('shows the price in force, what was charged, what is overdue, and takes the form to pay it', async () => {
    expect(await screen.text('#price-now')).toMatch(/\d\.\d\d EUR/);
    await screen.goTo('skip');
    await screen.press('Enter');
    await expect.poll(async () => (await view()).playback, SOON).toBe('browse');
    await screen.press('Escape', 'Escape');
    expect(await house.operator('PUT', '/v1/admin/accounts/:account/payment-terms', { dueDays: 0, unpaidDays: 3_650 })).toBe(200);
    await screen.goTo('account');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('pay:card');
    await expect.poll(() => screen.text('legend'), SOON).toContain('are overdue. Please pay under Account');
    const owed = await screen.text('#owed');
    expect(owed).toMatch(/^0\.\d\d EUR$/);
    expect(await screen.text('[data-focus^="charge:"] strong')).toBe(owed);
    await screen.isSound('account');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#payment'), SOON).toBe(`${owed} asked for; it counts as soon as the payment arrives.`);
    const { payments } = (await (await fetch(`${house.url}/api/account`)).json()) as { readonly payments: readonly { readonly key: string }[] };
    expect(payments).toHaveLength(1);
    expect(await house.operator('POST', `/v1/admin/payments/${payments[0]?.key}`, { state: 'paid', reason: '' })).toBe(200);
    await screen.press('Escape');
    await screen.goTo('account');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#owed'), SOON).toBe('0.00 EUR');
    expect(await screen.text('#payment')).toBe(`${owed} arrived. Thank you.`);
    await screen.press('Escape');
  });

  test('says which price is cheapest, for what is planned and for what was played, and so does the console', async () => {
    await screen.open('prices');
    await expect.poll(() => screen.text('#counted'), SOON).toBe('Plays: 240');
    expect(await screen.text('[data-focus="price:0"]')).toMatch(/^Single plays at 0\.50 EURcheapest120\.00 EUR$/);
    await screen.isSound('prices');
    await screen.goTo('more:plays');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#counted'), SOON).toBe('Plays: 300');
    expect(await house.command('price cheapest 25')).toMatch(/^Plays: 300, .*\nsingle plays at 0\.50 EUR +150\.00 EUR {2}cheapest$/);
    await screen.goTo('mine');
    await screen.press('Enter');
    // What was skipped before counts as one play.
    await expect.poll(() => screen.text('#counted'), SOON).toBe('Plays: 1');
    expect(await screen.text('[data-focus="price:0"]')).toContain('0.50 EUR');
    await screen.isSound('prices of what was played');
    expect(await house.command('price cheapest')).toMatch(/^Plays: 1, .*0\.50 EUR {2}cheapest$/s);
    expect(await house.command('price cheapest 99999')).toBe('Say at most 800 plays a month, of at most 600 minutes, for at most 24 months.');
  });

  test('says that a payment failed, that a part was paid, and that nothing more is sold, each with the form to pay', { timeout: 90_000 }, async () => {
    chargedLongAgo(200n);
    const terms = (unpaidDays: number) => house.operator('PUT', '/v1/admin/accounts/:account/payment-terms', { dueDays: 0, unpaidDays });
    expect(await terms(3_650)).toBe(200);
    const newest = async (): Promise<string> =>
      ((await (await fetch(`${house.url}/api/account`)).json()) as { readonly payments: readonly { readonly key: string }[] }).payments[0]?.key ?? '';
    const said = async (words: string): Promise<void> => {
      await screen.open('songs');
      await screen.goTo('account');
      await screen.press('Enter');
      await expect.poll(() => screen.text('legend'), SOON).toContain(words);
      await expect.poll(() => screen.focus(), SOON).toBe('pay:card');
      await screen.isSound(words);
    };
    // What was paid before counts for what was owed then.
    await said('A part was paid; 2.00 EUR are still overdue.');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#payment'), SOON).toContain('2.00 EUR asked for');
    expect(await house.operator('POST', `/v1/admin/payments/${await newest()}`, { state: 'failed', reason: 'card declined' })).toBe(200);
    await said('The last payment did not go through; 2.00 EUR are owed.');
    expect(await screen.text('#payment')).toBe('2.00 EUR did not go through: card declined');
    expect(await house.command('account pay 0.50 cash')).toBe('0.50 EUR by cash: pending.');
    expect(await house.operator('POST', `/v1/admin/payments/${await newest()}`, { state: 'paid', reason: '' })).toBe(200);
    await said('A part was paid; 1.50 EUR are still overdue.');
    expect(await terms(1)).toBe(200);
    await said('1.50 EUR were not paid: nothing more is sold until they are.');
    const { works } = (await (await fetch(`${house.url}/api/works`)).json()) as { readonly works: readonly { readonly id: string; readonly free: boolean }[] };
    const work = works.find(({ free }) => !free)?.id;
    await fetch(`${house.url}/api/intent`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'intent.ok', workId: work, entryMethod: '2' }),
    });
    await screen.open('songs');
    await expect.poll(() => screen.text('.bar .says'), SOON).toMatch(/not paid|Nothing that costs/);
    expect((await view()).nowPlaying).toBeNull();
    await said('1.50 EUR were not paid');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#payment'), SOON).toContain('1.50 EUR asked for');
    expect(await house.operator('POST', `/v1/admin/payments/${await newest()}`, { state: 'paid', reason: '' })).toBe(200);
    await expect.poll(() => house.command('show account'), SOON).toContain('Nothing is owed.');
    await screen.open('songs');
  });

  test('asks who is watching, and for a PIN that the arrows or a remote key; Back is never a trap', { timeout: 90_000 }, async () => {
    for (const line of ['viewer add Anna pin=1234', 'viewer add Tim age=12', 'parental set pin=4711 age=16']) await house.command(line);
    await expect.poll(() => screen.text('h1'), SOON).toBe('Who is watching?');
    await screen.isSound('who is watching');
    expect(await screen.focus()).toMatch(/^viewer:/);
    await screen.press('Escape');
    expect(await screen.text('h1')).toBe('Who is watching?');
    await screen.press('Enter');
    await expect.poll(() => screen.text('h1'), SOON).toBe('PIN of Anna');
    await screen.isSound('a PIN');
    await screen.press('1');
    for (const digit of [2, 3]) {
      await screen.goTo(`pin:${digit}`);
      await screen.press('Enter');
    }
    await expect.poll(() => screen.text('#pin'), SOON).toBe('● ● ● ○');
    await screen.press('9');
    await expect.poll(() => screen.text('.note'), SOON).toBe('That is not the PIN; try again, or go back.');
    await screen.press('1', '2', '3', '4');
    await expect.poll(() => screen.text('[data-focus="who"]'), SOON).toBe('Anna');
    await screen.oneFocus();
    await screen.goTo('who');
    await screen.press('Enter');
    await expect.poll(() => screen.text('h1'), SOON).toBe('Who is watching?');
    await screen.goTo('viewer:guest');
    await screen.press('Enter');
    await expect.poll(() => screen.text('[data-focus="who"]'), SOON).toBe('Guest');
  });

  test('sets spending caps behind the PIN of the household', { timeout: 90_000 }, async () => {
    await screen.open('settings');
    await screen.goTo('caps');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('household');
    expect((await fetch(`${house.url}/api/caps`)).status).toBe(401);
    await screen.press('Enter');
    await expect.poll(() => screen.text('h1'), SOON).toBe('PIN of the household');
    await screen.press('4', '7', '1', '1');
    await expect.poll(() => screen.focus(), SOON).toBe('more:account');
    await screen.isSound('spending caps');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#cap-account'), SOON).toBe('1.00 EUR a day');
    await screen.goTo('less:account');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#cap-account'), SOON).toBe('0.00 EUR a day');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#cap-account'), SOON).toBe('no cap');
    await expect.poll(() => house.command('show caps'), SOON).not.toContain('a day');
    await screen.press('Escape');
    await screen.oneFocus();
  });

  test('adds somebody, names him anew, gives him a PIN and takes him off the list, all by the screen', { timeout: 90_000 }, async () => {
    await screen.open('settings');
    await screen.goTo('people');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('person:add');
    // Anna, Tim, and the two buttons above them.
    await expect.poll(() => screen.page.locator('[data-focus^="person:"]').count(), SOON).toBe(4);
    await screen.isSound('people');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('key:a');
    await screen.isSound('a name');
    await screen.goTo('key:i');
    await screen.press('Enter', 'd', 'a');
    await expect.poll(() => screen.text('#typed'), SOON).toBe('Ida');
    await screen.goTo('key:done');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('rename');
    await expect.poll(() => screen.text('legend'), SOON).toBe('Ida');
    await screen.isSound('somebody');
    await screen.goTo('pin');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('key:5');
    await screen.isSound('a new PIN');
    await screen.press('1', '2');
    await screen.goTo('key:done');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#person-note'), SOON).toBe('A PIN has four digits, or is none.');
    await screen.press('3', '4', 'Enter');
    await expect.poll(() => screen.text('[data-focus="pin"]'), SOON).toBe('Change the PIN');
    await screen.goTo('rename');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#typed'), SOON).toBe('Ida');
    // A name that somebody has is refused in words, and Back leaves all as it was.
    await screen.press('Backspace', 'Backspace', 'Backspace', 't', 'i', 'm');
    await screen.goTo('key:done');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#person-note'), SOON).toBe('Somebody here is called Tim already.');
    await screen.press('o', 'Enter');
    await expect.poll(() => screen.text('legend'), SOON).toBe('Timo');
    expect(await house.command('show viewers')).toContain('Timo: with a PIN');
    await screen.goTo('age');
    await screen.press('Enter');
    await expect.poll(() => screen.text('[data-focus="age"]'), SOON).toBe('From age 6 on: PIN of the household');
    await screen.goTo('remove');
    await screen.press('Enter');
    await expect.poll(() => screen.text('[data-focus="remove"]'), SOON).toBe('Press again: Timo leaves the list');
    expect(await house.command('show viewers')).toContain('Timo');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('person:add');
    expect(await house.command('show viewers')).not.toContain('Timo');
    expect((await fetch(`${house.url}/api/people`, { method: 'POST', body: '{}' })).status).not.toBe(200);
    await screen.press('Escape', 'Escape');
    await screen.oneFocus();
  });

  test('does not spend again what another box of the account has spent, says so, and takes nothing', { timeout: 90_000 }, async () => {
    await house.command('cap set account 1.00');
    const book = openHeadendBook(join(house.folder, 'headend', 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'EUR' });
    const { account } = book.defaults();
    await expect.poll(() => book.householdCaps(account).get('account'), SOON).toBe(100n);
    const day = Math.max(book.householdDay(account), Math.floor(Date.now() / 86_400_000));
    const spent = { key: 'at another box', account, outlet: 'another', consumer: null, day, fee: false };
    // The box has not heard of it: only the headend knows.
    book.putHouseholdSpending({ ...spent, ceilingMinor: 80n });
    const { works } = (await (await fetch(`${house.url}/api/works`)).json()) as { readonly works: readonly { readonly id: string; readonly free: boolean }[] };
    await screen.open('songs');
    await screen.goTo(`work:${works.find(({ free }) => !free)?.id}`);
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('choose');
    const owed = await house.command('show account');
    await screen.press('Enter');
    await expect.poll(() => screen.text('main'), SOON).toMatch(/may spend 1\.00 EUR a day at all boxes together, and 0\.\d\d EUR of it is left/);
    await expect.poll(async () => (await view()).playback, SOON).toBe('browse');
    await screen.oneFocus();
    expect(await house.command('show account')).toBe(owed);
    book.putHouseholdSpending({ ...spent, ceilingMinor: 0n });
    book.close();
    await house.command('cap set account none');
  });

  test('goes to standby, dark and silent, and any key wakes it', async () => {
    await screen.open('settings');
    await screen.goTo('standby');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('wake');
    await screen.isWhole('standby');
    expect(await lightOf(await screen.page.screenshot())).toBe(0);
    expect(await house.command('show status')).toContain('Standby: any key wakes it.');
    const pressedMs = performance.now();
    await screen.press('ArrowLeft');
    await expect.poll(() => screen.focus(), { ...SOON, interval: 10 }).not.toBe('wake');
    process.stderr.write(`standby: key to screen ${Math.round(performance.now() - pressedMs)} ms on this machine\n`);
    await screen.oneFocus();
  });

  test('rents a title that plays, ends and asks, is kept longer, and goes back before its time', { timeout: 120_000 }, async () => {
    const { works } = (await (await fetch(`${house.url}/api/works`)).json()) as { readonly works: readonly { readonly id: string; readonly title: string }[] };
    const [work] = works;
    expect(work).toBeDefined();
    const rule = { resourceKind: 'work', mode: 'intermittent', pulseMs: null, unlock: 'lease', protection: 'aes-gcm-segments' };
    expect(await house.operator('PUT', `/v1/admin/works/${work?.id}/lending`, { ...rule, periodMs: RENTED_MS, feeMinor: '150' })).toBe(200);
    await screen.open('songs');
    await screen.goTo(`work:${work?.id}`);
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('choose');
    await screen.isSound('a work that can be rented');
    await screen.goTo('rent');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('rental:yes');
    expect(await screen.text('#rental-price')).toBe('1.50 EUR');
    expect(await screen.text('.by')).toBe(`Rent ${work?.title} for 16 seconds, for 1.50 EUR? OK rents it, Back leaves it.`);
    await screen.isSound('renting');
    // Back leaves it, and finds the button again; nothing was taken.
    await screen.press('Escape');
    await expect.poll(() => screen.focus(), SOON).toBe('rent');
    expect(await house.command('licence list')).not.toContain(work?.title ?? '');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('rental:yes');
    await screen.press('Enter');
    await expect.poll(() => house.command('licence list'), SOON).toContain('ready');
    await expect.poll(() => screen.text('#rented'), SOON).toMatch(/^until /);
    await expect.poll(() => screen.text('[data-focus="rent"]'), SOON).toBe('Give it back');
    await expect.poll(() => house.command('show account'), SOON).toContain('1.50 EUR');
    await screen.goTo('choose');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('yes');
    await screen.press('Enter');
    await expect.poll(async () => (await view()).playback, SOON).toBe('playing.flowing');
    await house.command('skip');
    await expect.poll(async () => (await view()).playback, SOON).toBe('browse');

    await expect.poll(() => screen.focus(), { ...SOON, timeout: 2 * RENTED_MS }).toBe('renew');
    expect(await house.command('licence list')).toContain('expired');
    expect(await screen.text('.by')).toBe(`The time of ${work?.title} is over. Renew it for 1.50 EUR?`);
    await screen.isSound('renewal');
    await screen.goTo('renew');
    await screen.press('Enter');
    await expect.poll(() => house.command('licence list'), SOON).toContain('ready');
    await expect.poll(() => screen.focus(), SOON).not.toBe('renew');

    // Given back before its time, where it was rented: Back keeps it, and OK has to be meant.
    await screen.open('songs');
    await screen.goTo(`work:${work?.id}`);
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('choose');
    await screen.goTo('rent');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('rental:no');
    await screen.isSound('giving back');
    await screen.goTo('rental:yes');
    await screen.press('Enter');
    await expect.poll(async () => (await view()).loans, SOON).toEqual([]);
    await expect.poll(() => screen.text('[data-focus="rent"]'), SOON).toBe('Rent it');
    await screen.oneFocus();
  });

  test('keeps what the household wishes', async () => {
    await screen.open('settings');
    await screen.goTo('language:fr');
    await screen.press('Enter');
    await expect.poll(() => screen.text('h1'), SOON).toBe('Réglages');
    await screen.page.reload();
    await expect.poll(() => screen.text('h1'), SOON).toBe('Titres');
  });

  test('asks whether a title is kept longer; Back puts the answer off', async () => {
    const { page } = screen;
    const answers: unknown[] = [];
    await page.route('**/api/events*', (route) => route.abort());
    await page.route('**/api/intent', async (route) => {
      answers.push(route.request().postDataJSON());
      await route.fulfill({ json: { ok: true } });
    });
    await page.route(`${house.url}/`, async (route) => {
      const html = await (await route.fetch()).text();
      const renewal = { licence: 'l1', title: 'Night Tram', text: 'Its time is over. Keep it for another week?' };
      await route.fulfill({ contentType: 'text/html', body: html.replace(/"renewal":null/, `"renewal":${JSON.stringify(renewal)}`) });
    });
    await page.reload();
    await expect.poll(() => screen.focus(), SOON).toBe('renew');
    await screen.isSound('renewal');
    await screen.press('Enter');
    await expect.poll(() => answers, SOON).toMatchObject([{ type: 'intent.renew', licence: 'l1', yes: true }]);
    await screen.goTo('return');
    await screen.press('Enter');
    await expect.poll(() => answers[1], SOON).toMatchObject({ type: 'intent.renew', licence: 'l1', yes: false });
    await screen.press('Escape');
    await expect.poll(() => screen.text('h1'), SOON).toBe('Titres');
    await screen.oneFocus();
  });
});
