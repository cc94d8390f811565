import type { ClassCount } from '../../../src/domain/credit/billing-class.ts';
import type { LeaseDeps } from '../../../src/headend/session-lease.ts';
import type { PaySessionRow, RegistryStore, StoredWork } from '../../../src/ports/headend-stores.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { BrokenRule } from './broken-rules.ts';
import type { DeviceRow } from './device-disk.ts';
import type { HeadendDisk } from './headend-disk.ts';
import type { Media, PlayKeys, ResumeAnswer, ResumeAsk } from './play-wire.ts';
import type { SimClock } from './sim-clock.ts';
import type { Tape } from './tape.ts';

/** One life of a process; a dead one writes nothing and says nothing. */
export interface Living {
  readonly alive: boolean;
}

/** What the box asks of the headend, whichever life answers. */
export interface HeadendDesk {
  /** False where this epoch is not served here. */
  play(epoch: number, from: number): boolean;
  pause(epoch: number): void;
  resume(ask: ResumeAsk): ResumeAnswer;
}

/** What the two processes of a play know of the world around them. */
export interface PlayWorld {
  readonly clock: SimClock;
  readonly tape: Tape;
  readonly log: Log;
  readonly disk: HeadendDisk;
  readonly row: PaySessionRow;
  readonly deviceRow: DeviceRow;
  readonly broken: BrokenRule | null;
  readonly work: StoredWork;
  /** Where a PLAY begins that asks for this packet. */
  accessPoint(packetIndex: number): number;
  keysOf(epoch: number): PlayKeys;
  isConfirmationDurable(): boolean;
  /** The stores as one life of the headend sees them: every write can be its last. */
  storeOf(life: Living): RegistryStore;
  creditOf(life: Living): LeaseDeps['credit'];
  deviceWrite<T>(life: Living, transaction: () => T): T;
  noteStored(counts: readonly ClassCount[]): void;
  toDevice(media: Media): void;
  feedbackToDevice(bytes: Uint8Array): void;
  feedbackToHeadend(bytes: Uint8Array): void;
  /** A request on the control connection: reliable while the headend lives. Where it does not, the box hears of a reset. */
  callHeadend(serve: (headend: HeadendDesk) => unknown): void;
  /** A call that can be lost on either way. */
  askHeadend<T>(device: Living, serve: (headend: HeadendDesk) => T, answered: (answer: T) => void): void;
  tellStatement(device: Living, text: string, signature: string): void;
}
