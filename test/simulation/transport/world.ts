import { type ClassCount, packetsOf } from '../../../src/domain/credit/billing-class.ts';
import type { ClosingStatement } from '../../../src/domain/credit/statements.ts';
import type { LeaseDeps } from '../../../src/headend/session-lease.ts';
import type { PaySessionRow, RegistryStore, StoredWork } from '../../../src/ports/headend-stores.ts';
import type { Log } from '../../../src/ports/log.ts';
import { asId } from '../../../src/units/ids.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { BrokenRule } from './broken-rules.ts';
import { type Ending, judge, type Verdict } from './checks.ts';
import { type DeviceRow, emptyRow } from './device-disk.ts';
import { DeviceLife, TICK_MS } from './device-life.ts';
import { Fate, Killed } from './fate.ts';
import type { HeadendDisk } from './headend-disk.ts';
import { HeadendLife } from './headend-life.ts';
import { Link } from './link.ts';
import { keysFor, type Media, type PlayKeys } from './play-wire.ts';
import type { HeadendDesk, Living, PlayWorld } from './play-world.ts';
import type { Schedule } from './schedule.ts';
import { SimClock } from './sim-clock.ts';
import { Tape } from './tape.ts';

/** No schedule takes longer: faults end after 8 s, and what crawls then is given up within `limits.starvedWithinMs`. */
const MOST_MS = 60_000;
const QUIET: Log = { info: () => {}, warn: () => {} };

/** One play between one box and one headend under one schedule of faults, in virtual time. */
export class World implements PlayWorld {
  readonly clock = new SimClock();
  readonly tape = new Tape();
  readonly log = QUIET;
  readonly schedule: Schedule;
  readonly disk: HeadendDisk;
  readonly row: PaySessionRow;
  readonly deviceRow: DeviceRow = emptyRow();
  readonly broken: BrokenRule | null;
  readonly work: StoredWork;
  readonly #link: Link;
  readonly #headendFate: Fate;
  readonly #deviceFate: Fate;
  readonly #keys = new Map<number, PlayKeys>();
  #headend: HeadendLife | null = null;
  #device: DeviceLife | null = null;
  #confirmationDurable = false;
  #refusal = '';

  constructor(schedule: Schedule, disk: HeadendDisk, broken: BrokenRule | null) {
    this.schedule = schedule;
    this.disk = disk;
    this.broken = broken;
    this.row = disk.openPlay(schedule);
    this.work = workOf(this.row);
    this.#link = new Link(this.clock, new SeededRandom(schedule.seed), schedule);
    this.#headendFate = new Fate('headend', schedule, this.clock, (downMs) => this.#killHeadend(downMs));
    this.#deviceFate = new Fate('device', schedule, this.clock, (downMs) => this.#killDevice(downMs));
  }

