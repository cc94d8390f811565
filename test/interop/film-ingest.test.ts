import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../src/limits.ts';
import type { StoredRendition, StoredWork } from '../../src/ports/headend-stores.ts';
import { assert } from '../../src/units/assert.ts';
import { asId } from '../../src/units/ids.ts';
import { PCR_TICKS_PER_MS, readTsPacket, TS_PACKET_BYTES } from '../../src/wire/mpegts.ts';
import { decodeSegment } from '../../src/wire/segment.ts';
import { makeClip } from '../fakes/film-work.ts';
import { ffmpeg, IngestScene, makeSound } from '../fakes/ingest-scene.ts';

const scene = new IngestScene();
const SECONDS = 8;
let film: StoredWork;
let [h264, hevc]: StoredRendition[] = [];

beforeAll(async () => {
  makeClip(scene.path('Clip.mp4'), SECONDS);
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=10:d=2', '-c:v', 'mpeg4', scene.path('Silent.avi'));
  makeSound(scene.path('Song.mp3'), 2, ['-metadata', 'title=Song']);
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x64:d=1', '-frames:v', '1', scene.path('Photo.png'));
  const done = await scene.take({
    renditions: [
      { codec: 'h264', height: 720 },
      { codec: 'hevc', height: 90 },
    ],
  });
  expect(done).toMatchObject({ ingested: 3, notAudio: 1, skipped: [] });
  film = scene.workOf('Clip.mp4');
  h264 = scene.catalogue.rendition(asId(film.id), 'h264-180') ?? undefined;
  hevc = scene.catalogue.rendition(asId(film.id), 'hevc-90') ?? undefined;
}, 120_000);
afterAll(() => scene.end());

async function packetsOf(rendition: StoredRendition | undefined): Promise<readonly (readonly Uint8Array[])[]> {
  assert(rendition !== undefined, 'the rendition was made');
  return await Promise.all(
    rendition.segments.map(async (hash) => {
      const segment = decodeSegment(await scene.segments.get(hash));
      if (!segment.ok) throw new Error(segment.error.message);
      return [...segment.value];
    }),
  );
}

describe('a film', () => {
  test('becomes a work with its renditions, none of them enlarged, with packets of one time', () => {
    expect(film.video?.renditions).toEqual([
      { name: 'h264-180', codec: 'h264', width: 320, height: 180 },
      { name: 'hevc-90', codec: 'hevc', width: 160, height: 90 },
    ]);
    expect(Math.abs(film.durationMs - 1_000 * SECONDS)).toBeLessThanOrEqual(60);
    expect(limits.videoPacketMs).toContain(film.video?.packetMs);
    const lastsMs = film.packets * (film.video?.packetMs ?? 0);
    expect(lastsMs).toBeGreaterThan(film.durationMs);
    expect(lastsMs).toBeLessThan(film.durationMs + 1_100);
    expect(film.totalSamples).toBe(48 * film.durationMs);
  });

  test('lies in segments of about five seconds, equally many packets in each rendition, at most seven transport packets in each', async () => {
    for (const rendition of [h264, hevc]) {
      const segments = await packetsOf(rendition);
      expect(segments.flat()).toHaveLength(film.packets);
      expect(rendition?.starts).toEqual(segments.map((_, at) => segments.slice(0, at).flat().length));
      const firstMs = (segments[0]?.length ?? 0) * (film.video?.packetMs ?? 0);
      expect(Math.abs(firstMs - limits.segmentMs)).toBeLessThan(1_000);
      for (const packet of segments.flat()) {
        expect(packet.length % TS_PACKET_BYTES).toBe(0);
        expect(packet.length).toBeLessThanOrEqual(limits.videoPayloadBytes);
      }
    }
  });

  test('can be decoded from each of its access points on, without an error, by ffmpeg', async () => {
    for (const rendition of [h264, hevc]) {
      const packets = (await packetsOf(rendition)).flat();
      for (const from of rendition?.accessPoints ?? []) {
        const file = `${scene.root}/from-${from}.ts`;
        writeFileSync(file, Buffer.concat(packets.slice(from)));
        const run = spawnSync('ffmpeg', ['-v', 'error', '-xerror', '-i', file, '-map', '0:v', '-frames:v', '3', '-f', 'null', '-']);
        expect(run.stderr.toString()).toBe('');
        expect(run.status).toBe(0);
      }
      expect(rendition?.accessPoints.length).toBeGreaterThanOrEqual(SECONDS / 1.25);
    }
  });

  test('leaves by its own clock: never before it, and hardly behind', async () => {
    const packetMs = film.video?.packetMs ?? 0;
    for (const rendition of [h264, hevc]) {
      let first: number | null = null;
      let latest = 0;
      for (const [index, packet] of (await packetsOf(rendition)).flat().entries()) {
        for (let at = 0; at < packet.length; at += TS_PACKET_BYTES) {
          const ticks = readTsPacket(packet, at)?.pcrTicks ?? null;
          if (ticks === null) continue;
          first ??= ticks;
          const lateMs = index * packetMs - (ticks - first) / PCR_TICKS_PER_MS;
          expect(lateMs).toBeGreaterThan(-packetMs);
          latest = Math.max(latest, lateMs);
        }
      }
      expect(first).not.toBeNull();
      expect(latest).toBeLessThanOrEqual(limits.videoLateMs + packetMs);
    }
  });

  test('without sound is one with silence; a picture alone is none; sound alone stays sound', () => {
    expect(scene.workOf('Silent.avi').video?.renditions).toEqual([
      { name: 'h264-120', codec: 'h264', width: 160, height: 120 },
      expect.objectContaining({ codec: 'hevc' }),
    ]);
    expect(scene.workOf('Silent.avi')).toMatchObject({ integratedLufs: null, gainDb: 0 });
    expect(scene.workOf('Song.mp3').video).toBeUndefined();
    expect(film.cover).not.toBeNull();
  });

  test('is not made again when nothing has changed', async () => {
    expect(await scene.take()).toMatchObject({ ingested: 0, unchanged: 3 });
  });
});
