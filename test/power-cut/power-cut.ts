// npm run power-cut: an arm64 box in a virtual machine plays for coins, and its plug is pulled again and again. As root.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { BoxClient, type ViewOfBox } from '../../src/cli/box-client.ts';
import { projectRoot } from '../../src/platform/project-root.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import { ackbox, soundFile } from '../fakes/house.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { type Facts, lost, NOTHING, readFacts, together } from './facts.ts';
import { type Image, makeDisk, makeImage } from './image.ts';
import { Machine } from './machine.ts';

const TOKEN = 'a'.repeat(48);
const PORTS = { http: 18_443, rtsp: 18_554, screen: 28_480 } as const;
/** As the guest sees this machine. */
const HEADEND_URL = `https://10.0.2.2:${PORTS.http}`;
const LINES = { ok: 0, coin: 5 } as const;
const BOOT_MS = 900_000;
const STEP_MS = 240_000;
const LOOK_MS = 500;

const { values } = parseArgs({
  options: {
    cuts: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    synchronous: { type: 'string', default: 'FULL' },
    images: { type: 'string', default: join(projectRoot, 'node_modules', '.cache', 'ackbox-power-cut') },
  },
});
const synchronous = values.synchronous === 'NORMAL' ? 'NORMAL' : 'FULL';
const random = new SeededRandom(Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), 'ackbox-power-cut-'));
const headendFolder = join(folder, 'headend');
const disk = join(folder, 'data.ext4');
const client = new BoxClient(`http://127.0.0.1:${PORTS.screen}`, TOKEN);

async function until<Answer>(what: string, withinMs: number, ask: () => Promise<Answer | null>): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${withinMs / 1_000} s`);
    await sleep(systemClock, LOOK_MS);
  }
}

const seen = (what: string, fits: (view: ViewOfBox) => boolean): Promise<ViewOfBox> =>
  until(what, STEP_MS, async () => {
    const view = await client.view();
    return fits(view) ? view : null;
  });

async function startHeadend(): Promise<() => Promise<void>> {
  mkdirSync(headendFolder, { mode: 0o700 });
  await Promise.all([soundFile(join(folder, 'library'), 'short.mp3', 6, 440), soundFile(join(folder, 'library'), 'long.opus', 90, 660)]);
  const args = ['--data', headendFolder, '--http-port', String(PORTS.http), '--rtsp-port', String(PORTS.rtsp), '--name', '10.0.2.2'];
  const child = spawn(process.execPath, [join(projectRoot, 'src', 'headend', 'main.ts'), ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout?.on('data', (bytes) => (String(bytes).includes('"ready"') ? resolve(null) : undefined)));
  const taken = await ackbox('ingest', '--data', headendFolder, join(folder, 'library'));
  if (taken.code !== 0) throw new Error(taken.err);
  return async () => void child.kill('SIGTERM');
}

/** An empty data partition, but for the token by which this program speaks to the box. */
function makeData(owner: readonly [number, number]): void {
  const seedFolder = join(folder, 'seed', 'box');
  mkdirSync(seedFolder, { recursive: true, mode: 0o700 });
  writeFileSync(join(seedFolder, 'local-token'), TOKEN, { mode: 0o600 });
  for (const path of [seedFolder, join(seedFolder, 'local-token')]) chownSync(path, ...owner);
  makeDisk(disk, join(folder, 'seed'), 256);
}

async function enrol(machine: Machine): Promise<void> {
  const code = await until('the code of the box', BOOT_MS, async () => /"enrol-code","code":"([A-Z0-9-]+)"/.exec(machine.said)?.[1] ?? null);
  const enrolled = await ackbox('box', 'enrol', code, '--headend', `https://127.0.0.1:${PORTS.http}`, '--data', headendFolder);
  if (enrolled.code !== 0) throw new Error(enrolled.err);
}

