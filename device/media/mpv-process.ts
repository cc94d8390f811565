import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../src/limits.ts';
import { type Clock, monotonicMs, sleep } from '../../src/ports/clock.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import { MpvIpc } from './mpv-ipc.ts';
import type { ZoneMix } from './zone-mix.ts';

export type PlayerFault = Fault<'player-missing' | 'player-not-starting'>;

const KEPT_POLL_MS = 100;

export interface MpvFiles {
  readonly socket: string;
  /** mpv's standard input. Both ends stay open in mpv itself, so it never sees an end of file, whoever writes and dies. */
  readonly fifo: string;
  /** Where in the work the present stream began, for a reattachment. */
  readonly stream: string;
}

/** `auto`: the sound card where there is one, else mpv's null clock. `pcmFile`: a WAV file, as fast as audio arrives. */
export type PlayerOutput = 'auto' | 'null' | { readonly pcmFile: string };

export interface MpvSettings {
  readonly folder: string;
  readonly output: PlayerOutput;
  readonly program?: string;
  /** Which of the outputs `auto` means, by mpv's name; its own choice where absent. */
  readonly device?: string;
  /** Where the venue has several zones: what each hears. */
  readonly zones?: ZoneMix;
  /** It runs as a service of its own: found, never started or ended by us. */
  readonly kept?: boolean;
  readonly clock: Clock;
}

export function mpvFiles(folder: string): MpvFiles {
  return { socket: join(folder, 'player.sock'), fifo: join(folder, 'player.fifo'), stream: join(folder, 'player-stream.json') };
}

/** True where Linux knows a sound card. */
export function hasSoundCard(path = '/proc/asound/cards'): boolean {
  try {
    return /^\s*\d+\s+\[/m.test(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
}

/** Starts mpv in a process group of its own, so that it outlives this app, and connects to it. */
export async function startMpv(settings: MpvSettings): Promise<Result<MpvIpc, PlayerFault>> {
  const files = mpvFiles(settings.folder);
  mkdirSync(settings.folder, { recursive: true, mode: 0o700 });
  rmSync(files.socket, { force: true });
  rmSync(files.stream, { force: true });
  ensureFifo(files.fifo);
  drainFifo(files.fifo);
  const input = openSync(files.fifo, constants.O_RDWR);
  try {
    return await launch(settings, files, input);
  } finally {
    closeSync(input);
  }
}

/** Waits for the player that another service keeps running. */
export async function awaitMpv(settings: MpvSettings): Promise<Result<MpvIpc, PlayerFault>> {
  const { clock } = settings;
  const deadline = monotonicMs(clock) + limits.playerStartMs;
  while (monotonicMs(clock) < deadline) {
    const ipc = await MpvIpc.attach(mpvFiles(settings.folder).socket, clock);
    if (ipc !== null) return ok(ipc);
    await sleep(clock, KEPT_POLL_MS);
  }
  return fault('player-not-starting', 'The service of the player does not answer. Look with: systemctl status ackbox-player');
}

/** Throws away what lies unread in the FIFO. */
export function drainFifo(fifo: string): void {
  const handle = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  const scrap = new Uint8Array(65_536);
  try {
    while (readSync(handle, scrap) > 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
  } finally {
    closeSync(handle);
  }
}

function ensureFifo(path: string): void {
  if (existsSync(path) && statSync(path).isFIFO()) return;
  rmSync(path, { force: true });
  execFileSync('mkfifo', ['-m', '600', path]);
}

async function launch(settings: MpvSettings, files: MpvFiles, input: number): Promise<Result<MpvIpc, PlayerFault>> {
  const { clock } = settings;
  const child = spawn(settings.program ?? 'mpv', mpvArguments(files.socket, outputArguments(settings)), { detached: true, stdio: [input, 'ignore', 'ignore'] });
  let ended: string | null = null;
  child.once('error', (error: NodeJS.ErrnoException) => {
    ended = error.code ?? error.message;
  });
  child.once('exit', (code) => {
    ended ??= `it exited with ${code}`;
  });
  child.unref();
  const deadline = monotonicMs(clock) + limits.playerStartMs;
  while (ended === null && monotonicMs(clock) < deadline) {
    const ipc = existsSync(files.socket) ? await MpvIpc.attach(files.socket, clock) : null;
    if (ipc !== null) return ok(ipc);
    await sleep(clock, 10);
  }
  if (ended === 'ENOENT') return fault('player-missing', 'The player mpv is not installed. As root: apt-get install -y mpv');
  child.kill('SIGKILL');
  return fault('player-not-starting', `The player mpv did not start (${ended ?? 'no answer'}). Try: mpv --version`);
}

/** @param output in words of mpv, as it depends on the machine */
export function mpvArguments(socket: string, output: readonly string[]): string[] {
  const fixed = [
    '--no-config',
    '--no-terminal',
    '--idle=yes',
    '--vid=no',
    '--load-scripts=no',
    '--ytdl=no',
    '--audio-fallback-to-null=yes',
    `--input-ipc-server=${socket}`,
  ];
  // Small changes of speed are resampled without a break; time stretching clicks at each of them, as measured.
  const speed = '--audio-pitch-correction=no';
  const buffers = ['--cache=yes', '--cache-pause-wait=0.2', '--demuxer-max-bytes=1MiB', '--demuxer-max-back-bytes=0'];
  // Named, both of them: else mpv waits for 2 kB to guess from, which a work that begins with silence does not hold in a whole playout buffer.
  const format = ['--demuxer=lavf', '--demuxer-lavf-format=ogg'];
  return [...fixed, speed, ...buffers, ...format, ...output];
}

function outputArguments({ output, device }: MpvSettings): string[] {
  if (typeof output === 'object') return ['--ao=pcm', `--ao-pcm-file=${output.pcmFile}`, '--audio-format=float', ...pictureArguments(false)];
  if (output === 'null' || (!hasSoundCard() && device === undefined)) return ['--ao=null', ...pictureArguments(output !== 'null' && hasDisplay())];
  return pictureArguments(hasDisplay());
}

/** Films fill the screen, or its upper right quarter where somebody wishes that; without a screen they are decoded all the same, so that they last as long. */
function pictureArguments(display: boolean): string[] {
  return display
    ? ['--fullscreen', '--geometry=50%x50%-0+0', '--no-border', '--ontop', '--no-osc', '--no-input-default-bindings', '--cursor-autohide=always']
    : ['--vo=null'];
}

/** True where a window can be shown, or Linux knows a screen. */
function hasDisplay(): boolean {
  return Boolean(process.env.WAYLAND_DISPLAY || process.env.DISPLAY) || existsSync('/dev/dri/card0');
}
