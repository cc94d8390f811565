import type { CountedCoin } from '../../../device/cash/cash-device.ts';
import { CoinFeed } from '../../../device/cash/coin-feed.ts';
import { CoinSlot } from '../../../device/cash/coin-slot.ts';
import { SimulatedAcceptor } from '../../../device/cash/simulated-acceptor.ts';
import { CatalogueCache } from '../../../device/checkout/catalogue-cache.ts';
import type { EnrolledIdentity } from '../../../device/checkout/enrolled-identity.ts';
import { SessionDesk } from '../../../device/checkout/session-desk.ts';
import { StreamedPlays } from '../../../device/checkout/streamed-plays.ts';
import { runLine } from '../../../device/commands/box-commands.ts';
import type { Role } from '../../../device/commands/command.ts';
import type { OpenLink } from '../../../device/media/media-link.ts';
import { SettlementKeeper } from '../../../device/report/settlement-keeper.ts';
import { createUploader } from '../../../device/report/uploader.ts';
import { Box } from '../../../device/session/box.ts';
import type { Book } from '../../../device/stores/book-port.ts';
import type { BoxBook } from '../../../device/stores/box-book.ts';
import { UsageWriter } from '../../../device/usage/usage-writer.ts';
import type { HeadendApi } from '../../../src/ports/headend-api.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { Player } from '../../../src/ports/player.ts';
import type { Random } from '../../../src/ports/random.ts';
import type { Signer } from '../../../src/ports/signer.ts';
import { uuidv7 } from '../../../src/units/ids.ts';
import { MIGRATIONS } from '../../fakes/book-folder.ts';
import { type InlineBook, openBookInline } from '../../fakes/inline-book.ts';
import { NO_LOANS } from '../../fakes/no-loans.ts';
import type { Reaper } from './kill-plan.ts';
import type { Life } from './life.ts';

export interface BoxLifeParts {
  readonly life: Life;
  readonly folder: string;
  readonly random: Random;
  readonly log: Log;
  readonly signer: Signer;
  readonly identity: EnrolledIdentity;
  readonly api: HeadendApi;
  readonly openLink: OpenLink;
  readonly player: Player;
  readonly reaper: Reaper;
  /** A broken rule that a test puts between the box and its book. */
  readonly wrapBook: (book: Book) => Book;
  readonly onCoin: (coin: CountedCoin) => void;
  /** Files are read in real time: the virtual one stands still until the returned call. */
  readonly holdClock: () => () => void;
}

/** One run of the box's program. Put together in the order of device/box-assembly.ts. */
export async function startBoxLife(parts: BoxLifeParts, onReady: (box: Box, book: BoxBook) => void): Promise<void> {
  const { life, folder, random, log, signer, identity } = parts;
  const { clock } = life;
  const release = parts.holdClock();
  life.whenDead(release);
  const inline = openBook(parts);
  const book = parts.wrapBook(life.guard<Book>(inline));
  const player = mortalPlayer(parts.player, life);
  const headend = firstCatalogue(parts.api, release);
  const catalogue = new CatalogueCache({ folder, headend, clock, log, onChange: () => box.catalogueChanged() });
  const desk = new SessionDesk({ api: headend, identity: () => identity, clock, random });
  const plays = new StreamedPlays({ clock, random, log, book, signer, desk, openLink: parts.openLink, player, work: (id) => catalogue.work(id) });
  const usage = new UsageWriter({ book, clock, identity: () => ({ accountNo: identity.account, outletNo: identity.outlet }) });
  const acceptor = new WatchedAcceptor({ folder, clock, random }, parts.onCoin);
  const feed = new CoinFeed({
    device: acceptor,
    book,
    clock,
    log,
    onCredit: () => void box.moneyMoved(),
    onFault: (code) => box.raise({ type: 'cash.fault', code }),
  });
  const slot = new CoinSlot({ acceptor, feed, clock, facts: () => box.cashFacts() });
  const keeper = new SettlementKeeper({ book, log, headendPublicKey: () => identity.headendPublicKey });
  const uploader = createUploader({
    ...{ book, headend, clock, random, log },
    status: () => box.reportStatus(),
    onCommands: async () => [],
    onSettlements: (statements, settlements) => keeper.keep(statements, settlements),
    onConnectivity: (event) => box.raise(event),
  });
  const box: Box = new Box({
    ...{ profile: 'jukebox', name: 'Bar', currency: 'EUR', simulatedAcceptor: true },
    ...{ clock, random, log, book, plays, player, catalogue, usage, uploader },
    loans: NO_LOANS,
    acceptCoins: (on) => slot.accept(on),
    insertCoin: (valueMinor) => slot.insert(valueMinor),
    runCommand: (control, line, by) =>
      runLine(
        { box: control, book, raise: (event) => box.raise(event), by: by.surface, newKey: () => uuidv7(clock.wallMs(), random.bytes(10)) },
        line,
        by.role as Role,
        by.surface,
      ),
    totals: () => Promise.reject(new Error('nobody asks for totals here')),
    lastContactMs: () => uploader.lastContactMs(),
  });
  inline.onUrgent(() => uploader.kick());
  await catalogue.load();
  await box.start();
  onReady(box, inline.box);
  await catalogue.start();
  uploader.start();
}

function openBook({ life, folder, random, identity, reaper }: BoxLifeParts): InlineBook {
  const inline = openBookInline({
    folder,
    migrationsFolder: MIGRATIONS,
    profile: 'jukebox',
    currency: 'EUR',
    accountNo: identity.account,
    outletNo: identity.outlet,
    bootId: '0b0e7a52-0000-4000-8000-000000000001',
    clock: life.clock,
    random,
    diskSpace: () => ({ totalBytes: 1e12, usedBytes: 1e11, freeBytes: 9e11 }),
    wallQuality: () => 'held',
    faults: {
      beforeWrite: (name) => reaper.pass('box', life, `before ${name}`),
      afterCommit: (name) => reaper.pass('box', life, `after ${name}`),
    },
  });
  life.whenDead(() => inline.abandon());
  return inline;
}

/** The first question for the catalogue comes when its file was read: from then on nothing waits for real time. */
function firstCatalogue(api: HeadendApi, release: () => void): HeadendApi {
  return {
    ...api,
    catalogue: (known) => {
      release();
      return api.catalogue(known);
    },
  };
}

/** The player lives on; what this life asked of it, it hears only while it lives. */
function mortalPlayer(player: Player, life: Life): Player {
  const guarded = life.guard(player);
  return new Proxy(guarded, {
    get: (target, name) => {
      if (name !== 'on') return Reflect.get(target, name, target);
      return (listener: Parameters<Player['on']>[0]): (() => void) => {
        const forget = player.on((event) => (life.alive ? listener(event) : undefined));
        life.whenDead(forget);
        return forget;
      };
    },
  });
}

/** Tells the world of each coin that fell in. */
class WatchedAcceptor extends SimulatedAcceptor {
  readonly #onCoin: (coin: CountedCoin) => void;

  constructor(options: ConstructorParameters<typeof SimulatedAcceptor>[0], onCoin: (coin: CountedCoin) => void) {
    super(options);
    this.#onCoin = onCoin;
  }

  override insert(valueMinor: bigint): CountedCoin | null {
    const coin = super.insert(valueMinor);
    if (coin !== null) this.#onCoin(coin);
    return coin;
  }
}
