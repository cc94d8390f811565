import { fairTurns } from '../../src/domain/queue/fair-turns.ts';
import { parsePremium, premiumOf } from '../../src/domain/queue/play-next.ts';
import { nextPlay, playingOrder } from '../../src/domain/queue/queue.ts';
import type { EntryMethod } from '../../src/domain/usage/record-bodies.ts';
import { limits } from '../../src/limits.ts';
import type { BookCore } from './book-core.ts';
import { BookError } from './book-error.ts';
import { payerIdOf } from './book-guests.ts';
import type { Book } from './book-port.ts';
import type { BookSpending } from './book-spending.ts';
import { FREE_SETTING } from './coin-bonus.ts';
import type { Funds } from './funds.ts';
import { fundingSourceOf } from './funds.ts';
import { ACCOUNT_PAYER, HOUSE_PAYER, holdForHouse, holdPrice, openPayer } from './payer-credit.ts';
import type { Payer } from './payer-rows.ts';
import type { KeptPlay } from './play-rows.ts';
import { readSetting } from './settings-rows.ts';

type Trial = Parameters<Book['beginTrial']>[0];
type Entry = Parameters<Book['enqueue']>[0];
type Outcome<Method extends keyof Book> = Awaited<ReturnType<Book[Method]>>;

const DAY_MS = 86_400_000;
/** A button, where nobody says how the order came in. */
const ENTRY_METHOD_UNSAID: EntryMethod = '3';

/** `50 10`, as `premiumText` writes it; empty or absent where being heard next is not sold. */
export const PREMIUM_SETTING = 'play-next-premium';

interface Hold {
  readonly state: 'confirmed' | 'queued';
  readonly eventId: string | null;
  readonly entryMethod: EntryMethod;
  readonly house: boolean;
  readonly premiumMinor: bigint;
  readonly byTheMinute: boolean;
}

/** Thrown inside a transaction to leave it without a trace. */
class NotBought extends Error {
  readonly code: 'no-credit' | 'over-cap';

  constructor(code: 'no-credit' | 'over-cap') {
    super(code);
    this.code = code;
  }
}

const TURNS = fairTurns(limits.fairTurns);

/** From the first wish to hear a work until it sounds. */
export class BookPlays {
  readonly #core: BookCore;
  readonly #spending: BookSpending;

  constructor(core: BookCore, spending: BookSpending) {
    this.#core = core;
    this.#spending = spending;
  }

  beginTrial(trial: Trial): Outcome<'beginTrial'> {
    const core = this.#core;
    const { plays, payers, options } = core.parts;
    if (plays.get(trial.playId) !== null) return 'ok';
    const payer = openPayer(core);
    const quotaKey = this.#quotaKey(payer);
    if (plays.trialsOf(quotaKey, trial.workId) >= limits.trialsPerWorkPerPayer) return 'trial-quota';
    core.transaction('begin-trial', () => {
      plays.insertTrial({ ...trial, currency: options.currency, payerId: payer?.payerId ?? null }, core.nowMs());
      plays.countTrial(quotaKey, trial.workId, trial.playId);
      if (options.profile === 'set-top') this.#spending.noteTrial(trial.playId, trial.byTheMinute === true);
      if (payer !== null) payers.touch(payer.payerId, core.nowMs());
    });
    return 'ok';
  }

  /** Nothing was bought: nothing to move. A play that was bought meanwhile stays bought. */
  declineTrial(playId: string, heardMs: number): void {
    const core = this.#core;
    const play = this.#known(playId);
    if (play.state !== 'trial') return;
    core.transaction('decline-trial', () => {
      core.parts.plays.decline(playId, Math.floor(heardMs));
      if (play.payerId !== null) core.parts.payers.touch(play.payerId, core.nowMs());
    });
  }

