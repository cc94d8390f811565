import { join } from 'node:path';
import type { LogRing } from '../src/platform/log-ring.ts';
import { projectRoot } from '../src/platform/project-root.ts';
import type { Supervision } from '../src/platform/supervision.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Log } from '../src/ports/log.ts';
import type { Random } from '../src/ports/random.ts';
import type { Signer } from '../src/ports/signer.ts';
import { uuidv7 } from '../src/units/ids.ts';
import type { Currency } from '../src/units/money.ts';
import { decodersOf } from './boards/decoders.ts';
import { HardwareDesk } from './boards/hardware-desk.ts';
import type { BoxConfig } from './box-config.ts';
import { openSurfaces } from './box-surfaces.ts';
import { CoinFeed } from './cash/coin-feed.ts';
import { CoinSlot } from './cash/coin-slot.ts';
import { SimulatedAcceptor } from './cash/simulated-acceptor.ts';
import { AccountWatch } from './checkout/account-watch.ts';
import { CatalogueCache } from './checkout/catalogue-cache.ts';
import type { EnrolledIdentity } from './checkout/enrolled-identity.ts';
import { createHeadendClient } from './checkout/headend-client.ts';
import { HouseholdSync } from './checkout/household-sync.ts';
import { SessionDesk } from './checkout/session-desk.ts';
import { StreamedPlays } from './checkout/streamed-plays.ts';
import { runLine } from './commands/box-commands.ts';
import type { Role } from './commands/command.ts';
import { readFirstBoot } from './first-boot/first-boot-file.ts';
import { Guests } from './guests/guests.ts';
import { takesNoCoins } from './hardware-config.ts';
import { openLoans } from './loans/open-loans.ts';
import { ShelvedCatalogue } from './loans/shelved-catalogue.ts';
import { createLinkOpener } from './media/link-opener.ts';
import { MixingDesk } from './media/mixing-desk.ts';
import type { MpvPlayer } from './media/mpv-player.ts';
import { readNetworkState } from './network/network-state.ts';
import { SettlementKeeper } from './report/settlement-keeper.ts';
import { createUploader } from './report/uploader.ts';
import type { Say } from './say.ts';
import { Box } from './session/box.ts';
import { ProcessGauge } from './session/box-totals.ts';
import type { BookThread } from './stores/book-client.ts';
import { readWallQuality } from './stores/book-clock.ts';
import { keepBookAside, lastKeptAside } from './stores/fresh-start.ts';
import { watchStorage } from './stores/storage-watch.ts';
import { strandedMoney } from './stores/stranded-money.ts';
import { playerEvidence, storeEvidence } from './supervision/box-evidence.ts';
import { hearInput } from './supervision/hear-input.ts';
import { TitleIntake } from './usage/title-intake.ts';
import { openTitleSocket } from './usage/title-socket.ts';
import { UsageWriter } from './usage/usage-writer.ts';
import { Venue } from './venue/venue.ts';

const MIGRATIONS = join(projectRoot, 'migrations', 'device');

export interface AssemblyParts {
  readonly config: BoxConfig;
  readonly identity: EnrolledIdentity;
  readonly signer: Signer;
  readonly player: MpvPlayer;
  readonly bookThread: BookThread;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly logRing: LogRing;
  readonly say: Say;
  readonly supervision: Supervision;
  /** Ends this process in order, as SIGTERM would. */
  readonly end: () => void;
}

export interface RunningBox {
  readonly box: Box;
  stop(): Promise<void>;
}

