import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClosingStatement } from '../../src/domain/credit/statements.ts';
import type { ReceiptBody } from '../../src/domain/usage/record-bodies.ts';
import { CheckoutDesk } from '../../src/headend/checkout-desk.ts';
import { PaymentRegistry } from '../../src/headend/payment-registry.ts';
import { ResumeDesk } from '../../src/headend/resume-desk.ts';
import { type HeadendBook, openHeadendBook } from '../../src/headend/stores/headend-book.ts';
import type { DatagramPair } from '../../src/headend/stream/datagram-socket.ts';
import { Pacer } from '../../src/headend/stream/pacer.ts';
import { PaidDesk } from '../../src/headend/stream/paid-desk.ts';
import type { DatagramReceiver, Peer } from '../../src/headend/stream/peer.ts';
import type { RtspClient } from '../../src/headend/stream/rtsp-server.ts';
import type { StreamHouse } from '../../src/headend/stream-port.ts';
import { createWorkQuote } from '../../src/headend/work-quote.ts';
import { generateDeviceKey } from '../../src/platform/crypto/ed25519-signer.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { HeadendApi, HeadendError } from '../../src/ports/headend-api.ts';
import type { OutletRow, SettleOutcome, StoredWork } from '../../src/ports/headend-stores.ts';
import type { Log } from '../../src/ports/log.ts';
import { asId } from '../../src/units/ids.ts';
import { err, type Fault, type Result } from '../../src/units/result.ts';
import type { HeaderList, RtspRequest, RtspResponse } from '../../src/wire/rtsp.ts';
import { MemorySegments } from './memory-segments.ts';
import { payloadOf, workOf } from './paid-scene.ts';
import { SeededRandom } from './seeded-random.ts';

const quiet: Log = { info: () => {}, warn: () => {} };

