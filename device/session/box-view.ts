import type { RangeNow } from '../../src/domain/queue/zone-volume.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { AccountGlance } from '../checkout/account-watch.ts';
import type { FirstBootView } from '../first-boot/shown-question.ts';
import type { LoanView, RenewalQuery, RentalQuery } from '../loans/loan-view.ts';
import type { CustomerReceipt, LedgerSummary, OutboxState, QueueEntryRow } from '../stores/book-port.ts';
import type { Language } from '../texts/box-texts.ts';
import type { Said } from '../texts/said.ts';
import type { IntentEvent } from './events.ts';
import type { PlayView } from './play-port.ts';
import type { TracksView } from './track-desk.ts';
import type { ViewerView } from './viewer-view.ts';

/**
 * The whole state that people can see, as one value: terminal view, screen, console and panel are functions of it.
 * Money is decimal text in minor units here, because it leaves as JSON.
 */
export interface BoxView {
  readonly profile: 'jukebox' | 'set-top';
  readonly name: string;
  /** The statechart's state per region, dotted: `playing.flowing`. */
  readonly playback: string;
  readonly cash: string;
  readonly connectivity: string;
  readonly service: string;
  /** `open`, `ducked` under a voice, or `silent`: the mute key, or a fire alarm. */
  readonly sound: string;
  /** One sentence for the person at the box, and one line of at most 16 characters for a small display. */
  readonly sentence: string;
  readonly shortLine: string;
  /** The same before it is put into a language: a screen says it in its guest's. */
  readonly said: Said;
  /** Of the box itself. */
  readonly language: Language;
  /** A channel's number while it is entered, and what it would choose. */
  readonly entry: { readonly digits: string; readonly title: string | null } | null;
  /** Sound and subtitles of what plays, where there is a choice. */
  readonly tracks: TracksView;
  /** Who of the household is watching, or is asked. */
  readonly viewer: ViewerView;
  /** How many channels there are. */
  readonly channelCount: number;
  /** A question that OK answers, with the price, the time left for it, and what stands beside the price. */
  readonly question: { readonly text: string; readonly note: string; readonly priceMinor: string; readonly secondsLeft: number } | null;
  readonly creditMinor: string;
  readonly currency: string;
  readonly focusIndex: number;
  readonly catalogueVersion: string;
  readonly catalogueSize: number;
  readonly focus: CatalogueWork | null;
  readonly nowPlaying: (CatalogueWork & { readonly play: PlayView }) | null;
  readonly queue: readonly (QueueEntryRow & { readonly startsInMs: number })[];
  /** When a work that is bought now would start at the latest: quoted before anybody pays. */
  readonly nextStartInMs: number;
  readonly lastReceipt: CustomerReceipt | null;
  /** Titles that are checked out on this box, with how far their download is. */
  readonly loans: readonly LoanView[];
  /** A checked-out title whose time is over: `intent.renew` with its licence answers yes or no. */
  readonly renewal: RenewalQuery | null;
  /** A title is about to be rented, kept longer or given back: OK does it, Back leaves it. */
  readonly rental: RentalQuery | null;
  /** How the account stands; a venue's only in how far anything is sold. Null until the headend has said it. */
  readonly account: AccountGlance | null;
  /** Where there are zones, of the loudest. */
  readonly volumePercent: number;
  /** Asleep: the screen is dark, and any key wakes it. */
  readonly standby: boolean;
  /** What sounds was chosen by nobody: whoever chooses something ends it. */
  readonly houseMusic: boolean;
  /** Free hours: the house pays for what is chosen. */
  readonly housePays: boolean;
  /** What being heard next costs above the price, in percent of it; null where it is not sold. */
  readonly premiumPercent: number | null;
  /** What the venue allows at this time of day; null where it says nothing, or has zones: then each says it. */
  readonly volumeRange: RangeNow | null;
  /** Each sound zone; none where the sound is the same everywhere. */
  readonly volumeZones: readonly ZoneVolume[];
  readonly silentPlayer: boolean;
  /** What the code on the screen holds, for guests with phones; null while none may come in. */
  readonly guestLink: string | null;
  /** No coin acceptor is fitted: the screen offers a coin button instead. */
  readonly simulatedAcceptor: boolean;
  readonly faults: readonly { readonly code: string; readonly message: string }[];
  readonly lastContactMs: number | null;
  /** The question of the first start; null ever after. */
  readonly firstBoot: FirstBootView | null;
}

/** How loud a sound zone is, and what the venue allows there now; null: it says nothing. */
export interface ZoneVolume {
  readonly zone: string;
  readonly percent: number;
  readonly range: RangeNow | null;
}

/** Totals for the operator and the machine-readable run; asked for, not pushed. */
export interface BoxTotals {
  readonly ledger: LedgerSummary;
  readonly outbox: OutboxState;
  readonly rssBytes: number;
  readonly playerRssBytes: number | null;
  readonly eventLoopP99Ms: number;
  readonly startToSoundMs: number | null;
}

/** What every surface (keys, screen, console, command line) may do to the box. */
export interface BoxControl {
  view(): BoxView;
  onChange(listener: (view: BoxView) => void): () => void;
  works(): readonly CatalogueWork[];
  /** Raises an intent, with document 003's entry method of its source. */
  intent(event: IntentEvent, entryMethod: '0' | '1' | '2' | '3' | '4' | '5'): void;
  /** A coin of the simulated acceptor. Resolves when it is durable. */
  coin(valueMinor: bigint): Promise<void>;
  /** Runs a line through the command registry. */
  command(line: string, by: CommandSource): Promise<CommandOutcome>;
  totals(): Promise<BoxTotals>;
}

/** Who types a line, and where. */
export interface CommandSource {
  readonly role: string;
  readonly surface: 'console' | 'screen' | 'cli' | 'headend';
  /** Of a surface on which somebody watches. */
  readonly live?: LiveOutput;
}

/** Where a command that goes on for a while says what it sees as it comes; aborted when the person has seen enough. */
export interface LiveOutput {
  show(line: string): void;
  readonly signal: AbortSignal;
}

/** A file of the box that a console sends over its line. */
export interface SentFile {
  readonly path: string;
  readonly name: string;
  readonly by: 'xmodem' | 'base64';
}

/** A command's typed result: rendered as a table, or as JSON. */
export interface CommandOutcome {
  readonly ok: boolean;
  /** Closed, kebab-case; `ok` where all went well. */
  readonly code: string;
  readonly text: string;
  readonly data: unknown;
  /** For whoever is at the other end of a serial line; other surfaces say where it lies. */
  readonly sends?: SentFile;
}
