import { readPeriod, timeText, weekLines } from '../../src/domain/queue/calendar-text.ts';
import { addFilter, FILTER_FIELDS, filterWords, removeFilter } from '../../src/domain/queue/content-filter.ts';
import { addPeriod, conflicts, isCrossfade, plan, removePeriod, type VenueCalendar, weekdayOf } from '../../src/domain/queue/venue-calendar.ts';
import { limits } from '../../src/limits.ts';
import type { Fault, Result } from '../../src/units/result.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import type { Venue } from '../venue/venue.ts';
import { type Command, type CommandContext, done } from './command.ts';

const DAY_MS = 86_400_000;
const STAFF = ['staff', 'technician', 'headend'] as const;

function refused({ code, message }: Fault): CommandOutcome {
  return { ok: false, code, text: message, data: null };
}

/** For a command that needs the venue: a simulation has none. */
function withVenue(
  run: (venue: Venue, context: CommandContext, values: Readonly<Record<string, string>>) => Promise<CommandOutcome>,
): Command<CommandContext>['run'] {
  return async (context, values) =>
    context.venue === undefined
      ? refused({ code: 'no-venue', message: 'This box has no calendar and no filters.' })
      : await run(context.venue, context, values);
}

async function changeCalendar(venue: Venue, changed: Result<VenueCalendar, Fault>): Promise<CommandOutcome> {
  if (!changed.ok) return refused(changed.error);
  await venue.rules.putCalendar(changed.value);
  await venue.keeper.look();
  return await week(venue);
}

/** This week from its Monday on, in the clock of the venue. */
async function week(venue: Venue): Promise<CommandOutcome> {
  const today = Math.floor((await venue.wallMs()) / DAY_MS);
  const monday = today - weekdayOf(today);
  const { calendar } = venue.rules;
  const [planned, inTheWay] = [plan(calendar, monday, 7), conflicts(calendar, monday, 7)];
  return done(weekLines(planned, inTheWay, monday).join('\n'), { monday, periods: calendar.periods, conflicts: inTheWay.map(({ words }) => words) });
}

const calendarWeek: Command<CommandContext> = {
  name: 'calendar week',
  help: 'the week of this venue, and what is in the way of what',
  roles: STAFF,
  guard: 'none',
  arguments: [],
  run: withVenue(week),
};

const calendarAdd: Command<CommandContext> = {
  name: 'calendar add',
  help: 'closed, event, free, bonus or background at some time: calendar add happy bonus mon-fri 17:00 19:00 percent=50',
  roles: STAFF,
  guard: 'refunds-paid-items',
  arguments: [
    { name: 'name', kind: 'text', required: true, help: 'what you call it, in small letters' },
    { name: 'kind', kind: 'text', required: true, help: 'closed, event, free, bonus or background' },
    { name: 'days', kind: 'text', required: true, help: 'mon-fri, sat,sun, daily or 2026-12-31' },
    { name: 'from', kind: 'text', required: true, help: 'such as 17:00' },
    { name: 'to', kind: 'text', required: true, help: 'such as 01:00, of the next day where it is earlier' },
    { name: 'percent', kind: 'integer', required: false, help: 'a bonus on every coin' },
    { name: 'volume', kind: 'text', required: false, help: 'least and most, such as 30-70; of single zones: 30-70,terrace:20-40' },
    { name: 'crossfade', kind: 'integer', required: false, help: 'seconds that songs sound into each other' },
  ],
  run: withVenue(async (venue, _context, { name = '', kind = '', days = '', from = '', to = '', percent, volume, crossfade }) => {
    const period = readPeriod({ name, kind, days, from, to, percent, volume, crossfade });
    return period.ok ? await changeCalendar(venue, addPeriod(venue.rules.calendar, period.value)) : refused(period.error);
  }),
};

const calendarRemove: Command<CommandContext> = {
  name: 'calendar remove',
  help: 'takes a period out of the calendar',
  roles: STAFF,
  guard: 'none',
  arguments: [{ name: 'name', kind: 'text', required: true, help: 'a name of calendar week' }],
  run: withVenue(async (venue, _context, { name = '' }) => await changeCalendar(venue, removePeriod(venue.rules.calendar, name))),
};

const calendarZone: Command<CommandContext> = {
  name: 'calendar zone',
  help: 'the time zone of the clock on the wall: calendar zone Europe/Berlin',
  roles: ['technician', 'headend'],
  guard: 'refunds-paid-items',
  arguments: [{ name: 'name', kind: 'text', required: true, help: 'such as Europe/Berlin or UTC' }],
  run: withVenue(async (venue, _context, { name = '' }) => {
    const zone = await venue.rules.putZone(name);
    if (!zone.ok) return refused(zone.error);
    await venue.keeper.look();
    return done(`The clock on the wall shows ${timeText(await venue.wallMs())}.`, { zone: zone.value.name });
  }),
};

