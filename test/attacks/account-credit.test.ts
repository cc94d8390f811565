import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openExchange } from '../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../device/checkout/offer-request.ts';
import { PaymentRegistry } from '../../src/headend/payment-registry.ts';
import { Pacer } from '../../src/headend/stream/pacer.ts';
import { PayStream } from '../../src/headend/stream/pay-stream.ts';
import type { AdmittedSession, StreamHouse } from '../../src/headend/stream-port.ts';
import { limits } from '../../src/limits.ts';
import { generateDeviceKey } from '../../src/platform/crypto/ed25519-signer.ts';
import type { OutletRow, StoredWork } from '../../src/ports/headend-stores.ts';
import { CREDIT_TERMS } from '../fakes/credit-terms.ts';
import { VirtualBox } from '../fakes/virtual-box.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { VirtualHeadend } from '../fakes/virtual-headend.ts';

const ACCOUNT_WINDOW = 120;
const REFUSED = { ok: false, error: { problem: 'account-credit-used-up' } };
const quiet = { info: () => {}, warn: () => {} };
const { signer } = generateDeviceKey();

let clock: VirtualClock;
let headend: VirtualHeadend;
let work: StoredWork;
let outlets: readonly OutletRow[];
let plays = 0;

beforeEach(async () => {
  clock = new VirtualClock();
  headend = new VirtualHeadend(clock);
  outlets = Array.from({ length: 8 }, (_, at) => headend.enrol(at === 0 ? signer.publicKey : generateDeviceKey().signer.publicKey, 'jukebox'));
  headend.book.setCreditCap(headend.book.defaults().account, ACCOUNT_WINDOW);
  work = await headend.addWork(900);
});
afterEach(() => headend.remove());

/** One process of senders over the one book: real streams, and boxes that say nothing until they are told to. */
class Worker {
  readonly streams = new Map<string, { readonly session: AdmittedSession; readonly stream: PayStream; readonly box: VirtualBox }>();
  readonly #registry = new PaymentRegistry({ store: headend.book, clock, log: quiet });
  readonly #pacer = new Pacer(clock);

  constructor() {
    const house: StreamHouse = {
      admit: async (session) => this.#admit(session),
      fence: async (sid) => {
        this.end(sid);
        return null;
      },
      rtspUrl: () => 'rtsp://headend/',
      live: async () => new Set(this.streams.keys()),
      views: async () => [],
      close: async () => {},
    };
    headend.start(house);
  }

  /** Unacknowledged packets of all its sessions. */
  get unpaid(): number {
    return [...this.streams.values()].reduce((sum, { stream }) => sum + stream.view().unpaidPackets, 0);
  }

  end(sid: string): void {
    this.streams.get(sid)?.stream.stop();
    this.#registry.flush();
    this.streams.delete(sid);
  }

  /** kill -9: nobody says what was given away. */
  die(): void {
    this.#pacer.stop();
  }

  #admit(session: AdmittedSession): void {
    const { random, segments } = headend;
    const rest = { receivedBytes: () => Number.POSITIVE_INFINITY, onEnd: () => {} };
    const stream = new PayStream({ clock, random, log: quiet, pacer: this.#pacer, segments, registry: this.#registry, session, ...rest });
    const box = new VirtualBox(session, signer, (bytes) => void stream.onRtcp(bytes));
    stream.route({ sendRtp: (bytes) => box.onRtp(bytes), sendRtcp: (bytes) => box.onRtcp(bytes), ready: () => true });
    this.streams.set(session.row.sid, { session, stream, box });
  }
}

/** A play of the box `at`, from the queue: paid from its first packet. */
async function play(worker: Worker, at: number) {
  plays += 1;
  headend.outlet = outlets[at % outlets.length] ?? null;
  const request = offerRequest({ playId: `play-${plays}`, work, trial: false, ephemeral: openExchange(headend.random) });
  const answer = await headend.api().offer(request);
  const live = answer.ok ? worker.streams.get(answer.value.sid) : undefined;
  if (live !== undefined) {
    const start = live.stream.play(0);
    if (start !== null) live.box.timestampOrigin = start.timestampOrigin;
    live.stream.start();
  }
  return { answer, live };
}

describe('ruling 20: the window belongs to the account', () => {
  test('many sessions of one account at once, from many boxes and two workers, never owe more than its window', async () => {
    const workers = [new Worker()];
    const answers = [];
    for (let at = 0; at < 8; at += 1) {
      if (at === 2) workers.push(new Worker());
      answers.push((await play(workers.at(-1) ?? new Worker(), at)).answer);
      await clock.advance(1_500);
      expect(workers.reduce((sum, worker) => sum + worker.unpaid, 0)).toBeLessThanOrEqual(ACCOUNT_WINDOW);
    }
    await clock.advance(5_000);
    expect(workers.reduce((sum, worker) => sum + worker.unpaid, 0)).toBe(ACCOUNT_WINDOW);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, false, false, false, false, false]);
    expect(answers[7]).toMatchObject(REFUSED);
    // Two full windows, and a third play with what was left: its terms say so.
    const windows = workers.flatMap((worker) => [...worker.streams.values()].map(({ session }) => session.terms.credit.creditWindowPackets));
    expect(windows).toEqual([50, 50, 20]);
  });

