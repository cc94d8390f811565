import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RemoteTeacher, TAUGHT_KEYS } from '../../../../device/input/remote-teacher.ts';
import { limits } from '../../../../src/limits.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const REMOTE = 'gpio_ir_recv';
let folder: string;
let clock: VirtualClock;
const log = { info() {}, warn() {} };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-keymaps-'));
  clock = new VirtualClock();
});
afterEach(() => rmSync(folder, { recursive: true }));

const teacher = (): RemoteTeacher => new RemoteTeacher({ folder, clock, log });

/** A press as infrared gives it: the scancode again and again. */
async function press(remotes: RemoteTeacher, scancode: number, device = REMOTE): Promise<void> {
  for (let again = 0; again < 3; again++) {
    remotes.hear(device, scancode);
    await clock.advance(100);
  }
  await clock.advance(400);
}

describe('teaching a remote', () => {
  test('twelve keys, a press each, and the box knows them from then on, also after a restart', async () => {
    const remotes = teacher();
    const asked: string[] = [];
    const learning = remotes.learn('nec', (key, number) => asked.push(`${number} ${key}`));
    for (const index of TAUGHT_KEYS.keys()) await press(remotes, 0x40 + index);
    const taught = await learning;
    expect(taught).toMatchObject({ device: REMOTE, missing: [] });
    expect(asked).toEqual(TAUGHT_KEYS.map((key, index) => `${index + 1} ${key}`));
    expect(readFileSync(join(folder, 'gpio-ir-recv.toml'), 'utf8')).toContain('protocol = "nec"\n[protocols.scancodes]\n0x40 = "KEY_UP"\n');
    expect(teacher().keyOf(REMOTE, 0x44)).toBe('KEY_OK');
    expect(teacher().keyOf('another', 0x44)).toBeNull();
  });

  test('ends after its time with what was pressed until then, and hears one remote only', async () => {
    const remotes = teacher();
    const learning = remotes.learn('nec', () => {});
    expect(remotes.busy).toBe(true);
    await press(remotes, 1);
    await press(remotes, 9, 'the neighbour’s');
    await press(remotes, 1);
    await press(remotes, 2);
    await clock.advance(limits.remoteLearnMs);
    const taught = await learning;
    expect(taught.learned).toEqual([
      { key: 'KEY_UP', scancode: 1 },
      { key: 'KEY_DOWN', scancode: 2 },
    ]);
    expect(taught.missing).toHaveLength(10);
    expect(remotes.busy).toBe(false);
  });

  test('takes a keymap that was made elsewhere, and leaves a damaged one out', () => {
    writeFileSync(join(folder, 'a.toml'), `[[protocols]]\nname = "${REMOTE}"\nprotocol = "rc-5"\n[protocols.scancodes]\n0x1e3b = "KEY_OK"\n0x1 = "KEY_TEEN"\n`);
    writeFileSync(join(folder, 'b.toml'), 'no keymap at all');
    expect(teacher().keyOf(REMOTE, 0x1e3b)).toBe('KEY_OK');
    expect(teacher().keyOf(REMOTE, 1)).toBeNull();
  });

  test('trying one names its keys as they come', async () => {
    const remotes = teacher();
    const hearing = remotes.listen(10_000);
    await press(remotes, 7);
    remotes.hearKey('a keyboard', 'KEY_OK');
    await clock.advance(10_000);
    expect(await hearing).toEqual([
      { device: REMOTE, scancode: 7, key: null },
      { device: 'a keyboard', scancode: null, key: 'KEY_OK' },
    ]);
  });
});
