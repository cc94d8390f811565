import { SAMPLE_RATE_HZ } from '../../../units/time.ts';
import { seededNoise } from './noise.ts';

/** How a voice sounds: strengths of its harmonics when struck and when it has settled, and its envelope in seconds. */
interface Timbre {
  readonly struck: readonly number[];
  readonly settled: readonly number[];
  /** Seconds in which the struck sound turns into the settled one. */
  readonly mellowS: number;
  readonly attackS: number;
  /** Seconds in which a held note falls to a third; 0 = it stays. */
  readonly fadeS: number;
  readonly releaseS: number;
  /** Cents between two slightly different copies: warmth. */
  readonly detuneCents: number;
  /** Cents of vibrato, 5 times a second, fading in. */
  readonly vibratoCents: number;
}

const TIMBRES = {
  keys: {
    struck: [1, 0.5, 0.1, 0.28, 0, 0, 0.1],
    settled: [1, 0.16, 0.05],
    mellowS: 0.25,
    attackS: 0.004,
    fadeS: 0.9,
    releaseS: 0.25,
    detuneCents: 4,
    vibratoCents: 0,
  },
  box: {
    struck: [1, 0, 0, 0.45, 0, 0, 0, 0, 0, 0.16],
    settled: [1, 0, 0, 0.05],
    mellowS: 0.15,
    attackS: 0.002,
    fadeS: 0.6,
    releaseS: 0.6,
    detuneCents: 3,
    vibratoCents: 0,
  },
  marimba: {
    struck: [1, 0, 0, 0.5, 0, 0, 0, 0, 0.1],
    settled: [1, 0.02],
    mellowS: 0.05,
    attackS: 0.002,
    fadeS: 0.22,
    releaseS: 0.2,
    detuneCents: 0,
    vibratoCents: 0,
  },
  bells: {
    struck: [1, 0.25, 0.5, 0, 0.3, 0, 0.18],
    settled: [1, 0.1, 0.12],
    mellowS: 0.5,
    attackS: 0.003,
    fadeS: 1.3,
    releaseS: 0.8,
    detuneCents: 6,
    vibratoCents: 0,
  },
  pad: {
    struck: [1, 0.3, 0.12, 0.06],
    settled: [1, 0.5, 0.28, 0.16, 0.1, 0.06],
    mellowS: 1.2,
    attackS: 0.5,
    fadeS: 0,
    releaseS: 0.9,
    detuneCents: 11,
    vibratoCents: 0,
  },
  strings: {
    struck: [1, 0.5, 0.3, 0.2, 0.12],
    settled: [1, 0.6, 0.4, 0.28, 0.18, 0.1, 0.06],
    mellowS: 0.4,
    attackS: 0.14,
    fadeS: 0,
    releaseS: 0.35,
    detuneCents: 9,
    vibratoCents: 5,
  },
  organ: {
    struck: [1, 0.8, 0.5, 0.3, 0, 0.2, 0, 0.15],
    settled: [1, 0.75, 0.4, 0.25, 0, 0.12, 0, 0.08],
    mellowS: 0.06,
    attackS: 0.008,
    fadeS: 0,
    releaseS: 0.06,
    detuneCents: 5,
    vibratoCents: 7,
  },
  flute: { struck: [1, 0.3, 0.12], settled: [1, 0.2, 0.05], mellowS: 0.2, attackS: 0.06, fadeS: 0, releaseS: 0.15, detuneCents: 0, vibratoCents: 14 },
  bass: {
    struck: [1, 0.7, 0.4, 0.2, 0.1],
    settled: [1, 0.35, 0.08],
    mellowS: 0.18,
    attackS: 0.005,
    fadeS: 0.8,
    releaseS: 0.08,
    detuneCents: 0,
    vibratoCents: 0,
  },
  pulse: {
    struck: [1, 0.5, 0.5, 0.25, 0.3, 0.12, 0.15, 0.06],
    settled: [1, 0.3, 0.12, 0.04],
    mellowS: 0.12,
    attackS: 0.003,
    fadeS: 0.35,
    releaseS: 0.12,
    detuneCents: 8,
    vibratoCents: 0,
  },
} as const satisfies Readonly<Record<string, Timbre>>;

/** `pluck` is a string of its own kind: Karplus and Strong's. */
export type Tone = keyof typeof TIMBRES | 'pluck';

const TABLE = 2_048;
const tables = new Map<readonly number[], Float32Array>();

/** One note, mono, about 1 at its loudest. */
export function renderTone(tone: Tone, midi: number, seconds: number): Float32Array {
  const frequencyHz = 440 * 2 ** ((midi - 69) / 12);
  return tone === 'pluck' ? renderPluck(frequencyHz, seconds) : renderTimbre(TIMBRES[tone], frequencyHz, seconds);
}