/** A headend without sockets: the real book, desks, rules, codecs and keys, reached by calls. It can die and come back. */
export class VirtualHeadend {
  readonly signer = generateDeviceKey().signer;
  readonly random = new SeededRandom(11);
  readonly segments = new MemorySegments();
  readonly folder = mkdtempSync(join(tmpdir(), 'ackbox-headend-'));
  readonly #clock: Clock;
  book: HeadendBook;
  outlet: OutletRow | null = null;
  paid: PaidDesk | null = null;
  /** What the headend's UDP sockets send goes here. */
  onRtp: (bytes: Uint8Array, to: Peer) => void = () => {};
  onRtcp: (bytes: Uint8Array, to: Peer) => void = () => {};
  /** Nothing answers over HTTP or RTSP. */
  down = false;
  #registry: PaymentRegistry | null = null;
  #pacer: Pacer | null = null;
  #checkout: CheckoutDesk | null = null;
  #resumes: ResumeDesk | null = null;
  #hearRtcp: DatagramReceiver = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.book = this.#openBook();
    this.start();
  }

  enrol(publicKey: Uint8Array, profile: 'jukebox' | 'set-top'): OutletRow {
    const { account, location } = this.book.defaults();
    this.book.putEnrolment({ devicePublicKey: publicKey, nonce: new Uint8Array(16), name: 'Bar', profile, createdAtMs: this.#clock.wallMs() });
    const approved = this.book.approveEnrolment(publicKey, account, location);
    if (!approved.ok) throw new Error(approved.error.message);
    this.outlet = approved.value;
    return approved.value;
  }

  async addWork(packets: number): Promise<StoredWork> {
    const names = await this.segments.putWork(Array.from({ length: packets }, (_, index) => payloadOf(index)));
    const work = workOf(packets, names);
    this.book.putWork(work, 'source');
    return work;
  }

  /** The process begins: everything in memory is new. @param outside a streaming half with sockets, instead of the one without */
  start(outside?: StreamHouse): void {
    const { random } = this;
    const [clock, log, book] = [this.#clock, quiet, this.book];
    const registry = new PaymentRegistry({ store: book, clock, log });
    const pacer = new Pacer(clock);
    const datagrams: DatagramPair = {
      rtpPort: 7_000,
      rtcpPort: 7_001,
      sendRtp: (bytes, to) => this.onRtp(bytes, to),
      sendRtcp: (bytes, to) => this.onRtcp(bytes, to),
      onRtp: () => {},
      onRtcp: (receive) => {
        this.#hearRtcp = receive;
      },
      close: async () => {},
    };
    const paid = new PaidDesk({ clock, random, log, segments: this.segments, registry, pacer, datagrams });
    datagrams.onRtcp((bytes, from) => void paid.onRtcp(bytes, from));
    const stream: StreamHouse = outside ?? {
      admit: async (session) => paid.admit(session),
      fence: (sid) => paid.fence(sid),
      rtspUrl: () => 'rtsp://headend:554/',
      live: async () => paid.live(),
      views: async () => paid.views(),
      close: async () => {},
    };
    const shared = { registry: book, catalogue: book, credit: book, trials: book, stream, signer: this.signer, clock, random };
    this.#checkout = new CheckoutDesk({ ...shared, quote: createWorkQuote(book, book.defaults().vendor, this.#clock) });
    this.#resumes = new ResumeDesk(shared);
    [this.#registry, this.#pacer, this.paid] = [registry, pacer, paid];
  }

  /** kill -9, and a start from what is durable. */
  restart(): void {
    this.#pacer?.stop();
    this.#registry = null;
    this.book.close();
    this.book = this.#openBook();
    this.start();
  }

  rtcpArrives(bytes: Uint8Array, from: Peer): void {
    if (!this.down) this.#hearRtcp(bytes, from);
  }

  rtsp(
    request: { readonly method: string; readonly uri: string; readonly headers: HeaderList; readonly body?: Uint8Array },
    client: RtspClient,
  ): { readonly response: RtspResponse; readonly afterwards: () => void } {
    const headers = new Map(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
    const asked: RtspRequest = { kind: 'request', method: request.method, uri: request.uri, headers, body: request.body ?? new Uint8Array() };
    const reply = this.paid?.answer(asked, client, headers.get('ackpay-session') ?? '') ?? { status: 503 as const };
    const answered = new Map(Object.entries(reply.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
    const response: RtspResponse = { kind: 'response', status: reply.status, reason: '', headers: answered, body: new Uint8Array() };
    return { response, afterwards: () => reply.afterwards?.() };
  }

  /** What the outbox of a box brings: closing statements are billed. */
  bill(body: string): SettleOutcome {
    const { statement, signature } = JSON.parse(body) as ReceiptBody;
    const parsed = JSON.parse(statement) as ClosingStatement;
    return this.book.settle(asId(parsed.sid), parsed, statement, signature);
  }

  api(): HeadendApi {
    const unreachable: HeadendError = { code: 'unreachable', problem: 'unreachable', message: 'The headend does not answer.', retryAfterMs: null };
    const answer = <T>(result: Result<T, Fault> | undefined): Result<T, HeadendError> => {
      if (result === undefined) return err(unreachable);
      return result.ok ? result : err({ code: 'refused', problem: result.error.code, message: result.error.message, retryAfterMs: null });
    };
    const never = async (): Promise<never> => {
      throw new Error('not part of this scene');
    };
    return {
      catalogue: never,
      cover: never,
      report: never,
      offer: async (request) => {
        if (this.down || this.outlet === null) return err(unreachable);
        return answer(await this.#checkout?.offer(this.outlet, request, 'headend'));
      },
      nonce: async (sid) => (this.down || this.outlet === null ? err(unreachable) : answer(this.#resumes?.nonce(this.outlet, sid))),
      resume: async (sid, request) => {
        if (this.down || this.outlet === null) return err(unreachable);
        return answer(await this.#resumes?.resume(this.outlet, sid, request, 'headend'));
      },
      close: async () => {},
    };
  }

  remove(): void {
    this.#pacer?.stop();
    void this.#registry?.close();
    this.book.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #openBook(): HeadendBook {
    return openHeadendBook(join(this.folder, 'headend.db'), { clock: this.#clock, random: this.random, currency: 'EUR' });
  }
}
