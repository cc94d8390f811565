import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium } from 'playwright-core';

const ROOT = join(import.meta.dirname, '..', '..');
export const BROWSER_ARGS = ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const UP_MS = 120_000;
/** What the house brings along. */
export const HOUSE_WORKS = 8;

export interface SeenWork {
  readonly id: string;
  readonly title: string;
  readonly free: boolean;
}

/** A real house with Debian's Chromium beside it; for tests, measurements and pictures of the screen. */
export interface ScreenHouse {
  readonly url: string;
  readonly process: ChildProcess;
  readonly browser: Browser;
  stop(): Promise<void>;
}

/** Resolves as soon as the box answers. @param more further options of `npm start` */
export async function launchScreenHouse(folder: string, profile: 'jukebox' | 'set-top' = 'jukebox', more: readonly string[] = []): Promise<ScreenHouse> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const ports = ['--screen-port', new URL(url).port, '--http-port', '0', '--rtsp-port', '0'];
  const args = ['src/cli/bootstrap.mjs', 'start', '--data', folder, '--profile', profile, ...ports, ...more];
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false, args: BROWSER_ARGS });
  const house = spawn(process.execPath, args, { cwd: ROOT, stdio: 'ignore' });
  const isUp = (): Promise<boolean> =>
    fetch(`${url}/api/view`).then(
      (answer) => answer.ok,
      () => false,
    );
  await until(isUp);
  return {
    ...{ url, process: house, browser },
    async stop() {
      await browser.close();
      if (house.exitCode !== null) return;
      house.kill('SIGTERM');
      await once(house, 'exit');
    },
  };
}

/** Once there are at least so many: works appear as they are taken in. */
export async function worksOf(url: string, count: number): Promise<readonly SeenWork[]> {
  let works: readonly SeenWork[] = [];
  await until(async () => {
    works = ((await (await fetch(`${url}/api/works`)).json()) as { readonly works: readonly SeenWork[] }).works;
    return works.length >= count;
  });
  return works;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + UP_MS;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`The house was not up within ${UP_MS / 1_000} s.`);
    await sleep(50);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
