import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Page } from 'playwright-core';
import { CatalogueIndex } from '../../device/screen/catalogue-index.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { manyWorks } from '../fakes/many-works.ts';
import { HOUSE_WORKS, launchScreenHouse, worksOf } from '../fakes/screen-house.ts';
import { scriptOptions } from '../script-options.ts';
import { type Figure, figure, machine, renderTable } from './figures.ts';
import { coreShares } from './process-stat.ts';

const FIRST_PAINT_BUDGET_MS = 300;
const KEY_BUDGET_MS = 50;
const SEARCH_BUDGET_MS = 30;
const PAGES_BUDGET_SHARE = 0.05;
const WORKS = 100_000;
const PAGES = 20;
const WINDOW_MS = 15_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((left, right) => left - right)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is held, without what was only passed by. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Searches as people type them: each letter is one. */
async function searchFigures(): Promise<readonly Figure[]> {
  const works = manyWorks(WORKS);
  const before = heldBytes();
  const index = new CatalogueIndex(systemClock, () => works);
  const startedMs = performance.now();
  await index.find({ search: '', within: null, offset: 0, limit: 60 });
  const builtMs = performance.now() - startedMs;
  const bytes = heldBytes() - before;
  const took: number[] = [];
  for (const typed of ['the blue moon', 'anna 12', 'love', 'radio night', 'jazz', 'o', 'a', '997', 'summer rain clara', 'zzz']) {
    for (let letters = 1; letters <= typed.length; letters += 1) {
      const askedMs = performance.now();
      await index.find({ search: typed.slice(0, letters), within: null, offset: 0, limit: 60 });
      took.push(performance.now() - askedMs);
    }
  }
  return [
    figure('search of 100,000 works, p50', 'ms', quantile(took, 0.5)),
    figure('search of 100,000 works, p95', 'ms', quantile(took, 0.95), SEARCH_BUDGET_MS),
    figure('search index made in', 'ms', builtMs),
    figure('search index, memory', 'bytes', bytes),
  ];
}

async function paintMs(page: Page, url: string): Promise<number> {
  await page.goto(url);
  return await page.evaluate<number>(
    `new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN)).observe({ type: 'paint', buffered: true }))`,
  );
}

/** From the key to the next frame with the focus elsewhere, as the browser itself saw it. */
async function keyFigures(page: Page): Promise<readonly Figure[]> {
  await page.locator('.card').first().waitFor();
  await page.evaluate(`globalThis.took = []; document.addEventListener('focusin', () => {
    const pressed = globalThis.pressed; requestAnimationFrame(() => setTimeout(() => took.push(performance.now() - pressed))); });
    document.addEventListener('keydown', (event) => { globalThis.pressed = event.timeStamp; }, true)`);
  for (let round = 0; round < 20; round += 1)
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowLeft', 'ArrowUp']) {
      await page.keyboard.press(key);
      await sleep(30);
    }
  const took = await page.evaluate<readonly number[]>('took');
  return [
    figure('key to focus change, p50', 'ms', quantile(took, 0.5)),
    figure(`key to focus change, p95 of ${took.length}`, 'ms', took.length < 60 ? null : quantile(took, 0.95), KEY_BUDGET_MS),
  ];
}

/** Resident memory of the browser's process that draws the page, and what the page's script holds of it. */
async function pageMemory(page: Page): Promise<readonly Figure[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  const browser = await page.context().browser()?.newBrowserCDPSession();
  const processes = (await browser?.send('SystemInfo.getProcessInfo'))?.processInfo ?? [];
  const resident = processes
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]) * 1_024);
  return [
    figure('page in Chromium, script heap', 'bytes', metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? null),
    figure('page in Chromium, resident', 'bytes', resident.length === 0 ? null : Math.max(...resident)),
  ];
}

function boxPid(folder: string, house: ChildProcess): number {
  const children = (pid: number): readonly number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  const below = (pid: number): readonly number[] => [pid, ...children(pid).flatMap(below)];
  const found = below(house.pid ?? 0).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(join(folder, 'box')));
  if (found === undefined) throw new Error('the box does not run');
  return found;
}

/** What twenty pages that are open all the time cost the box while a song plays, beside what it costs with none. */
async function openPagesCost(url: string, pid: number): Promise<readonly Figure[]> {
  const [alone = 0] = await coreShares([pid], WINDOW_MS);
  const ended = new AbortController();
  let views = 0;
  const readers = Array.from({ length: PAGES }, async () => {
    const answer = await fetch(`${url}/api/events`, { signal: ended.signal });
    for await (const part of answer.body ?? []) views += Buffer.from(part).includes('\n\n') ? 1 : 0;
  });
  await sleep(1_000);
  const [crowded = 0] = await coreShares([pid], WINDOW_MS);
  ended.abort();
  await Promise.allSettled(readers);
  if (views < PAGES * 20) throw new Error(`the open pages saw only ${views} views: nothing played`);
  return [
    figure('box while playing, no page', 'share', alone),
    figure(`box while playing, ${PAGES} pages`, 'share', crowded),
    figure(`${PAGES} open pages cost`, 'share', Math.max(0, crowded - alone), PAGES_BUDGET_SHARE),
  ];
}

async function houseFigures(folder: string): Promise<readonly Figure[]> {
  const house = await launchScreenHouse(folder);
  const { url } = house;
  try {
    const page = await house.browser.newPage({ viewport: { width: 1_280, height: 720 } });
    const firstPaint = await paintMs(page, url);
    const works = await worksOf(url, HOUSE_WORKS);
    const paints: number[] = [];
    for (let count = 0; count < 10; count += 1) paints.push(await paintMs(page, url));
    const body = JSON.stringify({ type: 'intent.ok', workId: works.find((work) => work.free)?.id });
    await fetch(`${url}/api/intent`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const keys = await keyFigures(page);
    const memory = await pageMemory(page);
    await page.close();
    return [
      figure('first paint, box just up', 'ms', firstPaint, FIRST_PAINT_BUDGET_MS),
      figure('first paint, p95 of 10', 'ms', quantile(paints, 0.95), FIRST_PAINT_BUDGET_MS),
      ...[...keys, ...memory, ...(await openPagesCost(url, boxPid(folder, house.process)))],
    ];
  } finally {
    await house.stop();
  }
}

const HELP = `The budgets of the box's screen, on a real house and in Debian's Chromium. About two minutes.

usage: npm run bench:screen -- [--json]

  --json  one JSON object; progress goes to standard error

Exit codes: 0 every budget is kept, 1 one is not, 2 wrong usage.
`;
const options = scriptOptions(HELP, { json: false });
const folder = await mkdtemp(join(tmpdir(), 'ackbox-bench-'));
try {
  say('1/2 a catalogue of 100,000 works ...');
  const search = await searchFigures();
  say('2/2 a house with its screen (about a minute) ...');
  const figures = [...search, ...(await houseFigures(join(folder, 'house')))];
  const failed = figures.filter(({ verdict }) => verdict === 'FAIL').length;
  if (options.json) process.stdout.write(`${JSON.stringify({ machine: machine(), figures, failed })}\n`);
  else process.stdout.write(`Measured on ${machine().cores} x ${machine().processor}, Node ${machine().node}\n\n${renderTable(figures)}\n`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
