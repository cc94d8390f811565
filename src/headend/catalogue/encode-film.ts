import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Fault, ok, type Result } from '../../units/result.ts';
import { type Encoded, type EncodeFault, runFfmpeg } from './encode.ts';
import { LOUDNESS_FILTER } from './loudness.ts';
import type { ProbedFilm } from './probe.ts';
import { inputFile, type MediaPrograms } from './programs.ts';
import type { RenditionPlan } from './video-renditions.ts';

export interface FilmRun {
  readonly path: string;
  readonly film: ProbedFilm;
  readonly plan: RenditionPlan;
  /** A transport stream; overwritten. */
  readonly target: string;
  readonly programs: MediaPrograms;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly onSeconds?: ((seconds: number) => void) | undefined;
}

/** The last picture stays for so long: a player that waits for what comes next still shows and sounds the film to its end. */
export const TAIL_MS = 600;
/** A decoder can begin this often: four times a segment. */
const ACCESS_EVERY_S = limits.segmentMs / 4_000;
const AUDIO_KBPS = 128;
/** The encoder may run ahead of its rate by so much: what a scene needs at once is late by at most this. */
const BUFFER_MS = 350;
const PICTURES_PER_SECOND_MAX = 30;

/** One rendition of a film: H.264 or HEVC with AAC in a transport stream, sound to the end, a picture that stands alone every 1.25 s. */
export async function encodeFilm(run: FilmRun): Promise<Result<Encoded, Fault<EncodeFault>>> {
  const encoded = await runFfmpeg(run, { path: run.path, args: filmArguments(run) });
  return encoded.ok ? ok({ ...encoded.value, durationMs: Math.max(0, encoded.value.durationMs - TAIL_MS) }) : encoded;
}

function filmArguments({ path, film, plan, target }: FilmRun): readonly string[] {
  const silent = film.stream === null;
  const stay = (TAIL_MS + film.soundLongerMs) / 1_000;
  const picture = [
    'scale=trunc(ih*dar/2)*2:trunc(ih/2)*2,setsar=1',
    `scale=-2:${plan.height}:flags=bicubic`,
    `tpad=stop_mode=clone:stop_duration=${stay.toFixed(3)}`,
    'format=yuv420p',
  ];
  const sound = ['aresample=48000:async=1:first_pts=0', 'aformat=channel_layouts=stereo', LOUDNESS_FILTER, 'apad'];
  return [
    ...['-hide_banner', '-nostdin', '-y', '-loglevel', 'level+info', '-nostats', '-progress', 'pipe:1'],
    ...inputFile(path),
    ...(silent ? ['-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo'] : []),
    ...['-map', `0:${film.videoStream}`, '-map', silent ? '1:0' : `0:${film.stream}`, '-map_metadata', '-1', '-map_chapters', '-1', '-sn', '-dn'],
    ...['-t', String((limits.workMs + TAIL_MS) / 1_000), '-shortest', '-fpsmax', String(PICTURES_PER_SECOND_MAX)],
    ...['-vf', picture.join(','), '-af', sound.join(',')],
    ...codecArguments(plan),
    ...['-force_key_frames', `expr:gte(t,n_forced*${ACCESS_EVERY_S})`, '-forced-idr', '1'],
    ...['-c:a', 'aac', '-b:a', `${AUDIO_KBPS}k`, '-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact'],
    // Two or three frames of sound in one unit, not eight: else it comes late behind the pictures.
    ...['-f', 'mpegts', '-pes_payload_size', '722', `file:${target}`],
  ];
}

function codecArguments({ codec, videoKbps }: RenditionPlan): readonly string[] {
  const bufferKbit = Math.round((videoKbps * BUFFER_MS) / 1_000);
  if (codec === 'h264')
    return ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-maxrate', `${videoKbps}k`, '-bufsize', `${bufferKbit}k`, '-sc_threshold', '0'];
  const rate = `vbv-maxrate=${videoKbps}:vbv-bufsize=${bufferKbit}:open-gop=0:scenecut=0:log-level=error`;
  return ['-c:v', 'libx265', '-preset', 'veryfast', '-crf', '23', '-x265-params', rate];
}
