import { parseCreditWish } from '../../../device/checkout/credit-wish.ts';
import { SessionDesk } from '../../../device/checkout/session-desk.ts';
import { StreamedPlays } from '../../../device/checkout/streamed-plays.ts';
import { createLinkOpener } from '../../../device/media/link-opener.ts';
import type { MediaLink, OpenLink } from '../../../device/media/media-link.ts';
import type { CreditTerms } from '../../../src/domain/credit/terms.ts';
import { createStreamHouse } from '../../../src/headend/stream/stream-house.ts';
import { generateDeviceKey } from '../../../src/platform/crypto/ed25519-signer.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { systemRandom } from '../../../src/platform/system-random.ts';
import { ok } from '../../../src/units/result.ts';
import { BookFolder, coin } from '../../fakes/book-folder.ts';
import { FakePlayer } from '../../fakes/fake-player.ts';
import { VirtualHeadend } from '../../fakes/virtual-headend.ts';
import { ReturnTally } from './return-tally.ts';

const HOST = '127.0.0.1';
const log = { info: () => {}, warn: () => {} };

/** An ACK a second. */
export const SELDOM_ACKS = 'W=100,every=50,max=1000';

export interface ReturnTraffic {
  readonly ackEveryPackets: number;
  readonly ackIntervalMs: number;
  readonly proof: string;
  readonly paidPackets: number;
  readonly many: ReturnTally['many'];
  /** Bytes a paid packet, by what they are for. */
  readonly parts: Readonly<Record<string, number>>;
  readonly bytesPerPaidPacket: number;
}

/**
 * All that a box sends back by UDP while it plays a bought work: ACKs, answers to challenges, receipts, receiver reports, all as SRTCP. The real
 * box and the real headend, over sockets of this machine, at the pace of the music; nothing is lost on the way.
 * @param wish what the box asks for, as in `--credit`; '' for its usual terms
 */
export async function returnTraffic(wish: string, packets: number): Promise<ReturnTraffic> {
  const headend = new VirtualHeadend(systemClock);
  const stores = { registry: headend.book, catalogue: headend.book, segments: headend.segments };
  const house = await createStreamHouse({ clock: systemClock, random: systemRandom, log, ...stores, host: HOST, rtspPort: 0, rtpPort: 0 });
  const tally = new ReturnTally();
  const work = await headend.addWork(packets);
  let credit: CreditTerms | null = null;
  const admit: typeof house.admit = (session) => {
    tally.admit(session);
    credit = session.terms.credit;
    return house.admit(session);
  };
  headend.start({ ...house, admit, rtspUrl: () => house.rtspUrl(HOST) });
  const { signer } = generateDeviceKey();
  const { account, location, outlet } = headend.enrol(signer.publicKey, 'jukebox');
  const books = new BookFolder();
  const book = books.open({ clock: systemClock });
  const identity = { account, outlet, location, currency: 'EUR', headendPublicKey: headend.signer.publicKey, caPem: '', headendUrl: '' };
  const asked = wish === '' ? null : parseCreditWish(wish);
  const parts = { api: headend.api(), identity: () => identity, clock: systemClock, random: systemRandom };
  const desk = new SessionDesk({ ...parts, ...(asked !== null && { wish: asked }) });
  const openLink = tapped(createLinkOpener({ transport: 'udp', clock: systemClock, log, caPem: () => '' }), (bytes) => tally.take(bytes));
  const player = new FakePlayer(systemClock);
  const plays = new StreamedPlays({ clock: systemClock, random: systemRandom, log, book, signer, desk, openLink, player, work: () => work });
  await book.insertCoin(coin(1));
  await book.enqueue({ playId: 'p1', workId: work.id, title: work.title, artist: work.artist, quoteMinor: 100n });
  await book.takeNext();
  let over: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    over = resolve;
  });
  const runner = await plays.start({ playId: 'p1', work, trial: false }, ({ type }) => {
    if (type === 'play.finished' || type === 'play.failed') over();
  });
  await done;
  const { view } = await runner.end('finished');
  await book.close();
  await house.close();
  books.remove();
  headend.remove();
  const each = (bytes: number): number => Math.round((1_000 * bytes) / Math.max(1, view.paidPackets)) / 1_000;
  return {
    ...agreed(credit),
    paidPackets: view.paidPackets,
    many: tally.many,
    parts: Object.fromEntries(Object.entries(tally.bytes).map(([part, bytes]) => [part, each(bytes)])),
    bytesPerPaidPacket: each(tally.total),
  };
}

function agreed(credit: CreditTerms | null): Pick<ReturnTraffic, 'ackEveryPackets' | 'ackIntervalMs' | 'proof'> {
  if (credit === null) throw new Error('nothing was agreed on');
  const { ackEveryPackets, ackIntervalMs, ackAuth = 'hmac-sha256-128' } = credit;
  return { ackEveryPackets, ackIntervalMs, proof: ackAuth };
}

/** The link as it is; what the box gives to its sockets is heard. */
function tapped(open: OpenLink, hear: (bytes: Uint8Array) => void): OpenLink {
  return async (url) => {
    const link = await open(url);
    if (!link.ok) return link;
    for (const name of ['sendRtp', 'sendRtcp'] as const) {
      const send: MediaLink[typeof name] = link.value[name].bind(link.value);
      link.value[name] = (bytes) => {
        hear(bytes);
        send(bytes);
      };
    }
    return ok(link.value);
  };
}
