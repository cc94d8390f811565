import { assert } from '../../../units/assert.ts';
import type { Drum } from './drums.ts';
import { seededNoise } from './noise.ts';
import type { Tone } from './tones.ts';

/**
 * A part of a piece, as a pattern of one character a step, repeated over the bars of a section: `.` rests, `-` holds.
 * - `tones`: each digit (base 36) is a step of the scale above the chord's root: 1 root, 3 third, 5 fifth, 8 octave, a tenth.
 * - `chord`: `x` plays the whole chord, `o` softly.
 * - `drum`: `x` loud, `o` soft.
 */
export type Part =
  | { readonly kind: 'tones' | 'chord'; readonly tone: Tone; readonly centre: number; readonly pattern: string; readonly gain: number; readonly pan: number }
  | { readonly kind: 'drum'; readonly drum: Drum; readonly pattern: string; readonly gain: number; readonly pan: number };

export interface Section {
  readonly bars: number;
  /** Steps of the scale on which a chord stands, 1 to 7, one character a bar. */
  readonly chords: string;
  readonly parts: readonly string[];
}

export interface Score {
  readonly beatsPerMinute: number;
  readonly stepsPerBeat: number;
  readonly beatsPerBar: number;
  /** Share of a step by which every second one comes later. */
  readonly swing: number;
  /** MIDI number of the keynote. */
  readonly key: number;
  readonly scale: 'major' | 'minor' | 'dorian' | 'mixolydian';
  /** Tones of a chord: 3 or 4. */
  readonly chordTones: number;
  readonly parts: Readonly<Record<string, Part>>;
  readonly sections: readonly Section[];
  readonly gain: number;
  /** Share of the sound that goes through the room. */
  readonly room: number;
}

/** One stroke or note. Times in seconds from the start. */
export interface ScoreEvent {
  readonly atS: number;
  readonly sound: { readonly tone: Tone; readonly midi: number; readonly lengthS: number } | { readonly drum: Drum };
  readonly gain: number;
  /** -1 left, 1 right. */
  readonly pan: number;
}

const SCALES = {
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [0, 2, 3, 5, 7, 8, 10],
  dorian: [0, 2, 3, 5, 7, 9, 10],
  mixolydian: [0, 2, 4, 5, 7, 9, 10],
} as const;
const RING_OUT_S = 3;
const LATE_S = 0.004;

export function scoreSeconds(score: Score): number {
  const bars = score.sections.reduce((sum, section) => sum + section.bars, 0);
  return bars * barSeconds(score) + RING_OUT_S;
}

/** Plays a score out into events, in order of time; a touch of unevenness keeps it from sounding like a clock. */
export function playScore(score: Score): readonly ScoreEvent[] {
  const events: ScoreEvent[] = [];
  const touch = seededNoise(score.key * 7_919 + score.beatsPerMinute);
  let bar = 0;
  for (const section of score.sections) {
    for (const name of section.parts) {
      const part = score.parts[name];
      assert(part !== undefined, `the score has a part ${name}`);
      events.push(...playPart(score, section, part, bar, touch));
    }
    bar += section.bars;
  }
  return events.sort((left, right) => left.atS - right.atS);
}

function playPart(score: Score, section: Section, part: Part, firstBar: number, touch: () => number): readonly ScoreEvent[] {
  const events: ScoreEvent[] = [];
  const steps = score.stepsPerBeat * score.beatsPerBar;
  const stepS = barSeconds(score) / steps;
  assert(part.pattern.length % steps === 0, `a pattern lasts whole bars: ${part.pattern}`);
  for (let step = 0; step < section.bars * steps; step += 1) {
    const sign = part.pattern[step % part.pattern.length] ?? '.';
    if (sign === '.' || sign === '-') continue;
    const late = (step % 2) * score.swing * stepS + Math.abs(touch()) * LATE_S;
    const atS = (firstBar * steps + step) * stepS + late;
    const gain = part.gain * (sign === 'o' ? 0.55 : 1) * (1 + 0.08 * touch());
    const degree = Number(section.chords[Math.floor(step / steps) % section.chords.length]) - 1;
    const lengthS = heldSteps(part.pattern, step % part.pattern.length) * stepS * 0.98;
    for (const sound of soundsOf(score, part, sign, degree, lengthS)) events.push({ atS, sound, gain, pan: part.pan });
  }
  return events;
}

function heldSteps(pattern: string, step: number): number {
  let held = 1;
  while (pattern[step + held] === '-') held += 1;
  return held;
}

function soundsOf(score: Score, part: Part, sign: string, degree: number, lengthS: number): readonly ScoreEvent['sound'][] {
  if (part.kind === 'drum') return [{ drum: part.drum }];
  if (part.kind === 'tones') {
    const root = foldTo(pitch(score, degree), part.centre);
    const above = pitch(score, degree + Number.parseInt(sign, 36) - 1) - pitch(score, degree);
    return [{ tone: part.tone, midi: root + above, lengthS }];
  }
  const tones = Array.from({ length: score.chordTones }, (_, index) => foldTo(pitch(score, degree + 2 * index), part.centre));
  return tones.map((midi) => ({ tone: part.tone, midi, lengthS }));
}

function pitch(score: Score, degree: number): number {
  const scale = SCALES[score.scale];
  return score.key + 12 * Math.floor(degree / 7) + (scale[((degree % 7) + 7) % 7] ?? 0);
}

/** The same note in the octave round `centre`: chords follow each other with small steps. */
function foldTo(midi: number, centre: number): number {
  return midi - 12 * Math.floor((midi - centre + 6) / 12);
}

function barSeconds(score: Score): number {
  return (60 / score.beatsPerMinute) * score.beatsPerBar;
}
