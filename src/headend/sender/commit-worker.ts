import { type MessagePort, parentPort } from 'node:worker_threads';
import { limits } from '../../limits.ts';
import { giveWayWithin } from '../../platform/priority.ts';
import { systemClock } from '../../platform/system-clock.ts';
import { systemRandom } from '../../platform/system-random.ts';
import { assert } from '../../units/assert.ts';
import type { WallMs } from '../../units/time.ts';
import { asHeadendBookError, HeadendBookError } from '../stores/headend-book-error.ts';
import { HeadendDatabase } from '../stores/headend-database.ts';
import { commitGroup } from '../stores/progress-rows.ts';
import type { CommitAnswer, CommitOrder } from './commit-thread.ts';

/** The thread that waits for the disk: groups are committed in the order they came. This file is the entry of the worker. */
function serve(port: MessagePort, path: string): void {
  giveWayWithin(limits.commitNiceness);
  const database = new HeadendDatabase(path, undefined, { isThere: true });
  port.postMessage('opened' satisfies CommitAnswer);
  port.on('message', (order: CommitOrder) => {
    if (order === 'end') {
      database.close();
      port.close();
      return;
    }
    assert('group' in order, 'the book is named once');
    port.postMessage(answer(database, order.group, order.wallMs as WallMs));
  });
}

function answer(database: HeadendDatabase, group: Parameters<typeof commitGroup>[1], wallMs: WallMs): CommitAnswer {
  // The time of the sender, whatever clock it has.
  const clock = { ...systemClock, wallMs: () => wallMs };
  try {
    return { goingOn: commitGroup({ database, clock, random: systemRandom }, group) };
  } catch (thrown) {
    const error = asHeadendBookError(thrown);
    if (error instanceof HeadendBookError) return { failure: { code: error.code, message: error.message } };
    return { failure: { code: null, message: error instanceof Error ? error.message : String(error) } };
  }
}

const port = parentPort;
assert(port !== null, 'groups are committed in a worker thread');
port.once('message', (order: CommitOrder) => {
  assert(order !== 'end' && 'path' in order, 'the book is named first');
  serve(port, order.path);
});
