import type { ProcessingRecord } from './processing-record.ts';

/**
 * The records of one outlet, as they followed each other (B-11). Within a device the sequence decides, whatever its clock
 * said (ruling 34); devices of one outlet (a box that was replaced, a book that was rebuilt) are merged by wall time.
 */
export function orderOutlet(records: readonly ProcessingRecord[]): readonly ProcessingRecord[] {
  const devices = new Map<string, ProcessingRecord[]>();
  for (const record of records) {
    const known = devices.get(record.deviceId);
    if (known === undefined) devices.set(record.deviceId, [record]);
    else known.push(record);
  }
  const runs = [...devices.values()].map((run) => run.sort(run.every((record) => record.sequence !== null) ? bySequence : byWall));
  const [only] = runs;
  if (only !== undefined && runs.length === 1) return only;
  return runs
    .flatMap(withSteadyTime)
    .sort((left, right) => left.steadyMs - right.steadyMs || compareText(left.record.deviceId, right.record.deviceId) || left.place - right.place)
    .map(({ record }) => record);
}

function bySequence(left: ProcessingRecord, right: ProcessingRecord): number {
  return (left.sequence ?? 0) - (right.sequence ?? 0) || compareText(left.id, right.id);
}

function byWall(left: ProcessingRecord, right: ProcessingRecord): number {
  return left.wallMs - right.wallMs || bySequence(left, right);
}

/** A clock that was set back must not carry a record before its predecessor of the same device. */
function withSteadyTime(run: readonly ProcessingRecord[]): readonly { readonly record: ProcessingRecord; readonly steadyMs: number; readonly place: number }[] {
  let steadyMs = Number.NEGATIVE_INFINITY;
  return run.map((record, place) => {
    steadyMs = Math.max(steadyMs, record.wallMs);
    return { record, steadyMs, place };
  });
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
