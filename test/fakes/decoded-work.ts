import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHeadendBook } from '../../src/headend/stores/headend-book.ts';
import { SegmentFiles } from '../../src/headend/stores/segment-files.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { OggOpusWriter } from '../../src/wire/ogg-opus.ts';
import { decodeSegment } from '../../src/wire/segment.ts';

/** ffmpeg's decode of a work of a headend, brought to the common loudness as the player does it. */
export async function decodedWork(headendFolder: string, title: string, scratch: string): Promise<Float32Array> {
  const book = openHeadendBook(join(headendFolder, 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'EUR' });
  const work = book.works().find((candidate) => candidate.title === title);
  book.close();
  if (work === undefined) throw new Error(`${title} is no work of this headend`);
  const writer = new OggOpusWriter({ serial: 1, channels: work.channels, preSkip: work.preSkip });
  const segments = new SegmentFiles(join(headendFolder, 'segments'));
  const pages = [writer.head()];
  for (const hash of work.segments) {
    const segment = decodeSegment(await segments.get(hash));
    if (!segment.ok) throw new Error(segment.error.message);
    pages.push(...[...segment.value].map((packet) => writer.packet(packet)));
  }
  const [opus, wav] = [join(scratch, 'decoded.opus'), join(scratch, 'decoded.wav')];
  writeFileSync(opus, Buffer.concat(pages));
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', opus, '-af', `volume=${work.gainDb.toFixed(2)}dB`, '-c:a', 'pcm_f32le', wav]);
  return floatsOf(wav);
}

/** The samples of a WAV file, whatever its header says about their number. */
export function floatsOf(path: string): Float32Array {
  const bytes = readFileSync(path);
  const at = bytes.indexOf('data') + 8;
  return new Float32Array(Uint8Array.from(bytes.subarray(at, at + 4 * Math.floor((bytes.length - at) / 4))).buffer);
}
