import { beforeEach, describe, expect, test } from 'vitest';
import { KeyPress, type PressKind } from '../../../../device/input/key-press.ts';
import { limits } from '../../../../src/limits.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

let clock: VirtualClock;
let heard: PressKind[];
beforeEach(() => {
  clock = new VirtualClock();
  heard = [];
});
const key = (repeats: boolean): KeyPress => new KeyPress(clock, { repeats }, (kind) => heard.push(kind));

describe('a key that does not repeat', () => {
  test('is short on release, not before', async () => {
    const press = key(false);
    press.down();
    await clock.advance(limits.longPressMs - 1);
    expect(heard).toEqual([]);
    press.up();
    await clock.advance(5_000);
    expect(heard).toEqual(['short']);
  });

  test('is long at 600 ms while still held, and then never short', async () => {
    const press = key(false);
    press.down();
    await clock.advance(600);
    expect(heard).toEqual(['long']);
    await clock.advance(5_000);
    press.up();
    expect(heard).toEqual(['long']);
  });

  test('a second contact closing while it is down changes nothing', async () => {
    const press = key(false);
    press.down();
    await clock.advance(500);
    press.down();
    await clock.advance(100);
    expect(heard).toEqual(['long']);
  });

  test('a press that its device took along when it was unplugged is none', async () => {
    const press = key(false);
    press.down();
    press.forget();
    await clock.advance(5_000);
    press.up();
    expect(heard).toEqual([]);
  });
});

describe('a key that repeats', () => {
  test('acts at once, then after 600 ms every 150 ms, and stops with the release', async () => {
    const press = key(true);
    press.down();
    expect(heard).toEqual(['short']);
    await clock.advance(600 + 150 * 3);
    expect(heard).toEqual(['short', 'repeat', 'repeat', 'repeat', 'repeat']);
    press.up();
    await clock.advance(5_000);
    expect(heard).toHaveLength(5);
  });
});
