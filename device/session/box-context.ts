import type { EndReason } from '../../src/domain/credit/statements.ts';
import type { AccountGlance } from '../checkout/account-watch.ts';
import type { Said } from '../texts/said.ts';

/** What the statechart remembers between events. Never believed about money: that is in the book (ruling 32). */
export interface BoxContext {
  /** The play under way, from its choice until it is settled. */
  readonly playId: string | null;
  readonly workId: string | null;
  /** Whether the play under way came from the queue, and so is paid for from its first packet. */
  readonly fromQueue: boolean;
  readonly endReason: EndReason;
  readonly fault: { readonly code: string; readonly message: string } | null;
  /** Why the last wish was not granted, in words for the person at the box. */
  readonly notice: string | null;
  /** Of a closed set, so that each language has its own words for it. */
  readonly noticeCode: string | null;
  /** What is filled into those words. */
  readonly noticeValues: Said['values'];
  /** The work in question was heard for free as often as it may be: it is sold without a pre-listen. */
  readonly outright: boolean;
  /** The code of credit that was left behind, while it is shown. */
  readonly claim: { readonly code: string; readonly amountMinor: string } | null;
  /** The pre-listen reached its limit: only the question is left. */
  readonly trialOver: boolean;
  readonly queueWaits: boolean;
  /** False on a set-top, whose account pays: its slot stays shut. */
  readonly takesCoins: boolean;
  readonly online: boolean;
  /** Works that play without the headend: they lie on this box (ruling 12). */
  readonly atHand: readonly string[];
  readonly storageLow: boolean;
  readonly storageWhy: 'full' | 'held';
  readonly outOfService: string | null;
  /** What shuts the coin slot, by code, until each is over. */
  readonly acceptorFaults: readonly string[];
  /** Null until the headend has said how it stands. */
  readonly account: AccountGlance | null;
  /** Of a channel's number, as far as it was entered. */
  readonly digits: string;
  readonly alarm: boolean;
  readonly muted: boolean;
  readonly paging: boolean;
  readonly standby: boolean;
}

export const firstContext: BoxContext = {
  playId: null,
  workId: null,
  fromQueue: false,
  endReason: 'finished',
  fault: null,
  notice: null,
  noticeCode: null,
  noticeValues: {},
  outright: false,
  claim: null,
  trialOver: false,
  queueWaits: false,
  takesCoins: true,
  online: false,
  atHand: [],
  storageLow: false,
  storageWhy: 'full',
  outOfService: null,
  acceptorFaults: [],
  account: null,
  digits: '',
  alarm: false,
  muted: false,
  paging: false,
  standby: false,
};
