const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * Wall milliseconds of an ISO 8601 date or time; without a zone it is UTC, as the zone of the machine that reads must not matter. NaN where
 * it is none: Date.parse by itself takes other writings, and makes 2 March of 30 February.
 */
export function readIsoTime(text: string): number {
  const found = ISO_TIME.exec(text);
  if (found === null) return Number.NaN;
  const [, year, month, day, zone] = found;
  const instant = Date.parse(zone === undefined && text.length > 10 ? `${text}Z` : text);
  return Number(day) <= 28 || new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day) ? instant : Number.NaN;
}
