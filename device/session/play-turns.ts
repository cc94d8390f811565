import type { EndReason } from '../../src/domain/credit/statements.ts';
import type { TrackKind } from '../../src/ports/player-tracks.ts';
import type { Fault } from '../../src/units/result.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { BoxParts } from './box-parts.ts';
import { EVENING_ENDED_SETTING, refundQueue } from './evening-end.ts';
import type { BoxEvent, IntentEvent, PlaybackEvent } from './events.ts';
import { HouseMusic } from './house-music.ts';
import { NextPlay } from './next-play.ts';
import { PlayLog } from './play-log.ts';
import type { PlayRunner, PlayView } from './play-port.ts';
import { PlayStarter } from './play-starter.ts';
import { ResumePoints } from './resume-points.ts';
import { TrackDesk, type TracksView } from './track-desk.ts';

/** What the turns need of the box around them. */
export interface TurnsHost {
  readonly raise: (event: BoxEvent) => void;
  /** One effect after the other: an end never overtakes a start. */
  readonly later: (effect: () => Promise<void>) => void;
  /** Reads credit and queue again. @returns how many plays wait */
  readonly refresh: () => Promise<number>;
  readonly context: () => { readonly online: boolean; readonly atHand: readonly string[]; readonly outOfService: string | null };
  /** Why a work is not for whoever watches; null where it is. */
  readonly refuses: (work: CatalogueWork) => Promise<Fault | null>;
  /** Asks for what the refusal lacks. */
  readonly refused: (work: CatalogueWork, code: string) => void;
}

/** The plays of a box, one after the other: what the statechart decides about them is carried out here. */
export class PlayTurns {
  readonly #parts: BoxParts;
  readonly #host: TurnsHost;
  readonly #starter: PlayStarter;
  readonly #log: PlayLog;
  readonly #music: HouseMusic;
  readonly #points: ResumePoints;
  readonly #tracks: TrackDesk;
  readonly #next: NextPlay;
  #runner: PlayRunner | null = null;
  #opening = false;
  /** The play that an earlier run of the app had left. */
  #takenUp: string | null = null;
  /** What a guest chose while music of the house played: his turn comes when it has ended. */
  #wish: IntentEvent | null = null;

  constructor(parts: BoxParts, host: TurnsHost) {
    this.#parts = parts;
    this.#host = host;
    this.#starter = new PlayStarter(parts, (event) => this.#onPlayback(event));
    this.#log = new PlayLog(parts);
    this.#next = new NextPlay(parts, this.#starter, (event) => this.#onPlayback(event));
    this.#music = new HouseMusic(parts, this.#starter);
    this.#points = new ResumePoints(parts.book);
    this.#tracks = new TrackDesk(parts.player.tracks ?? null, () => void host.refresh());
  }

  view(): PlayView | null {
    return this.#runner?.view() ?? null;
  }

  /** A play was opened that follows what plays: it is in no queue any more. */
  get nextWaits(): boolean {
    return this.#next.waits;
  }

