import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { approveByCode } from '../../src/cli/approve-enrolment.ts';
import { operatorCommand } from '../../src/cli/operator.ts';
import type { OperatorRole } from '../../src/domain/access/operator-roles.ts';
import type { NewOperator } from '../../src/headend/operator/operator-accounts.ts';
import { oneTimeCode, stepAt } from '../../src/platform/crypto/totp.ts';
import { beginEnrolment, dropFolders, scratchFolder } from '../fakes/headend-on-localhost.ts';
import { HOUSE_WORKS, launchScreenHouse, type ScreenHouse, worksOf } from '../fakes/screen-house.ts';
import { commandAt, headendOf, ScreenPage, SOON } from './screen-house.ts';

const folder = scratchFolder();
const silentFolder = scratchFolder();
const complaints: string[] = [];

// Ten pages in a browser, each judged by axe: a machine that does other things as well takes its time.
vi.setConfig({ testTimeout: 120_000 });
let house: ScreenHouse;
let origin = '';

type Cookies = Awaited<ReturnType<BrowserContext['storageState']>>;

/** Who signed in already: the door takes only so many from one address. */
const signedInAs = new Map<OperatorRole, Cookies>();

/** Each role in a browser of its own, signed in with password and code; who did that before is known by his cookie. */
async function signedIn(role: OperatorRole, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const cookies = signedInAs.get(role);
  if (cookies !== undefined) {
    const known = await stranger(colorScheme, cookies);
    await known.goto(`${origin}/operator`);
    return known;
  }
  const account = await operator(role);
  const page = await stranger(colorScheme);
  await page.goto(`${origin}/operator`);
  expect(new URL(page.url()).pathname).toBe('/operator/sign-in');
  await page.getByLabel('Name').fill(account.name);
  await page.getByLabel('Password').fill(account.password);
  await page.getByLabel('Code of your authenticator').fill(codeOf(account));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Boxes' }).waitFor();
  signedInAs.set(role, await page.context().storageState());
  return page;
}

async function stranger(colorScheme: 'light' | 'dark' = 'light', storageState?: Cookies): Promise<Page> {
  const context = await house.browser.newContext({ ignoreHTTPSErrors: true, colorScheme, ...(storageState && { storageState }) });
  const page = await context.newPage();
  page.on('console', (message) => void (message.type() === 'error' && !message.text().includes('status of 4') && complaints.push(message.text())));
  page.on('pageerror', (error) => complaints.push(error.message));
  return page;
}

/** As an owner makes it, on the machine of the headend. */
async function operator(role: OperatorRole): Promise<NewOperator> {
  const told: string[] = [];
  const io = { out: (text: string) => void told.push(text), err: (text: string) => void told.push(text) };
  expect(await operatorCommand.run(['add', role, '--role', role, '--data', join(folder, 'headend'), '--json'], io)).toBe(0);
  return JSON.parse(told.join('')) as NewOperator;
}

function codeOf({ otpauth }: NewOperator): string {
  return oneTimeCode(fromBase32(new URL(otpauth).searchParams.get('secret') ?? ''), stepAt(Date.now()));
}

function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

async function isSound(page: Page): Promise<void> {
  expect([page.url(), await new ScreenPage(page).seriousFindings()]).toEqual([page.url(), []]);
}

const box = (line: string): Promise<string> => commandAt(house.url, join(folder, 'box'), line);

beforeAll(async () => {
  house = await launchScreenHouse(folder);
  await worksOf(house.url, HOUSE_WORKS);
  origin = headendOf(folder);
  const silent = beginEnrolment(origin, silentFolder);
  await approveByCode({ url: origin, headendFolder: join(folder, 'headend'), code: await silent.code });
  await silent.enrolled;
  await box('coin 2.00');
  await box('collect begin');
  await box('collect count 1.50');
}, 120_000);

afterAll(async () => {
  await house?.stop();
  dropFolders(folder, silentFolder);
});

