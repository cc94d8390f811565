import type { Log } from '../../src/ports/log.ts';
import type { OutboxRecord } from '../../src/wire/http-api.ts';
import type { Book } from '../stores/book-port.ts';
import { type HeadendSettlement, judgeSettlement, settlementWords } from './settlement-check.ts';

export interface SettlementKeeperParts {
  readonly book: Pick<Book, 'putSettlement'>;
  readonly log: Log;
  /** The key that was pinned at enrolment. */
  readonly headendPublicKey: () => Uint8Array;
}

/** Keeps what the headend answered to closing statements; what does not match becomes a fault record, in words. */
export class SettlementKeeper {
  readonly #parts: SettlementKeeperParts;

  constructor(parts: SettlementKeeperParts) {
    this.#parts = parts;
  }

  /** Durable when it resolves, and the same again changes nothing: the records are acknowledged only afterwards. */
  async keep(statements: readonly OutboxRecord[], settlements: readonly HeadendSettlement[]): Promise<void> {
    const { book, log, headendPublicKey } = this.#parts;
    const answered = new Set<string>();
    for (const record of statements) {
      const judged = judgeSettlement(record, settlements, headendPublicKey());
      if (judged === null) continue;
      answered.add(judged.sid);
      const words = settlementWords(judged);
      if (words !== null) log.warn('settlement-not-agreed', { sid: judged.sid, verdict: judged.verdict, reason: judged.reason });
      await book.putSettlement(judged, words === null ? null : { code: `settlement-${judged.verdict}`, message: words });
    }
    for (const { sid } of settlements) if (!answered.has(sid)) log.warn('settlement-unasked', { sid });
  }
}
