import type { ProcessingRecord } from './processing-record.ts';

/** The places that one person went through between a sign-on and its end ([0038], [0051]). */
export interface NavigationPath {
  readonly accountNo: string;
  readonly outletNo: string;
  readonly places: readonly string[];
}

/** Longer visits are cut here: a path is for people to read. */
export const PATH_PLACES_MAX = 64;

/** @param ordered the records of one outlet as `orderOutlet` gives them; a place is `title/place`, or the title alone */
export function tracePaths(ordered: readonly ProcessingRecord[]): readonly NavigationPath[] {
  const paths: NavigationPath[] = [];
  let places: string[] = [];
  const end = (record: ProcessingRecord): void => {
    if (places.length > 0) paths.push({ accountNo: record.accountNo, outletNo: record.outletNo, places });
    places = [];
  };
  for (const record of ordered) {
    if (record.eventType === 'SIGN_ON') end(record);
    const place = record.placeId === '' ? record.titleDomain : `${record.titleDomain}/${record.placeId}`;
    if (record.eventType !== 'PULSE' && place !== '' && places.at(-1) !== place && places.length < PATH_PLACES_MAX) places.push(place);
    if (record.eventType === 'SIGN_OFF') end(record);
  }
  const last = ordered.at(-1);
  if (last !== undefined) end(last);
  return paths;
}
