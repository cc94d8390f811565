import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { scriptOptions } from '../test/script-options.ts';
import { launchScreenHouse, worksOf } from '../test/fakes/screen-house.ts';

const HELP = `Takes the pictures of the README of a real house. Each is 1280 by 720, a WebP of well below 150 kB.

usage: npm run pictures
`;
const PICTURES = join(import.meta.dirname, '..', 'deploy', 'pictures');
const BYTES_MAX = 150_000;
const folder = await mkdtemp(join(tmpdir(), 'ackbox-pictures-'));

async function take(page: Page, name: string): Promise<void> {
  // A moving picture is nothing to compare; and what fades in must have faded in.
  await page.waitForTimeout(1_200);
  const [png, webp] = [join(folder, `${name}.png`), join(PICTURES, `screen-${name}.webp`)];
  await page.screenshot({ path: png });
  const made = spawnSync('ffmpeg', ['-y', '-loglevel', 'error', '-i', png, '-quality', '82', webp], { stdio: ['ignore', 'ignore', 'inherit'] });
  const { size } = await stat(webp);
  if (made.status !== 0 || size > BYTES_MAX) throw new Error(`${webp} was not made, or is too large: ${size} bytes.`);
  process.stderr.write(`${webp}: ${(size / 1_000).toFixed(0)} kB\n`);
}

const open = (page: Page, name: string): Promise<void> => page.locator(`[data-focus="${name}"]`).click();
const card = (page: Page, title: string): Promise<void> => page.locator('.card', { hasText: title }).click();

async function walk(page: Page): Promise<void> {
  await open(page, 'coin');
  await open(page, 'coin');
  await take(page, 'songs');
  await open(page, 'rail:search');
  await page.keyboard.type('t');
  await take(page, 'search');
  await open(page, 'rail:songs');
  await card(page, 'Slow Tide');
  await open(page, 'choose');
  await page.locator('[data-focus="yes"]').waitFor();
  await page.waitForTimeout(6_000);
  await take(page, 'question');
  await open(page, 'yes');
  await page.locator('[data-focus="pause"]').waitFor();
  for (const title of ['Night Tram', 'Marble Run']) {
    await page.keyboard.press('Escape');
    await open(page, 'rail:songs');
    await card(page, title);
    if (title === 'Marble Run') await take(page, 'quote');
    await open(page, 'choose');
    await page.locator('.rows .row', { hasText: title }).waitFor();
  }
  await open(page, 'now-playing');
  await page.waitForTimeout(20_000);
  await take(page, 'playing');
  for (let left = 3; left > 0; left -= 1) {
    await open(page, 'skip');
    await page.waitForTimeout(3_000);
  }
  await page.locator('.paper').first().waitFor();
  await take(page, 'receipt');
}

scriptOptions(HELP, {});
const house = await launchScreenHouse(join(folder, 'house'));
try {
  await worksOf(house.url, 8);
  const page = await house.browser.newPage({ viewport: { width: 1_280, height: 720 } });
  await page.goto(house.url);
  await page.locator('.card').nth(7).waitFor();
  await walk(page);
} finally {
  await house.stop();
  await rm(folder, { recursive: true, force: true });
}
