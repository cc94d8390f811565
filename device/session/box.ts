import { type Actor, createActor, type SnapshotFrom } from 'xstate';
import { limits } from '../../src/limits.ts';
import { every, monotonicMs } from '../../src/ports/clock.ts';
import { type Currency, money } from '../../src/units/money.ts';
import type { Fault } from '../../src/units/result.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { SlotFacts } from '../cash/coin-slot.ts';
import { isLanguage, type Language } from '../texts/box-texts.ts';
import { NOTHING_KNOWN, readGlance } from './book-glance.ts';
import { firstContext } from './box-context.ts';
import { type BoxMachine, createBoxMachine } from './box-machine.ts';
import type { BoxParts } from './box-parts.ts';
import type { BoxControl, BoxTotals, BoxView, CommandOutcome, CommandSource } from './box-view.ts';
import { ASKING, type BookGlance, buildView, dotted } from './build-view.ts';
import { cashFactsOf } from './cash-region.ts';
import { ChannelDesk } from './channel-desk.ts';
import { EffectQueue } from './effect-queue.ts';
import { CLOSED_REASON, EVENING_ENDED_SETTING } from './evening-end.ts';
import type { BoxEvent, IntentEvent } from './events.ts';
import { Household } from './household.ts';
import { machineClock } from './machine-clock.ts';
import { VIEW_INTERVAL_MS } from './next-play.ts';
import { PlayTurns } from './play-turns.ts';
import { RentalDesk } from './rental-desk.ts';
import { SeekHold } from './seek-hold.ts';
import { OUT_OF_SERVICE_SETTING } from './service-region.ts';
import { ShownFor } from './shown-for.ts';
import { SoundGate } from './sound-gate.ts';
import { VolumeDesk } from './volume-desk.ts';
import { limitNotice } from './volume-words.ts';
import { WorkFocus } from './work-focus.ts';

/** Of the box itself. */
export const LANGUAGE_SETTING = 'language';
/** How often it is looked whether a coin session was left alone for too long (limits.coinSessionIdleMs). */
const IDLE_CHECK_MS = 10_000;

/** The running box: carries out what the statechart decides, one effect after the other, and shows what came of it. */
export class Box implements BoxControl {
  readonly #parts: BoxParts;
  readonly #actor: Actor<BoxMachine>;
  readonly #turns: PlayTurns;
  /** A household owes what it hears (ruling 2). */
  readonly #takesCoins: boolean;
  readonly #listeners = new Set<(view: BoxView) => void>();
  #glance: BookGlance = NOTHING_KNOWN;
  readonly #focus: WorkFocus;
  readonly #gate: SoundGate;
  readonly #volume: VolumeDesk;
  readonly #channels: ChannelDesk;
  readonly #hold: SeekHold;
  readonly #rentals: RentalDesk;
  /** On a set-top only. */
  readonly home: Household;
  #language: Language = 'en';
  readonly #effects: EffectQueue;
  /** Beside what plays: who keys his PIN waits for no song. */
  readonly #asides: EffectQueue;
  #stopTicking: () => void = () => {};
  #stopIdleChecks: () => void = () => {};
  #touchedMs = 0;
  readonly #notice: ShownFor;
  readonly #claim: ShownFor;

