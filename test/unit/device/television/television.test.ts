import { beforeEach, describe, expect, test } from 'vitest';
import { Television } from '../../../../device/television/television.ts';

import { silentLog } from '../../../fakes/headend-on-localhost.ts';
import { SimulatedTelevision } from '../../../fakes/simulated-television.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const STANDBY_MS = 20 * 60_000;
let clock: VirtualClock;
let line: SimulatedTelevision;
let set: Television;

function open(volume = false, standbyMs: number | null = STANDBY_MS): void {
  set = new Television({ bus: line, clock, log: silentLog, standbyMs, volume });
}
const shows = (playback: string, service = 'inService', standby = false): void => set.follow({ playback, service, standby });

beforeEach(() => {
  clock = new VirtualClock();
  line = new SimulatedTelevision();
  open();
});

describe('a television at the HDMI output', () => {
  test('goes on and to our input when something begins, once', async () => {
    shows('browse');
    shows('preListen');
    shows('playing.flowing');
    expect(await set.power()).toBe('on');
    expect(line.heard).toEqual(['image-view-on', 'active-source']);
    expect(line.input).toBe('1.0.0.0');
  });

  test('sleeps a while after the last play, and not before it', async () => {
    shows('playing.flowing');
    shows('browse');
    await clock.advance(STANDBY_MS - 1);
    expect(await set.power()).toBe('on');
    await clock.advance(1);
    expect(await set.power()).toBe('standby');
  });

  test('stays on while the next one plays, also where it began late', async () => {
    shows('playing.flowing');
    shows('browse');
    await clock.advance(STANDBY_MS - 1);
    shows('playing.flowing');
    await clock.advance(2 * STANDBY_MS);
    expect(await set.power()).toBe('on');
  });

  test('sleeps at once with a box that goes out of service', async () => {
    shows('playing.flowing');
    shows('browse');
    shows('browse', 'outOfService');
    expect(await set.power()).toBe('standby');
  });

  test('sleeps and wakes with a box that goes to standby', async () => {
    shows('playing.flowing');
    shows('browse', 'inService', true);
    expect(await set.power()).toBe('standby');
    shows('browse');
    expect(await set.power()).toBe('on');
  });

  test('is left alone where somebody watches something else by then', async () => {
    shows('playing.flowing');
    await set.power();
    line.input = '2.0.0.0';
    shows('browse');
    await clock.advance(STANDBY_MS);
    expect(await set.power()).toBe('on');
    expect(await set.off()).toBe(false);
  });

  test('is not turned off by a box that never turned it on, but by a person who asks', async () => {
    line.state = 'on';
    shows('browse', 'outOfService');
    expect(await set.power()).toBe('on');
    expect(await set.off(true)).toBe(true);
    expect(await set.power()).toBe('standby');
  });

  test('never has to sleep where it was said so', async () => {
    open(false, null);
    shows('playing.flowing');
    shows('browse', 'outOfService');
    await clock.advance(10 * STANDBY_MS);
    expect(await set.power()).toBe('on');
  });

  test('takes the volume keys where it was said so, and while it is there', async () => {
    expect(set.takes('KEY_VOLUMEUP', 'short')).toBe(false);
    open(true);
    await set.power();
    expect(set.takes('KEY_VOLUMEUP', 'short')).toBe(true);
    expect(set.takes('KEY_VOLUMEDOWN', 'short')).toBe(true);
    expect(set.takes('KEY_VOLUMEUP', 'repeat')).toBe(true);
    expect(set.takes('KEY_OK', 'short')).toBe(false);
    await set.power();
    expect(line.volume).toBe(21);
    line.address = null;
    await set.power();
    expect(set.takes('KEY_VOLUMEUP', 'short')).toBe(false);
  });

  test('a key that is held does not wait its turn for ever', async () => {
    open(true);
    await set.power();
    for (let times = 0; times < 1_000; times++) set.takes('KEY_VOLUMEUP', 'repeat');
    await set.power();
    expect(line.volume).toBeLessThan(40);
  });

  test('one that is not there, or deaf, costs nothing but an answer', async () => {
    line.address = null;
    expect(await set.on()).toBe(false);
    expect(line.heard).toEqual([]);
    line.address = '1.0.0.0';
    line.deaf = true;
    expect(await set.on()).toBe(false);
    expect(await set.power()).toBeNull();
  });
});
