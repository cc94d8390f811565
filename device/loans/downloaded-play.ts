import type { EndReason } from '../../src/domain/credit/statements.ts';
import { rateLoanUse } from '../../src/domain/licence/loan-terms.ts';
import { limits } from '../../src/limits.ts';
import { type Clock, every } from '../../src/ports/clock.ts';
import type { Player } from '../../src/ports/player.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Signer } from '../../src/ports/signer.ts';
import { toHex } from '../../src/units/bytes.ts';
import { type Currency, money } from '../../src/units/money.ts';
import type { Fault } from '../../src/units/result.ts';
import { packetMsOf } from '../../src/units/time.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import { priceInForce } from '../checkout/play-view.ts';
import { AudioFeed, type FeedEvent } from '../media/audio-feed.ts';
import { DownloadedSource } from '../media/content-source-downloaded.ts';
import { PlayoutBuffer, packetsOfMs } from '../media/playout-buffer.ts';
import { packetsHeard } from '../media/work-position.ts';
import type { PlaybackEvent } from '../session/events.ts';
import type { PlayOutcome, PlayRunner, PlayView } from '../session/play-port.ts';
import type { Book } from '../stores/book-port.ts';
import { untilStored } from '../stores/until-stored.ts';
import type { LoanReader } from './loan-shelf.ts';
import { fundsOfUse, stateUse } from './loan-statement.ts';

export interface DownloadedPlayParts {
  readonly book: Book;
  readonly player: Player;
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
}

export interface DownloadedGiven {
  readonly playId: string;
  readonly work: CatalogueWork;
  readonly trial: boolean;
  /** Where an earlier run of the app had got to; zeroes where there was none. */
  readonly heardSample: number;
  readonly trialPackets: number;
}

const WATCH_MS = 500;
const SAMPLES_PER_MS = 48;
const REFUSALS: Readonly<Record<string, string>> = {
  'no-credit': 'Not enough credit: please insert a coin, then press OK again.',
  'over-cap': 'That is more than may be spent here today: nothing was bought.',
  'storage-low': 'The box can not sell just now: its storage is full.',
  'not-open': 'This play is over already; choose again.',
};

/**
 * One play of a checked-out title: nothing of it needs the headend. No ACKs and no window (ruling 12); what was heard is what is
 * paid for, rated here, and leaves in a usage record.
 */
export class DownloadedPlay implements PlayRunner {
  readonly playId: string;
  readonly #parts: DownloadedPlayParts;
  readonly #given: DownloadedGiven;
  readonly #reader: LoanReader;
  readonly #tell: (event: PlaybackEvent) => void;
  readonly #buffer: PlayoutBuffer;
  readonly #source: DownloadedSource;
  readonly #feed: AudioFeed;
  readonly #stops: readonly (() => void)[];
  #phase: PlayView['phase'] = 'opening';
  #confirmed: boolean;
  #trialPackets: number;
  /** The paid pass begins after so many restarts; null where nothing starts again. */
  #restartsAtConfirm: number | null = null;
  #paused = false;
  #sounded = false;
  #audibleGaps = 0;
  #stalled = false;
  #failed = false;
  /** Furthest of the pass that is paid for: a decoder begins before where it broke off, and what is heard again is not paid again. */
  #heardMost: number;
  #noted = 0;
  #ending: Promise<PlayOutcome> | null = null;