  constructor(parts: BoxParts) {
    this.#parts = parts;
    this.#effects = new EffectQueue(parts.clock, parts.log, (code, message) => this.raise({ type: 'play.refused', playId: '', code, message }));
    this.#asides = new EffectQueue(parts.clock, parts.log, (code, message) => this.raise({ type: 'notice.say', code, message }));
    const refuses = async (work: CatalogueWork): Promise<Fault | null> => (this.#takesCoins ? null : await this.home.refuses(work));
    this.#focus = new WorkFocus(
      () => parts.catalogue.works(),
      () => this.#show(),
    );
    this.#turns = new PlayTurns(parts, {
      raise: (event) => this.raise(event),
      later: (effect) => this.#effects.add(effect),
      refresh: () => this.#refresh(),
      context: () => this.#actor.getSnapshot().context,
      refuses,
      refused: (work, code) => this.home.viewers.askFor(work, code),
    });
    this.#gate = new SoundGate(parts.player, parts.log);
    this.#volume = new VolumeDesk({
      ...{ clock: parts.clock, player: this.#gate, book: parts.book, zones: parts.zones ?? [], changed: () => this.#show() },
      limited: (...held) => this.raise(limitNotice(...held)),
    });
    this.#channels = new ChannelDesk({
      works: () => parts.catalogue.works(),
      raise: (event) => this.raise(event),
      instead: (wish) => this.#turns.instead(wish),
      now: () => this.#now(),
    });
    this.#hold = new SeekHold(parts.clock);
    this.#rentals = new RentalDesk(parts, {
      focus: () => this.#focus.work(),
      refuses,
      refused: (work, code, wish) => this.home.viewers.askFor(work, code, wish),
      raise: (event) => this.raise(event),
      later: (effect) => this.#asides.add(effect),
      isAsking: () => ASKING.has(dotted(this.#actor.getSnapshot().value.playback)),
      changed: () => this.#show(),
    });
    this.home = new Household({
      ...{ book: parts.book, clock: parts.clock, currency: parts.currency as Currency },
      raise: (event) => this.raise(event),
      later: (effect) => this.#asides.add(effect),
      want: (wish) => this.#want(wish),
      identified: (consumerId) => parts.usage.consumerIdentified(consumerId),
      state: () => this.#actor.getSnapshot().value.viewer,
      changed: () => this.#show(),
      screen: parts.screen ?? (async () => 'unknown'),
      play: () => ({
        view: this.#turns.view(),
        playback: dotted(this.#actor.getSnapshot().value.playback),
        standby: this.#actor.getSnapshot().context.standby,
      }),
    });
    this.#takesCoins = parts.profile === 'jukebox';
    this.#notice = new ShownFor(parts.clock, limits.faultShownMs, () => this.raise({ type: 'notice.over' }));
    this.#claim = new ShownFor(parts.clock, limits.claimShownMs, () => this.raise({ type: 'notice.claim-over' }));
    this.#actor = createActor(
      createBoxMachine(
        {
          recoverPlays: () => this.#effects.add(() => this.#turns.recover()),
          startTrial: (workId) => this.#effects.add(() => this.#turns.startTrial(workId)),
          buyOutright: (workId) => this.#effects.add(() => this.#turns.buyOutright(workId)),
          startNext: () => this.#effects.add(() => this.#turns.startNext()),
          confirmPlay: () => this.#effects.add(() => this.#turns.confirm()),
          pausePlay: () => this.#effects.add(() => this.#turns.pause()),
          resumePlay: () => this.#effects.add(() => this.#turns.resume()),
          endPlay: (reason) => this.#effects.add(() => this.#turns.end(reason)),
          enqueue: (workId, premiumMinor) => this.#effects.add(() => this.#turns.enqueue(workId ?? this.#focus.work()?.id ?? null, premiumMinor)),
          seek: (byMs) => this.#effects.add(() => this.#turns.seek(byMs)),
          suppressAcks: (on) => this.#turns.suppressAcks(on),
          acceptCoins: (on) => parts.acceptCoins(on),
          tuneIn: (digits) => this.#channels.tuneIn(digits),
          // Beside the other effects: silence waits for none of them.
          setSound: (level) => this.#gate.allow(level),
        },
        { ...firstContext, takesCoins: this.#takesCoins },
      ),
      { clock: machineClock(parts.clock) },
    );
  }

  async start(): Promise<void> {
    const { book } = this.#parts;
    const [language, outOfService, ended] = await Promise.all(
      [LANGUAGE_SETTING, OUT_OF_SERVICE_SETTING, EVENING_ENDED_SETTING].map((name) => book.getSetting(name)),
    );
    const reason = outOfService || (ended ? CLOSED_REASON : null);
    await this.#volume.load();
    if (isLanguage(language)) this.#language = language;
    await this.#refresh();
    this.#actor.subscribe((snapshot) => {
      this.#notice.show(snapshot.context.notice);
      this.#claim.show(snapshot.context.claim);
      this.#show();
    });
    this.#actor.start();
    // Before anything is taken up: a box that was out of service plays nothing.
    if (reason !== null) this.raise({ type: 'service.on', reason });
    await this.#parts.usage.signOn();
    if (!this.#takesCoins) await this.home.start();
    this.#stopTicking = every(this.#parts.clock, VIEW_INTERVAL_MS, () => {
      this.#lookAtPlay();
    });
    this.#stopIdleChecks = every(this.#parts.clock, IDLE_CHECK_MS, () => this.#lookAtIdle());
  }

  /** Leaves what plays to the next start: the player plays on what it holds, the rows say how to go on. */
  async stop(): Promise<void> {
    this.#stopTicking();
    this.#stopIdleChecks();
    for (const desk of [this.#notice, this.#claim, this.#volume, this.#rentals]) desk.stop();
    await this.#effects.settledSoon();
    await this.#asides.settledSoon();
    this.#actor.stop();
    await this.#parts.usage.signOff();
  }

  raise(event: BoxEvent): void {
    this.#actor.send(event);
    // What could not be played without the headend waited in the queue.
    if ((event.type === 'net.online' || event.type === 'loans.at-hand') && (this.#glance.queue.length > 0 || this.#turns.nextWaits))
      this.#actor.send({ type: 'queue.ready' });
  }

  /** Resolves when everything that was decided so far has been carried out. */
  async settled(): Promise<void> {
    await this.#asides.settled();
    await this.#effects.settled();
  }

  view(): BoxView {
    const { parts, snapshot } = { parts: this.#parts, snapshot: this.#actor.getSnapshot() as SnapshotFrom<BoxMachine> };
    return buildView({
      snapshot,
      works: parts.catalogue.works(),
      work: (id) => parts.catalogue.work(id),
      catalogueVersion: parts.catalogue.version(),
      glance: this.#glance,
      play: this.#turns.view(),
      loans: parts.loans.views(),
      renewal: parts.loans.renewal(),
      rental: this.#rentals.asked(),
      focusIndex: this.#focus.index,
      ...this.#volume.glance(),
      entry: this.#channels.entry(),
      tracks: this.#turns.tracks(),
      viewer: this.home.viewers.view(),
      channelCount: this.#channels.channels().length,
      houseMusic: this.#turns.isHouseMusic(),
      silentPlayer: parts.player.silent,
      guestLink: parts.guestLink?.() ?? null,
      simulatedAcceptor: parts.simulatedAcceptor,
      lastContactMs: parts.lastContactMs(),
      profile: parts.profile,
      name: parts.name,
      currency: parts.currency as Currency,
      language: this.#language,
    });
  }

  onChange(listener: (view: BoxView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  works(): readonly CatalogueWork[] {
    return this.#parts.catalogue.works();
  }

  intent(event: IntentEvent, entryMethod: '0' | '1' | '2' | '3' | '4' | '5'): void {
    this.#touchedMs = monotonicMs(this.#parts.clock);
    this.#parts.usage.setEntryMethod(entryMethod);
    this.raise({ type: 'notice.claim-over' });
    this.#recordKey(event.type.slice('intent.'.length));
    if (this.#takesCoins || !this.home.takes(event)) this.#want(event);
  }

  #want(event: IntentEvent): void {
    if (this.#channels.takes(event) || this.#rentals.takes(event)) return;
    if (event.type === 'intent.up' || event.type === 'intent.down') this.#focus.move(event.type === 'intent.down' ? 1 : -1);
    else if (event.type === 'intent.ok' && this.#givesWay()) this.#turns.instead(event.workId === undefined ? this.#withFocus() : event);
    else if (event.type === 'intent.skip' && event.reason !== undefined) this.#effects.add(() => this.#turns.skip(event.reason ?? ''));
    else if (event.type === 'intent.volume') this.#effects.add(() => this.#volume.change(event.delta, event.zone, event.to));
    else if (event.type === 'intent.track') this.#effects.add(() => this.#turns.nextTrack(event.kind));
    else if (event.type === 'intent.picture') this.#effects.add(() => this.#turns.resize());
    else if ((event.type === 'intent.left' || event.type === 'intent.right') && !this.#takesCoins)
      this.raise({ type: 'intent.seek', byMs: this.#hold.step(event.type === 'intent.left' ? -1 : 1) });
    else if (event.type === 'intent.language') this.#effects.add(() => this.#changeLanguage(event.language));
    else this.raise(event.type === 'intent.ok' && event.workId === undefined ? this.#withFocus() : event);
  }

  async coin(valueMinor: bigint): Promise<void> {
    if (!this.#takesCoins) throw new Error('This box takes no coins: what it plays goes on the account.');
    // Otherwise whoever is at the console could mint money.
    if (!this.#parts.simulatedAcceptor) throw new Error('Coins go into the acceptor of this box; only a box without one has a coin key.');
    await this.#parts.insertCoin(valueMinor);
    await this.moneyMoved();
  }

  async command(line: string, by: CommandSource): Promise<CommandOutcome> {
    const outcome = await this.#parts.runCommand(this, line, by);
    await this.#refresh();
    return outcome;
  }

  totals(): Promise<BoxTotals> {
    return this.#parts.totals();
  }

  /** What a report says of the box beside its records: never billed. */
  reportStatus(): Readonly<Record<string, string | number | boolean | null>> {
    const { playback, cash, service, shortLine, volumePercent, catalogueSize, silentPlayer } = this.view();
    return { playback, cash, service, shortLine, volumePercent, catalogueSize, silentPlayer, queue: this.#glance.queue.length };
  }

  /** What decides whether a coin is taken, beside the acceptor itself (ruling 12). */
  cashFacts(): ReturnType<SlotFacts> {
    return cashFactsOf(this.#actor.getSnapshot().context, this.works().length, this.#glance.creditMinor);
  }

  /** What of the hardware, the alarm or a person shuts the slot, by code. */
  shutBy(): readonly string[] {
    const { acceptorFaults, alarm, takesCoins } = this.#actor.getSnapshot().context;
    return [...acceptorFaults, ...(alarm ? ['fire-alarm'] : []), ...(takesCoins ? [] : ['no-coins-here'])];
  }

  /** What the venue allows at this time of day, in each zone. */
  holdVolume(rangeOf: Parameters<VolumeDesk['hold']>[0]): void {
    this.#volume.hold(rangeOf);
  }

  /** What is checked out has changed: what plays without the headend, or only what is seen of it. */
  loansChanged(): void {
    const works = this.#parts.loans.playableWorks();
    if (String(works) !== String(this.#actor.getSnapshot().context.atHand)) this.raise({ type: 'loans.at-hand', works });
    this.#show();
  }

  /** Something was bought that nobody at the box asked for. */
  async queued(): Promise<void> {
    await this.moneyMoved();
    this.raise({ type: 'queue.ready' });
  }

  /** Something outside that is seen has changed. */
  viewChanged(): void {
    this.#show();
  }

  catalogueChanged(): void {
    this.#focus.clamp();
  }

  /** To be called after anything outside the play moved money (a coin, a grant, a claim). */
  async moneyMoved(): Promise<void> {
    await this.#refresh();
    this.#parts.uploader.kick();
    this.raise({ type: 'cash.credit-changed', credit: money(this.#glance.creditMinor, this.#parts.currency as Currency) });
  }

  /** Beside the effects: the record says when the key was pressed, not when its turn came. */
  #recordKey(key: string): void {
    const place = dotted(this.#actor.getSnapshot().value.playback);
    this.#parts.usage.keyPressed(key, place).catch((error: unknown) => {
      this.#parts.log.warn('key-not-recorded', { message: error instanceof Error ? error.message : String(error) });
    });
  }

  #lookAtPlay(): void {
    const play = this.#turns.view();
    if (play === null) return;
    this.#turns.lookAhead(play);
    if (!this.#takesCoins) this.home.lookAtPlay(play, this.#parts.catalogue.work(play.workId));
    this.#show();
  }

  #lookAtIdle(): void {
    this.#effects.add(() => this.#closeIdlePayer());
    if (!this.#takesCoins) this.home.lookAround();
  }

  /** What a guest left behind becomes a claim; the next coin opens a session of its own (ruling 2). */
  async #closeIdlePayer(): Promise<void> {
    const claim = await this.#parts.book.closeIdlePayer();
    if (claim === null) return;
    await this.moneyMoved();
    this.raise({ type: 'notice.claim', code: claim.claimCode, amountMinor: claim.amountMinor.toString() });
  }

  /** OK without a work answers the question where one stands, and means the work in focus otherwise. */
  #withFocus(): IntentEvent {
    const playback = dotted(this.#actor.getSnapshot().value.playback);
    const work = this.#focus.work();
    return work === null || ASKING.has(playback) ? { type: 'intent.ok' } : { type: 'intent.ok', workId: work.id };
  }

  /** What plays would never end for whoever waits, or was chosen by nobody. */
  #givesWay(): boolean {
    return this.#turns.isHouseMusic() || this.#channels.isWatching();
  }

  #now(): { readonly playback: string; readonly digits: string; readonly workId: string | null } {
    const { value, context } = this.#actor.getSnapshot();
    return { playback: dotted(value.playback), digits: context.digits, workId: this.#turns.view()?.workId ?? context.workId };
  }

  async #changeLanguage(language: Language): Promise<void> {
    this.#language = language;
    await this.#parts.book.putSetting(LANGUAGE_SETTING, language);
    this.#show();
  }

  /** Music of the house, if nobody has touched the box for a while and it does nothing else. */
  async playBackground(): Promise<void> {
    const idleMs = monotonicMs(this.#parts.clock) - this.#touchedMs;
    const { playback, service, connectivity, queue } = this.view();
    const busy = playback !== 'browse' || service !== 'inService' || connectivity !== 'online' || queue.length > 0;
    if (busy || idleMs < limits.backgroundIdleMs) return;
    this.#effects.add(() => this.#turns.playHouseMusic());
  }

  async #refresh(): Promise<number> {
    const { book } = this.#parts;
    this.#glance = await readGlance(book);
    this.#show();
    return this.#glance.queue.length;
  }

  #show(): void {
    if (this.#listeners.size === 0) return;
    const view = this.view();
    for (const listener of this.#listeners) listener(view);
  }
}
