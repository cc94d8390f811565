/** What the box counts for life, in the order in which it is shown. Money in minor units. */
export const METERS = ['cash', 'coins', 'card', 'card-payments', 'unexplained-pulses'] as const;
export type MeterName = (typeof METERS)[number];

export interface Meter {
  readonly name: MeterName;
  readonly lifetime: bigint;
  readonly sinceCollection: bigint;
}

/** A collection as it is kept: what the meters say lies in the cash box, and what was counted there. Minor units. */
export interface Collection {
  readonly number: number;
  readonly atMs: number;
  readonly collector: string;
  readonly expectedMinor: bigint;
  readonly countedMinor: bigint;
  /** The CollectionTicket. */
  readonly ticket: string;
}

export interface CollectionFacts {
  readonly number: number;
  readonly box: string;
  /** ISO 8601 by the wall clock of the box. */
  readonly at: string;
  readonly collector: string;
  readonly countedMinor: bigint;
  readonly meters: readonly Meter[];
  readonly sealedPage: number;
  readonly seal: string;
  /** Money in words, such as `1.50 EUR`. */
  amount(minor: bigint): string;
}

/** What the meters say lies in the cash box. */
export function expectedCash(meters: readonly Meter[]): bigint {
  return meters.find(({ name }) => name === 'cash')?.sinceCollection ?? 0n;
}

/** The paper of a collection, at most 40 columns. */
export function writeTicket({ number, box, at, collector, countedMinor, meters, sealedPage, seal, amount }: CollectionFacts): string {
  const expectedMinor = expectedCash(meters);
  const row = (name: string, value: string): string => `${name.padEnd(20)}${value.padStart(20)}`;
  const meter = ({ name, lifetime, sinceCollection }: Meter): string => {
    const shown = (value: bigint): string => (name === 'cash' || name === 'card' ? amount(value) : String(value));
    return `${name.padEnd(20)}${shown(sinceCollection).padStart(10)}${shown(lifetime).padStart(10)}`;
  };
  const variance = countedMinor - expectedMinor;
  return [
    `COLLECTION ${number}`,
    box.slice(0, 40),
    row('at', at.slice(0, 19)),
    row('by', collector.slice(0, 20)),
    '',
    row('expected', amount(expectedMinor)),
    row('counted', amount(countedMinor)),
    row('variance', `${variance > 0n ? '+' : variance < 0n ? '-' : ''}${amount(variance < 0n ? -variance : variance)}`),
    '',
    row('meter', '   since      ever'),
    ...meters.map(meter),
    '',
    row('cash book page', String(sealedPage)),
    `seal ${seal.slice(0, 32)}`,
  ].join('\n');
}
