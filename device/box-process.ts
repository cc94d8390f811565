import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createJsonLog } from '../src/platform/json-log.ts';
import { LogRing } from '../src/platform/log-ring.ts';
import { type Supervision, superviseBySystemd } from '../src/platform/supervision.ts';
import { systemClock } from '../src/platform/system-clock.ts';
import { systemRandom } from '../src/platform/system-random.ts';
import type { Log } from '../src/ports/log.ts';
import type { Signer } from '../src/ports/signer.ts';
import { bootTrialMinutes, rollBackBootOptions, startBootTrial } from './boot-trial.ts';
import { assembleBox } from './box-assembly.ts';
import type { BoxConfig } from './box-config.ts';
import { openDeviceIdentity } from './checkout/device-identity.ts';
import { type EnrolledIdentity, loadEnrolment } from './checkout/enrolled-identity.ts';
import { enrol } from './checkout/enrolment.ts';
import { isFirstBootUnderWay } from './first-boot/first-boot-file.ts';
import type { ShownEnrolment } from './first-boot/run-first-boot.ts';
import { MpvPlayer } from './media/mpv-player.ts';
import type { Say } from './say.ts';
import { BookThread } from './stores/book-client.ts';
import { guardInstance } from './stores/instance-guard.ts';

const MINUTE_MS = 60_000;

/**
 * Brings the box up in the order that gets to sound soonest, and takes it down so that nothing is lost. Resolves when told to end, or at
 * once with `again` where options on trial were taken back: they are to be read again.
 */
export async function runBoxProcess(config: BoxConfig, say: Say, signal: AbortSignal): Promise<'ended' | 'again'> {
  await mkdir(config.data, { recursive: true, mode: 0o700 });
  // Before anything is touched: a second box would take the player of the first one.
  const guard = guardInstance(config.data);
  try {
    if (startBootTrial(config.data)) {
      say({ event: 'notice', message: 'Nobody confirmed the options on trial: those of before are in force again.' });
      return 'again';
    }
    await runGuarded(config, say, signal);
    return 'ended';
  } finally {
    guard.release();
  }
}

async function runGuarded(config: BoxConfig, say: Say, signal: AbortSignal): Promise<void> {
  const logRing = new LogRing((line) => void process.stderr.write(`${line}\n`));
  const log = createJsonLog(systemClock, 'box', logRing.sink);
  const supervision = superviseBySystemd(process.env, systemClock, log);
  const signer = openDeviceIdentity(config.data);
  if (!signer.ok) throw new Error(signer.error.message);
  const device = config.audioDevice === null ? {} : { device: config.audioDevice };
  const { zones } = config.hardware;
  const mix = zones.length === 0 ? {} : { zones: new (await import('./media/zone-mix.ts')).ZoneMix(zones) };
  const player = new MpvPlayer(
    { folder: join(config.data, 'player'), output: config.audioOutput, ...device, ...mix, kept: config.keptPlayer, clock: systemClock },
    log,
  );
  // Player and book take their time to start; whether the player could is asked when the box is put together.
  const attaching = player.attach();
  const bookThread = new BookThread();
  attaching.catch(() => {});
  const enrolling = knownOrEnrolled({ config, signer: signer.value, log, player, attaching }, waitingSay(say, supervision), signal);
  // Without a player nobody need go and enter a code.
  const identity = await Promise.race([enrolling, attaching.then(() => enrolling)]);
  if (identity === null) return await player.close('quit');
  const found = await attaching;
  const ended = new AbortController();
  const running = await assembleBox({
    config,
    identity,
    player,
    bookThread,
    signer: signer.value,
    clock: systemClock,
    random: systemRandom,
    log,
    logRing,
    say,
    supervision,
    end: () => ended.abort(),
  }).catch(async (error: unknown) => {
    // A player that was playing before us belongs to another box, or to our next try; one of our own making goes with us.
    await player.close(found ? 'detach' : 'quit');
    throw error;
  });
  watchBootTrial(config.data, say, () => ended.abort());
  await aborted(AbortSignal.any([signal, ended.signal]));
  await running.stop();
}

/** Options that nobody confirms in time end with the process that tries them. */
function watchBootTrial(data: string, say: Say, end: () => void): void {
  const minutes = bootTrialMinutes(data);
  if (minutes === null) return;
  say({ event: 'notice', message: `These options are on trial: without commit they are taken back in ${minutes} min.` });
  systemClock.after(minutes * MINUTE_MS, () => {
    if (!rollBackBootOptions(data)) return;
    say({ event: 'notice', message: 'Nobody confirmed the options on trial: the box starts again with those of before.' });
    end();
  });
}

/** A box that waits for its headend or its enrolment is up: systemd hears so, and in which words. */
function waitingSay(say: Say, supervision: Supervision): Say {
  return (event) => {
    if (event.event === 'enrol-code') supervision.ready('Waiting to be enrolled: the code is in the journal.');
    if (event.event === 'enrol-trouble') supervision.ready(String(event.message));
    say(event);
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

interface Newcomer {
  readonly config: BoxConfig;
  readonly signer: Signer;
  readonly log: Log;
  readonly player: MpvPlayer;
  /** The player is there. */
  readonly attaching: Promise<unknown>;
}

/** A box that knows its headend starts without a network; a new one asks its questions, and shows its code until an operator enters it. */
async function knownOrEnrolled(newcomer: Newcomer, say: Say, signal: AbortSignal): Promise<EnrolledIdentity | null> {
  const { config } = newcomer;
  const known = loadEnrolment(config.data, config.headendUrl);
  if (!known.ok) throw new Error(known.error.message);
  if (known.value !== null && !isFirstBootUnderWay(config.data)) return known.value;
  // Whoever waits for a headend may load meanwhile what is needed last.
  void import('./screen/screen-server.ts');
  const { runFirstBoot } = await import('./first-boot/run-first-boot.ts');
  return await runFirstBoot({
    ...newcomer,
    clock: systemClock,
    say,
    signal,
    enrol: (shown) => (known.value === null ? enrolNow(newcomer, say, signal, shown) : Promise.resolve(known.value)),
  });
}

function enrolNow({ config, signer, log }: Newcomer, say: Say, signal: AbortSignal, shown: ShownEnrolment): Promise<EnrolledIdentity | null> {
  return enrol({
    headendUrl: config.headendUrl,
    proxy: config.proxy,
    folder: config.data,
    signer,
    name: config.name,
    profile: config.profile,
    clock: systemClock,
    random: systemRandom,
    showCode(code) {
      shown.code(code);
      say({ event: 'enrol-code', code });
    },
    showTrouble(error) {
      shown.trouble(error.message);
      log.warn('enrolment-trouble', { problem: error.problem });
      say({ event: 'enrol-trouble', message: error.message });
    },
    signal,
  });
}