const crossfade: Command<CommandContext> = {
  name: 'crossfade',
  help: 'how many seconds songs sound into each other, where no period of the calendar says otherwise: 0 joins them without a gap, off leaves them alone',
  roles: STAFF,
  guard: 'none',
  arguments: [{ name: 'seconds', kind: 'text', required: false, help: `0 to ${limits.crossfadeSeconds}, or off; left out: says how it is` }],
  run: withVenue(async ({ rules, keeper }, _context, { seconds }) => {
    if (seconds !== undefined && seconds !== 'off' && !(/^\d{1,2}$/.test(seconds) && isCrossfade(Number(seconds))))
      return refused({ code: 'bad-argument', message: `seconds is 0 to ${limits.crossfadeSeconds}, or off; got ${seconds.slice(0, 20)}.` });
    if (seconds !== undefined) await rules.putCrossfade(seconds === 'off' ? null : Number(seconds));
    const now = keeper.crossfadeSeconds;
    const words = now === null ? 'Songs are not joined.' : now === 0 ? 'Songs follow each other without a gap.' : `Songs sound into each other for ${now} s.`;
    return done(`${words}${now === rules.crossfade ? '' : ' The calendar says so.'}`, { seconds: now });
  }),
};

const filterAdd: Command<CommandContext> = {
  name: 'filter add',
  help: 'hides works here, with a reason: filter add genre metal "families before nine"',
  roles: STAFF,
  guard: 'none',
  arguments: [
    { name: 'field', kind: 'text', required: true, help: FILTER_FIELDS.join(', ') },
    { name: 'pattern', kind: 'text', required: true, help: 'the whole text, or a part with * before or after' },
    { name: 'reason', kind: 'text', required: true, help: 'why; whoever asks is told' },
  ],
  run: withVenue(async (venue, { by, box }, { field: wanted = '', pattern = '', reason = '' }) => {
    const field = FILTER_FIELDS.find((candidate) => candidate === wanted);
    if (field === undefined) return refused({ code: 'bad-argument', message: `field is one of ${FILTER_FIELDS.join(', ')}; got ${wanted}.` });
    const before = box.works().length;
    const added = addFilter(venue.rules.filters, { field, pattern, reason, by, atMs: venue.nowMs() });
    if (!added.ok) return refused(added.error);
    await venue.putFilters(added.value);
    return done(`${before - box.works().length} works are hidden by it.`, added.value);
  }),
};

const filterRemove: Command<CommandContext> = {
  name: 'filter remove',
  help: 'shows again what a filter hid',
  roles: STAFF,
  guard: 'none',
  arguments: [{ name: 'number', kind: 'integer', required: true, help: 'a number of filter list' }],
  run: withVenue(async (venue, _context, { number = '' }) => {
    const left = removeFilter(venue.rules.filters, Number(number));
    if (!left.ok) return refused(left.error);
    await venue.putFilters(left.value);
    return done('Removed.', left.value);
  }),
};

const filterList: Command<CommandContext> = {
  name: 'filter list',
  help: 'what is hidden here, by whom and why',
  roles: STAFF,
  guard: 'none',
  arguments: [],
  run: withVenue(async ({ rules }) => done(rules.filters.map(filterWords).join('\n') || 'Nothing is hidden.', rules.filters)),
};

const whyHidden: Command<CommandContext> = {
  name: 'why-hidden',
  help: 'why a work cannot be chosen here',
  roles: ['customer', ...STAFF],
  guard: 'none',
  arguments: [{ name: 'work', kind: 'text', required: true, help: 'its id, or part of its title' }],
  run: withVenue(async (venue, _context, { work = '' }) => {
    const found = venue.findAnywhere(work);
    if (found === null) return { ok: false, code: 'no-such-work', text: `Neither shown nor hidden: no work matches ${JSON.stringify(work)}.`, data: null };
    const filter = venue.rules.hiddenBy(found);
    return done(`${found.title}: ${filter === null ? 'not hidden' : filterWords(filter)}`, { work: found.id, filter });
  }),
};

export const venueCommands: readonly Command<CommandContext>[] = [
  calendarWeek,
  calendarAdd,
  calendarRemove,
  calendarZone,
  crossfade,
  filterAdd,
  filterRemove,
  filterList,
  whyHidden,
];
