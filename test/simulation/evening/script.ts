import type { BoxView } from '../../../device/session/box-view.ts';
import type { Person } from './person.ts';
import type { Title } from './works.ts';

/** One wish of a guest. Asked four times a second until it is fulfilled; acts on what the box shows, as a person does. */
export interface Step {
  readonly name: string;
  /** After this long the guest gives up and the evening goes on. */
  readonly patienceMs: number;
  /** @returns whether the wish is fulfilled */
  turn(view: BoxView, person: Person): boolean;
}

const MINUTE_MS = 60_000;
const isPlaying = (view: BoxView): boolean => view.playback.startsWith('playing.');

function step(name: string, turn: Step['turn'], patienceMs = MINUTE_MS): () => Step {
  return () => ({ name, patienceMs, turn });
}

function coins(creditMinor: bigint, coinMinor: bigint): () => Step {
  return step(`coins up to ${creditMinor}`, (view, person) => {
    if (BigInt(view.creditMinor) >= creditMinor) return true;
    person.coin(coinMinor);
    return false;
  });
}

/** Hears a while and leaves it. */
function decline(title: Title, listenMs: number): () => Step {
  return () => {
    let heardSinceMs: number | null = null;
    return {
      name: `pre-listen ${title} and decline`,
      patienceMs: MINUTE_MS,
      turn(view, person) {
        if (view.playback === 'preListen') {
          heardSinceMs ??= person.nowMs;
          if (person.nowMs - heardSinceMs >= listenMs) person.press({ type: 'intent.back' });
        } else if (view.playback === 'browse') {
          if (heardSinceMs !== null) return true;
          person.ok(title);
        }
        return false;
      },
    };
  };
}

/** Wants to have a work: pays for it where asked, and is content when it plays, waits in the queue, or stands on a receipt. */
function buy(title: Title, listenMs: number): () => Step {
  return () => {
    let heardSinceMs: number | null = null;
    return {
      name: `buy ${title}`,
      patienceMs: 2 * MINUTE_MS,
      turn(view, person) {
        const mine = view.nowPlaying?.title === title;
        if ((mine && isPlaying(view)) || view.queue.some((entry) => entry.title === title) || view.lastReceipt?.title === title) return true;
        if (view.playback === 'browse' || isPlaying(view)) {
          heardSinceMs = null;
          person.ok(title);
        } else if (view.playback === 'preListen' && mine) {
          heardSinceMs ??= person.nowMs;
          if (person.nowMs - heardSinceMs >= listenMs) person.press({ type: 'intent.ok' });
        } else if (view.playback === 'awaitingConfirmation' || view.playback === 'outright') person.press({ type: 'intent.ok' });
        return false;
      },
    };
  };
}

function pauseAndGoOn(pauseMs: number): () => Step {
  return () => {
    let pausedSinceMs: number | null = null;
    return {
      name: 'pause and go on',
      patienceMs: 20_000,
      turn(view, person) {
        if (view.playback === 'playing.paused') {
          pausedSinceMs ??= person.nowMs;
          if (person.nowMs - pausedSinceMs >= pauseMs) person.press({ type: 'intent.play-pause' });
        } else if (isPlaying(view)) {
          if (pausedSinceMs !== null) return true;
          if ((view.nowPlaying?.play.positionMs ?? 0) > 0) person.press({ type: 'intent.play-pause' });
        } else return view.playback === 'browse';
        return false;
      },
    };
  };
}

function suppressAcks(stalledMs: number): () => Step {
  return () => {
    let stalledSinceMs: number | null = null;
    return {
      name: 'hold ACKs back',
      patienceMs: 20_000,
      turn(view, person) {
        const play = view.nowPlaying?.play;
        if (play === undefined || !isPlaying(view)) return view.playback === 'browse';
        if (play.stalled === 'credit') stalledSinceMs ??= person.nowMs;
        if (stalledSinceMs === null) {
          if (!play.acksSuppressed) person.press({ type: 'intent.suppress-acks', on: true });
          return false;
        }
        if (person.nowMs - stalledSinceMs < stalledMs) return false;
        if (play.acksSuppressed) person.press({ type: 'intent.suppress-acks', on: false });
        return play.stalled === null;
      },
    };
  };
}

/** Listens for a while, then has enough of this one. */
function skip(title: Title, afterMs: number): () => Step {
  return step(`skip ${title}`, (view, person) => {
    if (view.nowPlaying?.title !== title) return view.playback === 'browse' || isPlaying(view) || view.lastReceipt?.title === title;
    if (isPlaying(view) && view.nowPlaying.play.positionMs >= afterMs) person.press({ type: 'intent.skip' });
    return false;
  });
}

/** Waits until a work of the queue plays, or was played. */
function hearBegin(title: Title, positionMs: number): () => Step {
  return step(`wait for ${title}`, (view) => {
    if (view.nowPlaying?.title === title) return isPlaying(view) && view.nowPlaying.play.positionMs >= positionMs;
    return view.lastReceipt?.title === title || (view.playback === 'browse' && view.queue.length === 0);
  });
}

const endEvening = step('end the evening', (view, person) => {
  if (view.service === 'outOfService' && view.queue.length === 0 && view.playback === 'browse') return true;
  if (view.service !== 'outOfService' || view.queue.length > 0) person.command('evening end');
  return false;
});

const openAgain = step('open again', (view, person) => {
  if (view.service === 'inService') return true;
  person.command('service off');
  return false;
});

/** Hears the whole trial and never answers the question. */
function trialRunsOut(title: Title): () => Step {
  return () => {
    let asked = false;
    return {
      name: `let the trial of ${title} run out`,
      patienceMs: 3 * MINUTE_MS,
      turn(view, person) {
        asked ||= view.playback === 'awaitingConfirmation';
        if (view.playback !== 'browse') return false;
        if (asked) return true;
        person.ok(title);
        return false;
      },
    };
  };
}

/** Goes away and leaves a coin behind. */
const walkAway = step('leave credit behind', (view) => view.creditMinor === '0', 15 * MINUTE_MS);

const playsOut = step('until it is quiet', (view) => view.playback === 'browse' && view.queue.length === 0, 3 * MINUTE_MS);

/** Three guests, the end of the evening, and a last one who leaves; in every fourth evening he hears a whole trial before. */
export function scriptOf(seed: number): readonly (() => Step)[] {
  return seed % 4 === 0 ? [...EVENING, trialRunsOut('Birch'), ...NIGHT] : [...EVENING, ...NIGHT];
}

const EVENING: readonly (() => Step)[] = [
  coins(200n, 100n),
  decline('Amber', 1_500),
  buy('Birch', 1_500),
  buy('Dune', 1_000),
  buy('Cedar', 1_000),
  buy('Amber', 1_000),
  pauseAndGoOn(1_500),
  suppressAcks(800),
  skip('Birch', 4_000),
  hearBegin('Cedar', 0),
  hearBegin('Amber', 500),
  coins(100n, 50n),
  buy('Elm', 1_000),
  buy('Fir', 1_000),
  skip('Amber', 2_000),
  hearBegin('Elm', 1_500),
  endEvening,
  openAgain,
];

const NIGHT: readonly (() => Step)[] = [coins(50n, 50n), walkAway, playsOut];
