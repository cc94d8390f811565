import { limits } from '../../src/limits.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Result } from '../../src/units/result.ts';
import type { CheapestPlan, CheapestPrices } from '../../src/wire/account-api.ts';
import type { GuestAnswer, GuestPlay, GuestRefusal, GuestView, GuestWish, GuestWork } from '../../src/wire/guest-api.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { CatalogueIndex } from '../screen/catalogue-index.ts';
import type { CatalogueView } from '../session/box-parts.ts';
import type { BoxView } from '../session/box-view.ts';
import type { Book } from '../stores/book-port.ts';
import type { GuestPlayRow, GuestRow } from '../stores/guest-port.ts';

export interface GuestDeskParts {
  readonly book: Pick<Book, 'openGuest' | 'guest' | 'redeemForGuest' | 'enqueue' | 'premiumFor'>;
  readonly catalogue: Pick<CatalogueView, 'offered'>;
  readonly index: Pick<CatalogueIndex, 'find'>;
  readonly view: () => BoxView;
  /** Which price on offer is cheapest; the headend knows. */
  readonly cheapest: (plan: CheapestPlan) => Promise<Result<CheapestPrices, unknown>>;
  /** The queue has grown. */
  readonly queued: () => Promise<void>;
  readonly log: Log;
}

type Granted = Pick<GuestAnswer, 'refusal' | 'works' | 'quote' | 'cheapest'>;
const WELL: Granted = { refusal: null };

/** What a box answers to the wishes of guests with phones. They have no other way in. */
export class GuestDesk {
  readonly #parts: GuestDeskParts;

  constructor(parts: GuestDeskParts) {
    this.#parts = parts;
  }

  /** Never throws: a guest is told that it did not work, and the log why. */
  async answer(wish: GuestWish): Promise<GuestAnswer> {
    try {
      const guest = await this.#parts.book.openGuest(wish.guestId);
      if (guest === 'full') return { id: wish.id, refusal: 'full', view: null };
      const granted = await this.#grant(wish);
      return { id: wish.id, ...granted, view: this.#viewOf((await this.#parts.book.guest(wish.guestId)) ?? guest) };
    } catch (error) {
      this.#parts.log.warn('guest-not-served', { kind: wish.kind, message: error instanceof Error ? error.message : String(error) });
      return { id: wish.id, refusal: 'failed', view: null };
    }
  }

  async #grant(wish: GuestWish): Promise<Granted> {
    switch (wish.kind) {
      case 'look':
        return WELL;
      case 'find': {
        const { works } = await this.#parts.index.find({ search: wish.search, within: null, offset: 0, limit: limits.guestWorksShown });
        return { refusal: null, works: works.map(publicWork) };
      }
      case 'quote':
        return await this.#quote(wish.workId);
      case 'cheapest': {
        const found = await this.#parts.cheapest(wish.plan);
        return found.ok ? { refusal: null, cheapest: found.value } : { refusal: 'failed' };
      }
      case 'queue':
        return await this.#queue(wish);
      case 'redeem':
        return (await this.#parts.book.redeemForGuest(wish.guestId, wish.code)) === null ? { refusal: 'no-such-claim' } : WELL;
    }
  }

  async #quote(workId: string): Promise<Granted> {
    const work = this.#parts.catalogue.offered(workId);
    if (work === null) return { refusal: 'work-gone' };
    const premium = await this.#parts.book.premiumFor(BigInt(work.priceMinor));
    const startsInMs = Math.round(this.#parts.view().nextStartInMs);
    return { refusal: null, quote: { work: publicWork(work), startsInMs, premiumMinor: premium === null ? null : String(premium) } };
  }

  async #queue(wish: Extract<GuestWish, { readonly kind: 'queue' }>): Promise<Granted> {
    const { book, catalogue, view, queued } = this.#parts;
    const work = catalogue.offered(wish.workId);
    if (work === null) return { refusal: 'work-gone' };
    if (!sells(view())) return { refusal: 'not-selling' };
    if (BigInt(work.priceMinor) !== BigInt(wish.quoteMinor)) return { refusal: 'price-changed' };
    const { title, artist } = work;
    const outcome = await book.enqueue({
      ...{ playId: wish.id, workId: work.id, title, artist, quoteMinor: BigInt(work.priceMinor), guestId: wish.guestId, entryMethod: '5' },
      ...(wish.premiumMinor === null ? {} : { premiumMinor: BigInt(wish.premiumMinor) }),
    });
    if (outcome !== 'ok') return { refusal: refusalOf(outcome) };
    await queued();
    return WELL;
  }

  #viewOf({ code, creditMinor, plays }: GuestRow): GuestView {
    const view = this.#parts.view();
    const startsIn = new Map(view.queue.map((entry) => [entry.playId, Math.round(entry.startsInMs)]));
    const mine = new Set(plays.map(({ playId }) => playId));
    return {
      box: view.name,
      currency: view.currency,
      code,
      creditMinor: String(creditMinor),
      sells: sells(view),
      nowPlaying: view.nowPlaying && publicPlaying(view.nowPlaying),
      queue: view.queue
        .slice(0, limits.guestQueueShown)
        .map(({ playId, title, artist, startsInMs }) => ({ title, artist, startsInMs: Math.round(startsInMs), mine: mine.has(playId) })),
      plays: plays.map((play) => publicPlay(play, startsIn.get(play.playId) ?? null)),
    };
  }
}

function sells({ service }: BoxView): boolean {
  return service === 'inService';
}

function publicPlaying({ title, artist, play }: NonNullable<BoxView['nowPlaying']>): NonNullable<GuestView['nowPlaying']> {
  return { title, artist, priceNowMinor: play.priceInForce?.quoteMinor ?? null };
}

function publicWork({ id, title, artist, priceMinor }: CatalogueWork): GuestWork {
  return { id, title, artist, priceMinor };
}

function publicPlay(play: GuestPlayRow, startsInMs: number | null): GuestPlay {
  const { title, artist, chargedMinor, refundMinor, premiumMinor } = play;
  const state = play.state === 'trial' || play.state === 'confirmed' ? 'playing' : play.state;
  const over = state === 'settled' && chargedMinor !== null && refundMinor !== null;
  // The premium was kept where less came back than was not charged.
  const kept = over ? play.quoteMinor + premiumMinor - refundMinor : null;
  return { title, artist, state, startsInMs, chargedMinor: kept === null ? null : String(kept), refundMinor: over ? String(refundMinor) : null };
}

function refusalOf(outcome: Exclude<Awaited<ReturnType<Book['enqueue']>>, 'ok'>): GuestRefusal {
  if (outcome === 'premium-changed') return 'price-changed';
  return outcome === 'storage-low' || outcome === 'over-cap' ? 'not-selling' : outcome;
}
