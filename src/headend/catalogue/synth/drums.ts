import { SAMPLE_RATE_HZ } from '../../../units/time.ts';
import { seededNoise } from './noise.ts';

/** A stroke: a falling tone, and noise above a corner frequency, each dying away. */
interface Stroke {
  readonly fromHz: number;
  readonly toHz: number;
  readonly sweepS: number;
  readonly tone: number;
  readonly toneS: number;
  readonly noise: number;
  readonly noiseS: number;
  readonly cornerHz: number;
}

const STROKES = {
  kick: { fromHz: 120, toHz: 46, sweepS: 0.035, tone: 1, toneS: 0.16, noise: 0.06, noiseS: 0.01, cornerHz: 2_000 },
  snare: { fromHz: 210, toHz: 175, sweepS: 0.05, tone: 0.45, toneS: 0.07, noise: 0.5, noiseS: 0.09, cornerHz: 1_400 },
  brush: { fromHz: 190, toHz: 170, sweepS: 0.05, tone: 0.08, toneS: 0.05, noise: 0.5, noiseS: 0.12, cornerHz: 2_600 },
  hat: { fromHz: 400, toHz: 400, sweepS: 1, tone: 0, toneS: 0.01, noise: 0.55, noiseS: 0.025, cornerHz: 7_500 },
  open: { fromHz: 400, toHz: 400, sweepS: 1, tone: 0, toneS: 0.01, noise: 0.45, noiseS: 0.16, cornerHz: 7_000 },
  shaker: { fromHz: 400, toHz: 400, sweepS: 1, tone: 0, toneS: 0.01, noise: 0.45, noiseS: 0.045, cornerHz: 5_000 },
  rim: { fromHz: 820, toHz: 780, sweepS: 0.02, tone: 0.6, toneS: 0.018, noise: 0.15, noiseS: 0.01, cornerHz: 2_500 },
  tom: { fromHz: 150, toHz: 92, sweepS: 0.09, tone: 0.9, toneS: 0.2, noise: 0.05, noiseS: 0.02, cornerHz: 1_000 },
} as const satisfies Readonly<Record<string, Stroke>>;

export type Drum = keyof typeof STROKES;

export function renderDrum(drum: Drum): Float32Array {
  const stroke: Stroke = STROKES[drum];
  const samples = new Float32Array(Math.floor(SAMPLE_RATE_HZ * Math.min(1, 6 * Math.max(stroke.toneS, stroke.noiseS))));
  const noise = seededNoise(7 + drum.length * 131 + stroke.cornerHz);
  const corner = Math.exp((-2 * Math.PI * stroke.cornerHz) / SAMPLE_RATE_HZ);
  let phase = 0;
  let low = 0;
  for (let index = 0; index < samples.length; index += 1) {
    const t = index / SAMPLE_RATE_HZ;
    const raw = noise();
    low = raw + corner * (low - raw);
    phase += (2 * Math.PI * (stroke.toHz + (stroke.fromHz - stroke.toHz) * Math.exp(-t / stroke.sweepS))) / SAMPLE_RATE_HZ;
    const rise = Math.min(1, index / 48);
    samples[index] = rise * (stroke.tone * Math.sin(phase) * Math.exp(-t / stroke.toneS) + stroke.noise * (raw - low) * Math.exp(-t / stroke.noiseS));
  }
  return samples;
}
