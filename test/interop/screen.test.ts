import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { dropFolders, scratchFolder } from '../fakes/headend-on-localhost.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const BROWSER_ARGS = ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const SHOTS = process.env.ACKBOX_SCREENSHOTS;
const SOON = { timeout: 15_000, interval: 100 };

let folder = '';
let url = '';
let house: ChildProcess;
let browser: Browser;
let page: Page;
const complaints: string[] = [];
const strangers: string[] = [];
/** While the box restarts, the browser itself notes that it could not connect. */
let boxAway = false;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

beforeAll(async () => {
  folder = scratchFolder();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const ports = ['--screen-port', String(port), '--http-port', '0', '--rtsp-port', '0'];
  house = spawn(process.execPath, ['src/cli/bootstrap.mjs', 'start', '--data', folder, ...ports], { cwd: ROOT, stdio: 'ignore' });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false, args: BROWSER_ARGS });
  page = await browser.newPage({ viewport: { width: 1_280, height: 720 } });
  page.on('console', (message) => {
    if (message.type() === 'error' && !boxAway) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`) && !request.url().startsWith('data:')) strangers.push(request.url());
  });
  await vi.waitUntil(
    () =>
      fetch(`${url}/api/view`).then(
        (answer) => answer.ok,
        () => false,
      ),
    { timeout: 40_000, interval: 100 },
  );
  await page.addInitScript({ path: join(import.meta.dirname, 'screen-probe.js') });
  await page.goto(`${url}/`);
  await vi.waitUntil(async () => (await paidWorks()).length >= 4, { timeout: 30_000, interval: 100 });
});

afterAll(async () => {
  await browser?.close();
  if (house !== undefined && house.exitCode === null) {
    house.kill('SIGTERM');
    await once(house, 'exit');
  }
  dropFolders(folder);
});

const ask = <Answer>(question: string): Promise<Answer> => page.evaluate(`probe.${question}`);
const text = async (id: string): Promise<string> => (await page.locator(`#${id}`).textContent()) ?? '';
const number = (id: string): Promise<number> => ask(`value('${id}')`);
const focus = (): Promise<string> => ask('focus()');
const ringed = (): Promise<number> => ask('ringed()');
const everything = (): Promise<readonly string[]> => ask('everything()');
const paidWorks = (): Promise<readonly string[]> => ask('paidWorks()');
const reach = async (): Promise<ReadonlyMap<string, readonly string[]>> => new Map(await ask<[string, string[]][]>('ways()'));

async function oneFocus(): Promise<void> {
  await expect.poll(ringed, SOON).toBe(1);
}

async function shoot(name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

/** Presses arrows alone until the element has the focus. */
async function goTo(wanted: string): Promise<void> {
  const ways = await reach();
  const way = ways.get(wanted);
  if (way === undefined) throw new Error(`no arrows lead to ${wanted}; they lead to ${[...ways.keys()].join(', ')}`);
  for (const key of way) await page.keyboard.press(key);
  expect(await focus()).toBe(wanted);
}

async function expectAllReachable(): Promise<void> {
  expect([...(await reach()).keys()].sort()).toEqual([...(await everything())].sort());
}

async function expectNoOverflow(): Promise<void> {
  expect(await ask('overflowing()')).toEqual([]);
}

function boxPid(): number {
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      if (words.includes(join(folder, 'box')) && words.includes('--supervised')) return Number(entry);
    } catch {
      // It ended while we looked.
    }
  }
  throw new Error('the box does not run');
}

describe('the screen, in a browser, with arrow keys alone', () => {
  test('takes a coin, and shows the credit at once', async () => {
    await oneFocus();
    await expectAllReachable();
    await goTo('coin');
    await page.keyboard.press('Enter');
    await expect.poll(() => text('credit'), SOON).toBe('1.00 EUR');
  });

  test('lets a person listen first, with the price and the time left in sight beside the work', async () => {
    const [first = ''] = await paidWorks();
    await goTo(first);
    await page.keyboard.press('Enter');
    await expect.poll(() => text('question-note').catch(() => ''), SOON).toMatch(/^free for \d+ s more$/);
    expect(await text('question-price')).toBe('0.50 EUR');
    await expect.poll(focus, SOON).toBe('yes');
    const before = await text('question-note');
    await expect.poll(() => text('question-note'), SOON).not.toBe(before);
    const [asked, cover] = [await page.locator('#question').boundingBox(), await page.locator('#playing').boundingBox()];
    expect(asked !== null && cover !== null && asked.y >= cover.y + cover.height).toBe(true);
    await oneFocus();
    await expectAllReachable();
    await expectNoOverflow();
    await shoot('question-1280');
  });

  test('Back declines and charges nothing', async () => {
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('#question').isVisible(), SOON).toBe(false);
    await expect.poll(() => page.locator('#playing').isVisible(), SOON).toBe(false);
    expect(await text('credit')).toBe('1.00 EUR');
    await oneFocus();
  });

  test('OK plays it: the position moves, the credit window breathes, what is paid grows', async () => {
    const [, second = ''] = await paidWorks();
    await goTo(second);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#yes').isVisible(), SOON).toBe(true);
    await expect.poll(focus, SOON).toBe('yes');
    await page.keyboard.press('Enter');
    await expect.poll(() => text('sentence'), SOON).toMatch(/^Playing /);
    await oneFocus();
    expect(await text('credit')).toBe('0.50 EUR');
    const seen = new Set<number>();
    const position = await number('progress');
    await expect.poll(async () => seen.add(await number('window')).size, SOON).toBeGreaterThan(1);
    await expect.poll(() => number('progress'), SOON).toBeGreaterThan(position);
    await expect.poll(() => text('paid-so-far'), SOON).toMatch(/^paid 0\.0[1-9] EUR$/);
    await expectAllReachable();
  });

  test('puts another choice into the queue, with the time until it starts', async () => {
    const [, , third = ''] = await paidWorks();
    await goTo(third);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#queue li').count(), SOON).toBe(1);
    expect(await text('queue')).toMatch(/in 1:\d\d/);
    expect(await text('credit')).toBe('0.00 EUR');
  });

  test('shows the window fill to the brim when ACKs are held back, and flow again after', async () => {
    await goTo('suppress');
    await page.keyboard.press('Enter');
    const brim = Number(await page.locator('#window').getAttribute('max'));
    await expect.poll(() => number('window'), SOON).toBe(brim);
    await expect.poll(() => text('sentence'), SOON).toContain('The credit window is closed');
    expect(await page.locator('#suppress').getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Enter');
    await expect.poll(() => text('sentence'), SOON).toMatch(/^Playing /);
    await expect.poll(() => number('window'), SOON).toBeLessThan(brim);
  });

  test('takes what was played up again after the box died', async () => {
    boxAway = true;
    process.kill(boxPid(), 'SIGKILL');
    await expect.poll(() => text('sentence'), SOON).toContain('restarting');
    await oneFocus();
    await expect.poll(() => text('sentence'), SOON).toMatch(/^Playing /);
    boxAway = false;
    expect(await page.locator('#queue li').count()).toBe(1);
    await oneFocus();
  });

  test('Skip gives a receipt with what comes back, and the next one plays', async () => {
    await goTo('skip');
    await page.keyboard.press('Enter');
    await expect.poll(() => text('receipt-text').catch(() => ''), SOON).toMatch(/charged 0\.0\d EUR\nRefunded 0\.4\d EUR to your credit/);
    await expect.poll(() => text('sentence'), SOON).toMatch(/^Playing /);
    expect(await page.locator('#queue li').count()).toBe(0);
    await oneFocus();
  });

  test('is never a trap: from everywhere Escape and Backspace leave one focus, and arrows go on', async () => {
    for (const one of await everything()) {
      await page.locator(one.startsWith('w') && one.length > 20 ? `[data-id="${one}"]` : `#${one}`).focus();
      for (const key of ['Escape', 'Backspace']) await page.keyboard.press(key);
      expect(await ringed()).toBe(1);
      expect((await reach()).size).toBe((await everything()).length);
    }
  });

  test('counts the end of a long queue, so that the receipt below it is never cut', async () => {
    const free = page.locator('.work:has(.free)').first();
    for (let count = 0; count < 5; count += 1) await free.click();
    await expect.poll(() => page.locator('#queue li').last().textContent(), SOON).toBe('and 3 more');
    await expectNoOverflow();
  });

  test('fits both usual sizes of a screen, covers drawn, without a scroll bar of the page', async () => {
    for (const [width, height] of [
      [1_280, 720],
      [1_920, 1_080],
    ] as const) {
      await page.setViewportSize({ width, height });
      await expect.poll(() => ask('imagesDrawn()'), SOON).toBe(true);
      await expectNoOverflow();
      await shoot(`playing-${width}`);
    }
  });

  test('asks to buy what was heard three times, with the price and the reason, and Back leaves it', async () => {
    await page.setViewportSize({ width: 1_280, height: 720 });
    const skipped = async (): Promise<string> => {
      // Between two songs the button is gone for a moment: a click that meets none is given up, and asked again.
      if (await page.locator('#skip').isVisible())
        await page
          .locator('#skip')
          .click({ timeout: 1_000 })
          .catch(() => {});
      return await text('sentence');
    };
    await expect.poll(skipped, SOON).toMatch(/^Choose /);
    const [first = ''] = await paidWorks();
    // One click a listening, and each is over before the next: a second click would be the yes to buy it.
    const opened = async (): Promise<string> => {
      await page.locator(`[data-id="${first}"]`).click();
      await expect.poll(() => text('sentence'), SOON).toMatch(/^(Listening|You have heard)/);
      return await text('sentence');
    };
    while ((await opened()).startsWith('Listening')) {
      await page.keyboard.press('Escape');
      await expect.poll(() => text('sentence'), SOON).toMatch(/^Choose /);
    }
    expect(await text('question-note')).toBe('heard three times already');
    expect(await text('question-price')).toBe('0.50 EUR');
    expect(await text('sentence')).toMatch(/^You have heard the start of .* three times\. OK buys it for 0\.50 EUR; Back leaves it\.$/);
    await expect.poll(focus, SOON).toBe('yes');
    await expectNoOverflow();
    await shoot('outright-1280');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('#question').isVisible(), SOON).toBe(false);
  });

  test('said nothing to its console, and asked no other host', () => {
    expect(complaints).toEqual([]);
    expect(strangers).toEqual([]);
  });
});
