import { wavFile } from '../media/wav-file.ts';

const RATE_HZ = 22_050;
const BEAT_SECONDS = 0.4;
/** Semitones above A3; null is a rest. Composed for this box: a tune of sixteen bars that anybody may play. */
const MELODY: readonly (number | null)[] = [
  ...[7, 10, 14, 12, 10, 7, 5, null, 3, 7, 10, 14, 12, null, 10, null],
  ...[7, 10, 14, 15, 14, 12, 10, null, 5, 9, 12, 9, 7, null, 7, null],
];
const BASS: readonly number[] = [-5, -5, -9, -9, -2, -2, -7, -5];
const BASS_BEATS = 4;
const PARTIALS = [1, 0.4, 0.15];

/**
 * A free work that every box brings along, reckoned rather than recorded: 12.8 s of our own. 16-bit mono WAV, 560 kB, in some 60 ms.
 */
export function welcomeTune(): Uint8Array {
  const beat = Math.round(BEAT_SECONDS * RATE_HZ);
  const mix = new Float32Array(MELODY.length * beat + RATE_HZ / 2);
  MELODY.forEach((note, place) => {
    if (note !== null) addNote(mix, { at: place * beat, samples: 2 * beat, hertz: hertzOf(note), loudness: 0.22 });
  });
  for (const [place, note] of BASS.entries())
    addNote(mix, { at: place * BASS_BEATS * beat, samples: BASS_BEATS * beat, hertz: hertzOf(note - 12), loudness: 0.26 });
  return wavFile({ rateHz: RATE_HZ, samples: mix });
}

interface Note {
  readonly at: number;
  readonly samples: number;
  readonly hertz: number;
  readonly loudness: number;
}

/** Plucked: a quick rise, then it dies away; nothing begins or ends with a click. */
function addNote(mix: Float32Array, { at, samples, hertz, loudness }: Note): void {
  for (let place = 0; place < samples && at + place < mix.length; place += 1) {
    const seconds = place / RATE_HZ;
    const shape = Math.min(1, seconds / 0.008) * Math.exp(-3.2 * seconds) * Math.min(1, (samples - place) / 400);
    const tone = PARTIALS.reduce((sum, share, overtone) => sum + share * Math.sin(2 * Math.PI * hertz * (overtone + 1) * seconds), 0);
    mix[at + place] = (mix[at + place] ?? 0) + loudness * shape * tone;
  }
}

const hertzOf = (semitones: number): number => 220 * 2 ** (semitones / 12);
