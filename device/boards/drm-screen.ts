import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScreenState } from '../session/watch-guard.ts';

const CONNECTOR = /^card\d+-(HDMI|DP|DVI)/;

/** What the kernel says of the connectors of screens. @param folder of the kernel */
export async function readDrmScreen(folder = '/sys/class/drm'): Promise<ScreenState> {
  const names = await readdir(folder).catch(() => []);
  const states = await Promise.all(names.filter((name) => CONNECTOR.test(name)).map((name) => readFile(join(folder, name, 'status'), 'utf8').catch(() => '')));
  const known = states.map((state) => state.trim()).filter((state) => state === 'connected' || state === 'disconnected');
  if (known.length === 0) return 'unknown';
  return known.includes('connected') ? 'there' : 'gone';
}
