import type { TrackKind } from '../../src/ports/player-tracks.ts';
import type { Money } from '../../src/units/money.ts';
import type { AccountGlance } from '../checkout/account-watch.ts';
import type { Language } from '../texts/box-texts.ts';
import type { Said } from '../texts/said.ts';

/**
 * Every event of the box, one union a region. Regions talk only through these (ruling 37). Shells (media, cash, report, input)
 * raise them; the statechart decides; device/session/box.ts carries its actions out.
 */

/** What a person wants, after the keymap: the same from buttons, remotes, the screen, the console and the command line. */
export type IntentEvent =
  | { readonly type: 'intent.up' | 'intent.down' | 'intent.left' | 'intent.right' | 'intent.back' }
  /** OK on the work named, or on the one that has the focus, or on the question that stands on the screen. */
  | {
      readonly type: 'intent.ok';
      readonly workId?: string;
      /** To be heard next: so much is paid above the price at most, minor units. */
      readonly premiumMinor?: string;
    }
  | { readonly type: 'intent.play-pause' | 'intent.stop' }
  /** With a reason where staff ends what a guest has paid for. */
  | { readonly type: 'intent.skip'; readonly reason?: string }
  /** Answers the renewal query of a checked-out title. */
  | { readonly type: 'intent.renew'; readonly licence: string; readonly yes: boolean }
  /** Asks what renting a work, or the one in focus, costs; of a rented one, to keep it longer or to give it back. With `yes` it answers that. */
  | { readonly type: 'intent.rent'; readonly workId?: string; readonly yes?: boolean }
  /** Of one sound zone, or of all; `to` is how loud it shall be, whatever it was. */
  | { readonly type: 'intent.volume'; readonly delta: number; readonly zone?: string; readonly to?: number }
  /** The mute key: silent, or not any more. */
  | { readonly type: 'intent.mute' }
  /** What the box says to whoever has not chosen a language: its panel, its console, its screen. */
  | { readonly type: 'intent.language'; readonly language: Language }
  /** Forward, or back where negative. */
  | { readonly type: 'intent.seek'; readonly byMs: number }
  /** The next track of what plays; behind the last of the subtitles come none. */
  | { readonly type: 'intent.track'; readonly kind: TrackKind }
  /** The picture of a film or channel fills the screen, or a part of it: each press takes the other. */
  | { readonly type: 'intent.picture' }
  /** A digit of a channel's number. */
  | { readonly type: 'intent.digit'; readonly digit: number }
  /** The next channel, or the one before it where negative. */
  | { readonly type: 'intent.channel'; readonly step: number }
  /** Answers the question of the first start. */
  | { readonly type: 'intent.answer'; readonly value: string }
  /** The sleep timer: further, or off. */
  | { readonly type: 'intent.sleep' }
  /** The power key of a remote: standby. */
  | { readonly type: 'intent.power' }
  /** Asks who is watching. */
  | { readonly type: 'intent.who' }
  /** Somebody of the household by his id, or `guest`. */
  | { readonly type: 'intent.viewer'; readonly viewer: string }
  /** What the household decides is to be changed: asks for its PIN. */
  | { readonly type: 'intent.household' }
  /** Suppress or allow acknowledgements: the demonstration of the credit window. */
  | { readonly type: 'intent.suppress-acks'; readonly on: boolean };

/** From the runner of the play that sounds (or is about to). */
export type PlaybackEvent =
  | { readonly type: 'play.opened'; readonly playId: string; readonly phase: 'trial' | 'paid' }
  | { readonly type: 'play.sound'; readonly playId: string }
  | { readonly type: 'play.stalled'; readonly playId: string; readonly why: 'credit' | 'network' }
  | { readonly type: 'play.flowing'; readonly playId: string }
  | { readonly type: 'play.trial-over'; readonly playId: string }
  | { readonly type: 'play.confirmed'; readonly playId: string }
  | { readonly type: 'play.refused'; readonly playId: string; readonly code: string; readonly message: string }
  | { readonly type: 'play.finished'; readonly playId: string }
  | { readonly type: 'play.failed'; readonly playId: string; readonly code: string; readonly message: string }
  | { readonly type: 'play.settled'; readonly playId: string; readonly charged: Money; readonly refund: Money }
  /** The start of this work was heard as often as it is free: it is sold outright, or left. */
  | { readonly type: 'play.trial-used'; readonly playId: string }
  /** All plays of an earlier run were taken up again or settled. */
  | { readonly type: 'recovery.done' }
  /** Something waits in the queue (an entry was added, or the box came up with some). */
  | { readonly type: 'queue.ready' }
  /** Credit that nobody used became a code: it stays to be read until somebody does something. */
  | { readonly type: 'notice.claim'; readonly code: string; readonly amountMinor: string }
  /** A key was pressed, or the code was long enough on the screen; it stands in the receipt too. */
  | { readonly type: 'notice.claim-over' }
  /** Asks something of whoever stands at the box. */
  | { readonly type: 'notice.say'; readonly message: string; readonly code?: string; readonly values?: Said['values'] }
  /** The notice has been on the screen long enough. */
  | { readonly type: 'notice.over' };

export type CashEvent =
  | { readonly type: 'cash.credit-changed'; readonly credit: Money }
  | { readonly type: 'cash.fault'; readonly code: string }
  /** What `cash.fault` of this code told is over. */
  | { readonly type: 'cash.cleared'; readonly code: string };

export type ConnectivityEvent =
  | { readonly type: 'net.online' }
  | { readonly type: 'net.offline'; readonly reason: string }
  /** Which works play without the headend: all that are checked out, whole and open. */
  | { readonly type: 'loans.at-hand'; readonly works: readonly string[] };

/** How the account of the box stands with what it owes, as the headend said last. */
export interface AccountEvent {
  readonly type: 'account.standing';
  readonly account: AccountGlance;
}

export type ServiceEvent =
  | { readonly type: 'service.on'; readonly reason: string }
  | { readonly type: 'service.off' }
  /** `full` (the default): the disk is at its reserve; `held`: another program keeps the book from being written. */
  | { readonly type: 'service.storage-low'; readonly why?: 'full' | 'held' }
  | { readonly type: 'service.storage-ok' };

export type ChannelEvent =
  /** OK behind the digits. */
  | { readonly type: 'channel.enter' }
  /** Back behind the digits: none was meant. */
  | { readonly type: 'channel.drop' };

/** From the desk of the viewers, which knows who they are. */
export type ViewerEvent =
  /** Nobody has a name here. */
  { readonly type: 'viewer.none' } | { readonly type: 'viewer.asked' } | { readonly type: 'viewer.known' } | { readonly type: 'pin.asked' };

/** Of a household's box: asleep with a dark screen, and awake again. */
export interface PowerEvent {
  readonly type: 'power.sleep' | 'power.wake';
}

/** Contacts of the venue. */
export type SoundEvent =
  /** The fire alarm's contact: silence at once, and what is paid waits. */
  | { readonly type: 'alarm.on' | 'alarm.off' }
  /** Somebody speaks over the loudspeakers. */
  | { readonly type: 'paging.on' | 'paging.off' };

export type BoxEvent =
  | IntentEvent
  | ChannelEvent
  | PlaybackEvent
  | CashEvent
  | ConnectivityEvent
  | ServiceEvent
  | SoundEvent
  | AccountEvent
  | ViewerEvent
  | PowerEvent;
