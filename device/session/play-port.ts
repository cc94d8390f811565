import type { EndReason } from '../../src/domain/credit/statements.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { PlaybackEvent } from './events.ts';

/** What the runner of a play shows while it runs. Packets unless the name says otherwise. */
export interface PlayView {
  readonly playId: string;
  readonly sid: string | null;
  readonly workId: string;
  readonly phase: 'opening' | 'trial' | 'paid' | 'draining' | 'closed';
  readonly positionMs: number;
  readonly durationMs: number;
  readonly trialLeftMs: number;
  readonly creditWindowPackets: number;
  /** Headend's view from the last WINDOW. */
  readonly sentPackets: number;
  readonly ackBase: number;
  readonly acknowledgedPackets: number;
  readonly paidPackets: number;
  readonly unpaidPackets: number;
  readonly maxUnpaidPackets: number;
  readonly lostPackets: number;
  readonly concealedPackets: number;
  readonly audibleGaps: number;
  readonly heardMs: number;
  readonly stalled: 'credit' | 'network' | null;
  readonly acksSuppressed: boolean;
  readonly paused: boolean;
  /** What is owed so far by the rule of the terms. */
  readonly paidSoFarMinor: string;
  /** Which parts of the work are paid or free, in order; the rest is paid only if it is heard. */
  readonly spans: readonly PlaySpan[];
  /** Of what sounds now; it changes inside a work (ruling 8). Null before there are terms. */
  readonly priceInForce: PriceInForce | null;
}

/** A part of a work, in thousandths of it. */
export interface PlaySpan {
  readonly kind: 'paid' | 'free';
  readonly from: number;
  readonly to: number;
}

/** What the part of the work under way costs, for whoever hears it. */
export interface PriceInForce {
  readonly billingClass: 'trial' | 'paid' | 'free';
  /** The price node of the terms. */
  readonly node: string;
  /** For all that is sold under this node, heard whole; 0 while nothing is owed. Minor units. */
  readonly quoteMinor: string;
}

/** Everything a play leaves behind when it ended; already durable in the book. */
export interface PlayOutcome {
  readonly playId: string;
  readonly endReason: EndReason;
  readonly chargedMinor: bigint;
  readonly refundMinor: bigint;
  readonly heardMs: number;
  readonly view: PlayView;
}

/**
 * One play from the offer to its closing statement: checkout, RTSP, RTP, player, ACKs, receipts. It raises PlaybackEvents and
 * makes durable what must be; it decides nothing about the box. One runs at a time (one output zone).
 */
export interface PlayRunner {
  readonly playId: string;
  /** What was started to wait flows from now on; absent: it never waits. */
  begin?(): Promise<void>;
  /** Makes the confirmation and its hold durable FIRST (book.confirmPlay), then sends CONFIRM until it is echoed. */
  confirm(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /**
   * Jumps inside the paid work; nothing is owed twice, and no window is fresh (document 001, A16). Does nothing in a pre-listen or a pause.
   * @returns whether it did
   */
  seek(positionMs: number): Promise<boolean>;
  suppressAcks(on: boolean): void;
  /** Ends the play: stops the player, makes the closing statement, settles in the book. Idempotent. */
  end(reason: EndReason): Promise<PlayOutcome>;
  view(): PlayView;
}

export interface StartedPlay {
  readonly playId: string;
  readonly work: CatalogueWork;
  readonly trial: boolean;
  readonly waits?: boolean;
}

/** Starts plays. `trial` on pre-listen; without it the play is already confirmed and held (from the queue). */
export interface PlayPort {
  /** `waits`: it is opened before its turn, and flows from `begin` on. */
  start(play: StartedPlay, raise: (event: PlaybackEvent) => void): Promise<PlayRunner>;
  /** After a restart: goes on with a play that was under way, from its rows, or from `begin` on where it waits; null where it was settled instead. */
  recover(playId: string, raise: (event: PlaybackEvent) => void, waits?: boolean): Promise<PlayRunner | null>;
  /** After a restart: settles such a play by its rows, without taking it up again. The headend need not be there. */
  close(playId: string, endReason: EndReason): Promise<void>;
}