  /** To be asked while something plays: opens what follows it without a gap. */
  lookAhead(play: PlayView): void {
    this.#next.lookAt(play);
    if (this.#opening || !this.#next.isDue(play)) return;
    this.#opening = true;
    this.#host.later(async () => {
      this.#opening = false;
      // It may have ended, or been held, before its turn came here.
      const now = this.view();
      if (now?.playId !== play.playId || !this.#next.isDue(now)) return;
      await this.#next.open(this.#atHandOnly());
      if (this.#next.waits) await this.#host.refresh();
    });
  }

  tracks(): TracksView {
    return this.#tracks.view;
  }

  async nextTrack(kind: TrackKind): Promise<void> {
    await this.#tracks.next(kind);
  }

  /** Full or partial screen, where there is a picture. */
  async resize(): Promise<void> {
    const workId = this.#runner?.view().workId;
    const work = workId === undefined ? null : this.#parts.catalogue.work(workId);
    if (work?.video !== undefined || work?.channel !== undefined) await this.#log.resized(await this.#tracks.resize());
  }

  isHouseMusic(): boolean {
    return this.#music.isPlaying(this.#runner?.playId ?? null);
  }

  async startTrial(workId: string): Promise<void> {
    if (await this.#isRefused(workId)) return;
    this.#runner = await this.#starter.startTrial(workId, this.#atHandOnly());
  }

  async buyOutright(workId: string): Promise<void> {
    if (await this.#isRefused(workId)) return;
    this.#runner = await this.#starter.buyOutright(workId, this.#atHandOnly());
    await this.#moneyMoved();
  }

  async startNext(): Promise<void> {
    this.#runner = this.#next.adopt() ?? (await this.#starter.startNext(this.#atHandOnly()));
    await this.#music.note(this.#runner?.playId ?? null);
    await this.#host.refresh();
  }

  async confirm(): Promise<void> {
    await this.#runner?.confirm();
    await this.#moneyMoved();
  }

  async pause(): Promise<void> {
    await Promise.all([this.#runner?.pause(), this.#next.pause()]);
    await this.#log.paused();
  }

  async resume(): Promise<void> {
    await Promise.all([this.#runner?.resume(), this.#next.resume()]);
  }

  async seek(byMs: number): Promise<void> {
    // What follows it is open, and may sound already.
    if (this.#next.waits) return;
    const jumped = await this.#runner?.seek(this.#runner.view().positionMs + byMs);
    if (jumped === true) await this.#log.jumped(byMs);
  }

  suppressAcks(on: boolean): void {
    this.#runner?.suppressAcks(on);
  }

  async end(reason: EndReason): Promise<void> {
    if (reason === 'closed' && this.#next.waits) await this.#next.end(reason);
    const runner = this.#runner;
    this.#runner = null;
    const watched = reason === 'finished' ? (runner?.view().workId ?? null) : null;
    if (runner === null) await this.#starter.abandon(reason);
    else {
      const outcome = await runner.end(reason);
      await this.#points.note(this.#parts.catalogue.work(outcome.view.workId), outcome.view);
      await this.#log.ended(outcome);
    }
    await this.#moneyMoved();
    // An hour of it is over; whoever watches goes on watching.
    if (watched !== null && this.#parts.catalogue.offered(watched)?.channel !== undefined) await this.enqueue(watched);
  }

  /** @param premiumMinor what is paid at most for being heard next; null: it waits its turn */
  async enqueue(workId: string | null, premiumMinor: string | null = null): Promise<void> {
    if (workId !== null && (await this.#isRefused(workId))) return;
    const added = await this.#starter.enqueue(workId, premiumMinor);
    await this.#moneyMoved();
    if (added) this.#host.raise({ type: 'queue.ready' });
  }

  /** Before anything is opened or set aside: whoever watches may not have it, and hears why. */
  async #isRefused(workId: string): Promise<boolean> {
    const work = this.#parts.catalogue.offered(workId);
    const refusal = work === null ? null : await this.#host.refuses(work);
    if (work === null || refusal === null) return false;
    this.#host.raise({ type: 'play.refused', playId: '', ...refusal });
    this.#host.refused(work, refusal.code);
    return true;
  }

  /** The reason is kept before the song ends: the receipt is written then. */
  async skip(reason: string): Promise<void> {
    if (this.#runner !== null) await this.#parts.book.noteEnd(this.#runner.playId, reason);
    this.#host.raise({ type: 'intent.skip' });
  }

  /** What a guest chooses ends what nobody chose, or what has no end. */
  instead(wish: IntentEvent): void {
    this.#wish = wish;
    this.#host.raise({ type: 'intent.stop' });
  }

  async playHouseMusic(): Promise<void> {
    if (!(await this.#music.choose())) return;
    await this.#host.refresh();
    this.#host.raise({ type: 'queue.ready' });
  }

  /** Takes up what an earlier run left open; a box that came up out of service closes it instead. */
  async recover(): Promise<void> {
    const { book } = this.#parts;
    if (this.#host.context().outOfService !== null) await this.#starter.closeAll();
    else this.#runner = await this.#starter.recover(this.#next);
    this.#takenUp = this.#runner?.playId ?? null;
    await this.#music.note(this.#takenUp);
    if (await book.getSetting(EVENING_ENDED_SETTING)) await refundQueue(book);
    if ((await this.#host.refresh()) > 0 || this.#next.waits) this.#host.raise({ type: 'queue.ready' });
    this.#host.raise({ type: 'recovery.done' });
  }

  #onPlayback(event: PlaybackEvent): void {
    if (event.type === 'play.opened' || event.type === 'play.confirmed') this.#host.later(() => this.#began(event));
    if (event.type === 'play.sound') this.#host.later(() => this.#tracks.look());
    if (event.type === 'play.trial-used') this.#host.later(() => this.#forget(event.playId));
    if (event.type === 'play.settled') void this.#settled(event);
    else this.#host.raise(event);
  }

  /** The headend granted no pre-listen: nothing of that play is left. */
  async #forget(playId: string): Promise<void> {
    if (this.#runner?.playId === playId) this.#runner = null;
  }

  async #began(event: PlaybackEvent & { readonly playId: string; readonly type: 'play.opened' | 'play.confirmed' }): Promise<void> {
    const view = this.view();
    await this.#log.started(event, view);
    if (event.type === 'play.opened') await this.#tracks.begin();
    // What an earlier run of the app left is taken up where it was heard; what a person left another day, where he left it.
    if (view === null || view.playId !== event.playId || view.phase !== 'paid' || view.playId === this.#takenUp) return;
    const from = await this.#points.of(this.#parts.catalogue.work(view.workId));
    if (from !== null) await this.#runner?.seek(from);
  }

  /** Whoever sees the box idle again sees the receipt and the credit of the play that ended; what waits is known before. */
  async #settled(event: PlaybackEvent): Promise<void> {
    const waiting = await this.#host.refresh().catch(() => 0);
    if (waiting > 0 || this.#next.waits) this.#host.raise({ type: 'queue.ready' });
    this.#host.raise(event);
    const wish = this.#wish;
    this.#wish = null;
    if (wish !== null) this.#host.raise(wish);
  }

  async #moneyMoved(): Promise<void> {
    await this.#host.refresh();
    this.#parts.uploader.kick();
  }

  /** Without the headend only these can be taken out of the queue. */
  #atHandOnly(): readonly string[] | undefined {
    const { online, atHand } = this.#host.context();
    return online ? undefined : atHand;
  }
}
