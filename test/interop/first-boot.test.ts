import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { approveByCode } from '../../src/cli/approve-enrolment.ts';
import { freePort } from '../../src/cli/free-port.ts';
import type { RunningHeadend } from '../../src/headend/headend.ts';
import { dropFolders, headendOn, scratchFolder } from '../fakes/headend-on-localhost.ts';
import { BROWSER_ARGS } from '../fakes/screen-house.ts';
import { ScreenPage, SOON } from './screen-house.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const UP = { timeout: 30_000, interval: 100 };
const headendFolder = scratchFolder();
const folder = scratchFolder();
const sound = join(folder, 'sound.wav');

let headend: RunningHeadend | null = null;
let headendPort = 0;
let url = '';
let box: ChildProcess;
let events: Record<string, unknown>[] = [];
let browser: Browser;
let screen: ScreenPage;

/** A box as an operator's technician switches it on; its headend may be away. */
function switchOn(): void {
  const args = ['device/main.ts', '--data', folder, '--headend', `https://127.0.0.1:${headendPort}`, '--console'];
  events = [];
  box = spawn(process.execPath, [...args, '--screen-port', new URL(url).port, '--audio-output', `wav:${sound}`], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (box.stdout !== null) createInterface({ input: box.stdout }).on('line', (line) => events.push(JSON.parse(line)));
}

async function cutPower(): Promise<void> {
  box.kill('SIGKILL');
  await once(box, 'exit');
}

const event = (name: string): Record<string, unknown> | undefined => events.find((one) => one.event === name);
const asked = (): Promise<string> => screen.text('h1');

/** Down or up to the choice, OK, and the next question is there. */
async function choose(value: string): Promise<void> {
  const before = await asked();
  await expect.poll(() => screen.focus(), SOON).toMatch(/^answer:/);
  await screen.goTo(`answer:${value}`);
  await screen.press('Enter');
  await expect.poll(asked, SOON).not.toBe(before);
}

async function command(line: string): Promise<string> {
  const token = readFileSync(join(folder, 'local-token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/command`, { method: 'POST', headers, body: JSON.stringify({ line }) });
  return ((await answer.json()) as { readonly text: string }).text;
}

beforeAll(async () => {
  [headendPort, url] = [await freePort(0), `http://127.0.0.1:${await freePort(0)}`];
  switchOn();
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false, args: BROWSER_ARGS });
  await vi.waitUntil(() => event('first-boot') !== undefined, UP);
  const page = await browser.newPage({ viewport: { width: 1_280, height: 720 } });
  await page.addInitScript({ path: join(import.meta.dirname, 'screen-probe.js') });
  await page.goto(url);
  screen = new ScreenPage(page);
}, 90_000);

afterAll(async () => {
  box?.kill('SIGTERM');
  await browser?.close();
  await headend?.close();
  dropFolders(folder, headendFolder);
});

describe('a box that is switched on for the first time, without a network', () => {
  test('asks its questions on its screen, each whole, reachable by arrows and sound to axe', async () => {
    expect(await asked()).toBe('Which language does the box speak?');
    await screen.isSound('language');
    await choose('de');
    expect(await asked()).toBe('Welche Währung nimmt sie?');
    expect(await screen.page.getAttribute('html', 'lang')).toBe('de');
    await screen.isSound('currency');
  });

  test('goes back one question at a time, and Back at the first one leads nowhere else', async () => {
    await screen.press('Escape');
    await expect.poll(asked, SOON).toBe('Which language does the box speak?');
    await screen.press('Escape');
    await screen.oneFocus();
    expect(await asked()).toBe('Which language does the box speak?');
    await choose('de');
  });

  test('goes on where it was when its power was cut in the middle', async () => {
    await choose('EUR');
    await choose('Europe');
    await expect.poll(() => screen.focus(), SOON).toBe('answer:Europe/Berlin');
    await cutPower();
    switchOn();
    await expect.poll(() => event('first-boot'), UP).toBeDefined();
    await screen.page.reload();
    await expect.poll(asked, SOON).toBe('In welcher Zeitzone?');
    await expect.poll(() => screen.focus(), SOON).toBe('answer:Europe/Berlin');
  });

  test('takes answers from its console and from the command line as well', async () => {
    expect(await command('setup')).toContain('Schritt 4 von 9. In welcher Zeitzone?');
    expect(await command('setup Berlin')).toContain('Wann schließt sie?');
    const line = spawn('socat', ['-', `${join(folder, 'console')},raw,echo=0`], { stdio: ['pipe', 'pipe', 'inherit'] });
    let heard = '';
    line.stdout.on('data', (bytes: Buffer) => {
      heard += bytes.toString();
    });
    line.stdin.write('setup 02:00\r');
    await expect.poll(() => heard, SOON).toContain('Wo kommt der Ton heraus?');
    line.kill();
    await expect.poll(asked, SOON).toBe('Wo kommt der Ton heraus?');
  });

  test('plays the free work that it brings along, so that whoever chooses hears what was chosen', async () => {
    await choose('auto');
    await screen.goTo('answer:tune');
    await screen.press('Enter');
    await expect.poll(() => (existsSync(sound) ? statSync(sound).size : 0), SOON).toBeGreaterThan(500_000);
    await expect.poll(() => loudest(readFileSync(sound)), SOON).toBeGreaterThan(0.05);
    await screen.press('Enter');
    await choose('20');
    await choose('80');
  });

  test('shows the code as soon as its headend is there, and sells when that was entered', async () => {
    expect(await asked()).toContain('Die Zentrale wird nach einem Code gefragt');
    headend = await headendOn(headendFolder, headendPort);
    await expect.poll(() => event('enrol-code'), UP).toBeDefined();
    const code = String(event('enrol-code')?.code);
    await expect.poll(() => screen.text('#enrol-code'), SOON).toBe(code);
    await screen.isSound('enrol');
    await approveByCode({ url: headend.url, headendFolder, code });
    await expect.poll(() => event('ready'), UP).toBeDefined();
    await expect.poll(asked, UP).toBe('Titel');
  });

  test('keeps to what was answered', async () => {
    expect(await command('calendar week')).toContain('night');
    const { volumeRange, language } = (await (await fetch(`${url}/api/view`)).json()) as Record<string, unknown>;
    expect({ volumeRange, language }).toEqual({ volumeRange: { minPercent: 20, maxPercent: 80, untilWallMs: null }, language: 'de' });
  });

  test('never asks again', async () => {
    await cutPower();
    switchOn();
    await expect.poll(() => event('ready'), UP).toBeDefined();
    expect(event('first-boot')).toBeUndefined();
    expect(((await (await fetch(`${url}/api/view`)).json()) as Record<string, unknown>).firstBoot).toBeNull();
  });
});

/** Of a WAV file of 32-bit floats. */
function loudest(wav: Buffer): number {
  let most = 0;
  for (let at = 100; at + 4 <= wav.length; at += 4) most = Math.max(most, Math.abs(wav.readFloatLE(at - (at % 4))));
  return most;
}
