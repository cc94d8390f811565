/** A tone that a self-test plays and looks for again. */
export const TONE_HZ = 1_000;
/** Of its loudest sample below the loudest there is. */
export const TONE_DBFS = -12;
const RATE_HZ = 48_000;
const WAV_HEAD_BYTES = 44;
const FADE_SAMPLES = 480;
const FLOAT = 3;
const SILENCE_DB = -120;

/** A WAV file: 48 kHz, mono, 16 bits. */
export function toneWav(seconds: number): Uint8Array {
  const count = Math.round(seconds * RATE_HZ);
  const file = new DataView(new ArrayBuffer(WAV_HEAD_BYTES + 2 * count));
  const word = (at: number, text: string): void => [...text].forEach((letter, index) => file.setUint8(at + index, letter.charCodeAt(0)));
  word(0, 'RIFF');
  file.setUint32(4, file.byteLength - 8, true);
  word(8, 'WAVEfmt ');
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, RATE_HZ, true);
  file.setUint32(28, 2 * RATE_HZ, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  word(36, 'data');
  file.setUint32(40, 2 * count, true);
  const peak = 32_767 * 10 ** (TONE_DBFS / 20);
  for (let index = 0; index < count; index++) {
    const fade = Math.min(1, index / FADE_SAMPLES, (count - index) / FADE_SAMPLES);
    file.setInt16(WAV_HEAD_BYTES + 2 * index, Math.round(peak * fade * Math.sin((2 * Math.PI * TONE_HZ * index) / RATE_HZ)), true);
  }
  return new Uint8Array(file.buffer);
}

export interface Recording {
  readonly rateHz: number;
  /** Of the first channel, -1 to 1. */
  readonly samples: Float32Array;
}

/** Of 16-bit or float samples, as mpv and arecord write them; the sizes in the head of an unfinished file are not believed. Null: no WAV file. */
export function readRecording(bytes: Uint8Array): Recording | null {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = Buffer.from(bytes.subarray(0, 4_096)).toString('latin1');
  const [format, data] = [text.indexOf('fmt '), text.indexOf('data')];
  if (!text.startsWith('RIFF') || format < 0 || data < 0) return null;
  const [kind, channels, rateHz, bits] = [
    file.getUint16(format + 8, true),
    file.getUint16(format + 10, true),
    file.getUint32(format + 12, true),
    file.getUint16(format + 22, true),
  ];
  const float = kind === FLOAT || bits === 32;
  if (channels === 0 || rateHz === 0 || (!float && bits !== 16)) return null;
  const frameBytes = (channels * bits) / 8;
  const count = Math.floor((bytes.length - data - 8) / frameBytes);
  const at = (index: number): number => data + 8 + index * frameBytes;
  return {
    rateHz,
    samples: Float32Array.from({ length: count }, (_, index) => (float ? file.getFloat32(at(index), true) : file.getInt16(at(index), true) / 32_768)),
  };
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
