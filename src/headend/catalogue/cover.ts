import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { runProgram } from './program-run.ts';
import { inputFile, type MediaPrograms, plainReason } from './programs.ts';

export interface CoverDeps {
  readonly programs: MediaPrograms;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

const COVER_NAMES = /^(cover|folder|front|album)\.(jpe?g|png|webp|bmp)$/i;
const PIXELS_MAX = 100_000_000;

/** A picture as a cover: JPEG, at most `limits.coverPixels` on its longer side, never enlarged, without any tags. */
export async function renderCover(
  source: { readonly path: string; readonly stream: number; readonly atMs?: number } | { readonly ppm: Uint8Array },
  deps: CoverDeps,
): Promise<Result<Uint8Array, Fault<'no-picture' | 'stopped'>>> {
  const path = 'path' in source ? source.path : '';
  const side = limits.coverPixels;
  const run = await runProgram({
    program: deps.programs.ffmpeg,
    args: [
      ...['-hide_banner', '-nostdin', '-loglevel', 'level+error', '-max_pixels', String(PIXELS_MAX)],
      ...('path' in source
        ? [...(source.atMs === undefined ? [] : ['-ss', (source.atMs / 1_000).toFixed(3)]), ...inputFile(source.path)]
        : ['-f', 'image2pipe', '-c:v', 'ppm', '-i', 'pipe:0']),
      ...['-map', `0:${'path' in source ? source.stream : 0}`, '-map_metadata', '-1', '-frames:v', '1'],
      ...['-vf', `scale='min(${side},iw)':'min(${side},ih)':force_original_aspect_ratio=decrease,format=yuvj420p`],
      ...['-c:v', 'mjpeg', '-q:v', '4', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-f', 'image2pipe', 'pipe:1'],
    ],
    clock: deps.clock,
    signal: deps.signal,
    ...('ppm' in source ? { input: once(source.ppm) } : {}),
  });
  if (!run.ok) return fault(run.error.code === 'stopped' ? 'stopped' : 'no-picture', run.error.message);
  const { exitCode, output, errors } = run.value;
  const jpeg = output[0] === 0xff && output[1] === 0xd8 && output.length <= limits.coverBytes;
  return exitCode === 0 && jpeg ? ok(output) : fault('no-picture', plainReason(errors, path));
}

/** The picture file that stands for a whole folder, or null. */
export async function folderCover(folder: string): Promise<string | null> {
  const names = await readdir(folder).catch(() => []);
  const [first] = names.filter((name) => COVER_NAMES.test(name)).sort();
  return first === undefined ? null : join(folder, first);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
