import { limits } from '../../src/limits.ts';
import type { Fault } from '../../src/units/result.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { LoanView, RentalQuery } from '../loans/loan-view.ts';
import type { Said } from '../texts/said.ts';
import type { BoxParts } from './box-parts.ts';
import type { BoxEvent, IntentEvent } from './events.ts';
import { ShownFor } from './shown-for.ts';

export type RentalParts = Pick<BoxParts, 'profile' | 'loans' | 'clock' | 'catalogue'>;

export interface RentalHost {
  readonly focus: () => CatalogueWork | null;
  /** Why a work at this price is not for whoever watches; null where it is. */
  readonly refuses: (work: CatalogueWork) => Promise<Fault | null>;
  /** Asks for what a refusal lacks; then the wish comes again. */
  readonly refused: (work: CatalogueWork, code: string, wish: IntentEvent) => void;
  readonly raise: (event: BoxEvent) => void;
  /** Beside what plays. */
  readonly later: (effect: () => Promise<void>) => void;
  /** A question about a play stands: it is answered first. */
  readonly isAsking: () => boolean;
  readonly changed: () => void;
}

/** What leads elsewhere: the question was not meant any more. */
const LEAVES: ReadonlySet<IntentEvent['type']> = new Set([
  'intent.up',
  'intent.down',
  'intent.ok',
  'intent.digit',
  'intent.channel',
  'intent.power',
  'intent.who',
]);

/** Renting, keeping longer and giving back, at the screen and by keys: the price is named first, and nothing happens before OK. */
export class RentalDesk {
  readonly #parts: RentalParts;
  readonly #host: RentalHost;
  readonly #shown: ShownFor;
  #asked: RentalQuery | null = null;

  constructor(parts: RentalParts, host: RentalHost) {
    this.#parts = parts;
    this.#host = host;
    this.#shown = new ShownFor(parts.clock, limits.confirmMs, () => this.#ask(null));
  }

  asked(): RentalQuery | null {
    return this.#asked;
  }

  stop(): void {
    this.#shown.stop();
  }

  /** @returns whether the intent was about what is rented, and is dealt with */
  takes(event: IntentEvent): boolean {
    const asked = this.#asked;
    if (event.type === 'intent.renew') this.#host.later(() => this.#answerRenewal(event.licence, event.yes));
    else if (event.type === 'intent.rent') this.#wants(event);
    else if (asked !== null && event.type === 'intent.ok' && event.workId === undefined) this.#answer(asked, true);
    else if (asked !== null && event.type === 'intent.back') this.#answer(asked, false);
    else {
      if (asked !== null && LEAVES.has(event.type)) this.#ask(null);
      return false;
    }
    return true;
  }

  #wants({ workId, yes }: Extract<IntentEvent, { readonly type: 'intent.rent' }>): void {
    const asked = this.#asked;
    // An answer to what is asked no more says nothing about what is asked now.
    if (yes !== undefined) {
      if (asked !== null && asked.workId === workId) this.#answer(asked, yes);
      return;
    }
    const work = workId === undefined ? this.#host.focus() : this.#parts.catalogue.offered(workId);
    // In a venue it would be the house that pays for what a guest rents.
    if (this.#parts.profile === 'jukebox' || work === null || work.channel !== undefined) return;
    if (this.#host.isAsking())
      this.#host.raise({ type: 'notice.say', code: 'answer-first', message: 'First answer the question: OK plays this one, Back leaves it.' });
    else this.#host.later(() => this.#offer(work));
  }

  async #offer(work: CatalogueWork): Promise<void> {
    const here = this.#parts.loans.views().find((loan) => loan.workId === work.id && loan.state !== 'returning');
    if (here !== undefined) return this.#ask(aboutLoan(here));
    const offered = await this.#parts.loans.offer(work.id);
    if (!offered.ok) return this.#say(offered.error);
    const { feeMinor, periodMs } = offered.value;
    const refusal = await this.#host.refuses({ ...work, priceMinor: feeMinor, free: feeMinor === '0' });
    if (refusal === null) return this.#ask({ kind: 'rent', workId: work.id, title: work.title, feeMinor, periodMs });
    this.#say(refusal);
    this.#host.refused(work, refusal.code, { type: 'intent.rent', workId: work.id });
  }

  #answer(asked: RentalQuery, yes: boolean): void {
    this.#ask(null);
    if (yes) this.#host.later(() => this.#does(asked));
  }

  async #does({ kind, workId, title, feeMinor }: RentalQuery): Promise<void> {
    const { changed } = this.#host;
    const { loans } = this.#parts;
    if (kind === 'rent') {
      const rented = await loans.rent(workId, feeMinor);
      this.#say(
        rented.ok ? { code: 'rented', message: `${title} is yours for its time: it is brought here, and plays without the network then.` } : rented.error,
      );
      return changed();
    }
    const loan = loans.views().find((one) => one.workId === workId);
    if (loan === undefined) return;
    const refused = kind === 'renew' ? await loans.answerRenewal(loan.licence, true) : await loans.giveBack(loan.licence);
    if (refused !== null) this.#say({ message: refused });
    else if (kind === 'return') this.#say({ code: 'given-back', message: `${title} was given back.` });
    changed();
  }

  /** The question at the end of a title's time; the other answer on the screen is to give it back. */
  async #answerRenewal(licence: string, yes: boolean): Promise<void> {
    const { changed } = this.#host;
    const { loans } = this.#parts;
    const refused = (await loans.answerRenewal(licence, yes)) ?? (yes ? null : await loans.giveBack(licence));
    if (refused !== null) this.#say({ message: refused });
    changed();
  }

  #ask(query: RentalQuery | null): void {
    this.#asked = query;
    this.#shown.show(query);
    this.#host.changed();
  }

  #say(notice: { readonly code?: string; readonly message: string }): void {
    this.#host.raise({ type: 'notice.say', ...notice });
  }
}

function aboutLoan({ workId, title, state, feeMinor }: LoanView): RentalQuery {
  const renews = state === 'expired';
  return { kind: renews ? 'renew' : 'return', workId, title, feeMinor: renews ? feeMinor : '0', periodMs: null };
}

/** What the box says while it asks. */
export function rentalSentence({ kind, title, feeMinor, periodMs }: RentalQuery): Pick<Said, 'key' | 'values'> {
  const key = kind === 'renew' ? 'rentalLonger' : kind === 'return' ? 'rentalReturn' : periodMs === null ? 'rentalForGood' : 'rentalAsk';
  return { key, values: { title, price: { minor: feeMinor }, ...(periodMs !== null && { period: { periodMs } }) } };
}
