import { assert } from '../../units/assert.ts';

/** A change of a coin line, stamped by whoever saw it first (the kernel, not this program). Coin lines are active low. */
export interface CoinEdge {
  readonly low: boolean;
  /** Monotonic, milliseconds; may have a fraction. */
  readonly atMs: number;
}

export interface PulseSetup {
  /** Widths that are a coin's: shorter is noise or a fault, longer a jam. */
  readonly shortestMs: number;
  readonly longestMs: number;
  /** Below this a change is a bounce of the contact and belongs to the pulse around it. */
  readonly bounceMs: number;
  /** So long without a pulse ends a burst. */
  readonly burstPauseMs: number;
  /** Held low for longer than this, the line is jammed. */
  readonly jamMs: number;
  /**
   * What a burst is worth, by its number of pulses. `each`: every pulse is a coin of this value (one line per coin). `bursts`: only these
   * counts are coins; any other is unexplained and never rounded to a neighbour.
   */
  readonly coding: { readonly kind: 'each'; readonly valueMinor: bigint } | { readonly kind: 'bursts'; readonly values: ReadonlyMap<number, bigint> };
}

export type PulseNews =
  | { readonly kind: 'coin'; readonly valueMinor: bigint; readonly pulses: number; readonly atMs: number }
  | { readonly kind: 'unexplained'; readonly pulses: number; readonly why: 'width' | 'burst'; readonly atMs: number }
  | { readonly kind: 'jam' | 'clear'; readonly atMs: number };

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * One coin line. A burst, and what is made of it:
 *
 *   ‾‾‾‾\____/‾‾‾\____/‾‾‾\____/‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾
 *        width    pause                 burstPauseMs: three pulses, one coin of `bursts.get(3)`
 */
export interface PulseDecoder {
  readonly setup: PulseSetup;
  /** Null while the line is high. */
  lowSinceMs: number | null;
  /** A pulse whose end may still be a bounce of the contact. */
  ending: Span | null;
  /** When the burst's last pulse ended; null between bursts. */
  quietSinceMs: number | null;
  burst: number;
  jammed: boolean;
  nowMs: number;
}

export function createPulseDecoder(setup: PulseSetup): PulseDecoder {
  const { bounceMs, shortestMs, longestMs, jamMs, burstPauseMs } = setup;
  assert(0 <= bounceMs && bounceMs < shortestMs && shortestMs < longestMs && longestMs < jamMs, 'bounce < shortest < longest < jam');
  assert(burstPauseMs > bounceMs, 'a burst’s pause is longer than a bounce');
  return { setup, lowSinceMs: null, ending: null, quietSinceMs: null, burst: 0, jammed: false, nowMs: Number.NEGATIVE_INFINITY };
}

/**
 * Takes the next edge. Edges carry their own time: however late they are told, and however many at once, the coins are the same.
 * An edge that repeats the line's state (one in between was lost) or lies in the past moves nothing.
 */
export function takeEdge(decoder: PulseDecoder, edge: CoinEdge): readonly PulseNews[] {
  if (!(edge.atMs >= decoder.nowMs) || edge.low === (decoder.lowSinceMs !== null)) return [];
  const news = passTime(decoder, edge.atMs);
  if (edge.low) fall(decoder, edge.atMs);
  else rise(decoder, edge.atMs);
  return news;
}

/** Nothing happened until `nowMs`: ends bursts and finds jams. Never later than the next edge. */
export function passTime(decoder: PulseDecoder, nowMs: number): readonly PulseNews[] {
  const { setup } = decoder;
  const news: PulseNews[] = [];
  decoder.nowMs = Math.max(decoder.nowMs, nowMs);
  if (decoder.lowSinceMs !== null && !decoder.jammed && nowMs - decoder.lowSinceMs >= setup.jamMs) {
    decoder.jammed = true;
    news.push({ kind: 'jam', atMs: decoder.lowSinceMs + setup.jamMs });
  }
  if (decoder.lowSinceMs !== null) return news;
  const { ending } = decoder;
  if (ending !== null && nowMs - ending.untilMs >= setup.bounceMs) finishPulse(decoder, ending, news);
  const { quietSinceMs } = decoder;
  if (quietSinceMs !== null && nowMs - quietSinceMs >= setup.burstPauseMs) finishBurst(decoder, quietSinceMs + setup.burstPauseMs, news);
  return news;
}

/** A line that falls again while its rise may have been a bounce goes on with the same pulse. */
function fall(decoder: PulseDecoder, atMs: number): void {
  decoder.lowSinceMs = decoder.ending?.fromMs ?? atMs;
  decoder.ending = null;
}

function rise(decoder: PulseDecoder, atMs: number): void {
  assert(decoder.lowSinceMs !== null, 'only a low line rises');
  decoder.ending = { fromMs: decoder.lowSinceMs, untilMs: atMs };
  decoder.lowSinceMs = null;
}

function finishPulse(decoder: PulseDecoder, pulse: Span, news: PulseNews[]): void {
  const { setup } = decoder;
  const widthMs = pulse.untilMs - pulse.fromMs;
  const atMs = pulse.untilMs;
  decoder.ending = null;
  if (widthMs < setup.bounceMs) return;
  if (decoder.jammed) {
    decoder.jammed = false;
    news.push({ kind: 'clear', atMs });
  } else if (widthMs < setup.shortestMs || widthMs > setup.longestMs) {
    news.push({ kind: 'unexplained', pulses: 1, why: 'width', atMs });
  } else if (setup.coding.kind === 'each') {
    news.push({ kind: 'coin', valueMinor: setup.coding.valueMinor, pulses: 1, atMs });
  } else {
    decoder.burst += 1;
    decoder.quietSinceMs = atMs;
  }
}

function finishBurst(decoder: PulseDecoder, atMs: number, news: PulseNews[]): void {
  const { burst: pulses, setup } = decoder;
  decoder.burst = 0;
  decoder.quietSinceMs = null;
  if (setup.coding.kind === 'each') return;
  const valueMinor = setup.coding.values.get(pulses);
  news.push(valueMinor === undefined ? { kind: 'unexplained', pulses, why: 'burst', atMs } : { kind: 'coin', valueMinor, pulses, atMs });
}
