import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../platform/project-root.ts';
import { bundlePrograms } from './bundle.ts';
import { Program, type ProgramEvent } from './program.ts';
import type { StartOptions } from './start-options.ts';

const RESTART_DELAY_MS = 200;
const READY_TIMEOUT_MS = 60_000;

/** A headend and one box on this machine, each a process of its own, kept running until `stop`. */
export interface House {
  readonly headendFolder: string;
  readonly boxFolder: string;
  readonly headendUrl: string;
  readonly operatorUrl: string;
  readonly screenUrl: string;
  readonly consolePath: string | null;
  /** Resolves when the library (or the house catalogue) is fully ingested. */
  readonly ingested: Promise<void>;
  boxPid(): number | undefined;
  stop(): Promise<void>;
}

/** Starts what keeps running: a program that dies is started again with the same arguments, as systemd would on a device. */
class Keeper {
  #program: Program | null = null;
  #stopped = false;

  async keep(
    name: string,
    script: string,
    args: () => readonly string[],
    logFile: string,
    say: (line: string) => void,
    onEvent: (event: ProgramEvent) => void,
  ): Promise<ProgramEvent> {
    return await new Promise((resolve, reject) => {
      let ready = false;
      const timeout = setTimeout(
        () => reject(new Error(`The ${name} did not come up within ${READY_TIMEOUT_MS / 1_000} s. Its log: ${logFile}`)),
        READY_TIMEOUT_MS,
      );
      const start = (): void => {
        this.#program = new Program({
          name,
          script,
          args: args(),
          logFile,
          onEvent: (event) => {
            onEvent(event);
            if (event.event === 'failed') reject(new Error(String(event.message)));
            if (event.event !== 'ready') return;
            ready = true;
            clearTimeout(timeout);
            resolve(event);
          },
          onDeath: (how) => {
            if (this.#stopped) return;
            if (!ready) return reject(new Error(`The ${name} ended at once (${how}). Its log: ${logFile}`));
            say(`the ${name} died (${how}); starting it again`);
            setTimeout(start, RESTART_DELAY_MS);
          },
        });
      };
      start();
    });
  }

  get pid(): number | undefined {
    return this.#program?.pid;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#program?.stop();
  }
}

export async function launchHouse(options: StartOptions, say: (line: string) => void): Promise<House> {
  const headendFolder = join(options.data, 'headend');
  const boxFolder = join(options.data, 'box');
  await Promise.all([headendFolder, boxFolder].map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })));
  const programs = await bundlePrograms();
  const headend = new Keeper();
  const box = new Keeper();
  try {
    say('starting the headend ...');
    let ports = { http: options.httpPort, rtsp: options.rtspPort };
    const headendArgs = (): readonly string[] => ['--data', headendFolder, '--http-port', String(ports.http), '--rtsp-port', String(ports.rtsp)];
    const up = await headend.keep('headend', programs.headend, headendArgs, join(options.data, 'headend.log'), say, () => {});
    ports = { http: Number(up.httpPort), rtsp: Number(up.rtspPort) };
    const ingest = startIngest(options, headendFolder, say);
    say('starting the box ...');
    const boxArgs = (): readonly string[] => [
      '--data',
      boxFolder,
      '--headend',
      String(up.url),
      '--profile',
      options.profile,
      '--screen-port',
      String(options.screenPort),
      ...(options.console ? ['--console'] : []),
    ];
    const ready = await box.keep(
      'box',
      programs.box,
      boxArgs,
      join(options.data, 'box.log'),
      say,
      (event) => void onBoxEvent(event, String(up.url), headendFolder, say),
    );
    return {
      headendFolder,
      boxFolder,
      headendUrl: String(up.url),
      operatorUrl: await operatorUrl(String(up.url), headendFolder),
      screenUrl: String(ready.screenUrl),
      consolePath: typeof ready.consolePath === 'string' ? ready.consolePath : null,
      ingested: ingest.done,
      boxPid: () => box.pid,
      stop: async () => {
        await Promise.all([ingest.stop(), box.stop()]);
        await headend.stop();
      },
    };
  } catch (error) {
    await Promise.all([box.stop(), headend.stop()]);
    throw error;
  }
}

/** On one machine the two need no person between them: the code that the box shows is entered here. */
async function onBoxEvent(event: ProgramEvent, url: string, headendFolder: string, say: (line: string) => void): Promise<void> {
  if (event.event !== 'enrol-code') return;
  const { approveByCode } = await import('./approve-enrolment.ts');
  await approveByCode({ url, headendFolder, code: String(event.code) }).catch((error: unknown) =>
    say(`enrolment: ${error instanceof Error ? error.message : String(error)}`),
  );
}

function startIngest(options: StartOptions, headendFolder: string, say: (line: string) => void): { readonly done: Promise<void>; stop(): Promise<void> } {
  let finish = (): void => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const source = options.library === null ? ['--house'] : [options.library];
  const program = new Program({
    name: 'ingest',
    script: join(projectRoot, 'src/cli/ackbox.ts'),
    args: ['ingest', '--data', headendFolder, '--json', ...source],
    logFile: join(options.data, 'ingest.log'),
    onEvent: (event) => {
      if (event.event === 'skipped') say(`skipped ${String(event.file)}: ${String(event.reason)}`);
      if (event.event === 'failed') say(`ingest: ${String(event.message)}`);
    },
    onDeath: () => finish(),
  });
  return { done, stop: () => program.stop() };
}

async function operatorUrl(url: string, headendFolder: string): Promise<string> {
  const token = await readFile(join(headendFolder, 'operator-token'), 'utf8').catch(() => '');
  return `${url.replace(/\/$/, '')}/operator?key=${token.trim()}`;
}