  async run(): Promise<Verdict> {
    this.#plan();
    this.#headend = new HeadendLife(this);
    this.#headend.admitFirst();
    await this.#startDevice(false);
    for (let atMs = this.clock.nowMs; atMs < MOST_MS && this.deviceRow.closing?.told !== true && this.#refusal === ''; atMs += TICK_MS) {
      this.clock.run(atMs);
      this.#alive(() => this.#headend?.tick());
      try {
        await this.#device?.tick();
      } catch (error) {
        if (!isExpected(error)) throw error;
      }
    }
    this.#headend?.die();
    this.#device?.die();
    return judge(this.schedule, this.tape, this.#ending());
  }

  keysOf(epoch: number): PlayKeys {
    const known = this.#keys.get(epoch) ?? keysFor(this.schedule.seed, epoch);
    this.#keys.set(epoch, known);
    return known;
  }

  isConfirmationDurable(): boolean {
    return this.#confirmationDurable;
  }

  storeOf(life: Living): RegistryStore {
    const { registry } = this.disk;
    const { broken } = this;
    const write = <T>(transaction: () => T): T => {
      if (!life.alive) throw new Killed('the headend is dead');
      return this.#headendFate.write(transaction);
    };
    return {
      ...registry,
      advanceEpoch: (...given) => write(() => registry.advanceEpoch(...given)),
      putReceipt: (...given) => write(() => (broken === 'forget-receipts' ? undefined : registry.putReceipt(...given))),
      commitGroup: (group) =>
        write(() => {
          const progress = broken === 'merge-by-sum' ? group.progress.map((each) => this.#summed(each)) : group.progress;
          const goingOn = registry.commitGroup({ ...group, progress, receipts: broken === 'forget-receipts' ? [] : group.receipts });
          if (group.confirmations.length > 0) this.#confirmationDurable = true;
          return goingOn;
        }),
      settle: (...given) => write(() => this.#settle(registry, ...given)),
    };
  }

  creditOf(life: Living): LeaseDeps['credit'] {
    const { credit } = this.disk;
    const write = <T>(transaction: () => T): T => {
      if (!life.alive) throw new Killed('the headend is dead');
      return this.#headendFate.write(transaction);
    };
    return { leaseCredit: (request) => write(() => credit.leaseCredit(request)), returnCredit: (...given) => write(() => credit.returnCredit(...given)) };
  }

  accessPoint(packetIndex: number): number {
    return packetIndex - (packetIndex % this.schedule.accessEvery);
  }

  deviceWrite<T>(life: Living, transaction: () => T): T {
    if (!life.alive) throw new Killed('the box is dead');
    return this.#deviceFate.write(transaction);
  }

  noteStored(counts: readonly ClassCount[]): void {
    this.tape.storedSigned = Math.max(this.tape.storedSigned, packetsOf(counts, 'paid'));
  }

  toDevice(media: Media): void {
    this.#link.carry((isDamaged) => {
      if (!isDamaged) this.#alive(() => this.#device?.takeMedia(media));
    });
  }

  feedbackToDevice(bytes: Uint8Array): void {
    this.#link.carry((isDamaged) => this.#alive(() => this.#device?.takeFeedback(isDamaged ? this.#link.damage(bytes) : bytes)));
  }

  feedbackToHeadend(bytes: Uint8Array): void {
    this.#link.carry((isDamaged) => this.#alive(() => this.#headend?.hear(isDamaged ? this.#link.damage(bytes) : bytes)));
  }

  callHeadend(serve: (headend: HeadendDesk) => unknown): void {
    const device = this.#device;
    this.clock.after(15, () => {
      const headend = this.#headend;
      let served: unknown = false;
      if (headend !== null) this.#alive(() => (served = serve(headend)));
      if (served === false && device?.alive === true) device.lost();
    });
  }

  askHeadend<T>(device: Living, serve: (headend: HeadendLife) => T, answered: (answer: T) => void): void {
    this.#link.call(() => {
      const headend = this.#headend;
      if (headend === null) return;
      this.#alive(() => {
        const answer = serve(headend);
        this.#link.call(() => {
          if (device.alive) this.#alive(() => answered(answer));
        });
      });
    });
  }

  tellStatement(device: Living, text: string, signature: string): void {
    this.askHeadend(
      device,
      (headend) => headend.settle(JSON.parse(text) as ClosingStatement, text, signature),
      (outcome) => {
        if (!outcome.agreed) this.#refusal = outcome.reason;
        else {
          this.deviceWrite(device, () => {
            if (this.deviceRow.closing !== null) this.deviceRow.closing.told = true;
          });
        }
      },
    );
  }

  #plan(): void {
    const { schedule, clock } = this;
    const at = (atMs: number, call: () => void): void => {
      clock.after(atMs, () => this.#alive(call));
    };
    for (const kill of schedule.kills) {
      if (kill.write !== null) continue;
      at(kill.atMs, () => (kill.side === 'device' ? this.#killDevice(kill.downMs) : this.#killHeadend(kill.downMs)));
    }
    for (const jump of schedule.clockJumps)
      at(jump.atMs, () => {
        clock.wallOffsetMs += jump.byMs;
      });
    for (const pause of schedule.pauses) {
      at(pause.atMs, () => this.#device?.pause(true));
      at(pause.atMs + pause.forMs, () => this.#device?.pause(false));
    }
    for (const seek of schedule.seeks) at(seek.atMs, () => this.#device?.seek(seek.packetIndex));
    for (const rewind of schedule.rewinds) at(rewind.atMs, () => this.#device?.rewind(rewind.packets));
    if (schedule.stopAtMs !== null) this.#until(schedule.stopAtMs, () => this.#device?.close('stopped'));
    if (schedule.trial !== null) this.#until(schedule.answer.atMs, () => this.#device?.answer(schedule.answer.yes));
  }

  /** A person repeats a wish until a living box has taken it. */
  #until(atMs: number, wish: () => void): void {
    this.clock.after(atMs, () => {
      let taken = this.#device !== null;
      try {
        wish();
      } catch (error) {
        if (!isExpected(error)) throw error;
        taken = false;
      }
      if (!taken) this.#until(300, wish);
    });
  }

  async #startDevice(recovered: boolean): Promise<void> {
    this.#device = new DeviceLife(this, recovered);
    await this.#device.begin();
  }

  #killDevice(downMs: number): void {
    if (this.#device === null) return;
    this.tape.deviceKills += 1;
    this.#device.die();
    this.#device = null;
    this.clock.after(downMs, () => void this.#startDevice(true));
  }

  #killHeadend(downMs: number): void {
    if (this.#headend === null) return;
    this.tape.headendKills += 1;
    this.#headend.die();
    this.#headend = null;
    if (this.broken === 'lose-receipts') {
      const { database } = this.disk.context;
      database.run('UPDATE pay_sessions SET receipt_bytes = NULL, receipt_signature = NULL, receipt_ack_counter = NULL WHERE sid = ?', this.row.sid);
      database.run("DELETE FROM session_counts WHERE proof = 'signed' AND sid = ?", this.row.sid);
    }
    this.clock.after(20, () => this.#device?.lost());
    this.clock.after(downMs, () => {
      this.#headend = new HeadendLife(this);
    });
  }

  #alive(run: () => unknown): void {
    try {
      run();
    } catch (error) {
      if (!isExpected(error)) throw error;
    }
  }

  #summed(progress: Parameters<RegistryStore['mergeProgress']>[0][number]): typeof progress {
    const known = this.disk.registry.session(progress.sid)?.counts ?? [];
    const before = (count: ClassCount): number => known.find((each) => each.node === count.node && each.billingClass === count.billingClass)?.packets ?? 0;
    return { ...progress, counts: progress.counts.map((count) => ({ ...count, packets: count.packets + before(count) })) };
  }

  #settle(registry: RegistryStore, ...[sid, statement, text, signature]: Parameters<RegistryStore['settle']>): ReturnType<RegistryStore['settle']> {
    if (this.broken === 'round-up') {
      const charged = BigInt(statement.chargedMinor) + 1n;
      const raised = { ...statement, chargedMinor: charged.toString(), refundMinor: (BigInt(statement.refundMinor) - 1n).toString() };
      return registry.settle(sid, raised, text, signature);
    }
    const outcome = registry.settle(sid, statement, text, signature);
    if (this.broken === 'bill-twice' && outcome.agreed && outcome.chargedMinor > 0n)
      this.disk.context.database.run(
        "INSERT INTO ledger_transfers (key, debit, credit, amount_minor, currency, party, play_id, reason, posted_at_ms) VALUES (?, 'account-debt', 'earned', ?, 'EUR', 'a', ?, 'bill', 0)",
        `again:${sid}:${this.clock.nowMs}`,
        outcome.chargedMinor,
        this.row.playId,
      );
    return outcome;
  }

  #ending(): Ending {
    const row = this.disk.registry.session(this.row.sid);
    const bill = this.disk.bill(this.row.sid);
    const { closing } = this.deviceRow;
    return {
      settled: closing?.told === true,
      refusal: this.#refusal,
      statement: closing,
      macCounts: row?.counts ?? [],
      signedCounts: row?.receipt?.counts ?? [],
      bill,
      postedMinor: this.disk.postedMinor(this.row),
      credit: this.disk.credit.accountCredit(this.row.account),
    };
  }
}

/** A kill, or a disk that is full: the process goes on without what it wanted, or not at all. */
function isExpected(error: unknown): boolean {
  return error instanceof Killed || (error instanceof Error && error.message === 'no space left on device');
}

function workOf({ terms }: PaySessionRow): StoredWork {
  const { packets, packetMs } = terms;
  const audio = { durationMs: packets * packetMs, channels: 2, preSkip: 312, totalSamples: packets * packetMs * 48, gainDb: 0 };
  const words = { title: 'A', artist: 'B', album: 'C', genre: '', year: 2001, sourceName: 'a.flac' };
  const rest = { retired: false, integratedLufs: -16, free: false, cover: null, segments: [] };
  return { id: asId(terms.work), ...audio, ...words, ...rest, packets: terms.packets, priceMinor: '1', currency: 'EUR' };
}
