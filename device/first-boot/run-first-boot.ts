import { join } from 'node:path';
import { writeDurably } from '../../src/platform/durable-file.ts';
import { type Clock, sleep } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { readBootOptions, writeBootOptions } from '../boot-config.ts';
import type { BoxConfig } from '../box-config.ts';
import type { EnrolledIdentity } from '../checkout/enrolled-identity.ts';
import type { MpvPlayer } from '../media/mpv-player.ts';
import type { Say } from '../say.ts';
import { FirstBootBox } from './first-boot-box.ts';
import { readFirstBoot, writeFirstBoot } from './first-boot-file.ts';
import { openFirstSurfaces } from './first-boot-surfaces.ts';
import type { MachineFacts } from './questions.ts';

/** Where what the enrolment has to show is seen. */
export interface ShownEnrolment {
  code(code: string): void;
  trouble(message: string): void;
}

export interface FirstBootRun {
  readonly config: BoxConfig;
  readonly player: MpvPlayer;
  readonly attaching: Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
  readonly say: Say;
  readonly signal: AbortSignal;
  /** Resolves with null where the signal ended it. */
  enrol(shown: ShownEnrolment): Promise<EnrolledIdentity | null>;
}

/** On one machine headend and box find each other sooner than anybody could read a question. */
const ASKED_AFTER_MS = 1_500;

/**
 * The first start of a box: its questions on every surface, and its enrolment beside them. A box that an operator enrols before anybody
 * answered anything is set up from afar: it starts with what is usual.
 * @returns null where the signal ended it
 */
export async function runFirstBoot(run: FirstBootRun): Promise<EnrolledIdentity | null> {
  const { config, clock, signal } = run;
  const shown = { code: null as string | null, trouble: null as string | null };
  let box: FirstBootBox | null = null;
  const tell = (): void => box?.enrolmentIs(shown.code === null ? { state: 'asking', trouble: shown.trouble } : { state: 'code', code: shown.code });
  const enrolling = run.enrol({
    code(code) {
      shown.code = code;
      tell();
    },
    trouble(message) {
      [shown.code, shown.trouble] = [null, message];
      tell();
    },
  });
  if (!config.asksAtFirst) return await enrolling;
  const begun = readFirstBoot(config.data)?.answers ?? {};
  const early = Object.keys(begun).length > 0 ? undefined : await Promise.race([enrolling, sleep(clock, ASKED_AFTER_MS).then(() => undefined)]);
  if (early !== undefined) return early;
  await run.attaching;
  const machine = await machineFacts(run);
  box = new FirstBootBox({ ...deeds(run), machine, name: config.name, silentPlayer: run.player.silent, answers: begun, log: run.log });
  const surfaces = await openFirstSurfaces({ ...run, box });
  tell();
  run.say({ event: 'first-boot', screenUrl: surfaces.screenUrl, consolePath: surfaces.consolePath });
  try {
    const identity = await enrolling;
    if (identity === null) return null;
    box.enrolmentIs({ state: 'enrolled', currency: identity.currency });
    const setUpFromAfar = Object.keys(box.answers).length === 0;
    if (!setUpFromAfar) await Promise.race([box.finished, aborted(signal)]);
    if (signal.aborted) return null;
    if (!setUpFromAfar) writeFirstBoot(config.data, { answers: box.answers, phase: 'answered' });
    return identity;
  } finally {
    await run.player.playFile(null);
    await surfaces.close();
  }
}

async function machineFacts({ config, player }: FirstBootRun): Promise<MachineFacts> {
  return {
    profile: config.profile,
    zones: Intl.supportedValuesOf('timeZone'),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    outputs: await player.outputs(),
  };
}

/** What answers do at once. */
function deeds({ config, player }: FirstBootRun): Pick<ConstructorParameters<typeof FirstBootBox>[0], 'keep' | 'useOutput' | 'setVolume' | 'playTune'> {
  return {
    keep: (answers) => writeFirstBoot(config.data, { answers, phase: 'asking' }),
    async useOutput(name) {
      const options = new Map(readBootOptions(config.data));
      options.set('audio-device', name);
      writeBootOptions(config.data, options);
      await player.useOutput(name);
    },
    setVolume: (percent) => player.setVolume(percent),
    async playTune(on) {
      const path = join(config.data, 'welcome.wav');
      if (on) writeDurably(path, (await import('./welcome-tune.ts')).welcomeTune());
      await player.playFile(on ? path : null);
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
