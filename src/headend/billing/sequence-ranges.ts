/** `3-5, 9`: ascending numbers as ranges, for people; empty for none. */
export function formatRanges(ascending: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const value of ascending) {
    const newest = ranges.at(-1);
    if (newest !== undefined && value === newest[1] + 1) newest[1] = value;
    else ranges.push([value, value]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
}