  constructor(parts: DownloadedPlayParts, given: DownloadedGiven, reader: LoanReader, raise: (event: PlaybackEvent) => void) {
    this.playId = given.playId;
    this.#parts = parts;
    this.#given = given;
    this.#reader = reader;
    this.#tell = raise;
    this.#confirmed = !given.trial;
    this.#trialPackets = given.trialPackets;
    this.#heardMost = given.heardSample;
    const { clock, player } = parts;
    const { terms, map } = reader;
    this.#buffer = new PlayoutBuffer(packetsOfMs(given.work.video === undefined ? limits.streamLeadMs : limits.filmLeadMs, packetMsOf(given.work)));
    this.#source = new DownloadedSource(
      this.#buffer,
      terms.packets,
      map,
      (number) => reader.read(number),
      (error) => this.#fail(error),
    );
    this.#feed = new AudioFeed(
      {
        ...{ clock, player, buffer: this.#buffer, work: given.work },
        raise: (event) => this.#onFeed(event),
        onRoom: (nowMs) => this.#source.fill(nowMs),
        onFault: (message) => this.#fail({ code: 'player-fault', message }),
      },
      given.trial ? terms.trialPackets : terms.packets,
      given.heardSample,
    );
    this.#stops = [every(clock, WATCH_MS, () => this.#watch()), every(clock, limits.receiptIntervalMs, () => void this.#noteHeard())];
  }

  async open(): Promise<void> {
    const { work, heardSample } = this.#given;
    const heard = packetsHeard(work, heardSample);
    const from = this.#reader.map.accessPoint(heard);
    if (from > 0) this.#buffer.restart(from);
    this.#phase = this.#confirmed ? 'paid' : 'trial';
    this.#tell({ type: 'play.opened', playId: this.playId, phase: this.#phase });
    if (heard >= this.#reader.terms.packets) this.#tell({ type: 'play.finished', playId: this.playId });
    else await this.#source.request(from);
  }

  async confirm(): Promise<void> {
    if (this.#ending !== null || this.#confirmed) return;
    const { terms } = this.#reader;
    const { book, random } = this.#parts;
    const heard = Math.min(terms.trialPackets, this.#heardPackets(this.#feed.heardSample));
    const trialPackets = terms.afterTrial === 'continue' ? heard : 0;
    // Before the money: after a crash it must be known how much of the work was free.
    await book.noteLoanHeard({ playId: this.playId, heardSample: 0, trialPackets });
    const outcome = await book.confirmPlay(this.playId, toHex(random.bytes(16)));
    if (outcome !== 'ok') {
      this.#tell({ type: 'play.refused', playId: this.playId, code: outcome, message: REFUSALS[outcome] ?? '' });
      return;
    }
    this.#confirmed = true;
    this.#trialPackets = trialPackets;
    this.#phase = 'paid';
    if (terms.afterTrial === 'restart') await this.#startAgain();
    this.#feed.limitPackets = terms.packets;
    this.#tell({ type: 'play.confirmed', playId: this.playId });
  }

  async pause(): Promise<void> {
    if (this.#paused || this.#ending !== null) return;
    this.#paused = true;
    await this.#feed.hold();
    await this.#noteHeard();
  }

  async resume(): Promise<void> {
    if (!this.#paused || this.#ending !== null) return;
    this.#paused = false;
    await this.#feed.release();
  }

  /** What is owed for a loan is reckoned from how far it was heard: who jumped would pay for what he left out. */
  async seek(): Promise<boolean> {
    return false;
  }

  /** There are no acknowledgements here. */
  suppressAcks(): void {}

  end(reason: EndReason): Promise<PlayOutcome> {
    this.#ending ??= this.#end(reason);
    return this.#ending;
  }

  view(): PlayView {
    const positionMs = Math.floor(this.#feed.heardSample / SAMPLES_PER_MS);
    const { terms } = this.#reader;
    const paidPackets = this.#paidPackets();
    return {
      playId: this.playId,
      sid: null,
      workId: this.#given.work.id,
      phase: this.#phase,
      positionMs,
      durationMs: this.#given.work.durationMs,
      trialLeftMs: this.#phase === 'trial' ? Math.max(0, terms.trialPackets * packetMsOf(this.#given.work) - positionMs) : 0,
      creditWindowPackets: 0,
      sentPackets: 0,
      ackBase: 0,
      acknowledgedPackets: 0,
      paidPackets,
      unpaidPackets: 0,
      maxUnpaidPackets: 0,
      lostPackets: 0,
      concealedPackets: this.#buffer.concealed,
      audibleGaps: this.#audibleGaps,
      heardMs: Math.floor(this.#paidSample() / SAMPLES_PER_MS),
      stalled: this.#stalled ? 'network' : null,
      acksSuppressed: false,
      paused: this.#paused,
      priceInForce: priceInForce(terms, this.#phase, this.#heardPackets(this.#feed.heardSample)),
      paidSoFarMinor: this.#confirmed ? String(rateLoanUse(terms, { trialPackets: this.#trialPackets, paidPackets })) : '0',
      spans: paidPackets === 0 ? [] : [{ kind: 'paid', from: 0, to: Math.ceil((1_000 * paidPackets) / terms.packets) }],
    };
  }

  async #startAgain(): Promise<void> {
    this.#restartsAtConfirm = this.#buffer.restarts;
    this.#buffer.restart(0);
    await this.#source.request(0);
  }

  #onFeed(event: FeedEvent): void {
    if (this.#ending !== null) return;
    if (event === 'sound' && !this.#sounded) {
      this.#sounded = true;
      this.#tell({ type: 'play.sound', playId: this.playId });
    }
    if (event === 'sound' || event === 'flowing') this.#flow();
    else if (event === 'starved') this.#starve();
    else if (event === 'died') void this.#playerDied();
    else if (!this.#confirmed) this.#tell({ type: 'play.trial-over', playId: this.playId });
    else if (this.#feed.heardSample === this.#given.work.totalSamples) this.#tell({ type: 'play.finished', playId: this.playId });
  }

  #flow(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    this.#tell({ type: 'play.flowing', playId: this.playId });
  }

  #starve(): void {
    if (this.#paused || this.#stalled) return;
    this.#stalled = true;
    this.#audibleGaps += 1;
    this.#tell({ type: 'play.stalled', playId: this.playId, why: 'network' });
  }

  /** What lay in the player is gone: it is brought again, from where it was heard. */
  async #playerDied(): Promise<void> {
    this.#audibleGaps += 1;
    this.#paidSample();
    const from = this.#reader.map.accessPoint(this.#heardPackets(this.#feed.heardSample));
    this.#buffer.restart(from);
    await this.#source.request(from);
  }

  #watch(): void {
    if (!this.#reader.isOpen())
      this.#fail({ code: 'loan-closed', message: `${this.#given.work.title} is not open on this box any more; what was not heard is not charged.` });
  }

  async #noteHeard(): Promise<void> {
    const heardSample = this.#paidSample();
    if (!this.#confirmed || this.#ending !== null || heardSample <= this.#noted) return;
    this.#noted = heardSample;
    // What could not be noted is heard again after a crash, and paid for once.
    await this.#parts.book.noteLoanHeard({ playId: this.playId, heardSample, trialPackets: this.#trialPackets }).catch(() => {});
  }

  #fail({ code, message }: Fault): void {
    if (this.#failed || this.#ending !== null) return;
    this.#failed = true;
    this.#tell({ type: 'play.failed', playId: this.playId, code, message });
  }

  /** Heard of the pass that is paid for. */
  #paidSample(): number {
    if (!this.#confirmed) return 0;
    if (this.#restartsAtConfirm !== null && this.#feed.streamOf <= this.#restartsAtConfirm) return 0;
    this.#heardMost = Math.max(this.#heardMost, this.#feed.heardSample);
    return this.#heardMost;
  }

  #paidPackets(): number {
    return this.#confirmed ? Math.max(0, this.#heardPackets(this.#paidSample()) - this.#trialPackets) : 0;
  }

  #heardPackets(sample: number): number {
    return packetsHeard(this.#given.work, sample);
  }

  async #end(endReason: EndReason): Promise<PlayOutcome> {
    for (const stop of this.#stops) stop();
    this.#phase = 'draining';
    await this.#feed.end();
    await this.#source.close();
    const heardMs = Math.floor(this.#paidSample() / SAMPLES_PER_MS);
    const { book, clock, signer } = this.#parts;
    const { terms, termsText } = this.#reader;
    const facts = { terms, termsText, playId: this.playId, trialPackets: this.#trialPackets, paidPackets: this.#paidPackets() };
    const paidBy = await untilStored(clock, () => fundsOfUse(book, this.playId));
    const stated = this.#confirmed ? stateUse({ ...facts, heardMs, endReason, wallMs: clock.wallMs(), paidBy }, signer) : null;
    const end = { playId: this.playId, chargedMinor: stated?.chargedMinor ?? 0n, heardMs, endReason, statement: null };
    const receipt = await untilStored(clock, () => book.settle(stated === null ? end : { ...end, use: stated.use }));
    await this.#reader.close();
    this.#phase = 'closed';
    const currency = receipt.currency as Currency;
    const outcome = { chargedMinor: BigInt(receipt.chargedMinor), refundMinor: BigInt(receipt.refundMinor) };
    this.#tell({ type: 'play.settled', playId: this.playId, charged: money(outcome.chargedMinor, currency), refund: money(outcome.refundMinor, currency) });
    return { playId: this.playId, endReason, ...outcome, heardMs, view: this.view() };
  }
}
