import { describe, expect, test } from 'vitest';
import { type Actor, createActor, SimulatedClock } from 'xstate';
import { type BoxContext, firstContext } from '../../device/session/box-context.ts';
import { type BoxMachine, createBoxMachine } from '../../device/session/box-machine.ts';
import type { BoxEffects } from '../../device/session/box-setup.ts';
import { dotted } from '../../device/session/build-view.ts';
import { type Edge, edgesOf, leavesOf } from '../../device/session/draw-machine.ts';
import { limits } from '../../src/limits.ts';
import { ALARM } from './alarm-transitions.ts';
import { CHOOSING } from './choosing-transitions.ts';
import { PLACE } from './place-transitions.ts';
import { PLAYING } from './playing-transitions.ts';
import type { Promised } from './promised.ts';

const PROMISED: readonly Promised[] = [...ALARM, ...CHOOSING, ...PLAYING, ...PLACE];

/** Effects that only write down that they were asked for. */
function recordingEffects(asked: string[]): BoxEffects {
  const names = [
    'recoverPlays',
    'startTrial',
    'buyOutright',
    'startNext',
    'confirmPlay',
    'pausePlay',
    'resumePlay',
    'endPlay',
    'enqueue',
    'seek',
    'suppressAcks',
    'acceptCoins',
    'setSound',
    'tuneIn',
  ] as const;
  return Object.fromEntries(names.map((name) => [name, () => asked.push(name)])) as unknown as BoxEffects;
}

/** The machine standing in one leaf state of one region, the others where `context` says they must be. */
function standIn(path: string, context: Partial<BoxContext>, asked: string[]): Actor<BoxMachine> {
  const machine = createBoxMachine(recordingEffects(asked));
  const regions: Record<string, unknown> = {
    playback: 'browse',
    cash: 'inhibited',
    connectivity: context.online === true ? 'online' : 'offline',
    service: context.storageLow === true ? 'storageLow' : 'inService',
  };
  const [region = '', ...rest] = path.split('.');
  regions[region] = rest.reduceRight<unknown>((inner, state) => (inner === null ? state : { [state]: inner }), null);
  const snapshot = machine.resolveState({ value: regions as never, context: { ...firstContext, ...context } });
  const actor = createActor(machine, { snapshot });
  actor.start();
  return actor;
}

function stateOf(actor: Actor<BoxMachine>, region: string): string {
  const value = actor.getSnapshot().value as Record<string, unknown>;
  return `${region}.${dotted(value[region])}`;
}

function keyOf(edge: Pick<Edge, 'event' | 'alternative'> & { readonly from: string }): string {
  return `${edge.from} | ${edge.event} | ${edge.alternative}`;
}

/** The type of the event that the machine sends itself when a delay is over. */
function delayedEvent(row: Promised): string {
  const edge = edgesOf(createBoxMachine().root).find((candidate) => candidate.from === row.from && candidate.event === row.on);
  return edge?.eventType ?? 'no such edge';
}

/** An edge of a compound state is promised from any of its leaves. */
function isPromised(edge: Edge, promised: readonly Promised[]): boolean {
  return promised.some(
    (row) => (row.from === edge.from || row.from.startsWith(`${edge.from}.`)) && row.on === edge.event && (row.alternative ?? 0) === edge.alternative,
  );
}

describe('the statechart of the box', () => {
  test.each(PROMISED.map((row) => [`${row.from}: ${row.says}`, row] as const))('%s', (_name, row) => {
    const asked: string[] = [];
    const actor = standIn(row.from, row.context ?? {}, asked);
    asked.length = 0;
    actor.send(row.event ?? ({ type: delayedEvent(row) } as never));
    const [region = ''] = row.from.split('.');
    expect(stateOf(actor, region)).toBe(row.to);
    if (row.does !== undefined) expect(asked).toContain(row.does);
    expect(actor.getSnapshot().context).toMatchObject(row.remembers ?? {});
  });

  test('every edge of the chart has its promise above', () => {
    const unpromised = edgesOf(createBoxMachine().root).filter((edge) => !isPromised(edge, PROMISED));
    expect(unpromised.map(keyOf)).toEqual([]);
  });

  test('every promise names an edge that exists', () => {
    const edges = edgesOf(createBoxMachine().root);
    const idle = PROMISED.filter((row) => !edges.some((edge) => isPromised(edge, [row])));
    expect(idle.map((row) => row.says)).toEqual([]);
  });

  test('a walk along the promises reaches every state', () => {
    const reached = new Set(PROMISED.map((row) => row.to));
    const initial = ['playback.recovering', 'cash.inhibited', 'connectivity.offline', 'service.inService', 'sound.open'];
    const unreached = leavesOf(createBoxMachine().root).filter((leaf) => !reached.has(leaf) && !initial.includes(leaf));
    expect(unreached).toEqual([]);
  });

  test('a question that nobody answers is declined after the time in limits.ts', () => {
    const clock = new SimulatedClock();
    const actor = createActor(createBoxMachine(), { clock });
    actor.start();
    for (const event of [
      { type: 'recovery.done' },
      { type: 'net.online' },
      { type: 'intent.ok', workId: 'w1' },
      { type: 'play.opened', playId: 'p1', phase: 'trial' },
      { type: 'play.trial-over', playId: 'p1' },
    ] as const)
      actor.send(event);
    clock.increment(limits.confirmMs - 1);
    expect(stateOf(actor, 'playback')).toBe('playback.awaitingConfirmation');
    clock.increment(1);
    expect(stateOf(actor, 'playback')).toBe('playback.settling');
    expect(actor.getSnapshot().context.endReason).toBe('trial-declined');
    actor.stop();
  });

  test('a network that is gone is waited for beyond its grace; a headend that stands still is not', () => {
    const endsAfterMs = (...whys: readonly ('credit' | 'network')[]): number => {
      const clock = new SimulatedClock();
      const actor = createActor(createBoxMachine(), { clock });
      actor.start();
      actor.send({ type: 'recovery.done' });
      actor.send({ type: 'net.online' });
      actor.send({ type: 'intent.ok', workId: 'w1' });
      actor.send({ type: 'play.opened', playId: 'p1', phase: 'paid' });
      for (const why of whys) actor.send({ type: 'play.stalled', playId: 'p1', why });
      let passedMs = 0;
      for (; stateOf(actor, 'playback') === 'playback.playing.stalled'; passedMs += 1_000) clock.increment(1_000);
      actor.stop();
      return passedMs;
    };
    expect(endsAfterMs('credit')).toBe(limits.stallToFaultMs);
    expect(endsAfterMs('network')).toBeGreaterThan(limits.headendGraceMs);
    expect(endsAfterMs('credit', 'network')).toBeGreaterThan(limits.headendGraceMs);
  });

  test('coins are inhibited from the first moment', () => {
    const asked: string[] = [];
    const actor = createActor(createBoxMachine(recordingEffects(asked)));
    actor.start();
    expect(stateOf(actor, 'cash')).toBe('cash.inhibited');
    expect(asked).toContain('acceptCoins');
    actor.stop();
  });
});
