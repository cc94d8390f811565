import type { SnapshotFrom } from 'xstate';
import { limits } from '../../src/limits.ts';
import type { Currency } from '../../src/units/money.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { CustomerReceipt, QueueEntryRow } from '../stores/book-port.ts';
import type { Language } from '../texts/box-texts.ts';
import { askIn, sayIn } from '../texts/said.ts';
import type { BoxContext } from './box-context.ts';
import type { BoxMachine } from './box-machine.ts';
import { boxSentence } from './box-sentence.ts';
import type { BoxView } from './box-view.ts';
import type { PlayView } from './play-port.ts';
import type { ViewerView } from './viewer-view.ts';

/** What of the book is kept at hand, so that a view is built without waiting. Refreshed after everything that moves money. */
export interface BookGlance {
  readonly creditMinor: bigint;
  readonly queue: readonly QueueEntryRow[];
  readonly lastReceipt: CustomerReceipt | null;
  /** Free hours: the house pays for what is chosen. */
  readonly housePays: boolean;
  /** What being heard next costs now, in percent of the price; null where it is not sold. */
  readonly premiumPercent: number | null;
}

export interface ViewFacts {
  readonly snapshot: SnapshotFrom<BoxMachine>;
  readonly works: readonly CatalogueWork[];
  /** By its id: a catalogue may have a hundred thousand. */
  readonly work: (id: string) => CatalogueWork | null;
  readonly catalogueVersion: string;
  readonly glance: BookGlance;
  readonly play: PlayView | null;
  readonly loans: BoxView['loans'];
  readonly renewal: BoxView['renewal'];
  readonly rental: BoxView['rental'];
  readonly focusIndex: number;
  readonly volumePercent: number;
  readonly volumeRange: BoxView['volumeRange'];
  readonly volumeZones: BoxView['volumeZones'];
  readonly entry: BoxView['entry'];
  readonly tracks: BoxView['tracks'];
  readonly channelCount: number;
  readonly viewer: ViewerView;
  readonly houseMusic: boolean;
  readonly silentPlayer: boolean;
  readonly guestLink: string | null;
  readonly simulatedAcceptor: boolean;
  readonly lastContactMs: number | null;
  readonly profile: 'jukebox' | 'set-top';
  readonly name: string;
  readonly currency: Currency;
  readonly language: Language;
}

/** States in which a question stands that OK answers. */
export const ASKING: ReadonlySet<string> = new Set(['preListen', 'awaitingConfirmation', 'outright']);

/** The state of the box as one value, from the statechart, the glance at the book and the play under way. Pure. */
export function buildView(facts: ViewFacts): BoxView {
  const context = facts.snapshot.context as BoxContext;
  const playback = dotted(facts.snapshot.value.playback);
  const playing = facts.play === null ? null : facts.work(facts.play.workId);
  const work = playing ?? (context.workId === null ? null : facts.work(context.workId));
  const said = boxSentence({
    ...{ playback, context, work, play: facts.play, entry: facts.entry, viewer: facts.viewer, rental: facts.rental },
    creditMinor: facts.glance.creditMinor,
    catalogueSize: facts.works.length,
  });
  const timed = withStartTimes(facts);
  return {
    profile: facts.profile,
    name: facts.name,
    playback,
    cash: dotted(facts.snapshot.value.cash),
    connectivity: dotted(facts.snapshot.value.connectivity),
    service: dotted(facts.snapshot.value.service),
    sound: dotted(facts.snapshot.value.sound),
    ...sayIn(facts.language, said, facts.currency),
    said,
    language: facts.language,
    entry: facts.entry,
    tracks: facts.tracks,
    viewer: facts.viewer,
    channelCount: facts.channelCount,
    question: questionOf(playback, work, facts),
    creditMinor: facts.glance.creditMinor.toString(),
    currency: facts.currency,
    focusIndex: facts.focusIndex,
    catalogueVersion: facts.catalogueVersion,
    catalogueSize: facts.works.length,
    focus: facts.works[facts.focusIndex] ?? null,
    nowPlaying: playing === null || facts.play === null ? null : { ...playing, play: facts.play },
    queue: timed.queue,
    nextStartInMs: timed.nextStartInMs,
    lastReceipt: facts.glance.lastReceipt,
    loans: facts.loans,
    renewal: facts.renewal,
    rental: facts.rental,
    account: accountOf(facts.profile, context),
    volumePercent: facts.volumePercent,
    volumeRange: facts.volumeRange,
    volumeZones: facts.volumeZones,
    standby: context.standby,
    houseMusic: facts.houseMusic,
    housePays: facts.glance.housePays,
    premiumPercent: facts.profile === 'jukebox' ? facts.glance.premiumPercent : null,
    silentPlayer: facts.silentPlayer,
    guestLink: facts.guestLink,
    simulatedAcceptor: facts.simulatedAcceptor,
    faults: context.fault === null ? [] : [context.fault],
    lastContactMs: facts.lastContactMs,
    firstBoot: null,
  };
}

/** Guests of a venue have no business with what it owes. */
function accountOf(profile: BoxView['profile'], { account }: BoxContext): BoxView['account'] {
  if (account === null || profile === 'set-top') return account;
  return { state: account.state === 'unpaid' ? 'unpaid' : 'current', owedMinor: '0', overdueMinor: '0' };
}

/** `playing.flowing` of `{playing: 'flowing'}`. */
export function dotted(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([state, inner]) => `${state}.${dotted(inner)}`)
    .join('|');
}

function questionOf(playback: string, work: CatalogueWork | null, { play, language, currency }: ViewFacts): BoxView['question'] {
  if (work === null || !ASKING.has(playback)) return null;
  const secondsLeft = playback === 'preListen' ? Math.ceil((play?.trialLeftMs ?? 0) / 1_000) : Math.ceil(limits.confirmMs / 1_000);
  const values = { title: work.title, seconds: secondsLeft, times: { times: limits.trialsPerWorkPerPayer } };
  const ask = (key: Parameters<typeof askIn>[1]): string => askIn(language, key, values, currency);
  const note = playback === 'preListen' ? 'freeFor' : playback === 'outright' ? 'heard' : 'freeOver';
  return { text: ask(playback === 'outright' ? 'buy' : 'play'), note: ask(note), priceMinor: work.priceMinor, secondsLeft };
}

/** Each entry with the time until it starts: what is left of the play under way, and the whole of those before it. Music of the house ends for whoever chooses. */
function withStartTimes({ play, glance, work, houseMusic }: ViewFacts): Pick<BoxView, 'queue' | 'nextStartInMs'> {
  let startsInMs = play === null || houseMusic ? 0 : Math.max(0, play.durationMs - play.positionMs);
  const queue = glance.queue.map((entry) => {
    const timed = { ...entry, startsInMs };
    startsInMs += work(entry.workId)?.durationMs ?? 0;
    return timed;
  });
  return { queue, nextStartInMs: startsInMs };
}
