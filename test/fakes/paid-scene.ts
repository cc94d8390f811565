import type { CarriedCounts } from '../../src/domain/credit/monitor-state.ts';
import type { AckAuth, Terms } from '../../src/domain/credit/terms.ts';
import { PaymentRegistry } from '../../src/headend/payment-registry.ts';
import { Pacer } from '../../src/headend/stream/pacer.ts';
import { PayStream } from '../../src/headend/stream/pay-stream.ts';
import type { AdmittedSession } from '../../src/headend/stream-port.ts';
import { limits } from '../../src/limits.ts';
import { sha256, sha256Hex } from '../../src/platform/crypto/digest.ts';
import { generateDeviceKey } from '../../src/platform/crypto/ed25519-signer.ts';
import { deriveSessionKeys, generateEphemeral } from '../../src/platform/crypto/key-agreement.ts';
import type { PaySessionRow, StoredWork } from '../../src/ports/headend-stores.ts';
import type { Log } from '../../src/ports/log.ts';
import { toHex } from '../../src/units/bytes.ts';
import { asId } from '../../src/units/ids.ts';
import { sidBytes } from '../../src/wire/ack-receipt.ts';
import { CREDIT_TERMS } from './credit-terms.ts';
import { MemorySegments } from './memory-segments.ts';
import { RecordingRegistry } from './recording-registry.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualBox } from './virtual-box.ts';
import { VirtualClock } from './virtual-clock.ts';

export const W = CREDIT_TERMS.creditWindowPackets;
export const R = CREDIT_TERMS.receiptWindowPackets;
const SID = '0123456789abcdef0123456789abcdef';

export interface SceneOptions {
  readonly packets?: number;
  readonly trialPackets?: number;
  readonly afterTrial?: 'restart' | 'continue';
  readonly row?: Partial<PaySessionRow>;
  readonly epoch?: number;
  /** What proves the messages; SRTCP unless given, as a box asks for it. */
  readonly ackAuth?: AckAuth;
  readonly carried?: CarriedCounts;
  /** Bytes the peer has sent by RTSP; unbounded unless given. */
  readonly receivedBytes?: number;
}

/** A payload that names its packet, so that a test sees what was played. */
export function payloadOf(packetIndex: number): Uint8Array {
  return Uint8Array.from({ length: 60 }, (_, at) => (at === 0 ? 0xfc : (packetIndex >> ((at % 3) * 8)) & 0xff));
}

export function workOf(packets: number, segments: readonly string[], free = false): StoredWork {
  return {
    id: 'w00000000000000000000000000000001',
    title: 'A work',
    artist: 'Somebody',
    album: '',
    genre: '',
    year: null,
    durationMs: packets * 20,
    channels: 2,
    preSkip: 312,
    totalSamples: packets * 960 - 312,
    packets,
    gainDb: 0,
    priceMinor: '100',
    currency: 'EUR',
    free,
    cover: null,
    retired: false,
    integratedLufs: null,
    sourceName: 'a work',
    segments,
  };
}

function termsOf(options: SceneOptions, packets: number): Terms {
  return {
    version: 1,
    sid: asId(SID),
    account: asId('account-1'),
    outlet: asId('outlet-1'),
    location: asId('location-1'),
    licence: asId('licence-1'),
    work: asId('w00000000000000000000000000000001'),
    packets,
    packetMs: 20,
    currency: 'EUR',
    nodes: [{ id: asId('node-1'), vendor: asId('vendor-1'), modelHash: '00'.repeat(32), quoteMinor: '100' }],
    pricingStateHash: '00'.repeat(32),
    credit: { ...CREDIT_TERMS, ackAuth: options.ackAuth ?? 'srtcp' },
    trial: options.trialPackets === undefined ? null : { mode: 'restrict', packets: options.trialPackets },
    afterTrial: options.afterTrial ?? 'restart',
    deviceEphemeral: '00'.repeat(32),
    headendEphemeral: '00'.repeat(32),
    issuedAtMs: 0,
    expiresAtMs: 1,
  };
}

function rowOf(terms: Terms, options: SceneOptions): PaySessionRow {
  return {
    sid: terms.sid,
    playId: asId('play-1'),
    outlet: terms.outlet,
    account: terms.account,
    work: terms.work,
    termsText: '',
    terms,
    termsHash: sha256Hex('the terms'),
    signature: '',
    epoch: options.epoch ?? 0,
    state: 'streaming',
    counts: [],
    lostPaid: 0,
    nextSequence: 0,
    paidRanges: [],
    confirmEventId: null,
    receipt: null,
    openedAtMs: 0,
    ...options.row,
  };
}

