import { createJsonLog } from '../platform/json-log.ts';
import { superviseBySystemd } from '../platform/supervision.ts';
import { systemClock } from '../platform/system-clock.ts';
import { systemRandom } from '../platform/system-random.ts';
import { tellTroubles } from '../platform/trouble-log.ts';
import { startHeadend } from './headend.ts';
import { type HeadendConfig, readHeadendConfig } from './headend-config.ts';
import { bookEvidence, rtspEvidence } from './headend-evidence.ts';

/** Exit codes: 0 asked to stop, 1 broken, 2 wrong arguments, 3 could not start (the last line on stdout says why). */
const EXIT = { usage: 2, notStarted: 3 } as const;

/** One line of JSON for whoever started this process. */
function tell(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function giveUp(code: number, fault: { readonly code: string; readonly message: string }): never {
  tell({ event: 'failed', code: fault.code, message: fault.message });
  process.stderr.write(`ackbox headend: ${fault.message}\n`);
  process.exit(code);
}

function configure(): HeadendConfig {
  try {
    return readHeadendConfig(process.argv.slice(2), process.env);
  } catch (error) {
    return giveUp(EXIT.usage, { code: 'bad-arguments', message: error instanceof Error ? error.message : String(error) });
  }
}

// A broken invariant ends the process; whoever keeps it running starts it again from what is durable.
process.on('uncaughtException', (error) => {
  if (process.env.ACKBOX_DEBUG === '1') process.stderr.write(`${error.stack}\n`);
  giveUp(1, { code: 'broken', message: `${error.message} (ACKBOX_DEBUG=1 shows where)` });
});

const config = configure();
const log = tellTroubles(createJsonLog(systemClock, 'headend'), systemClock, (message) => tell({ event: 'notice', message }));
const started = await startHeadend(config, { clock: systemClock, random: systemRandom, log });
if (!started.ok) giveUp(EXIT.notStarted, started.error);
const headend = started.value;
const supervision = superviseBySystemd(process.env, systemClock, log);
supervision.require(bookEvidence(headend.book, systemClock));
if (config.sender === 'within') supervision.require(rtspEvidence(systemClock, async () => headend.rtspUrl));

let stopping = false;
function stop(why: string): void {
  if (stopping) return;
  stopping = true;
  log.info('stopping', { why });
  supervision.stopping();
  headend.close().then(
    () => process.exit(0),
    (error: unknown) => {
      log.warn('stop-failed', { reason: error instanceof Error ? error.message : String(error) });
      process.exit(1);
    },
  );
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
if (config.supervised) process.stdin.on('end', () => stop('supervisor-gone')).resume();
// Whoever started us may be gone: a broken pipe on stdout must not end the music.
process.stdout.on('error', () => {});

const { url, httpPort, rtspPort, rtspUrl, operatorUrl } = headend;
supervision.ready(`Serves ${url}`);
log.info('ready', { url, rtspUrl });
tell({ event: 'ready', ready: true, url, httpPort, rtspPort, rtspUrl, operatorUrl });
