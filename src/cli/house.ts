import { existsSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BOX_ENVIRONMENT, BOX_NODE_FLAGS } from './box-runtime.ts';
import { bundlePrograms, type Programs } from './bundle.ts';
import { freePort } from './free-port.ts';
import { HeadendPrograms } from './headend-programs.ts';
import { Keeper } from './keeper.ts';
import { Program, type ProgramEvent } from './program.ts';
import type { StartOptions } from './start-options.ts';

const BOOK_POLL_MS = 20;
/** A headend (registry and sender) and one box on this machine, each a process of its own, kept running until `stop`. */
export interface House {
  readonly headendFolder: string;
  readonly boxFolder: string;
  readonly headendUrl: string;
  readonly operatorUrl: string;
  readonly screenUrl: string;
  readonly consolePath: string | null;
  /** Resolves when the library (or the house catalogue) is taken in: null, or why nothing of it can be played, with what to do. */
  readonly ingested: Promise<string | null>;
  boxPid(): number | undefined;
  headendPid(): number | undefined;
  stop(): Promise<void>;
}

/** Brings headend, ingest and box up at the same time: the first sound waits for all three. */
export async function launchHouse(options: StartOptions, say: (line: string) => void): Promise<House> {
  await findLibrary(options.library);
  const folders = { headend: join(options.data, 'headend'), box: join(options.data, 'box') };
  await Promise.all(Object.values(folders).map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })));
  const programs = await bundlePrograms();
  const ports = { http: await freePort(options.httpPort), rtsp: await freePort(options.rtspPort) };
  const url = `https://127.0.0.1:${ports.http}`;
  say('starting the headend and the box ...');
  // Needed when the box shows its code; loaded while the two come up.
  const approving = import('./approve-enrolment.ts');
  const headend = new HeadendPrograms({
    scripts: programs,
    data: folders.headend,
    args: ['--http-port', String(ports.http), '--rtsp-port', String(ports.rtsp)],
    logFile: (name) => join(options.data, `${name}.log`),
    say,
    onEvent: (event) => (event.event === 'notice' ? say(`headend: ${String(event.message)}`) : undefined),
  });
  // Until the headend is up, its own words count: what keeps it from starting stops the ingest too.
  const ingest = startIngest(options, programs, folders.headend, (line) => void headend.ready.then(() => say(line)).catch(() => {}));
  const box = new Keeper({
    name: 'box',
    script: programs.box,
    nodeFlags: BOX_NODE_FLAGS,
    environment: BOX_ENVIRONMENT,
    args: boxArguments(options, folders.box, url),
    logFile: join(options.data, 'box.log'),
    say,
    onEvent: (event) => void onBoxEvent(event, async (code) => (await approving).approveByCode({ url, headendFolder: folders.headend, code }), say),
  });
  const stop = async (): Promise<void> => {
    await Promise.all([ingest.stop(), box.stop()]);
    await headend.stop();
  };
  try {
    await headend.ready;
    const ready = await box.ready;
    return {
      headendFolder: folders.headend,
      boxFolder: folders.box,
      headendUrl: url,
      operatorUrl: await operatorUrl(url, folders.headend),
      screenUrl: String(ready.screenUrl),
      consolePath: typeof ready.consolePath === 'string' ? ready.consolePath : null,
      ingested: ingest.done,
      boxPid: () => box.pid,
      headendPid: () => headend.pid,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A name with a slip in it is told before anything starts. What the folder holds, the ingest tells. */
async function findLibrary(library: string | null): Promise<void> {
  if (library === null) return;
  const facts = await stat(library).catch(() => null);
  if (facts?.isDirectory() === true) return;
  const what =
    facts === null ? 'is not there, or may not be read; check its name and its permissions' : 'is not a folder; name the folder that holds your music';
  throw new Error(`The library ${library} ${what}.`);
}

function boxArguments(options: StartOptions, folder: string, url: string): readonly string[] {
  const named = ['--data', folder, '--headend', url, '--profile', options.profile, '--screen-port', String(options.screenPort)];
  const sound = options.soundFile === undefined ? [] : ['--audio-output', `wav:${options.soundFile}`];
  const fittings = [...options.fittings, ...fitted('--transport', options.transport ?? null)];
  // What headend and box of one machine need to know of each other, they find out by themselves.
  return ['--supervised', '--first-boot', 'skip', ...named, ...(options.console ? ['--console'] : []), ...fittings, ...sound];
}

/** On one machine the two need no person between them: the code that the box shows is entered here. */
async function onBoxEvent(event: ProgramEvent, approve: (code: string) => Promise<unknown>, say: (line: string) => void): Promise<void> {
  if (event.event === 'notice') say(`box: ${String(event.message)}`);
  if (event.event !== 'enrol-code') return;
  await approve(String(event.code)).catch((error: unknown) => say(`enrolment: ${error instanceof Error ? error.message : String(error)}`));
}

interface Ingest {
  /** Null, or why nothing can be played. */
  readonly done: Promise<string | null>;
  stop(): Promise<void>;
}

/** Begins as soon as the headend's book is there (on a second start: at once), beside everything else. */
function startIngest(options: StartOptions, programs: Programs, headendFolder: string, say: (line: string) => void): Ingest {
  const given = new AbortController();
  let program: Program | null = null;
  const done = bookThere(headendFolder, given.signal).then(
    (there) =>
      new Promise<string | null>((resolve) => {
        if (!there) return resolve(null);
        let problem: string | null = null;
        program = new Program({
          name: 'ingest',
          script: programs.ackbox,
          args: ['ingest', '--data', headendFolder, '--json', ...(options.library === null ? ['--house'] : [options.library])],
          logFile: join(options.data, 'ingest.log'),
          onEvent: (event) => {
            if (event.event === 'skipped') say(`skipped ${String(event.file)}: ${String(event.reason)}`);
            if (event.event !== 'failed' && event.event !== 'summary') return;
            problem = event.event === 'failed' ? String(event.message) : nothingTakenIn(event, options.library);
            if (problem !== null) say(`ingest: ${problem}`);
          },
          onDeath: () => resolve(problem),
        });
      }),
  );
  return {
    done,
    stop: async () => {
      given.abort();
      await program?.stop();
    },
  };
}

/** @returns words where a folder holds sound files of which none could be taken */
function nothingTakenIn(summary: ProgramEvent, library: string | null): string | null {
  const skipped = Array.isArray(summary.skipped) ? summary.skipped.length : 0;
  const works = Array.isArray(summary.works) ? summary.works.length : 0;
  if (library === null || works > 0 || skipped === 0 || summary.stopped === true) return null;
  const files = skipped === 1 ? 'The one sound file' : `None of the ${skipped} sound files`;
  return `${files} of ${library} ${skipped === 1 ? 'can not' : 'can'} be played (each is named above with the reason); put whole files there and start again`;
}

async function bookThere(headendFolder: string, signal: AbortSignal): Promise<boolean> {
  while (!existsSync(join(headendFolder, 'headend.db'))) {
    if (signal.aborted) return false;
    await new Promise((resolve) => setTimeout(resolve, BOOK_POLL_MS));
  }
  return true;
}

async function operatorUrl(url: string, headendFolder: string): Promise<string> {
  const token = await readFile(join(headendFolder, 'operator-token'), 'utf8').catch(() => '');
  return `${url.replace(/\/$/, '')}/operator?key=${token.trim()}`;
}

function fitted(option: string, path: string | null): readonly string[] {
  return path === null ? [] : [option, path];
}
