import type { OpenedStream } from '../../src/ports/player.ts';
import { samplesPerPacket } from '../../src/units/time.ts';
import { DecodedStream } from './decoded-stream.ts';
import { FilmStream } from './film-stream.ts';
import { OggStream } from './ogg-stream.ts';
import type { PlayerStream } from './player-stream.ts';

/**
 * How much is read before it begins. Of Opus libavformat's own default: mpv has no word for taking a wish back. Without a bound mpv reads five seconds
 * of a film (lab/media.md 2), and more of decoded sound than a playout buffer holds, in case it is something else in disguise.
 */
const PROBE_BYTES = { ogg: 5_000_000, mpegts: 100_000, wav: 4_096 } as const;
const FILM_PROBE_SECONDS = 0.3;

/** In the form in which mpv reads it. */
export function streamOf(stream: OpenedStream): PlayerStream {
  if (stream.decoded === true) return new DecodedStream();
  return stream.video === undefined ? new OggStream(stream.channels, stream.preSkip) : new FilmStream(samplesPerPacket(stream));
}

/** mpv learns what a stream is from its beginning: a film needs more of it than sound, and its picture wanted. */
export function streamOptions(format: PlayerStream['format']): readonly (readonly [option: string, value: string | number])[] {
  const film = format === 'mpegts';
  return [
    ['demuxer-lavf-format', format],
    ['demuxer-lavf-probesize', PROBE_BYTES[format]],
    ['demuxer-lavf-analyzeduration', film ? FILM_PROBE_SECONDS : 0],
    ['vid', film ? 'auto' : 'no'],
  ];
}
