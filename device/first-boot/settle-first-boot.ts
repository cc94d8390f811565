import { calendarText, readPeriod } from '../../src/domain/queue/calendar-text.ts';
import { ALWAYS_OPEN, addPeriod } from '../../src/domain/queue/venue-calendar.ts';
import { LANGUAGE_SETTING } from '../session/box.ts';
import type { Book } from '../stores/book-port.ts';
import { CALENDAR_SETTING, TIME_ZONE_SETTING, VOLUME_LIMITS_SETTING } from '../venue/house-rules.ts';
import { readFirstBoot, writeFirstBoot } from './first-boot-file.ts';
import { type Answers, chosenZone, OPENS_AT } from './questions.ts';

/** Brings what was answered into the book, where everything else reads it. A kill in the middle does it all again; afterwards never again. */
export async function settleFirstBoot(data: string, book: Pick<Book, 'putSetting'>): Promise<void> {
  const answers = readFirstBoot(data)?.answers ?? {};
  for (const [name, value] of settingsOf(answers)) await book.putSetting(name, value);
  writeFirstBoot(data, { answers, phase: 'over' });
}

function settingsOf(answers: Answers): readonly (readonly [name: string, value: string])[] {
  const { language, closing, least = '0', most = '100' } = answers;
  const zone = chosenZone(answers);
  return [
    ...(language === undefined ? [] : [[LANGUAGE_SETTING, language] as const]),
    ...(zone === null ? [] : [[TIME_ZONE_SETTING, zone] as const]),
    ...(closing === undefined || closing === 'never' ? [] : [[CALENDAR_SETTING, closedFrom(closing)] as const]),
    [VOLUME_LIMITS_SETTING, `${least}-${most}`],
  ];
}

function closedFrom(closing: string): string {
  const night = readPeriod({ name: 'night', kind: 'closed', days: 'daily', from: closing, to: OPENS_AT });
  const calendar = night.ok ? addPeriod(ALWAYS_OPEN, night.value) : night;
  if (!calendar.ok) throw new Error(calendar.error.message);
  return calendarText(calendar.value);
}
