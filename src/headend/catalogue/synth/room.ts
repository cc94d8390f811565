/** Delay lines of a small hall, in samples at 48 kHz, without common divisors; the right side is a little longer. */
const COMBS = [1_687, 1_601, 2_053, 2_251] as const;
const ALL_PASSES = [347, 113] as const;
const RIGHT_LONGER = 23;
const FEEDBACK = 0.78;
const DAMPING = 0.35;
const DIFFUSION = 0.5;

interface Line {
  readonly samples: Float32Array;
  at: number;
  dull: number;
}

/**
 * Reverberation after Schroeder: parallel combs with a damped loop, then all-passes; changes both sides in place. Each line
 * runs over a whole block at a time, which is what makes it fast.
 * @param share of the reverberated sound that is added, 0 to 1
 */
export function createRoom(share: number): (left: Float32Array, right: Float32Array) => void {
  const lines = (lengths: readonly number[], longer: number): readonly Line[] =>
    lengths.map((length) => ({ samples: new Float32Array(length + longer), at: 0, dull: 0 }));
  const sides = [0, RIGHT_LONGER].map((longer) => ({ combs: lines(COMBS, longer), passes: lines(ALL_PASSES, longer) }));
  return (left, right) => {
    sides.forEach(({ combs, passes }, side) => {
      const dry = side === 0 ? left : right;
      const wet = new Float32Array(dry.length);
      for (const line of combs) runComb(line, dry, wet);
      for (const line of passes) runAllPass(line, wet);
      for (let index = 0; index < dry.length; index += 1) dry[index] = (dry[index] ?? 0) + share * 0.25 * (wet[index] ?? 0);
    });
  };
}

function runComb(line: Line, dry: Float32Array, wet: Float32Array): void {
  const { samples } = line;
  let { at, dull } = line;
  for (let index = 0; index < dry.length; index += 1) {
    const out = samples[at] ?? 0;
    dull = out + DAMPING * (dull - out);
    samples[at] = (dry[index] ?? 0) + FEEDBACK * dull;
    wet[index] = (wet[index] ?? 0) + out;
    at += 1;
    if (at === samples.length) at = 0;
  }
  line.at = at;
  line.dull = dull;
}

function runAllPass(line: Line, wet: Float32Array): void {
  const { samples } = line;
  let { at } = line;
  for (let index = 0; index < wet.length; index += 1) {
    const out = samples[at] ?? 0;
    const fed = wet[index] ?? 0;
    samples[at] = fed + DIFFUSION * out;
    wet[index] = out - DIFFUSION * fed;
    at += 1;
    if (at === samples.length) at = 0;
  }
  line.at = at;
}
