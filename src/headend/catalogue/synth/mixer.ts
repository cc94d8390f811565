import { SAMPLE_RATE_HZ } from '../../../units/time.ts';
import { renderDrum } from './drums.ts';
import { createRoom } from './room.ts';
import { playScore, type Score, type ScoreEvent, scoreSeconds } from './score.ts';
import { renderTone } from './tones.ts';

/** 50 ms: a block takes well below a millisecond to mix, so a headend that plays meanwhile is not held up. */
const BLOCK = 2_400;
const FADE_OUT_S = 4;
/** Above the knee the sound is bent, so that no sample is louder than the ceiling. */
const KNEE = 0.6;
const CEILING = 0.82;

interface Sounding {
  readonly samples: Float32Array;
  readonly left: number;
  readonly right: number;
  /** Sample of the piece at which it starts. */
  readonly start: number;
}

/** Renders a score, block by block: 48 kHz, stereo, 16 bit little-endian. The same score gives the same bytes. */
export async function* renderScore(score: Score): AsyncGenerator<Uint8Array> {
  const events = playScore(score);
  const rendered = new Map<string, Float32Array>();
  const total = Math.floor(scoreSeconds(score) * SAMPLE_RATE_HZ);
  const room = createRoom(score.room);
  let sounding: Sounding[] = [];
  let next = 0;
  for (let start = 0; start < total; start += BLOCK) {
    const count = Math.min(BLOCK, total - start);
    for (let event = events[next]; event !== undefined && event.atS * SAMPLE_RATE_HZ < start + count; event = events[next]) {
      sounding.push(strike(event, rendered, score.gain));
      next += 1;
    }
    const [left, right] = [new Float32Array(count), new Float32Array(count)];
    for (const note of sounding) mix(note, start, left, right);
    sounding = sounding.filter((note) => note.start + note.samples.length > start + count);
    room(left, right);
    yield toPcm(left, right, start, total);
  }
}

function strike(event: ScoreEvent, rendered: Map<string, Float32Array>, gain: number): Sounding {
  const { sound } = event;
  const key = 'drum' in sound ? sound.drum : `${sound.tone} ${sound.midi} ${Math.round(sound.lengthS * 1_000)}`;
  const samples = rendered.get(key) ?? ('drum' in sound ? renderDrum(sound.drum) : renderTone(sound.tone, sound.midi, sound.lengthS));
  rendered.set(key, samples);
  const angle = ((event.pan + 1) * Math.PI) / 4;
  const level = event.gain * gain;
  return { samples, left: level * Math.cos(angle), right: level * Math.sin(angle), start: Math.floor(event.atS * SAMPLE_RATE_HZ) };
}

function mix(note: Sounding, start: number, left: Float32Array, right: Float32Array): void {
  const { samples } = note;
  const from = Math.max(0, note.start - start);
  const until = Math.min(left.length, note.start + samples.length - start);
  const [gainLeft, gainRight] = [note.left, note.right];
  for (let index = from, at = start + from - note.start; index < until; index += 1, at += 1) {
    const sample = samples[at] ?? 0;
    left[index] = (left[index] ?? 0) + gainLeft * sample;
    right[index] = (right[index] ?? 0) + gainRight * sample;
  }
}

function toPcm(left: Float32Array, right: Float32Array, start: number, total: number): Uint8Array {
  const pcm = new Int16Array(2 * left.length);
  const fadeSamples = FADE_OUT_S * SAMPLE_RATE_HZ;
  for (let index = 0; index < left.length; index += 1) {
    const rest = total - start - index;
    const fade = rest < fadeSamples ? rest / fadeSamples : 1;
    pcm[2 * index] = toSample((left[index] ?? 0) * fade);
    pcm[2 * index + 1] = toSample((right[index] ?? 0) * fade);
  }
  return new Uint8Array(pcm.buffer);
}

function toSample(level: number): number {
  const loud = level < 0 ? -level : level;
  if (loud <= KNEE) return (level * 32_767) | 0;
  const bent = KNEE + (CEILING - KNEE) * Math.tanh((loud - KNEE) / (CEILING - KNEE));
  return ((level < 0 ? -bent : bent) * 32_767) | 0;
}
