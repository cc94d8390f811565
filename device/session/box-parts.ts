import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Player } from '../../src/ports/player.ts';
import type { Random } from '../../src/ports/random.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { LoansOfBox } from '../loans/loan-view.ts';
import type { Book } from '../stores/book-port.ts';
import type { UsageWriter } from '../usage/usage-writer.ts';
import type { BoxControl, BoxTotals, CommandOutcome, CommandSource } from './box-view.ts';
import type { PlayPort } from './play-port.ts';
import type { ScreenState } from './watch-guard.ts';

/** The works that can be chosen: what the headend said last, kept across restarts. */
export interface CatalogueView {
  works(): readonly CatalogueWork[];
  /** Any work of the headend: what was bought is played, even where it is hidden by now. */
  work(id: string): CatalogueWork | null;
  /** As `work`, of what can be chosen here. */
  offered(id: string): CatalogueWork | null;
  version(): string;
}

/** The part of the usage writer that the session layer feeds: every key and every play is a record (document 003). */
export type UsageTrail = Pick<
  UsageWriter,
  'setEntryMethod' | 'keyPressed' | 'signOn' | 'signOff' | 'playStarted' | 'playEnded' | 'viewFeature' | 'consumerIdentified'
>;

/** Everything a box is made of; device/main.ts and the simulation put it together. */
export interface BoxParts {
  readonly profile: 'jukebox' | 'set-top';
  readonly name: string;
  readonly currency: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly book: Book;
  readonly plays: PlayPort;
  /** How long what plays sounds into the next one, milliseconds; null where it is not joined to it. Absent in a simulation. */
  readonly joinsMs?: () => number | null;
  readonly player: Pick<Player, 'silent' | 'setVolume' | 'setZoneVolumes' | 'tracks'>;
  /** Names of the sound zones, in the player's order; absent or empty: one. */
  readonly zones?: readonly string[];
  readonly catalogue: CatalogueView;
  /** Checked-out titles. */
  readonly loans: LoansOfBox;
  readonly usage: UsageTrail;
  readonly uploader: { kick(): void };
  readonly simulatedAcceptor: boolean;
  /** What lets a guest choose from his phone; null while none may. Absent in a simulation. */
  readonly guestLink?: () => string | null;
  /** Whether the television is there; absent: nobody can say. */
  readonly screen?: () => Promise<ScreenState>;
  acceptCoins(on: boolean): void;
  /** Rejects with words for the person where the acceptor is inhibited. */
  insertCoin(valueMinor: bigint): Promise<void>;
  runCommand(box: BoxControl, line: string, by: CommandSource): Promise<CommandOutcome>;
  totals(): Promise<BoxTotals>;
  lastContactMs(): number | null;
}
