// Run by the bootstrap during set-up: bundles the programs, and brings a house up once in a folder of its own, so that the compiled
// code and a first piece of music are at hand when somebody waits for a sound. What is ready already is left as it is.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BoxClient } from './box-client.ts';
import { bundlePrograms } from './bundle.ts';
import { launchHouse } from './house.ts';

const FIRST_PIECE_MS = 30_000;
const LOOK_MS = 100;

async function warmHouse(): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'ackbox-warm-up-'));
  const options = { data, profile: 'jukebox', library: null, console: false, fittings: [], headless: true, seconds: 25, json: false } as const;
  try {
    const house = await launchHouse({ ...options, screenPort: 0, httpPort: 0, rtspPort: 0 }, () => {});
    try {
      const client = await BoxClient.ofFolder(house.boxFolder);
      const deadline = performance.now() + FIRST_PIECE_MS;
      while ((await client.view()).catalogueSize === 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    } finally {
      await house.stop();
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

async function warmUp(): Promise<void> {
  const done = join(dirname((await bundlePrograms()).box), 'warm');
  if (existsSync(done)) return;
  process.stderr.write('setting up: a first piece of music, and the programs compiled (some seconds, once) ...\n');
  await warmHouse();
  await writeFile(done, '');
}

await warmUp().catch((error: unknown) => {
  // No harm: the first start makes what is missing, or says what is wrong.
  process.stderr.write(`setting up: the first start will take longer; it could not be prepared (${error instanceof Error ? error.message : String(error)})\n`);
});
