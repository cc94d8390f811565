import type { LogRing } from '../../src/platform/log-ring.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { LicenceApi } from '../../src/ports/licence-api.ts';
import type { HardwareDesk } from '../boards/hardware-desk.ts';
import type { AccountWatch } from '../checkout/account-watch.ts';
import type { Guests } from '../guests/guests.ts';
import type { LoanCounter } from '../loans/loan-counter.ts';
import type { MpvPlayer } from '../media/mpv-player.ts';
import type { NetworkChoice } from '../network/network-choice.ts';
import type { NetworkState } from '../network/network-state.ts';
import type { BoxControl, CommandOutcome, LiveOutput } from '../session/box-view.ts';
import type { BoxEvent } from '../session/events.ts';
import type { Household } from '../session/household.ts';
import type { Book } from '../stores/book-port.ts';
import type { SelfTestParts } from '../supervision/self-test.ts';
import type { Venue } from '../venue/venue.ts';

export type Role = 'customer' | 'staff' | 'technician' | 'collector' | 'headend';

/** How a command treats money that it would strand (ruling 35). */
export type MoneyGuard = 'none' | 'refuses-while-paid-items' | 'refunds-paid-items';

export interface CommandArgument {
  readonly name: string;
  /** `amounts` takes every word that is left, and so does `pairs`, each of them `name=value`, as lines. */
  readonly kind: 'pairs' | 'text' | 'integer' | 'amount' | 'amounts' | 'flag';
  readonly required: boolean;
  readonly help: string;
}

/** One command of the one registry, reached from console, screen, command line and headend. */
export interface Command<Context> {
  /** `verb noun`, as typed. */
  readonly name: string;
  readonly help: string;
  readonly roles: readonly Role[];
  readonly guard: MoneyGuard;
  readonly arguments: readonly CommandArgument[];
  run(context: Context, values: Readonly<Record<string, string>>): Promise<CommandOutcome>;
}

/** What a command may use. */
export interface CommandContext {
  readonly box: BoxControl;
  readonly book: Book;
  readonly raise: (event: BoxEvent) => void;
  readonly by: string;
  readonly role: Role;
  readonly newKey: () => string;
  /** Absent where there is no headend to ask, as in a simulation. */
  readonly licences?: LicenceApi;
  readonly loans?: LoanCounter;
  /** Absent in a simulation. */
  readonly account?: AccountWatch;
  readonly venue?: Venue;
  /** A set-top only. */
  readonly home?: Household;
  /** People or caps are others now: the other boxes of the account are told. Absent where nobody is. */
  readonly household?: () => void;
  /** A jukebox only. */
  readonly guests?: Guests;
  /** Absent in a simulation, as is the clock that watching takes. */
  readonly hardware?: HardwareDesk;
  readonly clock?: Clock;
  /** Ends the process with its book kept aside, if no money is stranded by then. Absent in a simulation. */
  readonly startAfresh?: () => void;
  /** Ends the process; whoever keeps it running starts it again. Absent in a simulation. */
  readonly startAgain?: () => void;
  readonly selfTest?: SelfTestParts;
  /** Absent in a simulation. */
  readonly sound?: Pick<MpvPlayer, 'output' | 'outputsNow' | 'useOutput' | 'choosesOutput' | 'zones'>;
  /** Absent in a simulation. */
  readonly network?: {
    /** Its passphrase is withheld. */
    readonly chosen: NetworkChoice | null;
    /** Host and port. */
    readonly proxy: string | null;
    readonly read: () => NetworkState;
  };
  /** What keeps the coin slot shut, by code; none: coins are taken. Absent in a simulation. */
  readonly whyShut?: () => readonly string[];
  /** Absent where nobody watches: what would be shown as it comes is gathered for a bounded time. */
  readonly live?: LiveOutput;
  /** Absent in a simulation. */
  readonly logRing?: LogRing;
}

/** A command that went well, in words and as data. */
export function done(text: string, data: unknown = null): CommandOutcome {
  return { ok: true, code: 'ok', text, data };
}
