import { type Recording, wavFile } from './wav-file.ts';

/** A tone that a self-test plays and looks for again. */
export const TONE_HZ = 1_000;
/** Of its loudest sample below the loudest there is. */
export const TONE_DBFS = -12;
const RATE_HZ = 48_000;
const FADE_SAMPLES = 480;
const SILENCE_DB = -120;

/** A WAV file: 48 kHz, mono, 16 bits. */
export function toneWav(seconds: number): Uint8Array {
  const count = Math.round(seconds * RATE_HZ);
  const peak = 10 ** (TONE_DBFS / 20);
  const fade = (index: number): number => Math.min(1, index / FADE_SAMPLES, (count - index) / FADE_SAMPLES);
  const samples = Float32Array.from({ length: count }, (_, index) => peak * fade(index) * Math.sin((2 * Math.PI * TONE_HZ * index) / RATE_HZ));
  return wavFile({ rateHz: RATE_HZ, samples });
}

export interface ToneFound {
  /** Of its loudest sample. */
  readonly dbfs: number;
  /** How far it stands above everything else in the recording. */
  readonly aboveRestDb: number;
}

/** Looks for one tone by Goertzel's algorithm, in the loudest second of a recording. */
export function findTone({ samples, rateHz }: Recording, hz = TONE_HZ): ToneFound {
  const length = Math.min(samples.length, rateHz);
  const starts = Array.from({ length: Math.max(1, Math.ceil((samples.length - length) / (rateHz / 10)) + 1) }, (_, step) =>
    Math.min(samples.length - length, Math.round((step * rateHz) / 10)),
  );
  const found = starts.map((start) => toneIn(samples.subarray(start, start + length), hz / rateHz));
  return found.reduce((best, one) => (one.dbfs > best.dbfs ? one : best), { dbfs: SILENCE_DB, aboveRestDb: 0 });
}

/** @param turns of the tone for each sample */
function toneIn(samples: Float32Array, turns: number): ToneFound {
  const factor = 2 * Math.cos(2 * Math.PI * turns);
  let [one, two, power] = [0, 0, 0];
  for (const sample of samples) {
    [one, two] = [sample + factor * one - two, one];
    power += sample * sample;
  }
  if (samples.length === 0 || power === 0) return { dbfs: SILENCE_DB, aboveRestDb: 0 };
  const amplitude = (2 * Math.sqrt(Math.max(0, one * one + two * two - factor * one * two))) / samples.length;
  const [ofTone, ofAll] = [(amplitude * amplitude) / 2, power / samples.length];
  const rest = Math.max(ofAll - ofTone, ofAll * 1e-9);
  return { dbfs: Math.max(SILENCE_DB, 20 * Math.log10(amplitude)), aboveRestDb: 10 * Math.log10(ofTone / rest) };
}
