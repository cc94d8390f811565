import { NO_INDEXES } from '../../src/domain/credit/paid-ranges.ts';
import type { EndReason } from '../../src/domain/credit/statements.ts';
import type { Player } from '../../src/ports/player.ts';
import { toHex } from '../../src/units/bytes.ts';
import { type Currency, money } from '../../src/units/money.ts';
import { type Fault, fault, type Result } from '../../src/units/result.ts';
import { AudioFeed, type FeedEvent } from '../media/audio-feed.ts';
import { StreamedSource } from '../media/content-source-streamed.ts';
import { packetsHeard, sampleAfter } from '../media/work-position.ts';
import type { PlaybackEvent } from '../session/events.ts';
import type { PlayOutcome, PlayRunner, PlayView, StartedPlay } from '../session/play-port.ts';
import type { Book } from '../stores/book-port.ts';
import { untilStored } from '../stores/until-stored.ts';
import { closeSession } from './closing.ts';
import { DeliveryConfirmation } from './delivery.ts';
import { HeardPass } from './heard-pass.ts';
import { PlaySession, type SessionParts, type SessionStart } from './play-session.ts';
import { buildPlayView } from './play-view.ts';
import { PlayWatch } from './play-watch.ts';
import { receiptNote, refusalWords } from './refusal-words.ts';

export interface RunnerParts extends SessionParts {
  readonly player: Player;
}

/** One streamed play from the offer to its closing statement (document 001; rulings 6, 10, 26, 29). */
export class StreamedPlay implements PlayRunner {
  readonly playId: string;
  readonly #parts: RunnerParts;
  readonly #given: StartedPlay;
  readonly #tell: (event: PlaybackEvent) => void;
  readonly #source: StreamedSource;
  readonly #delivery: DeliveryConfirmation;
  readonly #watch: PlayWatch;
  #phase: PlayView['phase'] = 'opening';
  #session: PlaySession | null = null;
  #feed: AudioFeed | null = null;
  #heard: HeardPass | null = null;
  #confirming: Promise<void> | null = null;
  /** A jukebox starts a confirmed work again: its paid pass begins after this many restarts; null where nothing starts again. */
  #restartsAtConfirm: number | null = null;
  #paused = false;
  #waits: boolean;
  #stalled: PlayView['stalled'] = null;
  #audibleGaps = 0;
  #sounded = false;
  #resuming = false;
  #failure: Fault | null = null;
  #recovered = false;
  #ending: Promise<PlayOutcome> | null = null;
  #lastView: PlayView | null = null;

