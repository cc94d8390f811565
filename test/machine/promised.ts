import type { BoxContext } from '../../device/session/box-context.ts';
import type { BoxEvent } from '../../device/session/events.ts';
import { money } from '../../src/units/money.ts';

/** One promise of the statechart: from a state, with a context, one event leads here and does this. */
export interface Promised {
  readonly says: string;
  readonly from: string;
  /** The event's type as the diagram names it, and which alternative of it. */
  readonly on: string;
  readonly alternative?: number;
  /** The event itself; none for `after ...` and `always`. */
  readonly event?: BoxEvent;
  readonly context?: Partial<BoxContext>;
  /** Where the region is afterwards; the same state where only an action runs. */
  readonly to: string;
  readonly does?: string;
  readonly remembers?: Partial<BoxContext>;
}

export const playId = 'p1';
export const other = 'p2';
export const failed: BoxEvent = { type: 'play.failed', playId, code: 'gone', message: 'The stream is gone.' };
export const refused: BoxEvent = { type: 'play.refused', playId, code: 'no-credit', message: 'Insert a coin.' };
export const settled: BoxEvent = { type: 'play.settled', playId, charged: money(0n, 'EUR'), refund: money(0n, 'EUR') };
export const online = { online: true } as const;
export const playing = { playId, workId: 'w1' } as const;
export const coin: BoxEvent = { type: 'cash.credit-changed', credit: money(100n, 'EUR') };
export const question = { workId: 'w1', outright: true } as const;
