import { join } from 'node:path';
import { CheckoutDesk } from '../../../src/headend/checkout-desk.ts';
import { PaymentRegistry } from '../../../src/headend/payment-registry.ts';
import { ResumeDesk } from '../../../src/headend/resume-desk.ts';
import { type HeadendBook, openHeadendBook } from '../../../src/headend/stores/headend-book.ts';
import type { DatagramPair } from '../../../src/headend/stream/datagram-socket.ts';
import { Pacer } from '../../../src/headend/stream/pacer.ts';
import { PaidDesk } from '../../../src/headend/stream/paid-desk.ts';
import type { DatagramReceiver, Peer } from '../../../src/headend/stream/peer.ts';
import type { AdmittedSession, StreamHouse } from '../../../src/headend/stream-port.ts';
import type { GatewayDeps } from '../../../src/headend/usage/usage-gateway.ts';
import { createWorkQuote, type QuoteWork } from '../../../src/headend/work-quote.ts';
import { every } from '../../../src/ports/clock.ts';
import type { RegistryGroup } from '../../../src/ports/headend-stores.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { Random } from '../../../src/ports/random.ts';
import type { SegmentStore } from '../../../src/ports/segment-store.ts';
import type { Signer } from '../../../src/ports/signer.ts';
import type { Reaper } from './kill-plan.ts';
import type { Life } from './life.ts';

export interface HeadendParts {
  readonly life: Life;
  readonly folder: string;
  readonly random: Random;
  readonly log: Log;
  readonly signer: Signer;
  readonly segments: SegmentStore;
  readonly reaper: Reaper;
  readonly sendRtp: (bytes: Uint8Array, to: Peer) => void;
  readonly sendRtcp: (bytes: Uint8Array, to: Peer) => void;
  readonly onAdmit: (session: AdmittedSession) => void;
  readonly onView: (paid: PaidDesk) => void;
}

/** One run of the headend: the real book, desks, monitor and gateway. Nothing of it is shared with the run before but the file. */
export interface HeadendLife {
  readonly life: Life;
  readonly book: HeadendBook;
  readonly checkout: CheckoutDesk;
  readonly quote: QuoteWork;
  readonly resumes: ResumeDesk;
  readonly gateway: GatewayDeps;
  readonly paid: PaidDesk;
  readonly stream: StreamHouse;
  readonly hearRtcp: DatagramReceiver;
}

/** Methods of the book that write: before and after each the process can die. */
const WRITES: ReadonlySet<string> = new Set([
  ...['openSession', 'advanceEpoch', 'putReceipt', 'commitGroup', 'settle', 'sweepAbandoned', 'leaseCredit'],
  ...['intake', 'putStatus', 'putCommandResult', 'quarantine', 'putPriceModel'],
]);
const STREAM_SWEEP_MS = 5_000;
const BOOK_SWEEP_MS = 60_000;
const VIEW_MS = 97;

export function startHeadendLife(parts: HeadendParts): HeadendLife {
  const { life, random, log, signer, segments } = parts;
  const { clock } = life;
  const raw = openHeadendBook(join(parts.folder, 'headend.db'), { clock, random, currency: 'EUR' });
  life.whenDead(() => raw.close());
  const book = mortal(raw, parts);
  const registry = new PaymentRegistry({ store: book, clock, log });
  const { datagrams, hearRtcp } = datagramsOf(parts);
  const paid = new PaidDesk({ clock, random, log, segments, registry, pacer: new Pacer(clock), datagrams });
  datagrams.onRtcp((bytes, from) => void paid.onRtcp(bytes, from));
  const stream: StreamHouse = {
    admit: async (session) => {
      parts.onAdmit(session);
      paid.admit(session);
    },
    fence: (sid) => paid.fence(sid),
    rtspUrl: () => 'rtsp://headend:554/',
    live: async () => paid.live(),
    views: async () => paid.views(),
    close: async () => {},
  };
  const quote = createWorkQuote(book, book.defaults().vendor, clock);
  const shared = { registry: book, catalogue: book, credit: book, trials: book, stream, signer, clock, random };
  every(clock, STREAM_SWEEP_MS, () => paid.sweep());
  every(clock, BOOK_SWEEP_MS, () => void book.sweepAbandoned((sid) => paid.view(sid) !== null));
  every(clock, VIEW_MS, () => parts.onView(paid));
  return {
    life,
    book,
    quote,
    checkout: new CheckoutDesk({ ...shared, quote }),
    resumes: new ResumeDesk(shared),
    gateway: { registry: book, quarantine: book, signer, log, stream, usage: book, commands: book, clock },
    paid,
    stream,
    hearRtcp,
  };
}

/** The book with a place to die before and after every write. */
function mortal(book: HeadendBook, { life, reaper }: HeadendParts): HeadendBook {
  return new Proxy(book, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || typeof name !== 'string' || !WRITES.has(name)) return value;
      return (...values: readonly unknown[]): unknown => {
        const place = placeOf(name, values[0]);
        reaper.pass('headend', life, `before ${place}`);
        const outcome: unknown = Reflect.apply(value, target, values);
        reaper.pass('headend', life, `after ${place}`);
        return outcome;
      };
    },
  });
}

/** A group of counts alone is another place to die than one with a signature or a yes in it. */
function placeOf(name: string, first: unknown): string {
  if (name !== 'commitGroup') return name;
  const { receipts, confirmations } = first as RegistryGroup;
  return `${name}${receipts.length > 0 ? ' with receipts' : ''}${confirmations.length > 0 ? ' with confirmations' : ''}`;
}

function datagramsOf({ life, sendRtp, sendRtcp }: HeadendParts): { readonly datagrams: DatagramPair; readonly hearRtcp: DatagramReceiver } {
  let hear: DatagramReceiver = () => {};
  const datagrams: DatagramPair = {
    rtpPort: 7_000,
    rtcpPort: 7_001,
    sendRtp: (bytes, to) => (life.alive ? sendRtp(bytes, to) : undefined),
    sendRtcp: (bytes, to) => (life.alive ? sendRtcp(bytes, to) : undefined),
    onRtp: () => {},
    onRtcp: (receive) => {
      hear = receive;
    },
    close: async () => {},
  };
  return { datagrams, hearRtcp: (bytes, from) => hear(bytes, from) };
}
