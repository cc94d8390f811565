import { type CoinEdge, createPulseDecoder, type PulseNews, passTime, takeEdge } from '../../../src/domain/cash/pulse-decoder.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { CountedPulses } from './firmware-pulses.ts';

const WIDTHS = { bounceMs: 5, shortestMs: 15, longestMs: 550, burstPauseMs: 400, jamMs: 2_000 } as const;

/** A trace of a coin line as the kernel stamps it: widths and pauses about 20 ms, contacts that bounce at every fourth edge. */
function* trace(pulses: number, random: SeededRandom): Generator<CoinEdge> {
  let atMs = 0;
  const uneven = (): number => 18 + (random.bytes(1)[0] ?? 0) / 64;
  for (let pulse = 0; pulse < pulses; pulse++) {
    for (const low of [true, false]) {
      yield { low, atMs };
      if ((random.bytes(1)[0] ?? 0) < 64) {
        yield { low: !low, atMs: atMs + 0.4 };
        yield { low, atMs: atMs + 0.9 };
      }
      atMs += uneven();
    }
  }
}

/** The trace through the pure decoder, told in lumps, as a host that stalls reads its pipe; in between it lets time pass as the box does. */
export function countThroughDecoder(sent: number, stallMs: number, seed = 1): CountedPulses {
  const decoder = createPulseDecoder({ ...WIDTHS, coding: { kind: 'each', valueMinor: 100n } });
  let counted = 0;
  let unexplained = 0;
  const count = (news: readonly PulseNews[]): void => {
    for (const one of news) {
      if (one.kind === 'coin') counted += 1;
      else unexplained += 1;
    }
  };
  let lumpMs = 0;
  let lastMs = 0;
  for (const edge of trace(sent, new SeededRandom(seed))) {
    count(takeEdge(decoder, edge));
    lastMs = edge.atMs;
    if (lastMs - lumpMs < stallMs) continue;
    lumpMs = lastMs;
    count(passTime(decoder, lastMs));
  }
  count(passTime(decoder, lastMs + 1_000));
  return { sent, counted, unexplained };
}
