import type { EntryMethod, UsageBody } from '../../src/domain/usage/record-bodies.ts';
import type { RecordOrigin, UsageEvent } from '../../src/domain/usage/usage-record.ts';
import { buildUsageRecord } from '../../src/domain/usage/usage-record.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { assert } from '../../src/units/assert.ts';
import type { Book } from '../stores/book-port.ts';

export interface UsageWriterOptions {
  readonly book: Pick<Book, 'recordUsage'>;
  readonly clock: Clock;
  /** As enrolled; asked each time, because enrolment may come after the start. */
  identity(): Pick<RecordOrigin, 'accountNo' | 'outletNo'>;
}

export interface UsagePlay {
  readonly playId: string;
  readonly workId: string;
  readonly sid: string | null;
  readonly kind: 'paid' | 'free' | 'prelisten';
}

/**
 * Document 003's API for titles: they say what happened, the writer fills in the Standard Record Elements and the format
 * ([0033], U-4, U-6). What stays the same from event to event (place, entry method, consumer) is set once.
 */
export class UsageWriter {
  readonly #options: UsageWriterOptions;
  #placeId = 'box';
  #titleDomain = 'box';
  #entryMethod: EntryMethod = '3';
  #consumerId: string | null = null;

  constructor(options: UsageWriterOptions) {
    this.#options = options;
  }

  /** SetPlaceId: where in a title or in the box's pages the person is. */
  setPlace(placeId: string): void {
    this.#placeId = placeId;
  }

  /** SetEntryMethodCd: how the last intent came in. */
  setEntryMethod(entryMethod: EntryMethod): void {
    this.#entryMethod = entryMethod;
  }

  signOn(): Promise<void> {
    return this.#write({ eventType: 'SIGN_ON', titleDomain: 'box', domains: ['session'] });
  }

  /** With the last title and place, as the document asks (B-6). */
  signOff(): Promise<void> {
    return this.#write({ eventType: 'SIGN_OFF', titleDomain: this.#titleDomain, domains: [] });
  }

  playStarted(play: UsagePlay): Promise<void> {
    this.#titleDomain = titleOf(play);
    return this.#write({ ...this.#ofPlay(play), eventType: 'USAGE', domains: ['session', titleOf(play)], kind: play.kind });
  }

  /** The title's domain is absent from this record: that is what ends it (B-12). */
  playEnded(
    play: UsagePlay,
    end: { readonly heardMs: number; readonly endReason: string; readonly fundingSource: NonNullable<UsageBody['fundingSource']> },
  ): Promise<void> {
    return this.#write({ ...this.#ofPlay(play), ...end, eventType: 'USAGE', domains: ['session'], kind: play.kind });
  }

  /** PA on pause; FF and RR on a seek, FS, PS and VA on a set-top's picture. */
  viewFeature(play: UsagePlay, viewId: NonNullable<UsageBody['ViewId']>): Promise<void> {
    return this.#write({ ...this.#ofPlay(play), eventType: 'VIEW_FEATURE', domains: [titleOf(play)], ViewId: viewId });
  }

  /** Orders other than a play (the book writes that one with the hold): goods, a subscription, a checkout. */
  order(titleDomain: string, order: NonNullable<UsageBody['order']>): Promise<void> {
    return this.#write({ eventType: 'ORDER', titleDomain, domains: [titleDomain], order });
  }

  /** From now on every record carries the pseudonym; null signs the person out without a record. */
  consumerIdentified(consumerId: string | null): Promise<void> {
    this.#consumerId = consumerId;
    if (consumerId === null) return Promise.resolve();
    return this.#write({ eventType: 'CONSUMER_IDENTIFICATION', titleDomain: this.#titleDomain, domains: [] });
  }

  #ofPlay(play: UsagePlay): Pick<UsageEvent, 'titleDomain' | 'playId' | 'sid'> {
    return { titleDomain: titleOf(play), playId: play.playId, sid: play.sid };
  }

  #write(event: Omit<UsageEvent, 'placeId' | 'entryMethod' | 'consumerId'>): Promise<void> {
    const origin = { ...this.#options.identity(), wallMs: this.#options.clock.wallMs() };
    const built = buildUsageRecord(origin, { ...event, placeId: this.#placeId, entryMethod: this.#entryMethod, consumerId: this.#consumerId });
    assert(built.ok, built.ok ? '' : built.error.message);
    return this.#options.book.recordUsage(built.value);
  }
}

function titleOf(play: UsagePlay): string {
  return `work:${play.workId}`;
}
