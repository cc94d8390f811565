import { Acknowledger, type Said } from '../../../device/checkout/acknowledger.ts';
import { closePlay, paidUnheard } from '../../../device/checkout/closing.ts';
import { CounterBlock } from '../../../device/checkout/counter-block.ts';
import { ReceiptWriter } from '../../../device/checkout/receipt-writer.ts';
import { isHeldByLosses, StarvationWatch } from '../../../device/checkout/starvation-watch.ts';
import { type AckLedger, acceptCounts, buildAck, confirmTrial, counts, createAckLedger, type LedgerOptions } from '../../../src/domain/credit/ack-ledger.ts';
import { type ClassCount, packetsOf } from '../../../src/domain/credit/billing-class.ts';
import type { WindowMessage } from '../../../src/domain/credit/messages.ts';
import { addIndexes, highestBelow, joinIndexes, NO_INDEXES, type PaidRanges } from '../../../src/domain/credit/paid-ranges.ts';
import type { EndReason } from '../../../src/domain/credit/statements.ts';
import { limits } from '../../../src/limits.ts';
import { openAckpay, sealAckpay } from '../../../src/platform/crypto/ackpay-seal.ts';
import { fromHex, toHex } from '../../../src/units/bytes.ts';
import { packetsIn } from '../../../src/units/time.ts';
import { decodeReceipt, sidBytes } from '../../../src/wire/ack-receipt.ts';
import { bookOver, type DeviceRow } from './device-disk.ts';
import { Ear } from './ear.ts';
import { type Media, PAYLOAD, type PlayKeys, type ResumeAnswer, SSRCS } from './play-wire.ts';
import type { PlayWorld } from './play-world.ts';
import { CALM_FROM_MS } from './schedule.ts';

const CONFIRM_EVENT = 'c0'.repeat(16);
const RETRY_MS = 200;
export const TICK_MS = 20;
/** The statechart waits longer; here no fault lasts so long. */
const STALL_MS = 10_000;

interface Epoch {
  readonly number: number;
  readonly keys: PlayKeys;
  readonly acknowledger: Acknowledger;
  readonly seen: Set<number>;
  windowCounter: number;
  isDrained: boolean;
  heardFromMs: number;
}

/** One life of the box's process: the real acknowledger, ledger, counters and receipts, and as much of a player as money needs. */
export class DeviceLife {
  alive = true;
  readonly #world: PlayWorld;
  readonly #row: DeviceRow;
  readonly #receipts: ReceiptWriter;
  readonly #counters: CounterBlock;
  readonly #ear: Ear;
  #ledger: AckLedger;
  #epoch: Epoch | null = null;
  #epochNumber: number;
  #confirmEchoed = false;
  #paused = false;
  #telling = false;
  #lastHeard = -1;
  /** Heard before the last jump, and where that one went. */
  #heardBefore: PaidRanges = NO_INDEXES;
  #heardFrom = 0;
  #heardMs = 0;
  readonly #starvation = new StarvationWatch();
  #lastWindow: WindowMessage | null = null;
  #asked: object | null = null;
  #receiptDueMs: number;
  readonly #recovered: boolean;

