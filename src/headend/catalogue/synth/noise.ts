/** A repeatable stream of numbers in [-1, 1): the same seed gives the same music on every machine. */
export function seededNoise(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state | 0) / 2_147_483_648;
  };
}
