import { describe, expect, test } from 'vitest';
import { calendarText, parseCalendar, readPeriod, weekLines } from '../../../../src/domain/queue/calendar-text.ts';
import { ALWAYS_OPEN, addPeriod, conflicts, periodsAt, plan, removePeriod, type VenueCalendar } from '../../../../src/domain/queue/venue-calendar.ts';

/** `name kind days from to [percent]`, a period a line. */
function calendar(...lines: readonly string[]): VenueCalendar {
  return lines.reduce((made, line) => {
    const [name = '', kind = '', days = '', from = '', to = '', percent, volume] = line.split(' ');
    const period = readPeriod({ name, kind, days, from, to, percent, volume });
    if (!period.ok) throw new Error(period.error.message);
    const added = addPeriod(made, period.value);
    if (!added.ok) throw new Error(added.error.message);
    return added.value;
  }, ALWAYS_OPEN);
}

const at = (text: string): number => Date.parse(`${text}:00Z`);
const running = (made: VenueCalendar, text: string): string =>
  periodsAt(made, at(text))
    .map(({ period }) => period.name)
    .join(' ');
const MONDAY = at('2026-11-16T00:00') / 86_400_000;

describe('the calendar of a venue', () => {
  const night = calendar('shut closed sun-thu 01:00 10:00', 'shut-late closed fri,sat 03:00 10:00', 'happy bonus mon-fri 17:00 19:00 100');

  test.each([
    ['2026-11-16T00:59', ''],
    ['2026-11-16T01:00', 'shut'],
    ['2026-11-16T09:59', 'shut'],
    ['2026-11-16T10:00', ''],
    ['2026-11-16T17:00', 'happy'],
    ['2026-11-21T02:00', ''],
    ['2026-11-21T03:00', 'shut-late'],
    ['2026-11-22T18:00', ''],
  ])('at %s lasts: %s', (text, expected) => {
    expect(running(night, text)).toBe(expected);
  });

  test('what begins on Saturday night ends on Sunday, and knows that it began on Saturday', () => {
    const made = calendar('party event sat 22:00 02:00');
    expect(running(made, '2026-11-22T01:59')).toBe('party');
    expect(running(made, '2026-11-22T02:00')).toBe('');
    expect(periodsAt(made, at('2026-11-22T01:00'))[0]).toMatchObject({ startDay: MONDAY + 5, endsAtWallMs: at('2026-11-22T02:00') });
  });

  test('what happens once happens on its day only, and comes before what comes every week', () => {
    const made = calendar('weekly bonus mon-sun 17:00 19:00 50', 'new-year bonus 2026-12-31 17:00 19:00 200');
    expect(running(made, '2026-12-31T18:00')).toBe('new-year weekly');
    expect(running(made, '2026-12-30T18:00')).toBe('weekly');
  });

  test('what is closed hides an event, and both hide a bonus; a bonus and background stand beside each other', () => {
    const made = calendar('shut closed fri 23:00 02:00', 'band event fri 21:00 00:00', 'happy bonus fri 20:00 22:00 50', 'quiet background fri 20:00 22:00');
    expect(conflicts(made, MONDAY, 7).map(({ words }) => words)).toEqual([
      'band (event) hides happy (bonus)',
      'band (event) hides quiet (background)',
      'shut (closed) hides band (event)',
    ]);
  });

  test('what reaches over midnight into the first day is in the way on that day', () => {
    const made = calendar('late event sun 23:00 03:00', 'early bonus mon 02:00 04:00 10');
    expect(conflicts(made, MONDAY, 7).map(({ day, fromWallMs }) => [day, fromWallMs])).toEqual([[MONDAY, at('2026-11-16T02:00')]]);
  });

  test('prints a week with what is in the way of what', () => {
    const made = calendar('band event fri 21:00 00:00', 'happy bonus fri 20:00 22:00 50 30-70');
    const lines = weekLines(plan(made, MONDAY, 7), conflicts(made, MONDAY, 7), MONDAY);
    expect(lines.slice(0, 2)).toEqual(['mon 2026-11-16', '  open']);
    expect(lines).toContain('  20:00-22:00  bonus      happy +50 % volume 30-70');
    expect(lines).toContain('  ! 21:00-22:00  band (event) hides happy (bonus)');
  });

  test('is kept as text and read back the same', () => {
    expect(parseCalendar(calendarText(night))).toEqual({ ok: true, value: night });
  });

  test.each([
    [{ kind: 'party' }, 'closed, event'],
    [{ days: 'mon-foo' }, 'days are such as'],
    [{ days: '2026-02-30' }, 'days are such as'],
    [{ from: '24:00' }, 'times are such as'],
    [{ volume: 'loud' }, 'volume is such as'],
    [{ percent: 'x' }, 'percent'],
  ])('refuses %j with an example', (wrong, words) => {
    const read = readPeriod({ name: 'x', kind: 'bonus', days: 'mon', from: '10:00', to: '11:00', percent: '10', ...wrong });
    expect(read.ok ? '' : read.error.message).toContain(words);
  });

  test.each([
    ['closed mon 10:00 11:00 50', 'adds'],
    ['bonus mon 10:00 11:00 0', 'adds'],
    ['closed mon 10:00 11:00 0 80-20', 'least first'],
  ])('refuses %s', (line, words) => {
    expect(() => calendar(`x ${line}`)).toThrow(words);
  });

  test('a name is used once, and what is removed is gone', () => {
    expect(addPeriod(night, night.periods[0] as never)).toMatchObject({ ok: false, error: { code: 'name-taken' } });
    expect(removePeriod(night, 'happy')).toMatchObject({ ok: true, value: { periods: [{ name: 'shut' }, { name: 'shut-late' }] } });
    expect(removePeriod(night, 'nothing')).toMatchObject({ ok: false, error: { code: 'no-such-period' } });
  });
});
