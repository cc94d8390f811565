// npm run power-cut: an arm64 box in a virtual machine plays for coins, and its plug is pulled again and again.
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBootOptions } from '../../device/boot-config.ts';
import { BoxClient } from '../../src/cli/box-client.ts';
import { projectRoot } from '../../src/platform/project-root.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { CutBox } from './cut-box.ts';
import { type Facts, Lost } from './facts.ts';
import { ForgetfulDisk } from './forgetful-disk.ts';
import { makeDisk, makeImage } from './image.ts';
import { startHeadend } from './own-headend.ts';

const HELP = `Boots an arm64 box (our Debian package, Debian's kernel) in a virtual machine, throws in coins and plays by its GPIO lines, pulls
the plug at moments of chance, and boots it again from what each cut left. The disk has a write cache that it forgets in part at each
cut. As root.

usage: npm run power-cut -- [--cuts N] [--synchronous FULL|NORMAL] [--seed N] [--json]

  --cuts N           how often (default 30; one takes half a minute on two idle cores, after two minutes of preparation; longer on busy ones)
  --synchronous X    NORMAL weakens the box's book: the run must find a loss then (default FULL: what the box has)
  --seed N           repeats the chances of an earlier run (when to cut, what the disk forgets)
  --json             one line of JSON a cut, and one at the end, on standard output

Exit codes: 0 nothing lost (NORMAL: the loss was found), 1 lost (NORMAL: no loss found), 2 wrong usage, 3 the machine did not run.
`;
const EXIT = { lost: 1, usage: 2, broken: 3 } as const;
const TOKEN = 'a'.repeat(48);
const DATA_MEGABYTES = 96;
const SIGNALS = [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const;

function options() {
  const { values } = parseArgs({
    options: {
      cuts: { type: 'string', default: '30' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      synchronous: { type: 'string', default: 'FULL' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const { synchronous, json } = values;
  const [cuts, seed] = [Number(values.cuts), Number(values.seed)];
  if (synchronous !== 'FULL' && synchronous !== 'NORMAL') throw new Error('--synchronous is FULL or NORMAL.');
  if (!Number.isSafeInteger(cuts) || cuts < 1) throw new Error('--cuts is a number from 1 on.');
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed is a number from 0 on.');
  if (process.getuid?.() !== 0) throw new Error('This sets up a Debian for another processor: run it as root.');
  return { synchronous, json, cuts, seed } as const;
}

/** Ports of this machine that nobody has now. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** An empty data partition, but for what is chosen at the site (the headend) and the token by which this program speaks to the box. */
function makeData(folder: string, headendUrl: string, owner: readonly [number, number]): ForgetfulDisk {
  const box = join(folder, 'seed', 'box');
  mkdirSync(box, { recursive: true, mode: 0o700 });
  writeFileSync(join(box, 'local-token'), TOKEN, { mode: 0o600 });
  writeBootOptions(box, new Map([['headend', headendUrl]]));
  for (const name of ['', 'local-token', 'boot-config.a', 'boot-config.b']) chownSync(join(box, name), ...owner);
  makeDisk(join(folder, 'data.ext4'), join(folder, 'seed'), DATA_MEGABYTES);
  return ForgetfulDisk.of(join(folder, 'data.ext4'));
}

async function main({ synchronous, json, cuts, seed }: ReturnType<typeof options>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-power-cut-'));
  const undo: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })];
  let cleared: Promise<void> | null = null;
  const clear = (): Promise<void> => {
    cleared ??= undo.reduceRight<Promise<void>>((before, step) => before.then(step), Promise.resolve());
    return cleared;
  };
  for (const [signal, number] of SIGNALS) {
    process.once(signal, () => {
      process.exitCode = 128 + number;
      void clear().finally(() => process.exit());
    });
  }
  const tell = (facts: object, words: string): void => void process.stdout.write(json ? `${JSON.stringify(facts)}\n` : `${words}\n`);
  const progress = (words: string): void => void process.stderr.write(`power-cut: ${words}\n`);
  try {
    progress('makes the image (a minute the first time)');
    const image = await makeImage(join(projectRoot, 'node_modules', '.cache', 'ackbox-power-cut'), synchronous);
    const [httpPort = 0, rtspPort = 0, screenPort = 0] = await freePorts(3);
    const headend = await startHeadend(folder, httpPort, rtspPort);
    undo.push(headend.stop);
    const disk = makeData(folder, headend.urlForGuest, image.owner);
    const client = new BoxClient(`http://127.0.0.1:${screenPort}`, TOKEN);
    const box = new CutBox({ folder, image, disk, screenPort, headend, random: new SeededRandom(seed), progress, client });
    undo.push(() => box.stop());
    const { done, problem } = await cutAgainAndAgain(box, cuts, await box.prepare(), tell);
    const well = (problem === '') === (synchronous === 'FULL');
    const words = problem === '' ? `${done} cuts, nothing lost` : `LOST at cut ${done}: ${problem}`;
    tell({ event: 'done', well, cuts: done, problem, synchronous, seed }, `${well ? 'PASS' : 'FAIL'} ${words} (synchronous=${synchronous}, seed ${seed})`);
    return well ? 0 : EXIT.lost;
  } finally {
    await clear();
  }
}

/** @returns how many cuts there were, and what was lost at the last one, or nothing */
async function cutAgainAndAgain(
  box: CutBox,
  cuts: number,
  before: Facts,
  tell: (facts: object, words: string) => void,
): Promise<{ readonly done: number; readonly problem: string }> {
  let [said, cut] = [before, 0];
  try {
    while (cut < cuts) {
      said = await box.bootAndCut(said, cuts - cut, ({ facts, words }) => {
        cut += 1;
        tell({ event: 'cut', cut, ...facts }, `cut ${cut} of ${cuts}: ${words}`);
      });
    }
    await box.bootAndRead(said);
    return { done: cut, problem: '' };
  } catch (thrown) {
    if (!(thrown instanceof Lost)) throw thrown;
    return { done: Math.min(cut + 1, cuts), problem: thrown.message };
  }
}

let chosen: ReturnType<typeof options>;
try {
  chosen = options();
} catch (thrown) {
  process.stderr.write(`power-cut: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exit(EXIT.usage);
}
const code = await main(chosen).catch((thrown: unknown) => {
  if (process.exitCode === undefined) process.stderr.write(`power-cut: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  return EXIT.broken;
});
process.exit(process.exitCode ?? code);
