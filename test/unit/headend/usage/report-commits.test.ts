import { expect, test } from 'vitest';
import { ReportCommits } from '../../../../src/headend/usage/report-commits.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

/** Notes what each transaction wrote; one whose steps throw writes nothing. */
function writer() {
  const written: string[][] = [];
  let current: string[] = [];
  const together = <T>(steps: () => T): T => {
    current = [];
    const outcome = steps();
    written.push(current);
    return outcome;
  };
  return { written, together, note: (name: string) => () => void current.push(name) };
}

test('reports that wait together share a transaction, up to a number of records', async () => {
  const store = writer();
  const clock = new VirtualClock();
  const commits = new ReportCommits(store, clock);
  const done = ['a', 'b', 'c', 'd'].map((name) => commits.commit(400, store.note(name)));
  expect(store.written).toEqual([]);
  await clock.advance(1);
  await Promise.all(done);
  expect(store.written).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('a report that can not be written costs no other one', async () => {
  const store = writer();
  const clock = new VirtualClock();
  const commits = new ReportCommits(store, clock);
  const broken = (): never => {
    throw new Error('broken');
  };
  const done = [commits.commit(1, () => 'first'), commits.commit(1, broken), commits.commit(1, () => 'third')];
  const settled = Promise.allSettled(done);
  await clock.advance(1);
  expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(store.written).toHaveLength(2);
});