describe('every page of the operator, in a browser', () => {
  test.each(['light', 'dark'] as const)(
    'is sound to axe, draws without a complaint, and renews itself only where somebody asked for it (%s)',
    async (scheme) => {
      const page = await signedIn('account-manager', scheme);
      const tabs = await page.locator('header a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
      expect(tabs).toHaveLength(9);
      const boxes = await page.locator('main td a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
      for (const path of [...tabs, ...boxes, '/operator/prices/reckon', '/operator/money?by=month', '/operator/usage?report=gaps']) {
        const answer = await page.goto(`${origin}${path}`);
        expect([path, answer?.status(), answer?.headers().refresh]).toEqual([path, 200, undefined]);
        await isSound(page);
      }
      await page.goto(`${origin}/operator`);
      const [renewed] = await Promise.all([
        page.waitForResponse((answer) => answer.url().endsWith('renew=10')),
        page.getByRole('link', { name: 'every 10 s' }).click(),
      ]);
      expect(renewed.headers().refresh).toBe('10');
      await page.context().close();
    },
  );

  test('the door is sound too, and says no more to a guesser than to anybody', async () => {
    const page = await stranger();
    await page.goto(`${origin}/operator/sign-in`);
    await isSound(page);
    const account = await operator('collector');
    const tries = [
      { name: account.name, password: 'guessed', code: codeOf(account) },
      { name: account.name, password: account.password, code: '000000' },
      { name: 'nobody', password: 'guessed', code: '000000' },
    ];
    for (const { name, password, code } of tries) {
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Password').fill(password);
      await page.getByLabel('Code of your authenticator').fill(code);
      await page.getByRole('button', { name: 'Sign in' }).click();
      expect(await page.getByRole('alert').textContent()).toBe('Name, password and code do not fit together.');
    }
    await isSound(page);
    await page.context().close();
  });

  test('a role is offered what it may, and refused the rest, at the address as well', async () => {
    const page = await signedIn('collector');
    expect(await page.locator('header a').allTextContents()).toEqual(['Boxes', 'Money', 'Collections']);
    for (const path of ['/operator/music', '/operator/prices', '/operator/alerts', '/operator/actions', '/operator/records'])
      expect([path, (await page.goto(`${origin}${path}`))?.status()]).toEqual([path, 403]);
    await page.goto(`${origin}/operator/collections`);
    expect(await page.getByRole('button', { name: 'Settle' }).count()).toBe(0);
    await page.context().close();
  });

  test('a form without the token of its page is refused, and so is a page of another site', async () => {
    const page = await signedIn('account-manager');
    await page.goto(`${origin}/operator/collections`);
    const forged = await page.request.post(`${origin}/operator/music/hide`, { form: { work: 'x', outlet: 'all', reason: 'because' } });
    expect([forged.status(), await forged.text()]).toEqual([403, 'This form is not of your sign-in: open the page again.\n']);
    await page.setContent(`<iframe src="${origin}/operator"></iframe>`);
    await vi.waitUntil(() => complaints.some((words) => words.includes('frame-ancestors') || words.includes('Framing')), SOON);
    complaints.length = 0;
    await page.context().close();
  });
});

describe('journeys to an outcome', () => {
  test('a technician finds the silent box, first in the list and by name', async () => {
    const page = await signedIn('technician');
    expect(await page.locator('.bad').first().textContent()).toBe('1 of 2 boxes are silent.');
    const first = page.locator('tbody tr').first();
    expect(await first.textContent()).toMatch(/Box under test.*silent: never/s);
    await first.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'Box under test' }).waitFor();
    expect(await page.locator('main').textContent()).toContain('Last contact never');
    await page.context().close();
  });

  test('a bookkeeper settles a collection with a variance, and it stays settled', async () => {
    const page = await signedIn('bookkeeper');
    await vi.waitUntil(async () => {
      await page.goto(`${origin}/operator/collections`);
      return (await page.getByRole('button', { name: 'Settle' }).count()) === 1;
    }, SOON);
    expect(await page.locator('td .bad').textContent()).toBe('-0.50 EUR');
    await page.getByRole('button', { name: 'Settle' }).click();
    // The browser itself asks for the note.
    expect(await page.getByRole('button', { name: 'Settle' }).count()).toBe(1);
    await page.getByLabel('Note').fill('recounted, one coin foreign');
    await page.getByRole('button', { name: 'Settle' }).click();
    await page.getByText('bookkeeper: recounted, one coin foreign').waitFor();
    expect(await page.locator('main p').first().textContent()).toBe('0 of 1 collections are not settled.');
    await isSound(page);
    await page.context().close();
  });

  test('an account manager publishes a price after simulating it', async () => {
    const page = await signedIn('account-manager');
    await page.goto(`${origin}/operator/prices`);
    expect(await page.getByRole('button', { name: /^Publish/ }).count()).toBe(0);
    await page.getByLabel('Price node').fill('evenings');
    await page
      .getByLabel(/^Pricing model/)
      .fill(
        '<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="evenings-1"/><description>d</description><pricingExpression><billingCycle><instantaneous/></billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="EUR" value="0.70"/></billingAttributes></basicPricing></pricingExpression></pricingModel>',
      );
    await page.getByRole('button', { name: 'Try it on what was used' }).click();
    await page.getByRole('heading', { name: 'What would change' }).waitFor();
    await isSound(page);
    await page.getByRole('button', { name: 'Publish evenings-1 at evenings' }).click();
    expect(await page.getByRole('status').textContent()).toBe('evenings-1 is in force at evenings.');
    await page.goto(`${origin}/operator/actions`);
    expect(await page.locator('main').textContent()).toContain('publish price');
    await page.context().close();
  });

  test.each(['light', 'dark'] as const)(
    'an account manager asks which model is cheapest, what a node of a tree costs, and audits the book (%s)',
    async (scheme) => {
      const page = await signedIn('account-manager', scheme);
      await page.goto(`${origin}/operator/prices/reckon`);
      const perUse = (id: string, value: string): string =>
        `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="${id}"/><description>d</description><pricingExpression><billingCycle><instantaneous/></billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="EUR" value="${value}"/></billingAttributes></basicPricing></pricingExpression></pricingModel>`;
      await page.getByLabel(/^Pricing model/).fill(`${perUse('dear', '0.90')}\n${perUse('cheap', '0.70')}`);
      await page.getByLabel(/plays a month/).fill('4');
      await page.getByLabel(/^months/).fill('2');
      await page.getByLabel(/^Tree of models/).fill('{"id": "r", "children": [{"id": "A", "model": {"fixedRateUseCost": "1.00"}}]}');
      await page.getByLabel(/^Node that is used/).fill('A');
      const answers = [
        ['Which model is cheapest?', /cheapest\s*cheap[\s\S]*5\.60[\s\S]*7\.20/],
        ['What does the node cost?', /price\s*1\.00/],
        ['Does the book equal a replay?', /findings\s*none/],
      ] as const;
      for (const [button, answer] of answers) {
        await page.getByRole('button', { name: button }).click();
        await page.getByRole('heading', { name: 'Answer' }).waitFor();
        expect(await page.locator('main').textContent()).toMatch(answer);
        await isSound(page);
      }
      await page.context().close();
    },
  );

  test('a music manager hides a work and reads from the box why it is hidden', async () => {
    const page = await signedIn('music-manager');
    await page.goto(`${origin}/operator/music`);
    await page.getByLabel('Title, artist or genre').fill('tram');
    await page.getByRole('button', { name: 'Search' }).click();
    const row = page.locator('tbody tr').filter({ hasText: 'Night Tram' });
    await row.getByLabel('Where').selectOption({ label: 'Jukebox' });
    await row.getByLabel('Why').fill('families before nine');
    await row.getByRole('button', { name: 'Hide Night Tram' }).click();
    await vi.waitUntil(async () => (await worksOf(house.url, 1)).every(({ title }) => title !== 'Night Tram'), SOON);
    await page.goto(`${origin}/operator/music?search=tram`);
    await row.getByLabel('Where').selectOption({ label: 'Jukebox' });
    await row.getByRole('button', { name: 'Ask one box why it hides it' }).click();
    await vi.waitUntil(async () => {
      await page.getByRole('link', { name: 'Renew now' }).click();
      return (
        (await page.locator('main').textContent())?.includes('families before nine (music-manager)') === true &&
        (await page.getByText('Night Tram:').count()) > 0
      );
    }, SOON);
    await isSound(page);
    await page.context().close();
  });

  test('nothing on the way made a browser complain', () => {
    expect(complaints).toEqual([]);
  });
});
