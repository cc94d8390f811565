import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/platform/project-root.ts';
import { ackbox, soundFile } from '../fakes/house.ts';

/** This machine, as a guest of qemu's user network sees it. */
const HOST_OF_GUEST = '10.0.2.2';
const SONGS = [
  ['one', 5, 440],
  ['two', 7, 550],
  ['three', 12, 660],
] as const;

export interface OwnHeadend {
  readonly urlForGuest: string;
  enrol(code: string): Promise<void>;
  stop(): Promise<void>;
}

/** A headend on this machine, whose plug nobody pulls, with three works of our own. */
export async function startHeadend(folder: string, httpPort: number, rtspPort: number): Promise<OwnHeadend> {
  const data = join(folder, 'headend');
  mkdirSync(data, { mode: 0o700 });
  await Promise.all(SONGS.map(([name, seconds, hertz]) => soundFile(join(folder, 'library'), `${name}.opus`, seconds, hertz)));
  const args = ['--data', data, '--http-port', String(httpPort), '--rtsp-port', String(rtspPort), '--name', HOST_OF_GUEST];
  const child = spawn(process.execPath, [join(projectRoot, 'src', 'headend', 'main.ts'), ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<string>((resolve) => child.once('exit', () => resolve('ended')));
  const ready = new Promise<string>((resolve) => child.stdout.on('data', (bytes) => (String(bytes).includes('"ready"') ? resolve('ready') : undefined)));
  if ((await Promise.race([ready, ended])) !== 'ready') throw new Error('The headend of this machine did not start.');
  const run = async (...words: readonly string[]): Promise<void> => {
    const { code, err } = await ackbox(...words);
    if (code !== 0) throw new Error(`ackbox ${words[0]}: ${err}`);
  };
  await run('ingest', '--data', data, join(folder, 'library'));
  return {
    urlForGuest: `https://${HOST_OF_GUEST}:${httpPort}`,
    enrol: (code) => run('box', 'enrol', code, '--headend', `https://127.0.0.1:${httpPort}`, '--data', data),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
