import { parseArgs } from 'node:util';
import { limits } from '../../limits.ts';
import { createJsonLog } from '../../platform/json-log.ts';
import { helpersGiveWay } from '../../platform/priority.ts';
import { superviseBySystemd } from '../../platform/supervision.ts';
import { systemClock } from '../../platform/system-clock.ts';
import { systemRandom } from '../../platform/system-random.ts';
import { tellTroubles } from '../../platform/trouble-log.ts';
import { monotonicMs, sleep } from '../../ports/clock.ts';
import type { Result } from '../../units/result.ts';
import { rtspEvidence } from '../headend-evidence.ts';
import { type FolderGuard, guardFolder } from '../stores/folder-guard.ts';
import { Sender } from './sender.ts';
import { serveRegistry } from './sender-server.ts';

/** Exit codes: 0 asked to stop, 1 broken, 2 wrong arguments, 3 could not start (the last line on stdout says why). */
const EXIT = { usage: 2, notStarted: 3 } as const;
const GUARD_LOOK_MS = 50;

function tell(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function giveUp(code: number, fault: { readonly code: string; readonly message: string }): never {
  tell({ event: 'failed', code: fault.code, message: fault.message });
  process.stderr.write(`ackbox sender: ${fault.message}\n`);
  process.exit(code);
}

function configure(): { readonly data: string; readonly supervised: boolean } {
  try {
    const { values } = parseArgs({ options: { data: { type: 'string' }, supervised: { type: 'boolean', default: false } } });
    const data = values.data ?? process.env.ACKBOX_HEADEND_DATA ?? '';
    if (data === '') throw new Error('--data DIR is needed: the folder of the headend whose streams this process sends.');
    return { data, supervised: values.supervised };
  } catch (error) {
    return giveUp(EXIT.usage, { code: 'bad-arguments', message: error instanceof Error ? error.message : String(error) });
  }
}

/** The sender before this one may be making its last counts durable. */
async function guardSoon(folder: string): Promise<Result<FolderGuard, { readonly code: string; readonly message: string }>> {
  const deadlineMs = monotonicMs(systemClock) + limits.senderGuardMs;
  for (;;) {
    const guard = guardFolder(folder, 'sender');
    if (guard.ok || guard.error.code !== 'already-running' || monotonicMs(systemClock) > deadlineMs) return guard;
    await sleep(systemClock, GUARD_LOOK_MS);
  }
}

// A broken invariant ends the process; whoever keeps it running starts it again, and boxes resume.
process.on('uncaughtException', (error) => {
  if (process.env.ACKBOX_DEBUG === '1') process.stderr.write(`${error.stack}\n`);
  giveUp(1, { code: 'broken', message: `${error.message} (ACKBOX_DEBUG=1 shows where)` });
});

helpersGiveWay(limits.collectorNiceness);
const config = configure();
const log = tellTroubles(createJsonLog(systemClock, 'sender'), systemClock, (message) => tell({ event: 'notice', message }));
const guard = await guardSoon(config.data);
if (!guard.ok) giveUp(EXIT.notStarted, guard.error);
const sender = new Sender({ folder: config.data, clock: systemClock, random: systemRandom, log, onUnfit: (reason) => stop(reason) });
const server = await serveRegistry(config.data, sender, log);
if (!server.ok) giveUp(EXIT.notStarted, server.error);
const { close } = server.value;
const supervision = superviseBySystemd(process.env, systemClock, log);
supervision.require(rtspEvidence(systemClock, () => sender.rtspUrl()));

let stopping = false;
function stop(why: string): void {
  if (stopping) return;
  stopping = true;
  log.info('stopping', { why });
  supervision.stopping();
  // Streams first: what they tell to be durable must not be cut off by who asks next.
  Promise.resolve(sender.close())
    .then(close)
    .then(
      () => process.exit(0),
      (error: unknown) => {
        log.warn('stop-failed', { reason: error instanceof Error ? error.message : String(error) });
        process.exit(1);
      },
    );
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
if (config.supervised) process.stdin.on('end', () => stop('supervisor-gone')).resume();
process.stdout.on('error', () => {});
supervision.ready('Sends.');
tell({ event: 'ready', ready: true });