function renderTimbre(timbre: Timbre, frequencyHz: number, seconds: number): Float32Array {
  const samples = new Float32Array(Math.floor((seconds + timbre.releaseS) * SAMPLE_RATE_HZ));
  const apart = 2 ** (timbre.detuneCents / 2_400);
  const turns = timbre.detuneCents === 0 ? [frequencyHz] : [frequencyHz * apart, frequencyHz / apart];
  for (const hz of turns) addOscillator(samples, timbre, hz, 1 / turns.length);
  shape(samples, timbre, seconds);
  return samples;
}

/** Two tables played side by side, from the struck to the settled one. */
function addOscillator(samples: Float32Array, timbre: Timbre, frequencyHz: number, gain: number): void {
  const [struck, settled] = [tableOf(timbre.struck), tableOf(timbre.settled)];
  const step = (frequencyHz * TABLE) / SAMPLE_RATE_HZ;
  const mellow = Math.exp(-1 / (timbre.mellowS * SAMPLE_RATE_HZ));
  const wobble = (timbre.vibratoCents / 1_200) * Math.LN2;
  let phase = 0;
  let fresh = gain;
  let bend = 1;
  for (let index = 0; index < samples.length; index += 1) {
    if (wobble > 0 && index % 64 === 0) {
      const t = index / SAMPLE_RATE_HZ;
      bend = 1 + wobble * Math.min(1, t * 1.5) * Math.sin(2 * Math.PI * 5 * t);
    }
    const at = phase & (TABLE - 1);
    const low = settled[at] ?? 0;
    samples[index] = (samples[index] ?? 0) + gain * low + fresh * ((struck[at] ?? 0) - low);
    phase += step * bend;
    if (phase >= TABLE) phase -= TABLE;
    fresh *= mellow;
  }
}

function shape(samples: Float32Array, timbre: Timbre, seconds: number): void {
  const attack = Math.max(1, timbre.attackS * SAMPLE_RATE_HZ);
  const held = seconds * SAMPLE_RATE_HZ;
  const release = Math.max(1, samples.length - held);
  const fade = timbre.fadeS === 0 ? 1 : Math.exp(-1 / (timbre.fadeS * SAMPLE_RATE_HZ));
  let level = 1;
  for (let index = 0; index < samples.length; index += 1) {
    const rise = index < attack ? index / attack : 1;
    const left = index > held ? 1 - (index - held) / release : 1;
    samples[index] = (samples[index] ?? 0) * level * rise * left * left;
    level *= fade;
  }
}

function tableOf(harmonics: readonly number[]): Float32Array {
  const known = tables.get(harmonics);
  if (known !== undefined) return known;
  const table = new Float32Array(TABLE);
  const sum = harmonics.reduce((total, strength) => total + strength, 0);
  harmonics.forEach((strength, order) => {
    for (let index = 0; index < TABLE; index += 1)
      table[index] = (table[index] ?? 0) + (strength / sum) * Math.sin((2 * Math.PI * (order + 1) * index) / TABLE);
  });
  tables.set(harmonics, table);
  return table;
}

const PLUCK_RELEASE_S = 0.5;
/** Seconds in which a string of 1 Hz would fall to a thousandth; higher ones fall faster. */
const PLUCK_RING = 3.2;

/**
 * A burst of noise that runs round a delay line and loses its edge on the way (Karplus and Strong, 1983). One turn lasts the
 * line, half a sample of the smoothing, and the fraction that a second smoothing adds, so that the string is in tune.
 */
function renderPluck(frequencyHz: number, seconds: number): Float32Array {
  const held = seconds * SAMPLE_RATE_HZ;
  const samples = new Float32Array(Math.floor(held + PLUCK_RELEASE_S * SAMPLE_RATE_HZ));
  const turn = SAMPLE_RATE_HZ / frequencyHz - 0.5;
  const string = burst(Math.floor(turn), Math.round(frequencyHz * 100));
  const part = turn - string.length;
  const loss = 0.001 ** (1 / (frequencyHz * PLUCK_RING));
  let before = 0;
  let smoothBefore = 0;
  for (let index = 0, at = 0; index < samples.length; index += 1) {
    const here = string[at] ?? 0;
    const smooth = 0.5 * (here + before);
    const value = smooth + part * (smoothBefore - smooth);
    samples[index] = index > held ? value * (1 - (index - held) / (PLUCK_RELEASE_S * SAMPLE_RATE_HZ)) : value;
    string[at] = loss * value;
    before = here;
    smoothBefore = smooth;
    at = at + 1 === string.length ? 0 : at + 1;
  }
  return samples;
}

/** Soft noise without a direct component: that would not die away with the sound. */
function burst(length: number, seed: number): Float32Array {
  const noise = seededNoise(seed);
  const samples = new Float32Array(length);
  let soft = 0;
  for (let index = 0; index < length; index += 1) {
    soft += 0.45 * (noise() - soft);
    samples[index] = 1.6 * soft;
  }
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / length;
  return samples.map((sample) => sample - mean);
}
