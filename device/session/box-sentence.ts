import { type Currency, formatMoney } from '../../src/units/money.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { BoxContext } from './box-context.ts';
import type { PlayView } from './play-port.ts';

export interface SentenceFacts {
  readonly playback: string;
  readonly context: BoxContext;
  readonly creditMinor: bigint;
  readonly currency: Currency;
  readonly work: CatalogueWork | null;
  readonly play: PlayView | null;
}

export interface Sentences {
  /** For a screen. */
  readonly sentence: string;
  /** At most 16 characters, for a small display. */
  readonly shortLine: string;
}

/** What the box says to the person in front of it: one sentence for every state, and the same in one short line. */
export function boxSentence(facts: SentenceFacts): Sentences {
  const { context } = facts;
  if (context.outOfService !== null) return { sentence: `Out of service: ${context.outOfService}`, shortLine: 'Out of service' };
  const said = sentenceOfState(facts);
  return context.notice === null ? said : { sentence: context.notice, shortLine: said.shortLine };
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

function browseSentence(facts: SentenceFacts): Sentences {
  if (!facts.context.online) return { sentence: 'The headend can not be reached. No coins are taken until it can.', shortLine: 'No connection' };
  const credit = formatMoney({ minor: facts.creditMinor, currency: facts.currency });
  return facts.creditMinor > 0n
    ? { sentence: `Choose a song. Credit: ${credit}.`, shortLine: credit }
    : { sentence: 'Choose a song; the first seconds are free.', shortLine: 'Choose a song' };
}

function stallSentence(play: PlayView | null): Sentences {
  return play?.stalled === 'network'
    ? { sentence: 'Waiting for the network; what is not heard is not charged.', shortLine: 'Waiting: net' }
    : { sentence: 'The credit window is closed: the sender waits for acknowledgements.', shortLine: 'Credit closed' };
}
