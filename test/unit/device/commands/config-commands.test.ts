import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBootOptions, writeBootOptions } from '../../../../device/boot-config.ts';
import { bootTrialMinutes, commitBootOptions, startBootTrial } from '../../../../device/boot-trial.ts';
import { runLine } from '../../../../device/commands/box-commands.ts';
import type { CommandContext } from '../../../../device/commands/command.ts';
import type { CommandOutcome } from '../../../../device/session/box-view.ts';
import { BookFolder, coin } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';
import { sampleView } from '../../../fakes/sample-view.ts';

let folder: BookFolder;
let book: InlineBook;
let restarts: number;

beforeEach(() => {
  folder = new BookFolder();
  book = folder.open();
  restarts = 0;
  writeBootOptions(folder.path, new Map([['name', 'Bar']]));
});
afterEach(() => {
  book.abandon();
  folder.remove();
});

function run(line: string, role: 'technician' | 'staff' = 'technician'): Promise<CommandOutcome> {
  const context = {
    ...{ box: { view: () => sampleView }, book, by: 'technician at the console', clock: folder.clock, selfTest: { folder: folder.path } },
    startAgain: () => {
      restarts += 1;
    },
  };
  return runLine(context as unknown as Omit<CommandContext, 'role'>, line, role, 'console');
}

const chosen = (): Readonly<Record<string, string>> => Object.fromEntries(readBootOptions(folder.path));

describe('a candidate', () => {
  test('changes nothing until it is committed, survives a cut line, and says that a restart takes it', async () => {
    expect((await run('set name="Bar left" console-port=/dev/ttyS0')).text).toBe('+ console-port=/dev/ttyS0\n- name=Bar\n+ name=Bar left');
    expect(chosen()).toEqual({ name: 'Bar' });
    expect((await run('set name=')).text).toBe('+ console-port=/dev/ttyS0\n- name=Bar');
    expect((await run('show candidate')).text).toBe('console-port=/dev/ttyS0');
    expect((await run('commit')).text).toBe('Kept. At the next start (restart): console-port, name.');
    expect(chosen()).toEqual({ 'console-port': '/dev/ttyS0' });
    expect(await run('commit')).toMatchObject({ code: 'nothing-changed' });
    expect(restarts).toBe(0);
  });

  test('of the network says that the machine takes it at once, and never shows a passphrase', async () => {
    const shown = [
      await run('set wifi-network=Bar wifi-passphrase="hush hush" name=Pub'),
      await run('show candidate'),
      await run('diff'),
      await run('set wifi-passphrase=short'),
      await run('commit'),
    ];
    expect(shown.map(({ code }) => code)).toEqual(['ok', 'ok', 'ok', 'bad-option', 'ok']);
    expect(shown[0]?.text).toContain('+ wifi-passphrase=[withheld]');
    expect(shown[4]?.text).toBe('Kept. At once, where ackbox-network.service runs: wifi-network, wifi-passphrase. At the next start (restart): name.');
    expect(JSON.stringify(shown)).not.toMatch(/hush|short/);
    expect(chosen()['wifi-passphrase']).toBe('hush hush');
  });

  test('is refused in words as the box would refuse it, and stays as it was', async () => {
    expect(await run('set profile=radio')).toMatchObject({ code: 'bad-option', text: expect.stringContaining('jukebox or set-top') });
    expect(await run('set no-such-thing=1')).toMatchObject({ code: 'bad-option' });
    expect(await run('set something')).toMatchObject({ code: 'bad-argument' });
    expect(await run('set name=x', 'staff')).toMatchObject({ code: 'not-permitted' });
    expect((await run('diff')).text).toBe('Nothing is changed.');
  });

  test('rollback drops it; another one proposes what was before the last commit', async () => {
    await run('set name=Pub');
    await run('rollback');
    expect((await run('diff')).text).toBe('Nothing is changed.');
    expect((await run('rollback')).code).toBe('nothing-to-undo');
    await run('set name=Pub');
    await run('commit');
    expect((await run('rollback')).text).toBe('- name=Pub\n+ name=Bar');
    expect(chosen()).toEqual({ name: 'Pub' });
  });

  test('names the money that another headend would strand', async () => {
    await book.insertCoin(coin(1, 300n));
    await run('set headend=https://other.example:8443');
    expect(await run('commit confirm 5m')).toMatchObject({ code: 'money-unreported', text: expect.stringMatching(/Not headend.*3\.00.* of credit/s) });
    expect(chosen()).toEqual({ name: 'Bar' });
  });
});

describe('commit confirm', () => {
  beforeEach(async () => {
    await run('set name=Trial');
    expect((await run('commit confirm 7m')).ok).toBe(true);
    await folder.clock.advance(1_000);
  });

  test('starts the box with the options; commit keeps them', async () => {
    expect(restarts).toBe(1);
    expect(startBootTrial(folder.path)).toBe(false);
    expect({ ...chosen(), minutes: bootTrialMinutes(folder.path) }).toEqual({ name: 'Trial', minutes: 7 });
    expect((await run('show candidate')).text).toContain('On trial for 7 min');
    expect((await run('commit confirm')).code).toBe('on-trial');
    expect((await run('commit')).ok).toBe(true);
    expect(startBootTrial(folder.path)).toBe(false);
    expect({ ...chosen(), minutes: bootTrialMinutes(folder.path) }).toEqual({ name: 'Trial', minutes: null });
  });

  test('a second start without a confirmation, whatever ended the first, goes back before the options are read', () => {
    expect(startBootTrial(folder.path)).toBe(false);
    expect(startBootTrial(folder.path)).toBe(true);
    expect(chosen()).toEqual({ name: 'Bar' });
    expect(startBootTrial(folder.path)).toBe(false);
  });

  test('rollback goes back at once', async () => {
    expect((await run('rollback')).ok).toBe(true);
    await folder.clock.advance(1_000);
    expect({ restarts, name: chosen().name }).toEqual({ restarts: 2, name: 'Bar' });
  });
});

describe('a power cut', () => {
  const files = (): ReadonlyMap<string, Buffer> =>
    new Map(
      readdirSync(folder.path)
        .filter((name) => /^boot-.*\.[ab]$/.test(name))
        .map((name) => [name, readFileSync(join(folder.path, name))]),
    );

  test('at any write of a commit on trial, and of its rollback, leaves the old or the new options, and two starts later the old ones', () => {
    const old = files();
    commitBootOptions(folder.path, new Map([['name', 'Trial']]), 5);
    const both = new Map(
      [...old.keys(), ...files().keys()].map((name) => [name, { before: old.get(name) ?? Buffer.alloc(0), after: files().get(name) ?? Buffer.alloc(0) }]),
    );
    // The order in which they were synced: the way back first, each copy on its own.
    const order = ['boot-before.a', 'boot-before.b', 'boot-config.a', 'boot-config.b'];
    for (let cut = 0; cut <= order.length; cut++) {
      for (const torn of [false, true]) {
        for (const [index, name] of order.entries()) {
          const state = both.get(name);
          const path = join(folder.path, name);
          writeFileSync(path, (index < cut ? state?.after : state?.before) ?? '');
          if (torn && index === cut) {
            writeFileSync(path, state?.after ?? '');
            truncateSync(path, 20);
          }
        }
        const first = startBootTrial(folder.path);
        expect(['Bar', 'Trial']).toContain(chosen().name);
        startBootTrial(folder.path);
        expect({ cut, torn, first, name: chosen().name }).toEqual({ cut, torn, first: false, name: 'Bar' });
      }
    }
  });
});