/** Puts the box together: book, player, headend, session, screen, each behind its port. */
export async function assembleBox(parts: AssemblyParts): Promise<RunningBox> {
  const { config, identity, signer, player, clock, random, log, say } = parts;
  const gauge = new ProcessGauge(Number(process.env.ACKBOX_STARTED_AT_MS ?? clock.wallMs()));
  const book = await parts.bookThread.open({
    folder: config.data,
    migrationsFolder: MIGRATIONS,
    profile: config.profile,
    currency: identity.currency as Currency,
    accountNo: identity.account,
    outletNo: identity.outlet,
    guarded: true,
  });
  for (const notice of book.opening.notices) {
    say({ event: 'notice', message: notice });
    // The log of the console shows it to whoever comes with a cable.
    log.warn('book-opened', { message: notice });
  }
  if (readFirstBoot(config.data)?.phase === 'answered') await (await import('./first-boot/settle-first-boot.ts')).settleFirstBoot(config.data, book);
  const keptAside = book.opening.state === 'new' ? lastKeptAside(config.data) : null;
  if (keptAside !== null) await book.recordAudit({ event: 'factory-reset', facts: { keptAside } });
  let afresh = false;
  const headend = createHeadendClient({ identity: () => identity, signer, clock, proxy: config.proxy });
  const catalogue = new CatalogueCache({ folder: config.data, headend, clock, log, onChange: () => box.catalogueChanged() });
  const decodes = config.decodes ?? decodersOf();
  const desk = new SessionDesk({
    ...{ api: headend, identity: () => identity, clock, random, decodes, wish: config.creditWish },
    ...(config.profile === 'set-top' && { spenderOf: (playId: string) => book.spenderOf(playId) }),
  });
  const household = config.profile === 'set-top' ? new HouseholdSync({ api: headend, book, clock, log }) : null;
  const mixing = new MixingDesk({
    player,
    crossfadeMs: () => venue.crossfadeMs(),
    openDecoder: async () => await (await import('../src/platform/native/native-opus.ts')).openNativeOpus(),
  });
  const deck = () => mixing.deck();
  const plays = new StreamedPlays({
    clock,
    random,
    log,
    book,
    signer,
    desk,
    openLink: createLinkOpener({ transport: config.transport, clock, log, caPem: () => identity.caPem }),
    player,
    deck,
    work: (id) => catalogue.work(id),
  });
  const identityOf = () => identity;
  const loans = openLoans({
    folder: config.data,
    book,
    api: headend,
    signer,
    identity: identityOf,
    player,
    deck,
    clock,
    random,
    log,
    decodes,
    streamed: plays,
  });
  const usage = new UsageWriter({ book, clock, identity: () => ({ accountNo: identity.account, outletNo: identity.outlet }), currency: identity.currency });
  const acceptor = new SimulatedAcceptor({ folder: config.data, clock, random });
  const feed = new CoinFeed({
    device: acceptor,
    book,
    clock,
    log,
    onCredit: () => void box.moneyMoved(),
    onFault: (code) => box.raise({ type: 'cash.fault', code }),
  });
  const slot = new CoinSlot({ acceptor, feed, clock, facts: () => box.cashFacts() });
  const hardware = new HardwareDesk();
  const newKey = (): string => uuidv7(clock.wallMs(), random.bytes(10));
  const account = new AccountWatch({
    api: headend,
    book,
    clock,
    log,
    posted: () => void box.moneyMoved(),
    changed: (glance) => box.raise({ type: 'account.standing', account: glance }),
  });
  const keeper = new SettlementKeeper({ book, log, headendPublicKey: () => identity.headendPublicKey });
  const uploader = createUploader({
    book,
    headend,
    clock,
    random,
    log,
    status: () => box.reportStatus(),
    onCommands: async (commands) =>
      await Promise.all(commands.map(async ({ id, line }) => ({ id, ...shortened(await box.command(line, { role: 'headend', surface: 'headend' })) }))),
    onSettlements: async (statements, settlements) => {
      await keeper.keep(statements, settlements);
      if (settlements.length > 0) void account.look();
      if (settlements.length > 0) void household?.look();
    },
    onConnectivity: (event) => {
      box.raise(event);
      if (event.type !== 'net.online') return;
      void loans.counter.sync();
      void account.look();
      void household?.look();
    },
  });
  const venue = new Venue({
    ...{ book, clock, log, catalogue },
    raise: (event) => box.raise(event),
    holdVolume: (rangeOf) => box.holdVolume(rangeOf),
    playBackground: () => box.playBackground(),
    changed: () => box.moneyMoved(),
    catalogueChanged: () => box.catalogueChanged(),
  });
  const guests =
    config.profile === 'jukebox'
      ? new Guests({
          ...{
            outlet: identity.outlet,
            headendUrl: identity.headendUrl,
            port: config.guestPort,
            api: headend,
            book,
            catalogue: venue.catalogue,
            clock,
            random,
            log,
          },
          cheapest: (plan) => account.cheapest(plan),
          view: () => box.view(),
          queued: () => box.queued(),
          changed: () => box.viewChanged(),
        })
      : null;
  const box: Box = new Box({
    profile: config.profile,
    name: config.name,
    currency: identity.currency,
    clock,
    random,
    log,
    book,
    plays: loans.plays,
    joinsMs: () => mixing.joinsMs,
    player,
    zones: config.hardware.zones.map(({ name }) => name),
    catalogue: new ShelvedCatalogue(venue.catalogue, loans.shelf),
    loans,
    usage,
    uploader,
    simulatedAcceptor: config.profile === 'jukebox' && takesNoCoins(config.hardware),
    guestLink: () => guests?.link() ?? null,
    ...(config.profile === 'set-top' ? { screen: async () => await (await import('./boards/drm-screen.ts')).readDrmScreen() } : {}),
    acceptCoins: (on) => slot.accept(on),
    insertCoin: (valueMinor) => slot.insert(valueMinor),
    runCommand: (control, line, by) =>
      runLine(
        {
          box: control,
          book,
          raise: (event) => box.raise(event),
          by: `${by.role} at the ${by.surface}`,
          newKey,
          licences: headend,
          account,
          loans: loans.counter,
          venue,
          ...(guests === null ? { home: box.home } : { guests }),
          household: () => void household?.look(),
          hardware,
          clock,
          logRing: parts.logRing,
          whyShut: () => [...box.shutBy(), ...slot.reasons()],
          ...(by.live === undefined ? {} : { live: by.live }),
          selfTest: {
            ...{ folder: config.data, clock, random, player, hardware, headend, hearInput, view: () => box.view() },
            wallQuality: (wallMs) => readWallQuality(wallMs, 0),
          },
          sound: player,
          network: { chosen: config.network, proxy: config.proxy?.host ?? null, read: () => readNetworkState() },
          startAgain: parts.end,
          startAfresh() {
            afresh = true;
            parts.end();
          },
        },
        line,
        by.role as Role,
        by.surface,
      ),
    totals: () => gauge.totals(book, player.pid),
    lastContactMs: () => uploader.lastContactMs(),
  });
  player.on((event) => (event.type === 'first-sound' ? gauge.noteSound(clock.wallMs()) : undefined));
  book.onUrgent(() => uploader.kick());
  await catalogue.load();
  for (const message of await venue.rules.load()) say({ event: 'notice', message });
  await loans.counter.start();
  await box.start();
  loans.shelf.onChange(() => box.loansChanged());
  box.loansChanged();
  await venue.keeper.start();
  void mixing.prepare();
  await catalogue.start();
  await guests?.start();
  uploader.start();
  account.start();
  household?.start();
  const stopStorage = watchStorage({
    ...{ folder: config.data, clock, log },
    storage: () => book.storage(),
    raise: (event) => box.raise(event),
    notice: (message) => say({ event: 'notice', message }),
  });
  parts.supervision.require(
    storeEvidence({ folder: config.data, clock, storage: () => book.storage() }),
    playerEvidence(player, () => box.view()),
  );
  const surfaces = await openSurfaces({
    ...parts,
    box,
    book,
    account,
    household,
    newKey,
    slot,
    hardware,
    currency: identity.currency as Currency,
    cover: (hash) => catalogue.cover(hash),
  });
  const titles = await openTitleSocket({ path: join(config.data, 'usage.sock'), intake: new TitleIntake(usage), log });
  gauge.resetDelay();
  parts.supervision.ready('Sells.');
  say({ event: 'ready', screenUrl: surfaces.screenUrl, consolePath: surfaces.consolePath, playerSilent: player.silent });
  return {
    box,
    async stop() {
      parts.supervision.stopping();
      stopStorage();
      account.stop();
      household?.stop();
      await venue.keeper.stop();
      await guests?.stop();
      catalogue.close();
      await surfaces.close();
      await titles.close();
      await box.stop();
      loans.counter.stop();
      await feed.stop();
      await uploader.stop();
      await headend.close();
      const stranded = afresh ? await strandedMoney(book, 'money') : [];
      await book.close();
      if (afresh) say({ event: 'notice', message: startAfresh(config.data, clock.wallMs(), stranded) });
      await player.close('quit');
    },
  };
}

/** @returns what became of the factory reset, in words */
function startAfresh(folder: string, wallMs: number, stranded: readonly string[]): string {
  if (stranded.length > 0) return `Nothing was reset, as since then there came: ${stranded.join('; ')}.`;
  const kept = keepBookAside(folder, wallMs);
  return kept === null ? 'Nothing was reset: the book was not closed cleanly. Try again.' : `The old book is kept in ${kept}.`;
}

function shortened(outcome: { readonly ok: boolean; readonly code: string; readonly text: string }): {
  readonly ok: boolean;
  readonly code: string;
  readonly text: string;
} {
  return { ok: outcome.ok, code: outcome.code.slice(0, 40), text: outcome.text.slice(0, 2_000) };
}