  test('a play that ends without paying leaves what it took: the next ones get less, and then nothing', async () => {
    const worker = new Worker();
    const taken: number[] = [];
    for (let at = 0; at < 30; at += 1) {
      const { live } = await play(worker, at);
      if (live === undefined) break;
      await clock.advance(3_000);
      taken.push(live.stream.view().unpaidPackets);
      worker.end(live.session.row.sid);
    }
    // The window of the account, and once in the month as much again is forgiven.
    expect(taken).toEqual([50, 50, 20, 50, 50, 20]);
    expect((await play(worker, 0)).answer).toMatchObject(REFUSED);
    await clock.advance(32 * 86_400_000);
    expect((await play(worker, 0)).answer.ok).toBe(true);
  });

  test('a box that denies its ACKs, play after play, owes all that it heard: after its first receipt window it gets no second', async () => {
    const worker = new Worker();
    const heard: number[] = [];
    for (let at = 0; at < 30; at += 1) {
      const { live } = await play(worker, at);
      if (live === undefined) break;
      for (let turn = 0; turn < 40; turn += 1) {
        await clock.advance(200);
        live.box.acknowledge();
        live.box.receipt({ withheld: true });
      }
      heard.push(live.stream.view().packetsSent);
      worker.end(live.session.row.sid);
    }
    const { receiptWindowPackets } = CREDIT_TERMS;
    expect(heard).toEqual([receiptWindowPackets]);
    expect(headend.book.accountCredit(headend.book.defaults().account)).toMatchObject({ leasedPackets: 0, leftoverPackets: receiptWindowPackets });
    expect((await play(worker, 1)).answer).toMatchObject(REFUSED);
  });

  test('a worker that dies takes its slices with it until they expire, and then they count as given away', async () => {
    const worker = new Worker();
    for (let at = 0; at < 3; at += 1) await play(worker, at);
    await clock.advance(2_000);
    worker.die();
    expect((await play(new Worker(), 3)).answer).toMatchObject(REFUSED);
    await clock.advance(limits.creditLeaseMs + 1_000);
    const account = headend.book.defaults().account;
    const next = new Worker();
    expect((await play(next, 3)).answer.ok).toBe(true);
    expect(headend.book.accountCredit(account)).toMatchObject({ leasedPackets: 50, leftoverPackets: 0, writtenOffPackets: ACCOUNT_WINDOW });
  });

  test('later packets that are paid clear leftovers one to one, once a receipt covers them', async () => {
    const worker = new Worker();
    const account = headend.book.defaults().account;
    const silent = await play(worker, 0);
    await clock.advance(2_000);
    if (silent.live !== undefined) worker.end(silent.live.session.row.sid);
    expect(headend.book.accountCredit(account)).toMatchObject({ leasedPackets: 0, leftoverPackets: 50 });
    const honest = (await play(worker, 0)).live;
    if (honest === undefined) throw new Error('the play was refused');
    await clock.advance(400);
    honest.box.acknowledge();
    await clock.advance(100);
    expect(headend.book.accountCredit(account).leftoverPackets).toBe(50);
    honest.box.receipt();
    await clock.advance(100);
    const paid = honest.box.ledger.ackedPaid;
    expect(paid).toBeGreaterThan(20);
    expect(headend.book.accountCredit(account).leftoverPackets).toBe(Math.max(0, 50 - paid));
  });

  test('a fenced worker whose slice went to another one stops by itself', async () => {
    const worker = new Worker();
    const { live } = await play(worker, 0);
    if (live === undefined) throw new Error('the play was refused');
    const { account, sid } = live.session.row;
    headend.book.leaseCredit({ account, holder: sid, packets: 50, leastPackets: 10, nowMs: clock.wallMs(), expiresAtMs: clock.wallMs() + 60_000 });
    for (let turn = 0; turn < 60; turn += 1) {
      await clock.advance(200);
      live.box.acknowledge();
      if (turn % 10 === 9) live.box.receipt();
    }
    expect(live.box.byes).toBe(1);
    expect(live.box.packets.length).toBeLessThan(100);
  });
});
