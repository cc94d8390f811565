import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { runProgram } from './program-run.ts';
import { inputFile, type MediaPrograms, plainReason } from './programs.ts';

const Tags = Type.Optional(Type.Record(Type.String(), Type.String()));
const ProbeAnswer = Type.Object({
  streams: Type.Optional(
    Type.Array(
      Type.Object({
        index: Type.Integer(),
        codec_type: Type.Optional(Type.String()),
        codec_name: Type.Optional(Type.String()),
        width: Type.Optional(Type.Integer()),
        height: Type.Optional(Type.Integer()),
        duration: Type.Optional(Type.String()),
        channels: Type.Optional(Type.Integer()),
        disposition: Type.Optional(Type.Object({ attached_pic: Type.Optional(Type.Integer()) })),
        tags: Tags,
      }),
    ),
  ),
  format: Type.Optional(Type.Object({ format_name: Type.String(), duration: Type.Optional(Type.String()), tags: Tags })),
});

export interface ProbedAudio {
  readonly kind: 'audio';
  /** Index of the audio stream that becomes the work. */
  readonly stream: number;
  readonly channels: 1 | 2;
  /** What the container says; null where it does not, or only guesses. */
  readonly durationMs: number | null;
  /** Index of the embedded picture. */
  readonly picture: number | null;
  /** Lower-case names. */
  readonly tags: ReadonlyMap<string, string>;
}

/** Moving pictures, with or without sound. */
export interface ProbedFilm extends Omit<ProbedAudio, 'kind' | 'stream'> {
  readonly kind: 'film';
  /** Index of its sound; null for a silent film. */
  readonly stream: number | null;
  readonly videoStream: number;
  readonly width: number;
  readonly height: number;
  /** By how much its sound goes on after its last picture. */
  readonly soundLongerMs: number;
}

export interface NotAudio {
  readonly kind: 'not-audio';
}

export type ProbeFault = 'unreadable' | 'program-missing' | 'stopped' | 'interrupted';

/** Lists and scripts that ffmpeg "plays" by opening other files, or by making the sound up. */
const NOT_A_RECORDING = new Set(['hls', 'concat', 'dash', 'sbg', 'tty', 'lavfi', 'webm_dash_manifest', 'imf', 'sdp', 'rtsp', 'vapoursynth', 'avisynth']);
/** Pictures that do not move, whatever their container calls them. */
const STILL_FORMAT = /_pipe$|^(image2|gif|apng|ico|webp)$/;
const STILL_CODECS = new Set(['mjpeg', 'png', 'bmp', 'gif', 'webp', 'tiff', 'ansi']);
/** Their duration is a guess from the bit rate: a file that ends earlier need not be cut off. */
const DURATION_GUESSED = new Set(['aac', 'ac3', 'eac3', 'mpeg', 'mpegts', 'dts', 'amr']);

/** What a file is by its content, never by its name. */
export async function probeFile(
  path: string,
  deps: { readonly programs: MediaPrograms; readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<Result<ProbedAudio | ProbedFilm | NotAudio, Fault<ProbeFault>>> {
  const args = ['-hide_banner', '-loglevel', 'level+warning', '-show_format', '-show_streams', '-of', 'json', ...inputFile(path)];
  const run = await runProgram({ program: deps.programs.ffprobe, args, clock: deps.clock, signal: deps.signal });
  if (!run.ok) {
    const { code, message } = run.error;
    return fault(code === 'output-too-large' ? 'unreadable' : code, message);
  }
  if (run.value.exitCode !== 0) return fault('unreadable', plainReason(run.value.errors, path));
  const answer = parse(run.value.output);
  if (answer === null) return fault('unreadable', 'ffprobe gave an answer that is not understood');
  return ok(
    interpret(
      answer,
      run.value.lines.some((line) => line.includes('Estimating duration from bitrate')),
    ),
  );
}

function parse(output: Uint8Array): Static<typeof ProbeAnswer> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(output));
    return Value.Check(ProbeAnswer, value) ? value : null;
  } catch {
    return null;
  }
}

type Stream = NonNullable<Static<typeof ProbeAnswer>['streams']>[number];

function interpret(answer: Static<typeof ProbeAnswer>, guessed: boolean): ProbedAudio | ProbedFilm | NotAudio {
  const formats = (answer.format?.format_name ?? '').split(',');
  const streams = answer.streams ?? [];
  if (formats.some((name) => NOT_A_RECORDING.has(name) || STILL_FORMAT.test(name))) return { kind: 'not-audio' };
  const audio = streams.find((stream) => stream.codec_type === 'audio' && (stream.channels ?? 0) > 0);
  const video = streams.find(isMoving);
  const seconds = Number(answer.format?.duration);
  const facts = {
    channels: audio?.channels === 1 ? (1 as const) : (2 as const),
    durationMs: guessed || !(seconds > 0) || formats.some((name) => DURATION_GUESSED.has(name)) ? null : Math.round(seconds * 1_000),
    picture: streams.find((stream) => stream.disposition?.attached_pic === 1)?.index ?? null,
    tags: mergeTags(answer.format?.tags, audio?.tags),
  };
  if (video === undefined) return audio === undefined ? { kind: 'not-audio' } : { kind: 'audio', stream: audio.index, ...facts };
  const longer = Number(audio?.duration ?? Number.NaN) - Number(video.duration ?? Number.NaN);
  return {
    kind: 'film',
    stream: audio?.index ?? null,
    videoStream: video.index,
    width: video.width ?? 0,
    height: video.height ?? 0,
    soundLongerMs: longer > 0 ? Math.round(longer * 1_000) : 0,
    ...facts,
  };
}

/** A picture that belongs to the sound (a cover, a chapter's) is no film. */
function isMoving(stream: Stream): boolean {
  const shown = (stream.width ?? 0) > 0 && (stream.height ?? 0) > 0;
  return stream.codec_type === 'video' && shown && stream.disposition?.attached_pic !== 1 && !STILL_CODECS.has(stream.codec_name ?? '');
}

function mergeTags(...sources: readonly (Readonly<Record<string, string>> | undefined)[]): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const [name, value] of sources.flatMap((source) => Object.entries(source ?? {}))) {
    if (!tags.has(name.toLowerCase())) tags.set(name.toLowerCase(), value.slice(0, 4 * limits.tagCharacters));
  }
  return tags;
}
