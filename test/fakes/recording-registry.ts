import type { AckReceipt } from '../../src/domain/credit/statements.ts';
import type { PaySessionRow, RegistryGroup, RegistryStore, SessionProgress, SettleOutcome } from '../../src/ports/headend-stores.ts';
import type { PlayId, SessionId } from '../../src/units/ids.ts';

/** What the streaming half writes to the payment registry, in memory. `broken` lets every write fail, as on a full disk. */
export class RecordingRegistry implements RegistryStore {
  readonly progress = new Map<SessionId, SessionProgress>();
  readonly receipts: AckReceipt[] = [];
  readonly confirmations: string[] = [];
  commits = 0;
  broken = false;
  readonly #rows = new Map<SessionId, PaySessionRow>();

  session(sid: SessionId): PaySessionRow | null {
    return this.#rows.get(sid) ?? null;
  }

  sessionByPlay(playId: PlayId): PaySessionRow | null {
    return [...this.#rows.values()].find((row) => row.playId === playId) ?? null;
  }

  openSessions(): readonly PaySessionRow[] {
    return [...this.#rows.values()];
  }

  recentSessions(limit: number): readonly PaySessionRow[] {
    return [...this.#rows.values()].slice(-limit);
  }

  openSession(row: PaySessionRow): PaySessionRow {
    this.#rows.set(row.sid, row);
    return row;
  }

  advanceEpoch(): boolean {
    throw new Error('the streaming half never advances an epoch');
  }

  mergeProgress(progress: readonly SessionProgress[]): readonly SessionId[] {
    this.#write();
    this.commits += 1;
    for (const entry of progress) this.progress.set(entry.sid, entry);
    return progress.map(({ sid }) => sid);
  }

  putReceipt(_sid: SessionId, receipt: AckReceipt): void {
    this.#write();
    this.receipts.push(receipt);
  }

  putConfirmation(_sid: SessionId, eventId: string): void {
    this.#write();
    this.confirmations.push(eventId);
  }

  commitGroup({ progress, receipts, confirmations }: RegistryGroup): readonly SessionId[] {
    this.mergeProgress(progress);
    for (const { sid, receipt } of receipts) this.putReceipt(sid, receipt);
    for (const { sid, eventId } of confirmations) this.putConfirmation(sid, eventId);
    return progress.map(({ sid }) => sid);
  }

  settle(): SettleOutcome {
    throw new Error('the streaming half never settles');
  }

  ledgerTotalMinor(): bigint {
    return 0n;
  }

  auditLedger(): string | null {
    return null;
  }

  #write(): void {
    if (this.broken) throw new Error('disk full');
  }
}
