import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EvdevKeys } from '../../../../device/input/evdev-keys.ts';
import { KEY_CODES, type KeyName } from '../../../../device/input/keys.ts';
import { decodeInputEvents, parseInputDevices } from '../../../../src/wire/input-event.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const LISTING = `I: Bus=0019 Vendor=0000 Product=0001 Version=0000
N: Name="Power Button"
H: Handlers=kbd event0
B: EV=3
B: KEY=10000000000000 0

I: Bus=0003 Vendor=046d Product=c31c Version=0110
N: Name="A Keyboard"
H: Handlers=sysrq kbd leds event1
B: EV=120013
B: KEY=1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe

I: Bus=0000 Vendor=0000 Product=0000 Version=0000
N: Name="HDMI Jack"
H: Handlers=event2
B: EV=21
B: SW=140
`;

function record(type: number, code: number, value: number): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt16LE(type, 16);
  bytes.writeUInt16LE(code, 18);
  bytes.writeInt32LE(value, 20);
  return bytes;
}
const SYNC = record(0, 0, 0);
const key = (name: KeyName, value: number): Buffer => Buffer.concat([record(1, KEY_CODES[name], value), SYNC]);
const scan = (code: number): Buffer => record(4, 4, code | 0);

describe('input devices', () => {
  test('are listed by name; those without keys are left out of use', () => {
    expect(parseInputDevices(LISTING)).toEqual([
      { name: 'Power Button', handler: 'event0', keys: true },
      { name: 'A Keyboard', handler: 'event1', keys: true },
      { name: 'HDMI Jack', handler: 'event2', keys: false },
    ]);
  });

  test('records are decoded wherever the reads were cut', () => {
    const whole = Buffer.concat([key('KEY_OK', 1), key('KEY_OK', 0)]);
    for (let cut = 0; cut <= whole.length; cut++) {
      const first = decodeInputEvents(whole.subarray(0, cut));
      const second = decodeInputEvents(Buffer.concat([first.rest, whole.subarray(cut)]));
      expect([...first.events, ...second.events].map(({ code, value }) => [code, value])).toEqual([
        [352, 1],
        [0, 0],
        [352, 0],
        [0, 0],
      ]);
    }
  });
});

describe('keys by plain reads', () => {
  let folder: string;
  let heard: string[];
  let wake: () => void;
  let keys: EvdevKeys;
  let pipe: number;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ackbox-evdev-'));
    writeFileSync(join(folder, 'devices'), (LISTING.split('\n\n')[0] ?? '').replace('Power Button', 'IR Remote'));
    // A named pipe behaves as an event file does: reads wait for what is pressed next.
    spawnSync('mkfifo', [join(folder, 'event0')]);
    heard = [];
    wake = () => {};
    const hear = (what: string): void => {
      heard.push(what);
      wake();
    };
    keys = new EvdevKeys({
      ...{ folder, clock: new VirtualClock(), log: { info: () => {}, warn: () => {}, error: () => {} } as never },
      keyOfScancode: (_, scancode) => (scancode === 0x1e_3b ? 'KEY_PLAYPAUSE' : null),
      onKey: (name, down, device) => hear(`${device}: ${name} ${down ? 'down' : 'up'}`),
      onScancode: (device, scancode) => hear(`${device}: 0x${scancode.toString(16)}`),
      onGone: (device) => hear(`${device} gone`),
    });
    await keys.start();
    pipe = openSync(join(folder, 'event0'), 'w');
  });
  afterEach(() => {
    keys.stop();
    rmSync(folder, { recursive: true });
  });

  async function untilHeard(count: number): Promise<readonly string[]> {
    while (heard.length < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return heard;
  }

  test('a press and its release; the kernel’s repeats and unknown keys are left out', async () => {
    writeSync(pipe, Buffer.concat([key('KEY_UP', 1), key('KEY_UP', 2), key('KEY_UP', 2), key('KEY_UP', 0), record(1, 700, 1), SYNC]));
    expect(await untilHeard(2)).toEqual(['IR Remote: KEY_UP down', 'IR Remote: KEY_UP up']);
    closeSync(pipe);
  });

  test('a scancode of the box’s own keymap is a press, and the kernel’s name for it is not another one', async () => {
    writeSync(pipe, Buffer.concat([scan(0x1e_3b), key('KEY_BACK', 1), scan(0x99), key('KEY_OK', 1)]));
    expect(await untilHeard(5)).toEqual([
      'IR Remote: 0x1e3b',
      'IR Remote: KEY_PLAYPAUSE down',
      'IR Remote: KEY_PLAYPAUSE up',
      'IR Remote: 0x99',
      'IR Remote: KEY_OK down',
    ]);
    closeSync(pipe);
  });

  test('a device that is pulled out is said gone, and is read again when it comes back', async () => {
    closeSync(pipe);
    await untilHeard(1);
    expect(heard).toEqual(['IR Remote gone']);
    await keys.look();
    pipe = openSync(join(folder, 'event0'), 'w');
    writeSync(pipe, key('KEY_OK', 1));
    await untilHeard(2);
    expect(heard[1]).toBe('IR Remote: KEY_OK down');
    closeSync(pipe);
  });
});
