import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Board } from '../../../../device/boards/board.ts';
import { HardwareDesk } from '../../../../device/boards/hardware-desk.ts';
import { CctalkAcceptor } from '../../../../device/cash/cctalk-acceptor.ts';
import { CctalkLine } from '../../../../device/cash/cctalk-line.ts';
import type { CommandContext } from '../../../../device/commands/command.ts';
import { testCommands } from '../../../../device/commands/test-commands.ts';
import { TONE_DBFS, TONE_HZ } from '../../../../device/media/test-tone.ts';
import { type Recording, wavFile } from '../../../../device/media/wav-file.ts';
import type { CommandOutcome } from '../../../../device/session/box-view.ts';
import type { SelfTestParts, TestResult } from '../../../../device/supervision/self-test.ts';
import { err, ok } from '../../../../src/units/result.ts';
import { CctalkBus } from '../../../fakes/cctalk-bus.ts';
import { sampleView } from '../../../fakes/sample-view.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const random = new SeededRandom(3);
let clock: VirtualClock;
let folder: string;
let hardware: HardwareDesk;
let said: string[];
let heard: Recording | null;
/** With nothing wrong, and nothing to do. */
const player: SelfTestParts['player'] = {
  silent: false,
  heardSample: async () => 0,
  capture: async () => false,
  playFile: async () => {},
  output: { chosen: null, gone: false, driver: 'alsa' },
};

