import { timeText } from '../../src/domain/queue/calendar-text.ts';
import type { RangeNow } from '../../src/domain/queue/zone-volume.ts';
import type { BoxEvent } from './events.ts';

/** Says which limit was reached, where, and until when: whoever turns the knob in vain shall know why. */
export function limitNotice(zone: string | null, side: 'least' | 'most', range: RangeNow): BoxEvent {
  const percent = side === 'most' ? range.maxPercent : range.minPercent;
  const until = range.untilWallMs === null ? '' : timeText(range.untilWallMs);
  const words = `${percent} % is the ${side} that is allowed here${until === '' ? '' : ` until ${until}`}.`;
  const place = zone === null ? '' : `${zone}: `;
  return {
    type: 'notice.say',
    code: `volume-${side}${until === '' ? '' : '-until'}`,
    message: `${place}${words}`,
    values: { place, percent, until, zone: zone ?? '' },
  };
}

/** ` (20 to 60 % now, until 22:00)`; empty where the venue says nothing. */
export function rangeWords(range: RangeNow | null): string {
  if (range === null) return '';
  return ` (${range.minPercent} to ${range.maxPercent} % now${range.untilWallMs === null ? '' : `, until ${timeText(range.untilWallMs)}`})`;
}
