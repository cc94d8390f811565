import { ceilingFor, reachesCeiling } from '../../src/domain/access/spending-caps.ts';
import { limits } from '../../src/limits.ts';
import { type Currency, formatMoney, money } from '../../src/units/money.ts';
import type { Fault } from '../../src/units/result.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { Book } from '../stores/book-port.ts';
import type { BoxEvent } from './events.ts';
import type { PlayView } from './play-port.ts';

export interface SpendingHost {
  readonly book: Pick<Book, 'spendingLeft' | 'spendingCeiling' | 'noteEnd'>;
  readonly currency: Currency;
  readonly raise: (event: BoxEvent) => void;
  readonly later: (effect: () => Promise<void>) => void;
}

/** How often the book is asked again: somebody may change a cap meanwhile. */
const ASKED_EVERY_LOOKS = 8;

/** The caps of a household, before something is offered and while it sounds. What is set aside is the book's own decision. */
export class SpendingWatch {
  readonly #host: SpendingHost;
  #playId: string | null = null;
  #ceilingMinor: bigint | null = null;
  #stopping = false;
  #looks = 0;

  constructor(host: SpendingHost) {
    this.#host = host;
  }

  /** Why a work is not offered to whoever watches, in words with both figures; null where it is. */
  async refuses(work: CatalogueWork): Promise<Fault<'over-cap'> | null> {
    const left = await this.#host.book.spendingLeft();
    const priceMinor = BigInt(work.priceMinor);
    if (left === null || work.free || ceilingFor(priceMinor, left.leftMinor, isByTheMinute(work)) !== null) return null;
    const whose = left.of === 'account' ? 'The household' : 'You';
    const words = `${whose} may spend ${this.#text(left.capMinor)} a day, and ${this.#text(left.leftMinor)} of it is left; ${work.title} costs ${this.#text(priceMinor)}.`;
    return { code: 'over-cap', message: words };
  }

  #ask(playId: string): void {
    this.#host.later(async () => {
      const ceilingMinor = await this.#host.book.spendingCeiling(playId);
      if (playId === this.#playId) this.#ceilingMinor = ceilingMinor;
    });
  }

  /** While something sounds, several times a second. Stops it before it costs more than it may. */
  look(play: PlayView | null, work: CatalogueWork | null): void {
    if (play === null || play.phase === 'opening' || play.phase === 'trial' || play.phase === 'closed') return;
    if (play.playId !== this.#playId) [this.#playId, this.#ceilingMinor, this.#stopping, this.#looks] = [play.playId, null, false, 0];
    if (this.#looks % ASKED_EVERY_LOOKS === 0) this.#ask(play.playId);
    this.#looks += 1;
    if (this.#ceilingMinor === null || this.#stopping || work === null) return;
    const { paidSoFarMinor, durationMs } = play;
    const asked = {
      paidSoFarMinor: BigInt(paidSoFarMinor),
      priceMinor: BigInt(work.priceMinor),
      durationMs,
      aheadMs: limits.spendingAheadMs,
      ceilingMinor: this.#ceilingMinor,
    };
    if (reachesCeiling(asked)) this.#stop(play.playId, work);
  }

  #stop(playId: string, work: CatalogueWork): void {
    this.#stopping = true;
    this.#host.later(async () => {
      await this.#host.book.noteEnd(playId, 'spending cap of the day');
      this.#host.raise({ type: 'notice.say', code: 'cap-reached', message: `${work.title} was stopped: what may be spent here today is spent.` });
      this.#host.raise({ type: 'intent.stop' });
    });
  }

  #text(minor: bigint): string {
    return formatMoney(money(minor, this.#host.currency));
  }
}

/** A channel has no end: it is bought as far as the money goes. */
export function isByTheMinute(work: CatalogueWork): boolean {
  return work.channel !== undefined;
}