beforeEach(() => {
  clock = new VirtualClock();
  folder = mkdtempSync(join(tmpdir(), 'ackbox-self-test-'));
  hardware = new HardwareDesk();
  said = [];
  heard = null;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function parts(changes: Partial<SelfTestParts> = {}): SelfTestParts {
  return {
    ...{ folder, clock, random, hardware },
    player,
    hearInput: async () => heard,
    headend: { licences: async () => ok({ licences: [] }) },
    view: () => ({ ...sampleView, playback: 'browse', nowPlaying: null }),
    wallQuality: () => 'held',
    ...changes,
  } as SelfTestParts;
}

/** Runs the command while the clock is turned, in small steps: what answers over a line needs many turns. */
async function run(part: string, changes: Partial<SelfTestParts> = {}, code?: string): Promise<CommandOutcome & { readonly data: readonly TestResult[] }> {
  const [command] = testCommands;
  const context = { selfTest: parts(changes), raise: (event: { type: string; message?: string }) => said.push(event.message ?? event.type) };
  let over = false;
  const running = command?.run(context as unknown as CommandContext, code === undefined ? { part } : { part, code }).finally(() => {
    over = true;
  });
  while (!over) {
    // The disk is a real one: virtual time stands while it works.
    await clock.advance(existsSync(join(folder, 'test-probe')) ? 0 : 5);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return (await running) as CommandOutcome & { readonly data: readonly TestResult[] };
}

describe('the self-tests', () => {
  test('storage: writes, syncs and reads back, and leaves nothing behind', async () => {
    expect(await run('storage')).toMatchObject({ ok: true, data: [{ result: 'PASS', text: expect.stringMatching(/1 MiB written and synced in \d+ ms/) }] });
    expect(readdirSync(folder)).toEqual([]);
    expect(await run('storage', { folder: join(folder, 'not-there') })).toMatchObject({ ok: false, code: 'test-failed' });
  });

  test('clock: fails where nobody ever set it', async () => {
    expect((await run('clock')).data).toMatchObject([{ result: 'PASS' }]);
    expect((await run('clock', { wallQuality: () => 'unset' })).data).toMatchObject([{ result: 'FAIL', text: expect.stringContaining('never set') }]);
  });

  test('network: says what the headend said', async () => {
    expect((await run('network')).data).toMatchObject([{ result: 'PASS' }]);
    const refusal = { code: 'refused', problem: 'bad-signature', message: 'The signature is wrong.', retryAfterMs: null } as const;
    const refused = await run('network', { headend: { licences: async () => err(refusal) } });
    expect(refused.data).toMatchObject([{ result: 'FAIL', text: expect.stringContaining('The signature is wrong. (bad-signature') }]);
  });

  test('acceptor: asks on the line, and knows a silent one and a stranger from one that fits', async () => {
    expect((await run('acceptor')).data).toMatchObject([{ result: 'ABSENT' }]);
    const bus = new CctalkBus();
    const line = new CctalkLine(bus, clock);
    hardware.acceptors = [new CctalkAcceptor({ ...{ line, folder, currency: 'EUR', clock, random }, onFault() {}, onCleared() {} })];
    expect((await run('acceptor')).data).toMatchObject([{ result: 'PASS', text: 'coin acceptor: "Coin Acceptor"' }]);
    bus.category = 'Hopper';
    expect((await run('acceptor')).data).toMatchObject([{ result: 'FAIL', text: 'coin acceptor: "Hopper"' }]);
    bus.silent = true;
    expect((await run('acceptor')).data).toMatchObject([{ result: 'FAIL', text: 'coin acceptor: does not answer' }]);
  });

  test('sound: of what plays, by the clock of the player', async () => {
    const playing = { view: () => ({ ...sampleView, playback: 'playing.flowing', nowPlaying: {} }) } as unknown as Partial<SelfTestParts>;
    const going = { ...player, heardSample: async () => Number(clock.monotonicNs()) * 48e-6 };
    expect((await run('sound', { ...playing, player: going })).data).toMatchObject([{ result: 'PASS' }]);
    expect((await run('sound', { ...playing, player: { ...player, heardSample: async () => 7 } })).data).toMatchObject([{ result: 'FAIL' }]);
    expect((await run('sound', { ...playing, player: { ...going, silent: true } })).data).toMatchObject([{ result: 'ABSENT' }]);
  });

  describe('sound, where nothing plays: a tone, captured from the player and found again', () => {
    const puttingOut = (recording: Recording, change: Partial<SelfTestParts['player']> = {}): Partial<SelfTestParts> => ({
      view: () => ({ ...sampleView, playback: 'browse', nowPlaying: null, volumePercent: 60 }),
      player: {
        ...player,
        async capture(_, into) {
          writeFileSync(into, wavFile(recording));
          return true;
        },
        ...change,
      },
    });
    const loud = (dbfs: number, hz = TONE_HZ): Recording => ({
      rateHz: 48_000,
      samples: Float32Array.from({ length: 48_000 }, (_, index) => 10 ** (dbfs / 20) * Math.sin((2 * Math.PI * hz * index) / 48_000)),
    });
    // 60 % of volume take 13.3 dB.
    const due = loud(TONE_DBFS - 13.3);

    test('the right tone at the right level passes; with a loopback cable what the input heard is told', async () => {
      expect((await run('sound', puttingOut(due))).text).toMatch(
        /PASS +the player put out 1000 Hz at -25\.3 dBFS, \d+ dB above all else, where -25\.3 dBFS were due, and alsa took it; no input heard it/,
      );
      heard = loud(-40);
      expect((await run('sound', puttingOut(due))).text).toMatch(/PASS +the input heard 1000 Hz at -40\.0 dBFS/);
      heard = loud(-40, 440);
      expect((await run('sound', puttingOut(due))).text).toContain('no input heard it');
      expect(readdirSync(folder)).toEqual([]);
    });

    test.each<[string, Recording, RegExp]>([
      ['another tone', loud(TONE_DBFS - 13.3, 880), /FAIL/],
      ['silence', loud(-200), /FAIL/],
      ['half the level', loud(TONE_DBFS - 19.3), /FAIL +the player put out 1000 Hz at -31/],
      ['nothing', { rateHz: 48_000, samples: new Float32Array() }, /FAIL/],
    ])('%s fails', async (_, recording, words) => {
      expect((await run('sound', puttingOut(recording))).text).toMatch(words);
    });

    test('an output that can not be opened fails, a missing card and a busy player are named', async () => {
      const output = { chosen: 'alsa/hdmi', gone: true, driver: 'alsa' };
      expect((await run('sound', puttingOut(due, { output }))).text).toMatch(/FAIL +alsa\/hdmi could not be opened/);
      expect((await run('sound', puttingOut(due, { output: { ...output, driver: 'null' } }))).text).toMatch(/FAIL +no output could be opened/);
      expect((await run('sound', puttingOut(due, { silent: true }))).text).toMatch(/ABSENT +there is no sound card; the player put out 1000 Hz/);
      expect((await run('sound', puttingOut(due, { capture: async () => false }))).text).toMatch(/ABSENT +the player has something else to do/);
    });
  });

  test('leds: what is lit is typed back, once; then they say again what the box does', async () => {
    expect((await run('leds')).data).toMatchObject([{ result: 'ABSENT', text: 'no lamp is fitted' }]);
    const lines = ['lamp ok', 'amplifier relay', 'lamp playing', 'lamp sign'].map((purpose, pin) => ({ pin, direction: 'out', purpose, high: null }));
    hardware.board = { lines: () => lines } as unknown as Board;
    const asked = await run('leds');
    expect(asked.text).toContain('Some of these are lit now: ok, playing, sign.');
    const seen = (lamps = hardware.shownLamps): string => ['ok', 'playing', 'sign'].map((lamp) => (lamps?.has(lamp) ? '1' : '0')).join('');
    const first = seen();
    expect(['000', '111']).not.toContain(first);
    expect(JSON.stringify(asked)).not.toContain(first);
    expect((await run('leds', {}, first)).data).toMatchObject([{ result: 'PASS' }]);
    expect(hardware.shownLamps).toBeNull();
    expect(await run('leds', {}, first)).toMatchObject({ code: 'not-shown' });
    await run('leds');
    const second = seen();
    const swapped = `${second[0] === '1' ? '0' : '1'}${second.slice(1)}`;
    expect((await run('leds', {}, swapped)).data).toMatchObject([{ result: 'FAIL', text: 'not as they were to be: ok' }]);
    await run('leds');
    expect((await run('leds', {}, `${seen()}1`)).data).toMatchObject([{ result: 'FAIL' }]);
    await run('leds');
    await clock.advance(120_000);
    expect(hardware.shownLamps).toBeNull();
  });

  test('buttons: each must be closed and open again; the others are named', async () => {
    const board = (openAgainMs: number) => {
      const beganNs = clock.monotonicNs();
      const since = (ms: number) => Number(clock.monotonicNs() - beganNs) / 1e6 >= ms;
      const key = (pin: number, purpose: string, high: boolean) => ({ pin, direction: 'in', purpose, high });
      return { lines: () => [key(1, 'KEY_OK', !since(50) || since(100)), key(2, 'KEY_UP', !since(50) || since(openAgainMs))] } as unknown as Board;
    };
    hardware.board = board(200);
    expect((await run('buttons')).data).toMatchObject([{ result: 'PASS' }]);
    hardware.board = board(60_000);
    expect((await run('buttons')).data).toMatchObject([{ result: 'FAIL', text: expect.stringMatching(/: KEY_UP$/) }]);
  });

  test('display: only what was read from it counts, and a code once', async () => {
    await run('display');
    const code = said[0]?.replace('Code ', '') ?? '';
    expect(code).toMatch(/^\d{4}$/);
    expect((await run('display', {}, code)).data).toMatchObject([{ result: 'PASS' }]);
    expect(await run('display', {}, code)).toMatchObject({ ok: false, code: 'not-shown' });
    await run('display');
    expect((await run('display', {}, 'abcd')).data).toMatchObject([{ result: 'FAIL' }]);
  });

  test('all: over in time though a part never answers, and ends with one line', async () => {
    const beganNs = clock.monotonicNs();
    const outcome = await run('all', { headend: { licences: () => new Promise(() => {}) } });
    expect(Number(clock.monotonicNs() - beganNs) / 1e9).toBeLessThan(90);
    expect(outcome).toMatchObject({ ok: false, text: expect.stringMatching(/\nFAIL: network$/) });
    expect((await run('all')).text).toMatch(/\nPASS: 3 parts, 6 not judged$/);
  });
});
