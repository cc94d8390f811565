import { limits } from '../../src/limits.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { RentalQuery } from '../loans/loan-view.ts';
import type { BoxTextKey } from '../texts/box-texts.ts';
import { boxTexts } from '../texts/box-texts.ts';
import type { Said } from '../texts/said.ts';
import type { BoxContext } from './box-context.ts';
import type { PlayView } from './play-port.ts';
import { rentalSentence } from './rental-desk.ts';
import { type ViewerView, viewerSentence } from './viewer-view.ts';

export interface SentenceFacts {
  readonly playback: string;
  readonly context: BoxContext;
  readonly creditMinor: bigint;
  readonly catalogueSize: number;
  readonly work: CatalogueWork | null;
  readonly play: PlayView | null;
  /** A channel's number while it is entered. */
  readonly entry: { readonly digits: string; readonly title: string | null } | null;
  readonly viewer: ViewerView;
  readonly rental: RentalQuery | null;
}

/** Why nothing is sold just now; shown wherever a wish is not granted because of it. */
export function storageWords({ storageWhy }: Pick<BoxContext, 'storageWhy'>): string {
  return boxTexts.en[storageWhy === 'full' ? 'diskFull' : 'bookHeld'][0];
}

/** Why nothing is sold while it sounds. */
export const ALARM_WORDS: string = boxTexts.en.alarm[0];

/** What the box says to the person in front of it: one sentence for every state, and the same in one short line. */
export function boxSentence(facts: SentenceFacts): Said {
  const { context } = facts;
  if (context.alarm) return said('alarm', {});
  if (context.standby) return said('standby', {});
  if (facts.entry !== null) return said(facts.entry.title === null ? 'digits' : 'digitsOf', { digits: facts.entry.digits, title: facts.entry.title ?? '' });
  if (context.claim !== null) return said('claim', { code: context.claim.code, amount: { minor: context.claim.amountMinor } });
  if (context.outOfService !== null) return said('outOfService', { reason: context.outOfService });
  const notice = context.notice === null ? null : { code: context.noticeCode, message: context.notice, values: context.noticeValues };
  const asked = viewerSentence(facts.viewer);
  if (asked !== null) return { ...asked, notice };
  if (facts.rental !== null) return { ...rentalSentence(facts.rental), notice };
  const key = (context.storageLow ? storageKey(facts) : null) ?? keyOfState(facts);
  return { key, values: valuesOf(facts), notice };
}

function said(key: BoxTextKey, values: Said['values']): Said {
  return { key, values, notice: null };
}

function valuesOf({ context, creditMinor, work, play }: SentenceFacts): Said['values'] {
  return {
    title: work?.title ?? '?',
    price: { minor: work?.priceMinor ?? '0' },
    credit: { minor: creditMinor.toString() },
    seconds: Math.ceil((play?.trialLeftMs ?? 0) / 1_000),
    times: { times: limits.trialsPerWorkPerPayer },
    number: work?.channel?.number ?? 0,
    owed: { minor: context.account?.owedMinor ?? '0' },
    overdue: { minor: context.account?.overdueMinor ?? '0' },
    ...(context.fault === null ? {} : context.fault),
  };
}

/** What waits for the disk or the book says so; what goes on meanwhile speaks for itself. */
function storageKey({ playback, context }: SentenceFacts): BoxTextKey | null {
  const what = context.storageWhy === 'full' ? 'diskFull' : 'bookHeld';
  if (playback === 'browse') return what;
  if (playback === 'playing.stalled') return `${what}Song`;
  if (playback === 'settling' || (playback === 'faulted' && context.fault === null)) return `${what}Receipt`;
  return null;
}

const STATES: Readonly<Record<string, BoxTextKey>> = {
  recovering: 'recovering',
  checkout: 'opening',
  preListen: 'preListen',
  awaitingConfirmation: 'awaiting',
  outright: 'outright',
  confirming: 'confirming',
  'playing.flowing': 'playing',
  'playing.paused': 'paused',
  'playing.held': 'paused',
  settling: 'settling',
};

function keyOfState(facts: SentenceFacts): BoxTextKey {
  if (facts.playback === 'browse') return browseKey(facts);
  if (facts.playback === 'playing.flowing' && facts.work?.channel !== undefined) return 'watching';
  if (facts.playback === 'playing.stalled') return stallKey(facts.play);
  return STATES[facts.playback] ?? (facts.context.fault === null ? 'faulted' : 'fault');
}

function browseKey({ context, catalogueSize, creditMinor }: SentenceFacts): BoxTextKey {
  if (!context.online) return context.atHand.length > 0 ? 'offlineAtHand' : 'offline';
  if (catalogueSize === 0) return 'empty';
  const owing = accountKey(context);
  if (owing !== null) return owing;
  return creditMinor > 0n ? 'chooseWithCredit' : 'choose';
}

/** A venue's guests are told only that nothing is sold; what a household owes is for it to read (P-25). */
function accountKey({ account, takesCoins }: BoxContext): BoxTextKey | null {
  if (account === null || account.state === 'current') return null;
  if (takesCoins) return account.state === 'unpaid' ? 'unpaidVenue' : null;
  return ACCOUNT_KEYS[account.state];
}

const ACCOUNT_KEYS = { partial: 'paidInPart', failed: 'paymentFailed', late: 'overdue', unpaid: 'unpaid' } as const;

function stallKey(play: PlayView | null): BoxTextKey {
  if (play?.stalled === 'network') return 'stalledNetwork';
  return play?.acksSuppressed === true ? 'stalledAcks' : 'stalledHeadend';
}