/** One paid stream and one box in virtual time: real rules, codecs and keys, no sockets. Acknowledges every 200 ms while `listens`. */
export class PaidScene {
  readonly clock = new VirtualClock();
  readonly random = new SeededRandom(7);
  readonly store = new RecordingRegistry();
  readonly segments = new MemorySegments();
  readonly registry: PaymentRegistry;
  readonly pacer = new Pacer(this.clock);
  readonly log: { readonly event: string; readonly facts: unknown }[] = [];
  readonly ended: string[] = [];
  readonly rtp: Uint8Array[] = [];
  readonly stream: PayStream;
  readonly box: VirtualBox;
  readonly session: AdmittedSession;
  acknowledges = true;
  receipts: 'sent' | 'withheld' | 'none' = 'sent';
  #receiptDueMs: number;

  static async open(options: SceneOptions = {}): Promise<PaidScene> {
    const packets = options.packets ?? 3_000;
    const segments = new MemorySegments();
    const names = await segments.putWork(Array.from({ length: packets }, (_, index) => payloadOf(index)));
    return new PaidScene(options, workOf(packets, names), segments);
  }

  private constructor(options: SceneOptions, work: StoredWork, segments: MemorySegments) {
    const { clock } = this;
    this.#receiptDueMs = clock.wallMs() + limits.receiptIntervalMs;
    this.segments = segments;
    const note = (event: string, facts?: unknown): void => void this.log.push({ event, facts });
    const log: Log = { info: note, warn: note };
    this.registry = new PaymentRegistry({ store: this.store, clock, log });
    const { signer } = generateDeviceKey();
    const terms = termsOf(options, work.packets);
    const epoch = options.epoch ?? 0;
    const keys = deriveSessionKeys({
      ourPrivate: generateEphemeral().privateKey,
      theirPublic: generateEphemeral().publicKey,
      sid: sidBytes(terms.sid),
      epoch,
      transcriptHash: sha256(new Uint8Array(1)),
    });
    if (!keys.ok) throw new Error(keys.error.message);
    this.session = { row: rowOf(terms, options), terms, work, epoch, keys: keys.value, devicePublicKey: signer.publicKey };
    this.stream = new PayStream({
      clock,
      random: this.random,
      log,
      pacer: this.pacer,
      segments: this.segments,
      registry: this.registry,
      session: this.session,
      ...(options.carried === undefined ? {} : { carried: options.carried }),
      receivedBytes: () => options.receivedBytes ?? Number.POSITIVE_INFINITY,
      onEnd: (reason) => this.ended.push(reason),
    });
    this.box = new VirtualBox(this.session, signer, (bytes) => this.stream.onRtcp(bytes));
    this.stream.route({
      sendRtp: (bytes) => {
        this.rtp.push(bytes);
        this.box.onRtp(bytes);
      },
      sendRtcp: (bytes) => this.box.onRtcp(bytes),
      ready: () => true,
    });
  }

  /** PLAY, as the RTSP desk does it. */
  play(from: number | 'nowhere' = 0): boolean {
    const start = this.stream.play(from);
    if (start === null) return false;
    this.box.timestampOrigin = start.timestampOrigin;
    this.stream.start();
    return true;
  }

  /** Lets time pass; the box acknowledges every 200 ms and signs every 2 s, as far as it is not told otherwise. */
  async run(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 200) {
      await this.clock.advance(Math.min(200, milliseconds - passed));
      if (this.acknowledges) this.box.acknowledge();
      this.#receipt();
    }
  }

  #receipt(): void {
    if (this.clock.wallMs() < this.#receiptDueMs) return;
    this.#receiptDueMs += limits.receiptIntervalMs;
    if (this.receipts !== 'none') this.box.receipt({ withheld: this.receipts === 'withheld' });
  }

  get indexes(): readonly number[] {
    return this.box.packets.map((packet) => packet.packetIndex);
  }

  get storedPaid(): number {
    const progress = this.store.progress.get(this.session.row.sid);
    return progress?.counts.reduce((sum, count) => (count.billingClass === 'paid' ? sum + count.packets : sum), 0) ?? 0;
  }

  get eventId(): Uint8Array {
    return Uint8Array.from({ length: 16 }, (_, at) => at + 1);
  }

  get eventIdHex(): string {
    return toHex(this.eventId);
  }
}
