import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { LOUDNESS_FILTER, type Loudness, QUICK_LOUDNESS_FILTER, readLoudness } from './loudness.ts';
import { runProgram } from './program-run.ts';
import { inputFile, type MediaPrograms, plainReason } from './programs.ts';

/** What is encoded: one stream of a file, or samples that we make ourselves (48 kHz, stereo, 16 bit little-endian). */
export type EncodeSource = { readonly path: string; readonly stream: number } | { readonly samples: AsyncIterable<Uint8Array> };

export interface EncodeRun {
  readonly source: EncodeSource;
  readonly channels: 1 | 2;
  /** An Ogg Opus file; overwritten. */
  readonly target: string;
  readonly programs: MediaPrograms;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly onSeconds?: ((seconds: number) => void) | undefined;
  /** Somebody waits for this one: full priority, and less effort of the encoder and the peak meter for half the time. */
  readonly urgent?: boolean;
}

export interface Encoded {
  readonly loudness: Loudness;
  /** How much sound was decoded and encoded. */
  readonly durationMs: number;
  readonly errorCount: number;
  readonly errors: readonly string[];
}

export type EncodeFault = 'undecodable' | 'disk-full' | 'program-missing' | 'stopped' | 'interrupted';

/** Opus at 96 kb/s in packets of 20 ms; loudness is measured on the way, so that the source is decoded once. */
export async function encodeOpus(run: EncodeRun): Promise<Result<Encoded, Fault<EncodeFault>>> {
  const path = 'path' in run.source ? run.source.path : '';
  const input = 'samples' in run.source ? { input: run.source.samples } : {};
  return await runFfmpeg(run, { path, args: encodeArguments(run), urgent: run.urgent === true, ...input });
}

/** What `runFfmpeg` is told beside its arguments. `path` is for people, where the input is a file. */
type FfmpegJob = { readonly path: string; readonly args: readonly string[]; readonly urgent?: boolean; readonly input?: AsyncIterable<Uint8Array> };

/** Runs ffmpeg to its end, with its progress told on the way; `durationMs` is what it put out. */
export async function runFfmpeg(
  { programs, clock, signal, onSeconds }: Pick<EncodeRun, 'programs' | 'clock' | 'signal' | 'onSeconds'>,
  { path, ...job }: FfmpegJob,
): Promise<Result<Encoded, Fault<EncodeFault>>> {
  let durationMs = 0;
  const ended = await runProgram({
    program: programs.ffmpeg,
    clock,
    signal,
    ...job,
    onLine: (line) => {
      const micros = Number(/^out_time_us=(\d+)$/.exec(line)?.[1] ?? Number.NaN);
      if (!Number.isFinite(micros)) return;
      durationMs = Math.round(micros / 1_000);
      onSeconds?.(Math.floor(micros / 1e6));
    },
  });
  if (!ended.ok) {
    const { code, message } = ended.error;
    return fault(code === 'output-too-large' ? 'undecodable' : code, message);
  }
  const { exitCode, errors, errorCount, lines } = ended.value;
  if (errors.some((line) => line.includes('No space left on device'))) return fault('disk-full', 'the disk is full; make room and ingest again');
  if (exitCode !== 0) return fault('undecodable', plainReason(errors, path));
  return ok({ loudness: readLoudness(lines), durationMs, errorCount, errors });
}

function encodeArguments(run: EncodeRun): readonly string[] {
  const input = 'samples' in run.source ? ['-f', 's16le', '-ar', '48000', '-ac', '2', '-i', 'pipe:0'] : inputFile(run.source.path);
  const stream = 'samples' in run.source ? 0 : run.source.stream;
  const lengthMs = limits.workMs + limits.packetMs;
  return [
    ...['-hide_banner', '-nostdin', '-y', '-loglevel', 'level+info', '-nostats', '-progress', 'pipe:1', '-threads', '1'],
    ...input,
    ...['-map', `0:${stream}`, '-map_metadata', '-1', '-map_chapters', '-1', '-vn', '-sn', '-dn', '-t', String(lengthMs / 1_000)],
    ...[
      '-af',
      `aresample=48000,aformat=channel_layouts=${run.channels === 1 ? 'mono' : 'stereo'},${run.urgent === true ? QUICK_LOUDNESS_FILTER : LOUDNESS_FILTER}`,
    ],
    ...[
      '-c:a',
      'libopus',
      '-b:a',
      '96k',
      '-vbr',
      'on',
      '-frame_duration',
      '20',
      '-application',
      'audio',
      '-compression_level',
      run.urgent === true ? '4' : '10',
    ],
    ...['-fflags', '+bitexact', '-flags:a', '+bitexact', '-f', 'ogg', `file:${run.target}`],
  ];
}
