import type { ProcessingRecord } from './processing-record.ts';

/** Sequences of one device that are missing, both ends included. Shown, never estimated. */
export interface SequenceGap {
  readonly deviceId: string;
  readonly from: number;
  readonly to: number;
}

/** What is missing between the records that are there. A file of usage alone has gaps where the device wrote other kinds (ruling 30). */
export function findGaps(records: readonly ProcessingRecord[]): readonly SequenceGap[] {
  const devices = new Map<string, number[]>();
  for (const { deviceId, sequence } of records) {
    if (sequence === null) continue;
    const known = devices.get(deviceId);
    if (known === undefined) devices.set(deviceId, [sequence]);
    else known.push(sequence);
  }
  return [...devices].flatMap(([deviceId, sequences]) => {
    sequences.sort((left, right) => left - right);
    return sequences.flatMap((sequence, place) => {
      const before = sequences[place - 1] ?? sequence;
      return sequence - before > 1 ? [{ deviceId, from: before + 1, to: sequence - 1 }] : [];
    });
  });
}
