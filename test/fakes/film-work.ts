import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFilm } from '../../src/headend/catalogue/make-film.ts';
import { probeFile } from '../../src/headend/catalogue/probe.ts';
import { mediaPrograms } from '../../src/headend/catalogue/programs.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import type { StoredRendition, StoredWork } from '../../src/ports/headend-stores.ts';
import type { SegmentStore } from '../../src/ports/segment-store.ts';
import { ffmpeg } from './ingest-scene.ts';
import { workOf } from './paid-scene.ts';

/** Moving colours and a rising tone. */
export function makeClip(path: string, seconds: number, more: readonly string[] = []): void {
  const tone = `aevalsrc='0.3*sin(2*PI*(220*t+20*t*t))':s=48000:d=${seconds}`;
  ffmpeg(
    '-f',
    'lavfi',
    '-i',
    `testsrc2=s=320x180:r=25:d=${seconds}`,
    '-f',
    'lavfi',
    '-i',
    tone,
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-c:a',
    'aac',
    ...more,
    path,
  );
}

export interface FilmWork {
  readonly work: StoredWork;
  readonly renditions: readonly StoredRendition[];
}

/** A real film of a few seconds: made, encoded and cut as the ingest does it. */
export async function makeFilmWork(id: string, seconds: number, free: boolean, segments: SegmentStore): Promise<FilmWork> {
  const workFolder = mkdtempSync(join(tmpdir(), 'ackbox-film-'));
  try {
    const clip = join(workFolder, 'clip.mp4');
    makeClip(clip, seconds);
    const deps = { segments, programs: mediaPrograms, clock: systemClock, workFolder };
    const probed = await probeFile(clip, deps);
    if (!probed.ok || probed.value.kind !== 'film') throw new Error('the clip is no film');
    const made = await makeFilm(clip, probed.value, [{ codec: 'h264', height: 180 }], deps);
    if (!made.ok) throw new Error(made.error.message);
    return { work: { ...workOf(0, [], free), ...made.value.sound, id }, renditions: made.value.renditions };
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}
