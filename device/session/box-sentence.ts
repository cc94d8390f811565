import { limits } from '../../src/limits.ts';
import { type Currency, formatMoney } from '../../src/units/money.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { BoxContext } from './box-context.ts';
import type { PlayView } from './play-port.ts';

export interface SentenceFacts {
  readonly playback: string;
  readonly context: BoxContext;
  readonly creditMinor: bigint;
  readonly currency: Currency;
  readonly catalogueSize: number;
  readonly work: CatalogueWork | null;
  readonly play: PlayView | null;
}

export interface Sentences {
  /** For a screen. */
  readonly sentence: string;
  /** At most 16 characters, for a small display. */
  readonly shortLine: string;
}

const STORAGE = {
  full: { what: 'The disk of the box is full', until: 'until there is room again in its data folder', shortLine: 'Disk full' },
  held: { what: 'Another program holds the book of the box', until: 'until it is closed', shortLine: 'Book is held' },
} as const;

/** Why nothing is sold just now; shown wherever a wish is not granted because of it. */
export function storageWords({ storageWhy }: Pick<BoxContext, 'storageWhy'>): string {
  const { what, until } = STORAGE[storageWhy];
  return `${what}: nothing is sold ${until}.`;
}

/** What the box says to the person in front of it: one sentence for every state, and the same in one short line. */
export function boxSentence(facts: SentenceFacts): Sentences {
  const { context } = facts;
  if (context.claim !== null) return { sentence: context.claim.message, shortLine: `Code ${context.claim.code}` };
  if (context.outOfService !== null) return { sentence: `Out of service: ${context.outOfService}`, shortLine: 'Out of service' };
  const said = (context.storageLow ? storageSentence(facts) : null) ?? sentenceOfState(facts);
  return context.notice === null ? said : { sentence: context.notice, shortLine: said.shortLine };
}

/** What waits for the disk or the book says so; what goes on meanwhile speaks for itself. */
function storageSentence({ playback, context }: SentenceFacts): Sentences | null {
  const { what, shortLine } = STORAGE[context.storageWhy];
  if (playback === 'browse') return { sentence: storageWords(context), shortLine };
  if (playback === 'playing.stalled') return { sentence: `${what}: the song waits; what is not heard is not charged.`, shortLine };
  if (playback === 'settling' || (playback === 'faulted' && context.fault === null)) return { sentence: `${what}: the receipt waits.`, shortLine };
  return null;
}

function sentenceOfState(facts: SentenceFacts): Sentences {
  const title = facts.work?.title ?? 'the work';
  const price = facts.work === null ? '' : formatMoney({ minor: BigInt(facts.work.priceMinor), currency: facts.currency });
  const left = Math.ceil((facts.play?.trialLeftMs ?? 0) / 1_000);
  switch (facts.playback) {
    case 'recovering':
      return { sentence: 'Picking up where the box was.', shortLine: 'Starting' };
    case 'browse':
      return browseSentence(facts);
    case 'checkout':
      return { sentence: `Opening ${title}.`, shortLine: 'Opening' };
    case 'preListen':
      return { sentence: `Listening to ${title} free for ${left} more seconds. OK plays it for ${price}.`, shortLine: `OK: ${price}` };
    case 'awaitingConfirmation':
      return { sentence: `OK plays ${title} from the start for ${price}; Back declines.`, shortLine: `OK: ${price}` };
    case 'outright':
      return { sentence: `You have heard the start of ${title} ${trialsText()}. OK buys it for ${price}; Back leaves it.`, shortLine: `OK: ${price}` };
    case 'confirming':
      return { sentence: 'Setting the price aside.', shortLine: 'One moment' };
    case 'playing.flowing':
      return { sentence: `Playing ${title}.`, shortLine: 'Playing' };
    case 'playing.stalled':
      return stallSentence(facts.play);
    case 'playing.paused':
      return { sentence: `${title} is paused; nothing is charged meanwhile.`, shortLine: 'Paused' };
    case 'settling':
      return { sentence: 'Working out what was heard.', shortLine: 'Settling' };
    default:
      return { sentence: facts.context.fault?.message ?? 'Something went wrong; what was not heard is given back.', shortLine: 'Fault' };
  }
}

/** How often the start of a work is free, in words. */
export function trialsText(): string {
  return ['never', 'once', 'twice', 'three times'][limits.trialsPerWorkPerPayer] ?? `${limits.trialsPerWorkPerPayer} times`;
}

function browseSentence(facts: SentenceFacts): Sentences {
  if (!facts.context.online) return { sentence: 'The headend can not be reached. No coins are taken until it can.', shortLine: 'No connection' };
  if (facts.catalogueSize === 0)
    return { sentence: 'There is nothing to play yet: the catalogue of the headend is empty (ackbox ingest FOLDER fills it).', shortLine: 'No songs yet' };
  const credit = formatMoney({ minor: facts.creditMinor, currency: facts.currency });
  return facts.creditMinor > 0n
    ? { sentence: `Choose a song. Credit: ${credit}.`, shortLine: credit }
    : { sentence: 'Choose a song; the first seconds are free.', shortLine: 'Choose a song' };
}

function stallSentence(play: PlayView | null): Sentences {
  if (play?.stalled === 'network') return { sentence: 'Waiting for the network; what is not heard is not charged.', shortLine: 'Waiting: net' };
  return play?.acksSuppressed === true
    ? { sentence: 'The credit window is closed: the sender waits for acknowledgements.', shortLine: 'Credit closed' }
    : { sentence: 'The headend waits before it sends more; what is not heard is not charged.', shortLine: 'Waiting: credit' };
}
