import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPeriod } from '../../../../src/domain/queue/calendar-text.ts';
import { ALWAYS_OPEN, addPeriod, periodsAt, type VenueCalendar } from '../../../../src/domain/queue/venue-calendar.ts';
import { areVolumes, isZoneName, NO_VOLUMES, rangeAt, readVolumes, volumesText } from '../../../../src/domain/queue/zone-volume.ts';

function calendar(...lines: readonly string[]): VenueCalendar {
  return lines.reduce((before, line) => {
    const [name = '', kind = '', days = '', from = '', to = '', volume, percent] = line.split(' ');
    const period = readPeriod({ name, kind, days, from, to, volume, percent });
    if (!period.ok) throw new Error(period.error.message);
    const added = addPeriod(before, period.value);
    if (!added.ok) throw new Error(added.error.message);
    return added.value;
  }, ALWAYS_OPEN);
}

/** Monday, 1970-01-05. */
function at(hours: number): number {
  return (4 * 24 + hours) * 3_600_000;
}

describe('a range for all zones or for one', () => {
  const house = { all: { minPercent: 10, maxPercent: 90 }, zones: { terrace: { minPercent: 0, maxPercent: 70 } } };
  const plan = calendar('late background daily 22:00 23:30 terrace:0-20', 'dinner bonus daily 18:00 23:00 30-60 5');
  const most = (hours: number, zone: string | null) => rangeAt(periodsAt(plan, at(hours)), house, zone)?.maxPercent;

  test('what lasts and names the zone comes before what lasts for all, and that before the house', () => {
    expect([most(12, 'terrace'), most(12, 'bar'), most(12, null)]).toEqual([70, 90, 90]);
    expect([most(19, 'terrace'), most(19, 'bar'), most(19, null)]).toEqual([60, 60, 60]);
    // Of kinds that stand beside each other the stronger one speaks first, about every zone.
    expect([most(22, 'terrace'), most(23.25, 'terrace'), most(23.25, 'bar')]).toEqual([60, 20, 90]);
  });

  test('it is known until when it lasts', () => {
    expect(rangeAt(periodsAt(plan, at(19)), house, 'bar')).toEqual({ minPercent: 30, maxPercent: 60, untilWallMs: at(23) });
    expect(rangeAt([], house, 'bar')?.untilWallMs).toBeNull();
    expect(rangeAt([], NO_VOLUMES, 'bar')).toBeNull();
  });
});

describe('as words', () => {
  test.each(['', '30', '30-', 'a-b', 'all:1-2', 'Bar:1-2', '1-2,3-4', 'bar:1-2,bar:3-4', 'bar=1-2', '__proto__:1-2'])('%j is no volume', (text) => {
    expect(readVolumes(text)).toBeNull();
  });

  test('the least comes first, and nothing is louder than 100', () => {
    expect(['60-30', '0-101', 'bar:50-20', 'a:0-1,b:0-1,c:0-1,d:0-1,e:0-1'].map((text) => areVolumes(readVolumes(text) ?? NO_VOLUMES))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('what was written is read back', () => {
    const range = fc.record({ minPercent: fc.integer({ min: 0, max: 100 }), maxPercent: fc.integer({ min: 0, max: 100 }) });
    const zones = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/).filter(isZoneName), range, { maxKeys: 4 });
    fc.assert(
      fc.property(fc.record({ all: fc.option(range), zones }), (volumes) => {
        fc.pre(volumes.all !== null || Object.keys(volumes.zones).length > 0);
        expect(readVolumes(volumesText(volumes))).toEqual({ all: volumes.all, zones: { ...volumes.zones } });
      }),
    );
  });
});
