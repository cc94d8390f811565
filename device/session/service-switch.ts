import type { Book } from '../stores/book-port.ts';
import { CLOSED_REASON, EVENING_ENDED_SETTING, refundQueue } from './evening-end.ts';
import type { BoxEvent } from './events.ts';
import { OUT_OF_SERVICE_SETTING } from './service-region.ts';

/** What takes a box out of service and back, whoever asks: a command, or the calendar. */
export interface ServiceParts {
  readonly book: Book;
  readonly raise: (event: BoxEvent) => void;
}

/** Durable before anybody is told: a box that starts again is still out of service. */
export async function putOutOfService({ book, raise }: ServiceParts, reason: string): Promise<void> {
  await book.putSetting(OUT_OF_SERVICE_SETTING, reason);
  raise({ type: 'service.on', reason });
}

export async function putInService({ book, raise }: ServiceParts): Promise<void> {
  await book.putSetting(EVENING_ENDED_SETTING, '');
  await book.putSetting(OUT_OF_SERVICE_SETTING, '');
  raise({ type: 'service.off' });
}

/** Ends what plays and gives back what was not played; what a kill interrupts is done at the next start. @returns songs given back */
export async function endEvening(parts: ServiceParts): Promise<number> {
  await parts.book.putSetting(EVENING_ENDED_SETTING, 'yes');
  await putOutOfService(parts, CLOSED_REASON);
  return await refundQueue(parts.book);
}