/** Coins and plays, by real presses of real lines; what the box says in between is noted. Ends when the plug is pulled. */
async function evening(machine: Machine, note: () => Promise<void>): Promise<void> {
  for (;;) {
    const before = BigInt((await client.view()).creditMinor);
    await machine.close(LINES.coin, 60);
    await seen('the credit of a coin', (view) => BigInt(view.creditMinor) > before);
    await note();
    if ((await client.view()).playback === 'browse') {
      await machine.close(LINES.ok, 120);
      await seen('a play', (view) => view.playback !== 'browse' && view.playback !== 'checkout');
      await machine.close(LINES.ok, 120);
    }
    await note();
  }
}

/** One boot: what was said before is there; then an evening, and the cut at a moment of chance. After the last cut only the former. */
async function bootAndCut(image: Image, said: Facts, last: boolean): Promise<Facts> {
  const machine = await Machine.start({ image, data: disk, folder, screenPort: PORTS.screen });
  try {
    if (said === NOTHING) await enrol(machine);
    await until('a box that takes coins', BOOT_MS, async () => ((await client.view()).cash === 'accepting' ? true : null));
    const now = await readFacts(client);
    const missing = lost(said, now);
    if (missing.length > 0) throw new Lost(missing);
    if (last) return said;
    let known = together(said, now);
    const note = async (): Promise<void> => {
      known = together(known, await readFacts(client));
    };
    const busy = evening(machine, note).catch(() => {});
    await until('a first coin', STEP_MS, async () => (known.coins > now.coins ? true : null));
    await sleep(systemClock, random.fraction() * 8_000);
    await machine.cut();
    await busy;
    return known;
  } catch (error) {
    if (!(error instanceof Lost)) process.stderr.write(machine.said.slice(-3_000));
    throw error;
  } finally {
    await machine.cut();
  }
}

class Lost extends Error {
  constructor(what: readonly string[]) {
    super(what.join(', '));
  }
}

/** The book as the last cut left it. */
function bookIntegrity(): string {
  const copy = join(folder, 'copy.ext4');
  copyFileSync(disk, copy);
  execFileSync('sh', ['-c', `e2fsck -fy ${copy} > /dev/null || true`]);
  const book = join(folder, 'book');
  rmSync(book, { recursive: true, force: true });
  mkdirSync(book);
  for (const name of ['box.db', 'box.db-wal']) execFileSync('debugfs', ['-R', `dump /box/${name} ${join(book, name)}`, copy], { stdio: 'ignore' });
  const database = new Database(join(book, 'box.db'));
  const answer = String(database.pragma('integrity_check', { simple: true }));
  database.close();
  return answer;
}

const image = await makeImage(values.images, HEADEND_URL, synchronous);
const stopHeadend = await startHeadend();
makeData(image.owner);
let [said, problem, cuts] = [NOTHING, '', 0];
try {
  for (; cuts < Number(values.cuts); cuts += 1) {
    const started = performance.now();
    said = await bootAndCut(image, said, false);
    const integrity = bookIntegrity();
    if (integrity !== 'ok') throw new Lost([`integrity: ${integrity}`]);
    console.log(
      `cut ${cuts + 1}: ${said.coins} coins, ${said.records} records, ${said.receipts.length} receipts said, book ok, ${((performance.now() - started) / 1000).toFixed(0)} s`,
    );
  }
  await bootAndCut(image, said, true);
} catch (error) {
  if (!(error instanceof Lost)) throw error;
  problem = error.message;
} finally {
  await stopHeadend();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
console.log(
  problem === ''
    ? `${cuts} cuts, nothing lost (synchronous=${synchronous}, seed ${values.seed})`
    : `LOST after cut ${cuts}: ${problem} (synchronous=${synchronous}, seed ${values.seed})`,
);
// A run with NORMAL is well when it finds the loss.
process.exit((problem === '') === (synchronous === 'FULL') ? 0 : 1);
