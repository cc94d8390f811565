import { type ClassCount, packetsOf } from '../../src/domain/credit/billing-class.ts';
import { addIndexes, indexesIn, NO_INDEXES, type PaidRanges } from '../../src/domain/credit/paid-ranges.ts';
import type { Terms } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';
import { packetsIn } from '../../src/units/time.ts';
import type { AudioFeed } from '../media/audio-feed.ts';
import { packetsHeard, type WorkShape } from '../media/work-position.ts';

const SAMPLES_PER_MS = 48;

/**
 * What of a work reached the ear in the pass that counts: after a confirmed trial that starts the work again, only the paid one.
 *
 * ```
 * work        0 .......... 10 ................ 90 ... 92 min
 * heard       ############                     #####         told: 12 min; the position is 92
 * ```
 * Neither a pause nor what was passed over adds to the time, and what is heard again adds nothing. Samples at 48 kHz.
 */
export class HeardPass {
  readonly #feed: Pick<AudioFeed, 'heardSample' | 'streamOf'>;
  readonly #work: WorkShape;
  /** Only streams above this one belong to the pass; null: each does. */
  #after: number | null = null;
  /** Packets heard before the last seek, and where that one went. */
  #packetsBefore: PaidRanges = NO_INDEXES;
  #fromPacket = 0;
  /** Samples of the work that were heard, and where the last look found the ear. */
  #samples: PaidRanges = NO_INDEXES;
  #stream: number;
  #atSample: number;

  /** @param fromSample of what an earlier run of the app heard, up to where the feed begins; that position: nothing was */
  constructor(feed: Pick<AudioFeed, 'heardSample' | 'streamOf'>, work: WorkShape, fromSample: number) {
    this.#feed = feed;
    this.#work = work;
    this.#stream = feed.streamOf;
    this.#atSample = fromSample;
    this.look();
  }

  /** Where the ear is in the work; 0 until the pass sounds. */
  get sample(): number {
    return this.#sounds ? this.#feed.heardSample : 0;
  }

  /** Packets of the work that were heard; all up to here, unless somebody sought. */
  get packets(): PaidRanges {
    return addIndexes(this.#packetsBefore, this.#fromPacket, packetsHeard(this.#work, this.sample) - this.#fromPacket);
  }

  /** How long the work was heard, each moment of it once. Units: ms. */
  get ms(): number {
    this.look();
    return Math.floor(indexesIn(this.#samples) / SAMPLES_PER_MS);
  }

  /** Follows the ear; to be called at each tick of the feed, so that no stream begins unseen. */
  look(): void {
    if (!this.#sounds) return;
    const { streamOf, heardSample } = this.#feed;
    if (streamOf === this.#stream) this.#samples = addIndexes(this.#samples, this.#atSample, heardSample - this.#atSample);
    this.#stream = streamOf;
    this.#atSample = heardSample;
  }

  /** What comes next begins at this packet, whatever sounds now. */
  moveTo(packet: number): void {
    this.look();
    this.#packetsBefore = this.packets;
    this.#fromPacket = packet;
  }

  /** The work starts again with the first stream above this one: what sounded before does not count. */
  beginAfter(stream: number): void {
    this.#after = stream;
    if (this.#stream <= stream) this.#samples = NO_INDEXES;
  }

  get #sounds(): boolean {
    return this.#after === null || this.#feed.streamOf > this.#after;
  }
}

/** What an earlier run of the app left of a play. */
interface Left {
  readonly terms: Pick<Terms, 'packetMs' | 'trial' | 'afterTrial'>;
  readonly counts: readonly ClassCount[];
  readonly lostPackets: number;
}

/**
 * How much of the work before the heard position never came to this box, as an earlier run of the app left it: somebody sought past
 * it. What may only be missing in the counts (packets not told yet, a pre-listen, losses of what is free) is not taken for that.
 * Units: packets of the work.
 */
export function passedOver({ terms, counts, lostPackets }: Left, heardPackets: number): number {
  if (packetsOf(counts, 'free') > 0) return 0;
  const trialPackets = terms.afterTrial === 'continue' ? (terms.trial?.packets ?? 0) : 0;
  const came = packetsOf(counts, 'paid') + packetsOf(counts, 'regrant') + lostPackets + trialPackets;
  const passed = heardPackets - came;
  return passed > 2 * packetsIn(limits.creditWindowMs, terms.packetMs) ? passed : 0;
}
