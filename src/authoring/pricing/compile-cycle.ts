import type { CycleRule, DueDate } from '../../domain/rating/compiled-model.ts';
import { type CompileContext, reportValue, wholeOf } from './compile-values.ts';
import { attributeOf, childrenOf, type XmlElement } from './xml-tree.ts';

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const ORDINALS: Readonly<Record<string, number>> = { first: 1, second: 2, third: 3, fourth: 4, fifth: 5, last: -1 };
const DAYS_AT_MOST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Compiles a `billingCycle` (P-4 to P-8); null where it is not sound, after an error was reported. */
export function compileCycle(element: XmlElement, context: CompileContext): CycleRule | null {
  const [method, second] = element.children;
  if (method === undefined) {
    context.report.error(
      element.offset,
      'cycle',
      'P-4',
      'a billingCycle holds one of instantaneous, monthly, timePeriod or schedule; add the one that is meant',
    );
    return null;
  }
  if (second !== undefined) {
    context.report.error(
      second.offset,
      'cycle',
      'P-4',
      `a billingCycle holds one of instantaneous, monthly, timePeriod or schedule; keep <${method.name}> or <${second.name}>`,
    );
    return null;
  }
  switch (method.name) {
    case 'instantaneous':
      return { kind: 'instantaneous' };
    case 'monthly':
      return compileMonthly(method, context);
    case 'timePeriod':
      return compilePeriod(method, context);
    case 'schedule':
      return compileSchedule(method, context);
    default:
      // An unknown element: the shape of the document was reported already.
      return null;
  }
}

function compileMonthly(element: XmlElement, context: CompileContext): CycleRule | null {
  const day = attributeOf(element, 'dayOfMonth');
  const weekday = attributeOf(element, 'dayOfWeek');
  const ordinal = attributeOf(element, 'ordinal');
  const advice = 'write dayOfMonth="28", or dayOfWeek="Tuesday" with ordinal="third"';
  if (day !== null && (weekday !== null || ordinal !== null)) {
    context.report.error(element.offset, 'cycle', 'P-6', `monthly takes a day of the month or a weekday, not both; ${advice}`);
    return null;
  }
  if (day !== null) {
    const dayOfMonth = wholeOf(element, 'dayOfMonth', 1, 31, context, 'P-6');
    return dayOfMonth === null ? null : { kind: 'monthly-day', dayOfMonth };
  }
  if (weekday === null || ordinal === null) {
    const missing = weekday === null && ordinal === null ? 'monthly says no day' : 'dayOfWeek and ordinal go together';
    context.report.error(element.offset, 'cycle', 'P-6', `${missing}; ${advice}`);
    return null;
  }
  const number = WEEKDAYS.indexOf(weekday.value.toLowerCase()) + 1;
  if (number === 0) reportValue(weekday, context, 'P-6', 'a weekday is needed: Monday to Sunday');
  const word = ordinal.value.toLowerCase();
  const count = Object.hasOwn(ORDINALS, word) ? ORDINALS[word] : undefined;
  if (count === undefined) reportValue(ordinal, context, 'P-6', 'first, second, third, fourth, fifth or last is needed');
  return number === 0 || count === undefined ? null : { kind: 'monthly-weekday', weekday: number, ordinal: count };
}

function compilePeriod(element: XmlElement, context: CompileContext): CycleRule | null {
  const part = (name: string, most: number): number => wholeOf(element, name, 0, most, context, 'P-7') ?? 0;
  const period = { years: part('years', 9_999), months: part('months', 9_999), days: part('days', 999_999), hours: part('hours', 9_999_999) };
  if (Object.values(period).some((length) => length > 0)) return { kind: 'time-period', ...period };
  const wrong = element.attributes.some(({ value }) => !/^0{1,9}$/.test(value));
  if (!wrong)
    context.report.error(element.offset, 'cycle', 'P-7', 'timePeriod has no length; write at least one of hours, days, months and years, such as months="3"');
  return null;
}

function compileSchedule(element: XmlElement, context: CompileContext): CycleRule | null {
  const dates = childrenOf(element, 'dueDate').map((dueDate) => compileDueDate(dueDate, context));
  const dueDates = dates.filter((date) => date !== null);
  return dueDates.length === 0 || dueDates.length < dates.length ? null : { kind: 'schedule', dueDates };
}

function compileDueDate(element: XmlElement, context: CompileContext): DueDate | null {
  if (element.attributes.length === 0) {
    context.report.error(element.offset, 'cycle', 'P-8', 'a dueDate names at least one of year, month and day, such as month="1" day="15"');
    return null;
  }
  const date = {
    year: wholeOf(element, 'year', 1970, 9_999, context, 'P-8'),
    month: wholeOf(element, 'month', 1, 12, context, 'P-8'),
    day: wholeOf(element, 'day', 1, 31, context, 'P-8'),
  };
  const longest = DAYS_AT_MOST[(date.month ?? 1) - 1] ?? 31;
  if (date.day !== null && date.day > longest) {
    context.report.warn(element.offset, 'no-effect', 'P-8', `month ${date.month} has no day ${date.day}; its last day is taken`);
  }
  return date;
}
