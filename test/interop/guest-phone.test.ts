import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openScreenHouse, type ScreenHouse, type ScreenPage, SOON } from './screen-house.ts';

const AXE = join(import.meta.dirname, '..', '..', 'node_modules', 'axe-core', 'axe.min.js');

let house: ScreenHouse;
let screen: ScreenPage;
let phone: Page;

beforeAll(async () => {
  house = await openScreenHouse();
  screen = await house.page();
}, 90_000);

afterAll(async () => await house?.close());

interface Seen {
  readonly guestLink: string | null;
  readonly creditMinor: string;
  readonly nowPlaying: { readonly title: string } | null;
  readonly queue: readonly { readonly title: string; readonly next: boolean }[];
}

const view = async (): Promise<Seen> => (await (await fetch(`${house.url}/api/view`)).json()) as Seen;
const body = async (): Promise<string> => ((await phone.textContent('main')) ?? '').replaceAll(/\s+/g, ' ');
const reloaded = async (): Promise<string> => {
  await phone.reload();
  return await body();
};

/** WCAG 2.2 A and AA, and nothing that axe calls serious. */
async function isSound(): Promise<void> {
  await phone.addScriptTag({ path: AXE }).catch(() => {});
  const found = await phone.evaluate("axe.run().then(({ violations }) => violations.map(({ id, impact }) => impact + ' ' + id))");
  expect(found).toEqual([]);
}

async function choose(title: string): Promise<void> {
  await phone.getByRole('searchbox').fill(title.slice(0, 6));
  await phone.getByRole('button', { name: 'Find' }).click();
  await phone.getByRole('link', { name: title }).click();
}

describe('a guest with a phone, through the headend', () => {
  test('is let in by the code that the screen shows once staff lets guests in', async () => {
    expect((await view()).guestLink).toBeNull();
    expect(await house.command('guests on')).toContain('Guests may choose');
    await expect.poll(async () => (await view()).guestLink, SOON).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/g\/[\w-]+\/[A-Z2-9]{16}$/);
    await screen.open('phone');
    await expect.poll(() => screen.page.locator('.code').count(), SOON).toBe(1);
    await screen.isSound('phone');
    // The page may run no script of ours or anybody's; axe is let in by the browser.
    phone = await house.browser.newPage({ viewport: { width: 390, height: 844 }, ignoreHTTPSErrors: true, bypassCSP: true });
    await phone.goto((await view()).guestLink ?? '');
    await expect.poll(body, SOON).toContain('Your credit');
    expect(await phone.title()).toBe('Jukebox');
    await isSound();
  });

  test('takes the credit along that lies in the box', async () => {
    await screen.open('songs');
    await screen.goTo('coin');
    await screen.press('Enter');
    await expect.poll(async () => (await view()).creditMinor, SOON).toBe('100');
    await screen.press('Enter');
    await expect.poll(async () => (await view()).creditMinor, SOON).toBe('200');
    await screen.open('phone');
    await screen.goTo('to-phone');
    await screen.press('Enter');
    await expect.poll(() => screen.text('figcaption'), SOON).toMatch(/As text: [2-9A-Z]{4}-[2-9A-Z]{4}$/);
    const code = (await screen.text('figcaption')).slice(-9);
    expect((await view()).creditMinor).toBe('0');
    await phone.goto(`${(await view()).guestLink}?code=${code}`);
    await phone.getByRole('button', { name: 'Take it' }).click();
    await expect.poll(body, SOON).toContain('2.00 EUR');
  });

  test('sees price and start, buys, and hears it in the room', async () => {
    await choose('Night Tram');
    expect(await body()).toContain('It starts at once.');
    await isSound();
    await phone.getByRole('button', { name: 'Queue it for 0.50 EUR' }).click();
    await expect.poll(body, SOON).toContain('It is in the queue.');
    await expect.poll(async () => (await view()).nowPlaying?.title, SOON).toBe('Night Tram');
    expect((await view()).creditMinor).toBe('0');
  });

  test('asks which price is cheapest for what he plans', async () => {
    await phone.getByRole('link', { name: 'Which price is cheapest?' }).click();
    await phone.getByLabel('Plays a month').fill('20');
    await phone.getByRole('button', { name: 'Compare' }).click();
    // Works of the house cost 0.50, all of them: 240 plays in a year.
    expect(await body()).toContain('single plays at 0.50 EUR (cheapest)120.00 EUR');
    await isSound();
    await phone.getByRole('link', { name: 'Back' }).click();
  });

  test('pays a premium to be heard next, which staff has set', async () => {
    await house.command('premium set 50 10');
    const titles = await queueable(2);
    await choose(titles[0] ?? '');
    await phone.getByRole('button', { name: /^Queue it/ }).click();
    await choose(titles[1] ?? '');
    await phone.getByRole('button', { name: 'Hear it next for 0.80 EUR' }).click();
    await expect
      .poll(async () => (await view()).queue.map(({ title, next }) => [title, next]), SOON)
      .toEqual([
        [titles[1], true],
        [titles[0], false],
      ]);
    await expect.poll(body, SOON).toContain('0.20 EUR');
  });

  test('is told when the box is away, and goes on when it is back', async () => {
    // Stopped, it is away for as long as it takes to see it; killed, it is started again sooner than a guest notices.
    process.kill(house.boxPid(), 'SIGSTOP');
    await expect.poll(reloaded, { timeout: 30_000, interval: 300 }).toContain('does not answer');
    process.kill(house.boxPid(), 'SIGKILL');
    await expect.poll(reloaded, { timeout: 40_000, interval: 500 }).toContain('0.20 EUR');
  }, 90_000);

  test('comes in no more when staff closes the door', async () => {
    const link = (await view()).guestLink ?? '';
    await house.command('guests off');
    await expect.poll(async () => (await view()).guestLink, SOON).toBeNull();
    const stranger = await house.browser.newPage({ ignoreHTTPSErrors: true });
    await expect.poll(async () => (await stranger.goto(link))?.status(), { timeout: 4_000, interval: 200 }).toBe(403);
  });
});

/** Titles of works that are sold and do not sound now. */
async function queueable(count: number): Promise<readonly string[]> {
  const { works } = (await (await fetch(`${house.url}/api/works`)).json()) as { readonly works: readonly { readonly title: string; readonly free: boolean }[] };
  return works
    .filter(({ title, free }) => !free && title !== 'Night Tram')
    .map(({ title }) => title)
    .slice(0, count);
}
