import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { Agent } from 'undici';
import { expect, vi } from 'vitest';
import { dropFolders, scratchFolder } from '../fakes/headend-on-localhost.ts';
import { HOUSE_WORKS, launchScreenHouse, worksOf } from '../fakes/screen-house.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const AXE = readFileSync(join(ROOT, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
export const SOON = { timeout: 15_000, interval: 100 };

/** A house with its screen open in a browser. */
export interface ScreenHouse {
  readonly url: string;
  /** Where headend and box keep everything. */
  readonly folder: string;
  readonly browser: Browser;
  /** What pages said to their consoles, and which other hosts they asked. */
  readonly complaints: string[];
  readonly strangers: string[];
  page(path?: string, options?: BrowserContextOptions & { readonly stoppedClock?: boolean }): Promise<ScreenPage>;
  boxPid(): number;
  /** A line at the box, as a technician's. @returns what it said */
  command(line: string): Promise<string>;
  /** A call of its headend's operator. */
  operator(method: 'POST' | 'PUT', path: string, body: unknown): Promise<number>;
  close(): Promise<void>;
}

/** @param more further options of `npm start` */
export async function openScreenHouse(profile: 'jukebox' | 'set-top' = 'jukebox', more: readonly string[] = []): Promise<ScreenHouse> {
  const folder = scratchFolder();
  const { url, browser, stop } = await launchScreenHouse(folder, profile, more);
  await worksOf(url, HOUSE_WORKS);
  const complaints: string[] = [];
  const strangers: string[] = [];
  return {
    ...{ url, folder, browser, complaints, strangers },
    async page(path = '/', { stoppedClock = false, ...options } = {}) {
      const page = await browser.newPage({ viewport: { width: 1_280, height: 720 }, ...options });
      page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith(`${url}/`) && !request.url().startsWith('data:')) strangers.push(request.url());
      });
      await page.addInitScript({ path: join(import.meta.dirname, 'screen-probe.js') });
      if (stoppedClock) await page.clock.install();
      await page.goto(`${url}${path}`);
      const screen = new ScreenPage(page);
      await screen.ownFocus();
      return screen;
    },
    boxPid: () => pidOfBox(join(folder, 'box')),
    command: (line) => commandAt(url, join(folder, 'box'), line),
    operator: (method, path, body) => operatorCall(folder, method, path, body),
    async close() {
      await stop();
      dropFolders(folder);
    },
  };
}

export async function commandAt(url: string, folder: string, line: string): Promise<string> {
  const token = readFileSync(join(folder, 'local-token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/command`, { method: 'POST', headers, body: JSON.stringify({ line }) });
  return ((await answer.json()) as { readonly text: string }).text;
}

async function operatorCall(folder: string, method: 'POST' | 'PUT', path: string, body: unknown): Promise<number> {
  return (await askHeadend(folder, method, path, body)).status;
}

/** A call of the API of a house's headend, as its operator; `:account` stands for that of the box. */
export async function askHeadend(
  folder: string,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly answer: Readonly<Record<string, unknown>> }> {
  const { account } = JSON.parse(readFileSync(join(folder, 'box', 'enrolment.json'), 'utf8')) as { readonly account: string };
  const origin = headendOf(folder);
  const token = readFileSync(join(folder, 'headend', 'operator-token'), 'utf8').trim();
  const dispatcher = new Agent({ connect: { ca: readFileSync(join(folder, 'headend', 'trust', 'ca.pem'), 'utf8') } });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const said = body === undefined ? {} : { body: JSON.stringify(body) };
  const answered = await dispatcher.request({ origin, path: path.replace(':account', account), method, headers, ...said });
  const text = await answered.body.text();
  await dispatcher.destroy();
  return { status: answered.statusCode, answer: (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>> };
}

/** Where the headend of a house listens. */
export function headendOf(folder: string): string {
  const words = readFileSync(`/proc/${pidOfBox(join(folder, 'box'))}/cmdline`, 'utf8').split('\0');
  return words[words.indexOf('--headend') + 1] ?? '';
}

function pidOfBox(folder: string): number {
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      if (words.includes(folder) && words.includes('--supervised')) return Number(entry);
    } catch {
      // It ended while we looked.
    }
  }
  throw new Error('the box does not run');
}

/** One open page, steered as a person would. */
export class ScreenPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  ask<Answer>(question: string): Promise<Answer> {
    return this.page.evaluate(`probe.${question}`);
  }

  focus(): Promise<string> {
    return this.ask('focus()');
  }

  text(selector: string): Promise<string> {
    return this.ask(`text(${JSON.stringify(selector)})`);
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async oneFocus(): Promise<void> {
    await vi.waitUntil(async () => (await this.ask('ringed()')) === 1, SOON);
  }

  /** A page that has just come: until its first list is there, what has the focus is nobody's choice, and goes on to the list. */
  async ownFocus(): Promise<void> {
    await this.page.locator('[data-first], .nothing').first().waitFor();
    await this.oneFocus();
  }

  async reach(): Promise<ReadonlyMap<string, readonly string[]>> {
    return new Map(await this.ask<[string, string[]][]>('ways()'));
  }

  /** Presses arrows alone until the element has the focus; a long list may have rolled meanwhile, and is looked at again. */
  async goTo(wanted: string): Promise<void> {
    for (let tries = 0; tries < 4 && (await this.focus()) !== wanted; tries += 1) {
      const ways = await this.reach();
      const way = ways.get(wanted);
      if (way === undefined) throw new Error(`no arrows lead to ${wanted}; they lead to ${[...ways.keys()].join(', ')}`);
      await this.press(...way);
    }
    expect(await this.focus()).toBe(wanted);
  }

  /** From the rail, with OK; then waits until the screen has its own focus. */
  async open(entry: string): Promise<void> {
    // What the box did last may reach the page a moment later, and then Back means another thing.
    await vi.waitUntil(async () => {
      if ((await this.focus()).startsWith('rail:')) return true;
      await this.press('Escape');
      return false;
    }, SOON);
    await this.goTo(`rail:${entry}`);
    await this.press('Enter');
    await this.page.locator('main :is(.card, .nothing, .row, .settings, .receipt)').first().waitFor();
    await this.oneFocus();
  }

  /** Everything can be reached by arrows, nothing is cut, and axe finds nothing serious. */
  async isSound(name: string): Promise<void> {
    await this.oneFocus();
    const reached = [...(await this.reach()).keys()].sort();
    expect([name, reached]).toEqual([name, [...(await this.ask<string[]>('everything()'))].sort()]);
    await this.isWhole(name);
  }

  async isWhole(name: string): Promise<void> {
    await this.oneFocus();
    expect([name, await this.ask('overflowing()')]).toEqual([name, []]);
    expect([name, await this.seriousFindings()]).toEqual([name, []]);
  }

  async seriousFindings(): Promise<readonly string[]> {
    const loaded = await this.page.evaluate('typeof axe !== "undefined"');
    if (!loaded) await this.page.evaluate(AXE);
    return await this.page.evaluate(
      `axe.run().then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 160))))`,
    );
  }
}