  constructor(parts: RunnerParts, given: StartedPlay, raise: (event: PlaybackEvent) => void) {
    this.playId = given.playId;
    this.#parts = parts;
    this.#given = given;
    this.#waits = given.waits === true;
    this.#tell = raise;
    this.#delivery = new DeliveryConfirmation(parts, given.playId);
    this.#source = new StreamedSource(
      () => (this.#session?.epoch === null ? null : this.#session),
      (message) => parts.log.warn('stream-refused', { playId: given.playId, message }),
    );
    this.#watch = new PlayWatch(parts.clock, {
      session: () => (this.#ending !== null || this.#paused || this.#waits ? null : this.#session),
      isPaid: () => this.#phase === 'paid',
      sounds: () => this.#feed?.sounds ?? false,
      fail: (found) => this.#fail(found),
    });
  }

  /** From a fresh offer. Raises `play.opened`, or `play.failed`. */
  async open(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      this.#fail({ code: 'play-not-started', message: error instanceof Error ? error.message : String(error) });
    }
  }

  async #open(): Promise<void> {
    const { desk, book } = this.#parts;
    const payer = (await book.play(this.playId))?.payerId ?? null;
    const offered = await desk.offer({ ...this.#given, ...(payer === null ? {} : { payer }) });
    if (this.#ending !== null) return;
    if (!offered.ok) return await this.#refused(offered.error);
    const { sid, terms, termsText, termsHash, termsSignature, keys, rtspUrl } = offered.value;
    await book.openSession({ sid, playId: this.playId, termsText, termsSignature });
    const play = await book.play(this.playId);
    if (this.#ending !== null) return;
    const confirmEventId = play?.confirmEventId ?? null;
    this.#begin({ terms, termsHash, epoch: 0, reservedCounter: 0, receipt: null, counts: [], lostPackets: 0, confirmEventId }, 0, 0);
    const from = this.#waits ? null : 0;
    const connected = await this.#session?.connect(keys, rtspUrl, 0, from);
    if (connected?.ok !== true) return await this.#takeUp();
    this.#opened();
    if (from === null && !this.#waits && !this.#paused) await this.#source.request(0);
  }

  /** What the headend counts as heard often enough is sold outright, as what this box counts is: nothing was begun, so nothing is settled. */
  async #refused(error: Fault): Promise<void> {
    if (!this.#given.trial || error.code !== 'trial-used') return this.#fail(error);
    this.#watch.stop();
    await this.#parts.book.declineTrial(this.playId, 0);
    if (this.#ending === null) this.#tell({ type: 'play.trial-used', playId: this.playId });
  }

  /**
   * From the rows of an earlier run. @returns false where the headend refuses for good: the play is to be ended.
   * While the headend does not answer, it goes on trying.
   * @param passedPackets how many packets before the heard position were never heard
   */
  async recover(start: SessionStart, heardSample: number, passedPackets: number): Promise<boolean> {
    this.#recovered = true;
    this.#begin(start, heardSample, sampleAfter(this.#given.work, passedPackets));
    const from = packetsHeard(this.#given.work, heardSample);
    this.#session?.buffer.restart(from);
    // The player can have heard the rest while the app was away: then only the counts are taken up.
    const heardAll = heardSample >= this.#given.work.totalSamples;
    const resumed = await this.#session?.resumeOnce(() => (heardAll || this.#waits ? null : this.#resumeIndex()));
    if (resumed?.ok === false && resumed.error.final) return false;
    this.#opened();
    if (heardAll) this.#tell({ type: 'play.finished', playId: this.playId });
    else if (resumed?.ok !== true) void this.#takeUp();
    return true;
  }

  async begin(): Promise<void> {
    if (!this.#waits) return;
    this.#waits = false;
    // What is not open yet begins when it is.
    if (this.#phase !== 'opening' && !this.#paused) await this.#source.request(this.#resumeIndex() ?? 0);
  }

  confirm(): Promise<void> {
    this.#confirming ??= this.#confirm().finally(() => {
      if (this.#session?.confirmEventId === null) this.#confirming = null;
    });
    return this.#confirming;
  }

  async pause(): Promise<void> {
    if (this.#paused || this.#ending !== null) return;
    this.#paused = true;
    if (!this.#waits) await Promise.all([this.#feed?.hold(), this.#source.pause()]);
    await this.#session?.writeReceipt();
  }

  async resume(): Promise<void> {
    if (!this.#paused || this.#ending !== null) return;
    this.#paused = false;
    if (this.#waits) return;
    const from = this.#resumeIndex() ?? 0;
    if (this.#given.work.channel === undefined) this.#session?.buffer.expectContinuation();
    else this.#beginAnew(from);
    await this.#source.request(from);
    await this.#feed?.release();
  }

  async seek(positionMs: number): Promise<boolean> {
    const session = this.#session;
    const live = this.#given.work.channel !== undefined;
    if (session === null || live || this.#ending !== null || this.#paused || this.#phase !== 'paid' || this.#passPending()) return false;
    const { packets, packetMs } = session.terms;
    const from = Math.max(0, Math.min(packets - 1, Math.floor(positionMs / packetMs)));
    this.#beginAnew(from);
    return await this.#source.request(from).then(() => true);
  }

  /** What comes next does not follow what sounds: the player gets a stream of its own. */
  #beginAnew(from: number): void {
    this.#heard?.moveTo(from);
    this.#session?.buffer.seek(from);
  }

  suppressAcks(on: boolean): void {
    if (this.#session !== null) this.#session.suppressed = on;
  }

  end(reason: EndReason): Promise<PlayOutcome> {
    this.#ending ??= this.#end(reason);
    return this.#ending;
  }

  view(): PlayView {
    if (this.#phase === 'closed' && this.#lastView !== null) return this.#lastView;
    this.#lastView = buildPlayView({
      given: this.#given,
      phase: this.#phase,
      session: this.#session,
      positionSample: this.#feed?.heardSample ?? 0,
      heardMs: this.#heard?.ms ?? 0,
      heard: this.#heard?.packets ?? NO_INDEXES,
      stalled: this.#stalled,
      paused: this.#paused,
      audibleGaps: this.#audibleGaps,
    });
    return this.#lastView;
  }

  /** Leaves everything as it lies, for the next start of the app: the player plays on what it holds. */
  async detach(): Promise<void> {
    if (this.#ending !== null) return;
    this.#watch.stop();
    this.#feed?.detach();
    await this.#session?.writeReceipt();
    this.#session?.abandon();
  }

  #begin(start: SessionStart, heardSample: number, heardFromSample: number): void {
    const { clock, player } = this.#parts;
    const { work } = this.#given;
    const session = new PlaySession(this.#parts, start, {
      onConfirmed: (run) => this.#confirmed(run),
      onDelivered: () => void this.#delivery.note(session, 'delivered'),
      onTrialSpent: () => this.#heardAll(),
      onLost: (reason) => {
        if (this.#ending !== null) return;
        this.#parts.log.info('stream-lost', { playId: this.playId, reason });
        if (this.#stalled === 'credit') this.#starve();
        void this.#takeUp();
      },
      heardSample: () => (this.#inTrialPass() ? 0 : (this.#heard?.sample ?? 0)),
    });
    const unconfirmed = start.terms.trial !== null && start.confirmEventId === null;
    this.#session = session;
    this.#feed = new AudioFeed(
      {
        ...{ clock, player, buffer: session.buffer, work },
        raise: (event) => this.#onFeed(event),
        onRoom: (nowMs) => {
          this.#heard?.look();
          session.epoch?.retry(nowMs);
        },
        onFault: (message) => this.#fail({ code: 'player-fault', message }),
      },
      unconfirmed ? (start.terms.trial?.packets ?? 0) : start.terms.packets,
      heardSample,
    );
    this.#heard = new HeardPass(this.#feed, work, heardFromSample);
  }

  #opened(): void {
    if (this.#ending !== null || this.#session === null) return;
    const trial = this.#session.terms.trial !== null && this.#session.confirmEventId === null;
    this.#phase = trial ? 'trial' : 'paid';
    this.#tell({ type: 'play.opened', playId: this.playId, phase: trial ? 'trial' : 'paid' });
  }

  async #confirm(): Promise<void> {
    const session = this.#session;
    if (session === null || this.#ending !== null || session.confirmEventId !== null) return;
    const eventId = toHex(this.#parts.random.bytes(16));
    const outcome = await this.#parts.book.confirmPlay(this.playId, eventId);
    if (outcome !== 'ok') return this.#tell({ type: 'play.refused', playId: this.playId, code: outcome, message: refusalWords(outcome) });
    if (session.terms.afterTrial === 'continue' && this.#feed !== null) this.#feed.limitPackets = session.terms.packets;
    session.confirm(eventId);
  }

  /** The headend echoed the confirmation: paid packets follow, on a jukebox from the start of the work. */
  #confirmed(run: number | null): void {
    const { session, feed } = { session: this.#session, feed: this.#feed };
    if (this.#ending !== null || session === null || feed === null || session.terms.trial === null) return;
    // A play that is taken up after a crash, and was confirmed before it, goes on where it was heard.
    if (session.terms.afterTrial === 'restart' && !(run === null && this.#recovered)) {
      this.#restartsAtConfirm = session.buffer.expectRestart(0, run);
      feed.limitPass(session.terms.packets, this.#restartsAtConfirm);
      this.#heard?.beginAfter(this.#restartsAtConfirm);
    }
    if (this.#phase === 'paid' || this.#phase === 'opening') return;
    this.#phase = 'paid';
    this.#tell({ type: 'play.confirmed', playId: this.playId });
    void this.#session?.writeReceipt();
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
    else this.#heardAll();
  }

  #heardAll(): void {
    const session = this.#session;
    if (session === null || this.#ending !== null) return;
    if (session.terms.trial !== null && session.confirmEventId === null) this.#tell({ type: 'play.trial-over', playId: this.playId });
    else if (this.#feed?.heardSample === this.#given.work.totalSamples && !this.#passPending())
      void this.#delivery.note(session, 'player-end').then(() => this.#tell({ type: 'play.finished', playId: this.playId }));
  }

  #starve(): void {
    if (this.#paused || this.#stalled === 'network' || this.#session === null) return;
    this.#stalled = this.#session.waitsForCredit ? 'credit' : 'network';
    if (this.#stalled === 'network') this.#audibleGaps += 1;
    this.#tell({ type: 'play.stalled', playId: this.playId, why: this.#stalled });
  }

  #flow(): void {
    if (this.#stalled === null) return;
    this.#stalled = null;
    this.#tell({ type: 'play.flowing', playId: this.playId });
  }

  /** What lay in the player is gone: it is asked for again, as regrant. */
  async #playerDied(): Promise<void> {
    this.#audibleGaps += 1;
    const from = this.#resumeIndex();
    if (from === null || this.#passPending()) return;
    this.#session?.buffer.restart(from);
    await this.#source.request(from);
  }

  /** What is heard in a trial that will start again says nothing about where the paid pass is. */
  #inTrialPass(): boolean {
    const terms = this.#session?.terms ?? null;
    return terms !== null && terms.trial !== null && terms.afterTrial === 'restart' && !this.#recovered && this.#restartsAtConfirm === null;
  }

  /** True from the confirmation until the work sounds again from its start. */
  #passPending(): boolean {
    return this.#restartsAtConfirm !== null && (this.#session?.buffer.restarts ?? 0) <= this.#restartsAtConfirm;
  }

  async #takeUp(): Promise<void> {
    if (this.#resuming || this.#ending !== null) return;
    this.#resuming = true;
    // A channel went on meanwhile: where it is joined again does not follow what was shown.
    if (this.#given.work.channel !== undefined) this.#beginAnew(this.#resumeIndex() ?? 0);
    const resumed = await this.#resumeSession();
    this.#resuming = false;
    if (this.#ending !== null) return;
    if (!resumed.ok) this.#fail(resumed.error);
    else if (this.#phase === 'opening') this.#opened();
    if (resumed.ok && this.#session?.epoch === null) void this.#takeUp();
  }

  async #resumeSession(): Promise<Result<void, Fault>> {
    if (this.#session === null) return fault('over', 'There is nothing to take up.');
    try {
      return await this.#session.resume(() => (this.#paused || this.#waits ? null : this.#resumeIndex()));
    } catch (error) {
      return fault('resume-failed', error instanceof Error ? error.message : String(error));
    }
  }

  /** Where a stream goes on: at the heard position, never beyond what may be played. */
  #resumeIndex(): number | null {
    const session = this.#session;
    if (session === null) return null;
    if (this.#passPending()) return 0;
    const limit = session.confirmEventId === null && session.terms.trial !== null ? session.terms.trial.packets : session.terms.packets;
    return Math.min(packetsHeard(this.#given.work, this.#feed?.heardSample ?? 0), Math.max(0, limit - 1));
  }

  #fail(failure: Fault): void {
    if (this.#failure !== null || this.#ending !== null) return;
    this.#failure = failure;
    this.#tell({ type: 'play.failed', playId: this.playId, code: failure.code, message: failure.message });
  }

  async #end(reason: EndReason): Promise<PlayOutcome> {
    this.#watch.stop();
    this.#phase = 'draining';
    await this.#feed?.end();
    const heardMs = this.#heard?.ms ?? 0;
    const session = this.#session;
    const said = { playId: this.playId, endReason: reason, heardMs, wallMs: this.#parts.clock.wallMs() };
    const statement = session === null ? null : closeSession(session, this.#heard?.packets ?? NO_INDEXES, said, this.#parts.signer);
    await session?.tearDown();
    const chargedMinor = statement?.chargedMinor ?? 0n;
    const end = { playId: this.playId, chargedMinor, heardMs, endReason: reason, statement: statement?.statement ?? null };
    const receipt = await untilStored(this.#parts.clock, () => this.#settle(end));
    this.#lastView = { ...this.view(), phase: 'closed' };
    this.#phase = 'closed';
    const currency = receipt.currency as Currency;
    const outcome = { chargedMinor: BigInt(receipt.chargedMinor), refundMinor: BigInt(receipt.refundMinor) };
    this.#tell({ type: 'play.settled', playId: this.playId, charged: money(outcome.chargedMinor, currency), refund: money(outcome.refundMinor, currency) });
    return { playId: this.playId, endReason: reason, ...outcome, heardMs, view: this.#lastView };
  }

  async #settle(end: Parameters<Book['settle']>[0]): ReturnType<Book['settle']> {
    const note = this.#failure === null || end.endReason !== 'failed' ? null : receiptNote(this.#failure.code);
    if (note !== null) await this.#parts.book.noteEnd(this.playId, note);
    return await this.#parts.book.settle(end);
  }
}
