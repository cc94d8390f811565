import type { Log } from '../../src/ports/log.ts';
import type { BoxEvent } from '../session/events.ts';
import type { Book } from '../stores/book-port.ts';

/** Faults in which no coin may be taken until they are over; all others are told, and selling goes on. */
const BLOCKING: ReadonlySet<string> = new Set([
  'coin-jam',
  'acceptor-silent',
  'acceptor-alien',
  'counter-went-back',
  'counter-jumped',
  'counter-invalid',
  'door-open',
  'cash-box-full',
]);

export interface CashFaults {
  /** Logged, recorded for the headend, and where it matters the slot is shut. */
  fault(code: string, message: string): void;
  /** What shut the slot, by its code, is over. */
  cleared(code: string): void;
}

export function cashFaults(parts: { readonly book: Pick<Book, 'recordFault'>; readonly log: Log; raise(event: BoxEvent): void }): CashFaults {
  const { book, log, raise } = parts;
  return {
    fault(code, message) {
      log.warn(code, { message });
      void book.recordFault({ code, message }).catch((thrown: unknown) => log.warn('fault-not-recorded', { code, why: String(thrown) }));
      if (BLOCKING.has(code)) raise({ type: 'cash.fault', code });
    },
    cleared(code) {
      raise({ type: 'cash.cleared', code });
    },
  };
}
