import { spawnSync } from 'node:child_process';
import type { StoredWork } from '../../src/ports/headend-stores.ts';
import type { MemorySegments } from './memory-segments.ts';
import { demuxOggOpus } from './ogg-opus-demux.ts';
import { workOf } from './paid-scene.ts';

/** A real work: a rising tone, encoded by ffmpeg to 20 ms Opus packets, cut into segments. */
export async function makeOpusWork(id: string, seconds: number, free: boolean, segments: MemorySegments): Promise<StoredWork> {
  const source = `aevalsrc='0.3*sin(2*PI*(220*t+20*t*t))|0.3*sin(2*PI*(330*t+10*t*t))':s=48000:d=${seconds}`;
  const encode = ['-f', 'lavfi', '-i', source, '-c:a', 'libopus', '-b:a', '96k', '-frame_duration', '20', '-f', 'ogg', '-'];
  const run = spawnSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...encode], { maxBuffer: 64 * 1_024 * 1_024 });
  if (run.status !== 0) throw new Error(`ffmpeg could not encode: ${run.stderr}`);
  const file = demuxOggOpus(new Uint8Array(run.stdout));
  if (!file.ok) throw new Error(file.error.message);
  const { packets, preSkip, totalSamples } = file.value;
  return { ...workOf(packets.length, await segments.putWork(packets), free), id, preSkip, totalSamples };
}