  constructor(world: PlayWorld, recovered: boolean) {
    const { row: session, clock, log } = world;
    const row = world.deviceRow;
    const book = bookOver(
      row,
      (transaction) => world.deviceWrite(this, transaction),
      (receipt) => world.noteStored(receipt.counts),
    );
    this.#world = world;
    this.#row = row;
    this.#recovered = recovered;
    this.#epochNumber = row.epoch;
    this.#counters = new CounterBlock(book, session.sid, row.reservedCounter, log);
    this.#receipts = new ReceiptWriter(
      { book, signer: world.disk.signer, clock, log },
      session.sid,
      fromHex(session.termsHash) ?? new Uint8Array(),
      this.#storedReceipt(),
    );
    this.#ledger = this.#newLedger({ counts: row.counts, lostPaid: row.lostPackets, paidRanges: row.paidRanges });
    this.#ear = new Ear(row.heard);
    this.#receiptDueMs = clock.nowMs + session.terms.credit.receiptIntervalMs;
  }

  /** Begins epoch 0 with what the checkout agreed, or takes the play up after a kill. */
  async begin(): Promise<void> {
    await this.#counters.reserve();
    if (!this.alive) return;
    if (this.#recovered) this.#askResume();
    else this.#connect(0, 0);
  }

  async tick(): Promise<void> {
    const { nowMs } = this.#world.clock;
    if (this.#row.closing !== null) return this.#tellClosing();
    this.#listen(nowMs);
    if (this.#epoch === null && nowMs >= this.#receiptDueMs) {
      this.#receiptDueMs = nowMs + this.#world.row.terms.credit.receiptIntervalMs;
      await this.#writeReceipt();
    }
    if (this.#epoch === null) this.#askResume();
    else if (!this.#paused && nowMs - this.#epoch.heardFromMs > limits.linkSilenceMs) this.lost();
  }

  /** The connection is gone: reset by the peer, or silent for too long. */
  lost(): void {
    this.#epoch?.acknowledger.close();
    this.#epoch = null;
  }

  takeMedia({ epoch: number, sequence, packetIndex, challenge }: Media): void {
    const { tape, broken } = this.#world;
    const epoch = this.#epoch;
    if (epoch === null || epoch.number !== number || this.#row.closing !== null) return;
    epoch.heardFromMs = this.#world.clock.nowMs;
    if (epoch.seen.has(sequence)) {
      if (broken === 'count-duplicates') this.#ledger.ackedPaid += this.#countAgain();
      return;
    }
    epoch.seen.add(sequence);
    tape.noteDelivered(sequence);
    this.#ear.place(sequence, packetIndex);
    if (broken === 'acknowledge-unheard' && sequence > this.#ledger.top)
      epoch.acknowledger.take({ sequence: sequence - 1, packetIndex: packetIndex - 1, payload: PAYLOAD, challenge: null });
    epoch.acknowledger.take({ sequence, packetIndex, payload: PAYLOAD, challenge });
  }

  takeFeedback(bytes: Uint8Array): void {
    const epoch = this.#epoch;
    if (epoch === null) return;
    const opened = openAckpay(epoch.keys.keys, sidBytes(this.#world.row.sid), bytes);
    if (!opened.ok || opened.value.message.type !== 'window' || opened.value.message.counter <= epoch.windowCounter) return;
    epoch.windowCounter = opened.value.message.counter;
    epoch.heardFromMs = this.#world.clock.nowMs;
    this.#takeWindow(epoch, opened.value.message);
  }

  /** The listener answers the trial: durable first, then told. */
  answer(yes: boolean): void {
    if (this.#row.closing !== null || this.#row.confirmEventId !== null || this.#row.declined) return;
    this.#world.deviceWrite(this, () => {
      if (yes) this.#row.confirmEventId = CONFIRM_EVENT;
      else this.#row.declined = true;
    });
    if (yes) {
      confirmTrial(this.#ledger);
      this.#sayConfirm();
    } else this.close('trial-declined');
  }

  pause(on: boolean): void {
    if (this.#paused === on) return;
    this.#paused = on;
    const epoch = this.#epoch;
    if (epoch === null) return;
    epoch.heardFromMs = this.#world.clock.nowMs;
    if (on) this.#world.callHeadend((headend) => headend.pause(epoch.number));
    else this.#play(epoch.number, this.#ear.heard);
  }

  rewind(packets: number): void {
    if (this.#epoch === null || this.#paused) return;
    this.#moveTo(this.#epoch.number, Math.max(0, this.#ear.heard - packets));
  }

  /** Anywhere in the paid pass. */
  seek(packetIndex: number): void {
    const passPending = this.#world.row.terms.trial !== null && !this.#confirmEchoed;
    if (this.#epoch !== null && !this.#paused && !passPending) this.#moveTo(this.#epoch.number, packetIndex);
  }

  /** The answer to PLAY says with which packet the stream begins. */
  #moveTo(epoch: number, packetIndex: number): void {
    this.#heardBefore = this.#allHeard();
    this.#heardFrom = this.#world.accessPoint(packetIndex);
    this.#ear.seek(this.#heardFrom);
    this.#play(epoch, packetIndex);
  }

  #allHeard(): PaidRanges {
    return addIndexes(this.#heardBefore, this.#heardFrom, this.#ear.heard - this.#heardFrom);
  }

  /** The last word on the play: durable in the outbox, then told until it is settled. */
  close(endReason: EndReason): void {
    const { row, clock, broken, deviceRow } = this.#world;
    if (deviceRow.closing !== null) return;
    if (broken !== 'statement-from-memory') buildAck(this.#ledger);
    const all = broken === 'statement-from-memory' ? deviceRow.counts : counts(this.#ledger);
    const lostPackets = this.#ledger.lostPaid;
    const closing = closePlay(
      {
        ...{ terms: row.terms, termsHash: row.termsHash, playId: row.playId, epoch: this.#epochNumber, counts: all },
        ...{ unheardPaidPackets: paidUnheard(this.#ledger.paidRanges, this.#allHeard()), lostPackets, heardMs: this.#ear.heard * row.terms.packetMs },
        ...{ confirmEventId: deviceRow.confirmEventId, endReason, wallMs: clock.wallMs() },
      },
      this.#world.disk.signer,
    );
    this.#world.deviceWrite(this, () => {
      deviceRow.closing = { ...closing, counts: all, lostPackets: Math.min(lostPackets, row.terms.packets), told: false };
    });
    this.lost();
  }

  die(): void {
    this.alive = false;
    this.lost();
  }

  #storedReceipt(): ConstructorParameters<typeof ReceiptWriter>[3] {
    const stored = this.#row.receipt;
    const decoded = stored === null ? null : decodeReceipt(stored.bytes);
    return stored === null || decoded?.ok !== true ? null : { ...stored, receipt: decoded.value };
  }

  #newLedger(options: LedgerOptions): AckLedger {
    const { credit, trial, packetMs } = this.#world.row.terms;
    return createAckLedger(credit, { trial, packetMs, confirmed: this.#row.confirmEventId !== null, ...options });
  }

  /** One question at a time; what answers an earlier one comes too late. */
  #askResume(): void {
    if (this.#asked !== null || this.#row.closing !== null) return;
    const question = {};
    this.#asked = question;
    const isOpen = (): boolean => this.#asked === question;
    buildAck(this.#ledger);
    const ask = { epoch: this.#epochNumber + 1, receipt: this.#receipts.newest, paidRanges: this.#ledger.paidRanges };
    this.#world.clock.after(RETRY_MS, () => {
      if (isOpen()) this.#asked = null;
    });
    this.#world.askHeadend(
      this,
      (headend) => headend.resume(ask),
      (answer) => {
        if (!isOpen()) return;
        this.#asked = null;
        this.#resumed(answer);
      },
    );
  }

  #resumed(answer: ResumeAnswer): void {
    if (!answer.ok) {
      if (answer.code === 'stale-epoch') this.#epochNumber += 1;
      return;
    }
    if (answer.epoch !== this.#epochNumber + 1 || this.#row.closing !== null) return;
    this.#world.deviceWrite(this, () => {
      this.#row.epoch = Math.max(this.#row.epoch, answer.epoch);
    });
    const own: readonly ClassCount[] = this.#receipts.newest?.receipt.counts ?? this.#row.counts;
    const accepted = acceptCounts(this.#world.row.terms.credit, own, answer.counts, this.#world.row.terms.packetMs);
    const paidRanges = this.#world.broken === 'sell-again' ? NO_INDEXES : joinIndexes(answer.paidRanges, this.#ledger.paidRanges);
    this.#epochNumber = answer.epoch;
    const echoedBefore = this.#confirmEchoed;
    this.#confirmEchoed = answer.confirmEventId !== null && answer.confirmEventId === this.#row.confirmEventId;
    const lostPaid = Math.min(answer.lostPaid, Math.max(this.#ledger.lostPaid, this.#ear.concealed));
    this.#ledger = this.#newLedger({ nextSequence: answer.nextSequence, counts: accepted, lostPaid, receiptedPaid: packetsOf(own, 'paid'), paidRanges });
    if (this.#confirmEchoed && !echoedBefore) this.#confirmed(true, answer.nextSequence);
    const last = highestBelow(paidRanges, this.#ear.heard);
    this.#connect(
      answer.epoch,
      last === null || this.#ear.heard - last > 2 * packetsIn(limits.creditWindowMs, this.#world.row.terms.packetMs) ? this.#ear.heard : last + 1,
    );
  }

  #connect(number: number, from: number): void {
    const { row, clock } = this.#world;
    const keys = this.#world.keysOf(number);
    const send = (said: readonly Said[]): void => {
      for (const { draft, counter } of said) {
        const message = { ...draft, epoch: number, counter };
        if (this.alive) this.#world.feedbackToHeadend(sealAckpay(keys.keys, sidBytes(row.sid), message, SSRCS));
      }
    };
    const askReceipt = (): void => void this.#writeReceipt();
    const parts = { clock, terms: row.terms.credit, ledger: this.#ledger, counters: this.#counters, receipts: this.#receipts };
    const acknowledger = new Acknowledger({ ...parts, sid: sidBytes(row.sid), challengeKey: keys.keys.challenge, send, askReceipt }, false);
    this.#epoch = { number, keys, acknowledger, seen: new Set(), windowCounter: 0, isDrained: false, heardFromMs: clock.nowMs };
    if (!this.#paused) this.#play(number, from);
    if (!this.#confirmEchoed) this.#sayConfirm();
  }

  #play(epoch: number, from: number): void {
    this.#world.callHeadend((headend) => headend.play(epoch, from));
  }

  #sayConfirm(): void {
    const { row } = this.#world;
    const eventId = fromHex(this.#row.confirmEventId ?? '');
    if (eventId === null || eventId.length === 0 || row.terms.trial === null) return;
    const termsHash = (fromHex(row.termsHash) ?? new Uint8Array()).subarray(0, 16);
    this.#epoch?.acknowledger.confirm({ type: 'confirm', eventId, mode: 'button', termsHash });
  }

  #takeWindow(epoch: Epoch, window: WindowMessage): void {
    this.#world.tape.shownSigned = Math.max(this.#world.tape.shownSigned, window.receiptedPaid);
    epoch.isDrained = window.phase === 'drained';
    this.#lastWindow = window;
    epoch.acknowledger.takeWindow(window);
    if (this.#world.broken === 'lose-without-word') this.#ledger.lostPaid += this.#ledger.top - this.#ledger.base > 12 ? 1 : 0;
    if (this.#confirmEchoed || this.#row.confirmEventId === null || toHex(window.confirmEventId) !== this.#row.confirmEventId) return;
    this.#confirmEchoed = true;
    this.#confirmed(false, window.spans.find((span) => span.billingClass === 'paid')?.sequence ?? window.nextSequence);
  }

  /** A jukebox hears the work from its start; after a crash it goes on where it was. */
  #confirmed(byResume: boolean, firstSlot: number): void {
    if (this.#world.row.terms.afterTrial === 'restart' && !(byResume && this.#recovered)) {
      this.#ear.restart(firstSlot);
      this.#heardBefore = NO_INDEXES;
      this.#heardFrom = 0;
    }
  }

  #listen(nowMs: number): void {
    const { terms } = this.#world.row;
    if (this.#paused || this.#row.closing !== null) return;
    const inTrial = terms.trial !== null && this.#row.confirmEventId === null;
    const end = inTrial ? (terms.trial?.packets ?? 0) : terms.packets;
    for (let ms = 0; ms < TICK_MS; ms += terms.packetMs) this.#ear.listen(nowMs, end, this.#epoch?.isDrained ?? false);
    const sounds = this.#ear.heard !== this.#lastHeard;
    this.#lastHeard = this.#ear.heard;
    if (sounds) this.#heardMs = nowMs;
    // As the statechart does (stallTimeout), with what stands still for good.
    if (nowMs - this.#heardMs > STALL_MS && nowMs > CALM_FROM_MS + STALL_MS) this.#giveUp();
    const heldByLosses = this.#lastWindow !== null && isHeldByLosses(terms.credit, this.#lastWindow);
    if (this.#epoch !== null && !inTrial && this.#starvation.pass(TICK_MS, sounds, heldByLosses)) this.#giveUp();
    if (!inTrial && this.#ear.heard >= terms.packets && (terms.trial === null || this.#confirmEchoed)) this.close('finished');
  }

  async #writeReceipt(): Promise<void> {
    const now = counts(this.#ledger);
    const newest = this.#receipts.newest?.receipt.counts ?? [];
    if (now.length === 0 || total(now) === total(newest) || this.#row.closing !== null) return;
    const ackCounter = this.#counters.take();
    if (ackCounter === null) return;
    const { base } = this.#ledger;
    const inTrialPass = this.#world.row.terms.afterTrial === 'restart' && !this.#confirmEchoed && this.#world.row.terms.trial !== null;
    const facts = { epoch: this.#epochNumber, ackCounter, base, counts: now, lostPackets: this.#ledger.lostPaid, paidRanges: this.#ledger.paidRanges };
    const receipt = await this.#receipts.write({ ...facts, heardSample: inTrialPass ? 0 : this.#ear.heard, confirmEventId: this.#row.confirmEventId });
    if (receipt !== null && this.alive) this.#epoch?.acknowledger.takeReceipt(receipt);
  }

  #giveUp(): void {
    if (this.#row.closing !== null) return;
    this.#world.tape.gaveUp = true;
    this.close('failed');
  }

  #tellClosing(): void {
    const { closing } = this.#row;
    if (closing === null || closing.told || this.#telling) return;
    this.#telling = true;
    this.#world.clock.after(RETRY_MS, () => {
      this.#telling = false;
    });
    this.#world.tellStatement(this, closing.statement.text, closing.statement.signature);
  }

  #countAgain(): number {
    const cell = this.#ledger.acknowledged.findIndex((packets, at) => packets > 0 && at % 4 === 1);
    if (cell < 0) return 0;
    this.#ledger.acknowledged[cell] = (this.#ledger.acknowledged[cell] ?? 0) + 1;
    return 1;
  }
}

function total(all: readonly ClassCount[]): number {
  return all.reduce((sum, count) => sum + count.packets, 0);
}
