import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { housePieces } from '../../../../src/headend/catalogue/house-pieces.ts';
import { renderScore } from '../../../../src/headend/catalogue/synth/mixer.ts';
import { type Score, scoreSeconds } from '../../../../src/headend/catalogue/synth/score.ts';
import { assert } from '../../../../src/units/assert.ts';

const [first] = housePieces;
assert(first !== undefined, 'there are pieces');
const short: Score = { ...first.score, sections: [{ bars: 2, chords: '16', parts: ['keys', 'bass', 'tune', 'answer', 'kick', 'brush', 'hat'] }] };

async function render(score: Score): Promise<Int16Array> {
  const parts: Uint8Array[] = [];
  for await (const part of renderScore(score)) parts.push(part);
  const whole = Buffer.concat(parts);
  return new Int16Array(whole.buffer, whole.byteOffset, whole.length / 2);
}

test('the house has at least six pieces of 90 to 150 seconds, one of them free', () => {
  expect(housePieces.length).toBeGreaterThanOrEqual(6);
  for (const piece of housePieces) {
    expect(scoreSeconds(piece.score), piece.title).toBeGreaterThanOrEqual(90);
    expect(scoreSeconds(piece.score), piece.title).toBeLessThanOrEqual(150);
  }
  expect(housePieces.filter((piece) => piece.free)).toHaveLength(1);
  expect(new Set(housePieces.flatMap((piece) => [piece.name, piece.title])).size).toBe(2 * housePieces.length);
});

test('every part of every section can be played', () => {
  for (const piece of housePieces)
    for (const section of piece.score.sections) for (const part of section.parts) expect(piece.score.parts[part], part).toBeDefined();
});

test('the same score gives the same sound, to the sample', async () => {
  const hash = async (): Promise<string> =>
    createHash('sha256')
      .update(await render(short))
      .digest('hex');
  expect(await hash()).toBe(await hash());
});

test('is as long as the score says, stereo, neither silent nor clipped, and ends in silence', async () => {
  const samples = await render(short);
  expect(samples.length).toBe(2 * Math.floor(scoreSeconds(short) * 48_000));
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  expect(loudest).toBeGreaterThan(3_000);
  expect(loudest).toBeLessThan(0.83 * 32_767);
  expect(samples.some((sample, index) => index % 2 === 0 && sample !== samples[index + 1])).toBe(true);
  expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(20);
});