  confirmPlay(playId: string, eventId: string, entryMethod: EntryMethod = ENTRY_METHOD_UNSAID): Outcome<'confirmPlay'> {
    const core = this.#core;
    const play = core.parts.plays.get(playId);
    if (play === null) return 'not-open';
    if (play.state === 'confirmed' || play.state === 'playing') {
      if (play.confirmEventId === null) core.transaction('note-confirm', () => core.parts.plays.noteConfirmEvent(playId, eventId));
      return 'ok';
    }
    if (play.state !== 'trial') return 'not-open';
    if (core.parts.storage().low) return 'storage-low';
    return this.#buy('confirm', () => {
      this.#hold(play, { state: 'confirmed', eventId, entryMethod, house: false, premiumMinor: 0n, byTheMinute: false });
    });
  }

  enqueue(entry: Entry): Outcome<'enqueue'> {
    const core = this.#core;
    const { plays, queue, options } = core.parts;
    const guest = entry.guestId === undefined ? null : payerIdOf(entry.guestId);
    const known = plays.get(entry.playId);
    if (known !== null && known.state !== 'trial') return 'ok';
    if (core.parts.storage().low) return 'storage-low';
    if (queue.size() >= limits.queueEntries) return 'queue-full';
    if (guest !== null && queue.all().filter(({ payerId }) => payerId === guest).length >= limits.guestQueued) return 'guest-turns';
    const premiumMinor = entry.premiumMinor === undefined ? 0n : this.premiumFor(entry.quoteMinor);
    if (premiumMinor === null || premiumMinor > (entry.premiumMinor ?? 0n)) return 'premium-changed';
    return this.#buy('enqueue', () => {
      if (known === null) plays.insertTrial({ ...entry, currency: options.currency, payerId: guest }, core.nowMs());
      const { house = false, entryMethod = ENTRY_METHOD_UNSAID } = entry;
      this.#hold(plays.must(entry.playId), { state: 'queued', eventId: null, entryMethod, house, premiumMinor, byTheMinute: entry.byTheMinute === true });
      queue.add(core.newId(), entry.playId);
    });
  }

  /** In the order in which it will be heard. */
  queue(): Outcome<'queue'> {
    const { plays, queue } = this.#core.parts;
    return playingOrder(queue.all(), TURNS, plays.payersHeard(limits.fairHistory));
  }

  takeNext(works?: readonly string[]): Outcome<'takeNext'> {
    const core = this.#core;
    const { plays, queue } = core.parts;
    const waiting = works === undefined ? queue.all() : queue.all().filter(({ workId }) => works.includes(workId));
    const entry = nextPlay(waiting, TURNS, plays.payersHeard(limits.fairHistory));
    if (entry === null) return null;
    core.transaction('take-next', () => {
      queue.remove(entry.playId);
      plays.markPlaying(entry.playId);
    });
    return { entry, play: plays.must(entry.playId) };
  }

  /** What being heard next costs now; null where it is not sold, and where the house pays: then everybody waits his turn. */
  premiumFor(quoteMinor: bigint): Outcome<'premiumFor'> {
    const { database, queue } = this.#core.parts;
    const rule = parsePremium(readSetting(database, PREMIUM_SETTING) ?? '');
    return !rule.ok || this.#housePays() ? null : premiumOf(rule.value, quoteMinor, queue.size());
  }

  #housePays(): boolean {
    return readSetting(this.#core.parts.database, FREE_SETTING) === 'yes';
  }

  #buy(name: string, steps: () => void): 'ok' | 'no-credit' | 'over-cap' {
    try {
      this.#core.moneyTransaction(name, steps);
      return 'ok';
    } catch (thrown) {
      if (thrown instanceof NotBought) return thrown.code;
      throw thrown;
    }
  }

  /** Inside a transaction: the hold, the play's row, the cash line and the order record. */
  #hold(play: KeptPlay, { state, eventId, entryMethod, house, premiumMinor, byTheMinute }: Hold): void {
    const core = this.#core;
    // What the house chose itself is nobody's turn.
    const payer = house ? null : this.#payerOf(play);
    const payerId = house ? HOUSE_PAYER : (payer?.payerId ?? null);
    const asked = { playId: play.playId, amountMinor: play.quoteMinor + premiumMinor };
    if (core.parts.options.profile === 'set-top' && !house && !this.#spending.take(play.playId, asked.amountMinor, byTheMinute))
      throw new NotBought('over-cap');
    const housePays = house || this.#housePays();
    const funds = housePays ? holdForHouse(core, payerId, asked) : holdPrice(core, payer, asked, core.parts.loans.floorOf(play.workId));
    if (funds === null) throw new NotBought('no-credit');
    core.parts.plays.hold(play.playId, { payerId, state, eventId, funds, premiumMinor });
    if (payerId !== null) core.parts.payers.touch(payerId, core.nowMs());
    if (asked.amountMinor > 0n) {
      const key = `play:${play.playId}:hold`;
      core.recordCash({ event: 'hold', key, payer: payerId, ...asked, source: fundingSourceOf(funds) });
    }
    this.#recordOrder(play, funds, state === 'queued' ? 'queue' : 'pre-listen', entryMethod);
  }

  /** Who tried it pays for it, if he is still here; otherwise whoever is. A guest with a phone pays for himself only. */
  #payerOf(play: KeptPlay): Payer | null {
    const tried = play.payerId === null ? null : this.#core.parts.payers.get(play.payerId);
    if (tried?.kind === 'guest') return tried.open ? tried : null;
    return tried?.open === true ? tried : openPayer(this.#core);
  }

  #recordOrder(play: KeptPlay, funds: Funds, placeId: string, entryMethod: EntryMethod): void {
    const fundingSource = fundingSourceOf(funds);
    this.#core.recordUsage({
      eventType: 'ORDER',
      titleDomain: `work:${play.workId}`,
      domains: this.#core.domainsInUse,
      placeId,
      entryMethod,
      playId: play.playId,
      fundingSource,
      order: { paymentMethod: fundingSource, items: 1, totalMinor: String(play.quoteMinor), currency: play.currency },
    });
  }

  /** Per coin session; for an account, and where nobody has paid yet, per day (ruling 2). */
  #quotaKey(payer: Payer | null): string {
    if (payer?.kind === 'coin-session') return payer.payerId;
    const day = Math.floor(this.#core.nowMs() / DAY_MS);
    return `${payer === null ? 'nobody' : ACCOUNT_PAYER}:${day}`;
  }

  #known(playId: string): KeptPlay {
    const play = this.#core.parts.plays.get(playId);
    if (play === null) throw new BookError('play-unknown', `No play ${playId} is in the book.`);
    return play;
  }
}
