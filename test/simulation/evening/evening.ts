import { every } from '../../../src/ports/clock.ts';
import type { Outcome } from './checks.ts';
import { findFaults } from './checks.ts';
import type { Calm } from './kill-plan.ts';
import { Person } from './person.ts';
import { scriptOf } from './script.ts';
import { World, type WorldOptions } from './world.ts';

const LOOK_MS = 250;
const EVENING_MS = 90 * 60_000;
const QUIET_MS = 40 * 60_000;

export interface EveningReport {
  readonly faults: readonly string[];
  readonly calm: Calm;
  readonly struck: readonly string[];
  readonly gaveUp: readonly string[];
  readonly steps: string;
  readonly outcome: Outcome | null;
}

/** Lives one evening to its end, waits until everything is settled and delivered, and looks into both books. */
export async function liveEvening(options: WorldOptions): Promise<EveningReport> {
  const world = new World(options);
  const person = new Person(world);
  const gaveUp: string[] = [];
  try {
    const script = followScript(world, person, gaveUp);
    const faults: string[] = [];
    if (!(await world.run(script.isOver, EVENING_MS))) faults.push(`the evening hangs in step "${script.present()}"`);
    const noise = watchNoise(world);
    if (!(await world.run(() => noise() === '', QUIET_MS))) faults.push(`it never becomes quiet: ${noiseOf(world)}`);
    const { outcome, found } = await findFaults(world, person);
    return reportOf(world, gaveUp, [...faults, ...found], outcome);
  } catch (error) {
    return reportOf(world, gaveUp, [`it breaks: ${error instanceof Error ? error.stack : String(error)}`], null);
  } finally {
    world.remove();
  }
}

function reportOf(world: World, gaveUp: readonly string[], faults: readonly string[], outcome: Outcome | null): EveningReport {
  return { faults, gaveUp, outcome, calm: { places: world.reaper.places, turns: world.clock.turns }, struck: world.reaper.struck, steps: world.steps.last() };
}

function followScript(world: World, person: Person, gaveUp: string[]): { readonly isOver: () => boolean; readonly present: () => string } {
  const steps = scriptOf(world.seed).map((make) => make());
  let at = 0;
  const begin = (): void => {
    person.begin();
    const step = steps[at];
    if (step !== undefined) world.steps.note(`wish: ${step.name}`);
  };
  begin();
  const stop = every(world.clock, LOOK_MS, () => {
    const step = steps[at];
    const view = person.look();
    if (step === undefined) stop();
    else if (view !== null && step.turn(view, person)) at += 1;
    else if (person.stepMs > step.patienceMs) {
      gaveUp.push(step.name);
      world.steps.note(`given up: ${step.name}`);
      at += 1;
    } else return;
    begin();
  });
  return { isOver: () => at >= steps.length, present: () => steps[at]?.name ?? '' };
}

/** Why the evening is not over yet, or an empty text. Asked seldom: it reads both books. */
function watchNoise(world: World): () => string {
  let askedTurn = Number.NEGATIVE_INFINITY;
  let answer = '';
  return () => {
    const { turns } = world.clock;
    if (turns - askedTurn < 100) return answer;
    askedTurn = turns;
    answer = noiseOf(world);
    return answer;
  };
}

function noiseOf(world: World): string {
  const view = world.box?.view() ?? null;
  if (view === null) return 'the box is down';
  if (view.playback !== 'browse' || view.queue.length > 0) return `${view.playback}, ${view.queue.length} in the queue`;
  if (view.creditMinor !== '0') return `credit ${view.creditMinor} is left`;
  const outbox = world.boxBook?.outboxState();
  if (outbox === undefined || outbox.acknowledgedThrough < outbox.written || world.boxBook?.core.parts.outbox.waiting !== 0) return 'records wait';
  const { headend } = world.network;
  if (headend === null) return 'the headend is down';
  const open = headend.book.openSessions();
  return open.length === 0 ? '' : `${open.length} sessions are open at the headend: ${open.map((row) => row.playId).join(' ')}`;
}
