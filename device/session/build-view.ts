import type { SnapshotFrom } from 'xstate';
import { limits } from '../../src/limits.ts';
import type { Currency } from '../../src/units/money.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { CustomerReceipt, QueueEntryRow } from '../stores/book-port.ts';
import type { BoxContext } from './box-context.ts';
import type { BoxMachine } from './box-machine.ts';
import { boxSentence, trialsText } from './box-sentence.ts';
import type { BoxView } from './box-view.ts';
import type { PlayView } from './play-port.ts';

/** What of the book is kept at hand, so that a view is built without waiting. Refreshed after everything that moves money. */
export interface BookGlance {
  readonly creditMinor: bigint;
  readonly queue: readonly QueueEntryRow[];
  readonly lastReceipt: CustomerReceipt | null;
}

export interface ViewFacts {
  readonly snapshot: SnapshotFrom<BoxMachine>;
  readonly works: readonly CatalogueWork[];
  readonly catalogueVersion: string;
  readonly glance: BookGlance;
  readonly play: PlayView | null;
  readonly focusIndex: number;
  readonly volumePercent: number;
  readonly silentPlayer: boolean;
  readonly simulatedAcceptor: boolean;
  readonly lastContactMs: number | null;
  readonly profile: 'jukebox' | 'set-top';
  readonly name: string;
  readonly currency: Currency;
}

/** States in which a question stands that OK answers. */
export const ASKING: ReadonlySet<string> = new Set(['preListen', 'awaitingConfirmation', 'outright']);

/** The state of the box as one value, from the statechart, the glance at the book and the play under way. Pure. */
export function buildView(facts: ViewFacts): BoxView {
  const context = facts.snapshot.context as BoxContext;
  const playback = dotted(facts.snapshot.value.playback);
  const playing = facts.play === null ? null : (facts.works.find((work) => work.id === facts.play?.workId) ?? null);
  const work = playing ?? facts.works.find((candidate) => candidate.id === context.workId) ?? null;
  return {
    profile: facts.profile,
    name: facts.name,
    playback,
    cash: dotted(facts.snapshot.value.cash),
    connectivity: dotted(facts.snapshot.value.connectivity),
    service: dotted(facts.snapshot.value.service),
    ...boxSentence({
      ...{ playback, context, work, play: facts.play, currency: facts.currency },
      creditMinor: facts.glance.creditMinor,
      catalogueSize: facts.works.length,
    }),
    question: questionOf(playback, work, facts.play),
    creditMinor: facts.glance.creditMinor.toString(),
    currency: facts.currency,
    focusIndex: facts.focusIndex,
    catalogueVersion: facts.catalogueVersion,
    catalogueSize: facts.works.length,
    focus: facts.works[facts.focusIndex] ?? null,
    nowPlaying: playing === null || facts.play === null ? null : { ...playing, play: facts.play },
    queue: withStartTimes(facts),
    lastReceipt: facts.glance.lastReceipt,
    volumePercent: facts.volumePercent,
    silentPlayer: facts.silentPlayer,
    simulatedAcceptor: facts.simulatedAcceptor,
    faults: context.fault === null ? [] : [context.fault],
    lastContactMs: facts.lastContactMs,
  };
}

/** `playing.flowing` of `{playing: 'flowing'}`. */
export function dotted(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([state, inner]) => `${state}.${dotted(inner)}`)
    .join('|');
}

function questionOf(playback: string, work: CatalogueWork | null, play: PlayView | null): BoxView['question'] {
  if (work === null || !ASKING.has(playback)) return null;
  const secondsLeft = playback === 'preListen' ? Math.ceil((play?.trialLeftMs ?? 0) / 1_000) : Math.ceil(limits.confirmMs / 1_000);
  const text = playback === 'outright' ? `Buy ${work.title}?` : `Play ${work.title}?`;
  return { text, note: noteOf(playback, secondsLeft), priceMinor: work.priceMinor, secondsLeft };
}

/** What stands beside the price. */
function noteOf(playback: string, secondsLeft: number): string {
  if (playback === 'preListen') return `free for ${secondsLeft} s more`;
  return playback === 'outright' ? `heard ${trialsText()} already` : 'the free part is over';
}

/** Each entry with the time until it starts: what is left of the play under way, and the whole of those before it. */
function withStartTimes(facts: ViewFacts): BoxView['queue'] {
  let startsInMs = facts.play === null ? 0 : Math.max(0, facts.play.durationMs - facts.play.positionMs);
  return facts.glance.queue.map((entry) => {
    const timed = { ...entry, startsInMs };
    startsInMs += facts.works.find((work) => work.id === entry.workId)?.durationMs ?? 0;
    return timed;
  });
}
