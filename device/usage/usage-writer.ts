import type { EntryMethod, UsageBody, ViewId } from '../../src/domain/usage/record-bodies.ts';
import { buildUsageRecord, type RecordOrigin, type UsageFault } from '../../src/domain/usage/usage-record.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { assert } from '../../src/units/assert.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import type { Book } from '../stores/book-port.ts';
import { EventCall, type EventDraft, OrderCall, ViewFeatureCall } from './event-call.ts';

export interface UsageWriterOptions {
  readonly book: Pick<Book, 'recordUsage'>;
  readonly clock: Clock;
  /** As enrolled; asked each time, because enrolment may come after the start. */
  identity(): Pick<RecordOrigin, 'accountNo' | 'outletNo'>;
  readonly currency?: string;
  /** Whether a title can be viewed from several angles; only there a viewing angle is a record. */
  readonly hasAngles?: (titleDomain: string) => boolean;
}

export interface UsagePlay {
  readonly playId: string;
  readonly workId: string;
  readonly sid: string | null;
  readonly kind: 'paid' | 'free' | 'prelisten';
}

export type EmitFault = UsageFault | Fault<'no-angles'>;
export type Emitted = Promise<Result<UsageBody, EmitFault>>;

const SESSION = 'session';

/**
 * Document 003's application programmer's interface. The box is the gopher: it owns on, off and identification, and what lasts over
 * titles ([0039]); titles own the rest. Every record lists all domains in use, whoever writes it: a domain that is missing from
 * the next record of the outlet has ended (B-12). What stays the same from event to event is set once.
 */
export class UsageWriter {
  readonly #options: UsageWriterOptions;
  #placeId = 'box';
  #titleDomain = 'box';
  #entryMethod: EntryMethod = '3';
  #consumerId: string | null = null;
  /** The domains of the play that sounds, and of titles that write records of their own. */
  #playDomains: readonly string[] = [];
  #titleDomains: readonly string[] = [];

  constructor(options: UsageWriterOptions) {
    this.#options = options;
  }

  Usage(): EventCall<Emitted> {
    return new EventCall('USAGE', (draft) => this.#ofTitle(draft));
  }

  ConsumerIdentification(): EventCall<Emitted> {
    return new EventCall('CONSUMER_IDENTIFICATION', (draft) => this.#ofTitle(draft));
  }

  ViewFeature(): ViewFeatureCall<Emitted> {
    return new ViewFeatureCall('VIEW_FEATURE', (draft) => this.#ofTitle(draft));
  }

  NewOrChangeOrder(): OrderCall<Emitted> {
    return new OrderCall(this.#options.currency ?? 'EUR', (draft) => this.#ofTitle(draft));
  }

  /** A record that a title made ready: the same rules, the same standard elements. */
  emitReady(draft: EventDraft): Emitted {
    return this.#ofTitle(draft);
  }

  /** SetPlaceId, for what the box itself writes. */
  setPlace(placeId: string): void {
    this.#placeId = placeId;
  }

  /** SetEntryMethodCd: how the last intent came in. */
  setEntryMethod(entryMethod: EntryMethod): void {
    this.#entryMethod = entryMethod;
  }

  signOn(): Promise<void> {
    return this.#gopher({ ...draftOf('SIGN_ON'), titleDomain: 'box' });
  }

  /** With the last title and place, as the document asks (B-6). */
  async signOff(): Promise<void> {
    await this.#gopher(draftOf('SIGN_OFF'));
    this.#playDomains = [];
    this.#titleDomains = [];
  }

  /** Each key or intent, where it was given. */
  keyPressed(key: string, placeId: string): Promise<void> {
    return this.#gopher({ ...draftOf('USAGE'), placeId, data: { key } });
  }

  playStarted(play: UsagePlay): Promise<void> {
    this.#playDomains = [titleOf(play)];
    return this.#gopher({ ...ofPlay('USAGE', play), data: { ...bindingOf(play), kind: play.kind } });
  }

  /** The title's domain is absent from this record: that is what ends it (B-12). */
  playEnded(
    play: UsagePlay,
    end: { readonly heardMs: number; readonly endReason: string; readonly fundingSource: NonNullable<UsageBody['fundingSource']> },
  ): Promise<void> {
    this.#playDomains = [];
    return this.#gopher({ ...ofPlay('USAGE', play), data: { ...bindingOf(play), ...end, kind: play.kind } });
  }

  /** PA on pause, FF and RR on a jump, FS and PS where the picture is made larger and smaller. */
  viewFeature(play: UsagePlay, viewId: ViewId): Promise<void> {
    return this.#gopher({ ...ofPlay('VIEW_FEATURE', play), data: { ...bindingOf(play), ViewId: viewId, Feature: titleOf(play) } });
  }

  /** From now on every record carries the pseudonym; null signs the person out without a record. */
  consumerIdentified(consumerId: string | null): Promise<void> {
    this.#consumerId = consumerId;
    return consumerId === null ? Promise.resolve() : this.#gopher(draftOf('CONSUMER_IDENTIFICATION'));
  }

  async #gopher(draft: EventDraft): Promise<void> {
    const written = await this.#write(draft);
    assert(written.ok, written.ok ? '' : written.error.message);
  }

  /** A title's domains stand until its next record says otherwise. */
  #ofTitle(draft: EventDraft): Emitted {
    return this.#write(draft, draft.domains);
  }

  async #write(draft: EventDraft, titleDomains: readonly string[] = this.#titleDomains): Emitted {
    const said = {
      titleDomain: draft.titleDomain ?? this.#titleDomain,
      placeId: draft.placeId ?? this.#placeId,
      entryMethod: draft.entryMethod ?? this.#entryMethod,
      consumerId: draft.consumerId ?? this.#consumerId,
    };
    if (draft.data.ViewId === 'VA' && !(this.#options.hasAngles?.(said.titleDomain) ?? false))
      return fault('no-angles', `${said.titleDomain} has one angle only; a viewing angle is no event there.`);
    const domains = draft.eventType === 'SIGN_OFF' ? [] : [...new Set([SESSION, ...this.#playDomains, ...titleDomains])];
    const origin = { ...this.#options.identity(), wallMs: this.#options.clock.wallMs() };
    const built = buildUsageRecord(origin, { ...draft.data, ...said, eventType: draft.eventType, domains });
    if (!built.ok) return built;
    this.#titleDomain = said.titleDomain;
    this.#placeId = said.placeId;
    this.#entryMethod = said.entryMethod;
    this.#consumerId = said.consumerId;
    this.#titleDomains = titleDomains;
    await this.#options.book.recordUsage(built.value);
    return ok(built.value);
  }
}

function draftOf(eventType: EventDraft['eventType']): EventDraft {
  return { eventType, domains: [], data: {} };
}

function ofPlay(eventType: EventDraft['eventType'], play: UsagePlay): EventDraft {
  return { ...draftOf(eventType), titleDomain: titleOf(play) };
}

function bindingOf({ playId, sid }: UsagePlay): Pick<UsageBody, 'playId' | 'sid'> {
  return { playId, sid };
}

function titleOf(play: UsagePlay): string {
  return `work:${play.workId}`;
}
