import { sleep } from '../../src/ports/clock.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import type { SelfTest, SelfTestParts, TestResult } from '../supervision/self-test.ts';
import { selfTests } from '../supervision/self-tests.ts';
import { sound } from '../supervision/sound-test.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { unknownZone } from './volume-commands.ts';

/** They run side by side, so that all of them are over in it too. */
const LONGEST_MS = 30_000;
const CODE_DIGITS = 4;
/** Then nobody types any more what the lamps showed. */
const SHOWN_MS = 120_000;

const test: Command<CommandContext> = {
  name: 'test',
  help: 'tests storage, clock, network, acceptor, sound, buttons, tv, display, leds or all: PASS, FAIL or ABSENT; buttons waits for each key, and the box follows them',
  roles: ['technician', 'headend'],
  guard: 'none',
  arguments: [
    { name: 'part', kind: 'text', required: true, help: 'storage, clock, network, acceptor, sound, buttons, tv, display, leds or all' },
    { name: 'zone', kind: 'text', required: false, help: 'of the sound: a zone of this box alone, such as test sound terrace' },
    { name: 'code', kind: 'text', required: false, help: 'what was seen, typed back: test display code=1234, test leds code=101' },
  ],
  run: async (context, { part = '', zone, code = zone }) => {
    const { selfTest } = context;
    if (selfTest === undefined) return { ok: false, code: 'not-fitted', text: 'There is nothing to test in a simulation.', data: null };
    if (part === 'all')
      return judged([...(await Promise.all(Object.values(selfTests).map((one) => timed(one, selfTest)))), unseenDisplay, unseenLamps(selfTest)], true);
    if (part === 'display') return displayTest(context, selfTest, code);
    if (part === 'leds') return lampTest(selfTest, code);
    if (part === 'sound' && zone !== undefined) return await zoneTest(selfTest, zone);
    const one = Object.hasOwn(selfTests, part) ? selfTests[part] : undefined;
    if (one === undefined)
      return { ok: false, code: 'bad-argument', text: `There is a test of ${Object.keys(selfTests).join(', ')}, display, leds, and all.`, data: null };
    return judged([await timed(one, selfTest)], false);
  },
};

async function zoneTest(parts: SelfTestParts, zone: string): Promise<CommandOutcome> {
  const view = parts.view();
  if (!view.volumeZones.some((one) => one.zone === zone)) return { ok: false, code: 'no-such-zone', text: unknownZone(view, zone), data: null };
  return judged([await timed(sound, { ...parts, zone })], false);
}

const unseenDisplay: TestResult = { part: 'display', result: 'ABSENT', text: 'nobody read it: test display shows a code to type back' };

/** The only proof that a display shows something: a person who reads it. A code is good for one answer. */
function displayTest({ raise }: CommandContext, { hardware, random }: SelfTestParts, typed: string | undefined): ReturnType<typeof done> {
  const shown = hardware.shownCode;
  if (typed === undefined) {
    hardware.shownCode = [...random.bytes(CODE_DIGITS)].map((byte) => byte % 10).join('');
    raise({ type: 'notice.say', message: `Code ${hardware.shownCode}` });
    return done('Every display of the box shows a code now: test display code=WHAT-IT-SHOWS');
  }
  hardware.shownCode = null;
  raise({ type: 'notice.over' });
  if (shown === null) return { ok: false, code: 'not-shown', text: 'No code is shown: type test display first.', data: null };
  const right = typed === shown;
  return judged(
    [
      {
        part: 'display',
        result: right ? 'PASS' : 'FAIL',
        text: right ? 'the code was read from it' : `it was to show ${shown}, and ${typed.slice(0, 20)} was read`,
      },
    ],
    false,
  );
}

/** In the order of the panel board's pins, as `board check` has them. */
function lampsOf({ hardware }: SelfTestParts): readonly string[] {
  return (hardware.board?.lines() ?? []).flatMap(({ purpose }) => (purpose.startsWith('lamp ') ? [purpose.slice('lamp '.length)] : []));
}

function unseenLamps(parts: SelfTestParts): TestResult {
  const text = lampsOf(parts).length === 0 ? 'no lamp is fitted' : 'nobody looked: test leds lights some to type back';
  return { part: 'leds', result: 'ABSENT', text };
}

/** A lamp that is lit is seen by a person only. What was lit is good for one answer; unanswered, the lamps go back to what the box does. */
function lampTest(parts: SelfTestParts, typed: string | undefined): ReturnType<typeof done> {
  const { hardware, random, clock } = parts;
  const lamps = lampsOf(parts);
  if (lamps.length === 0) return judged([unseenLamps(parts)], false);
  const shown = hardware.shownLamps;
  if (typed === undefined) {
    const [byte = 0] = random.bytes(1);
    // Never all alike where there are two: neither a dead nor a short wire would show.
    const pattern = 1 + (byte % Math.max(1, 2 ** lamps.length - 2));
    const lit = new Set(lamps.filter((_, index) => ((pattern >> index) & 1) === 1));
    hardware.shownLamps = lit;
    clock.after(SHOWN_MS, () => {
      if (hardware.shownLamps === lit) hardware.shownLamps = null;
    });
    return done(
      `Some of these are lit now: ${lamps.join(', ')}. Type 1 for a lit one and 0 for a dark one, in this order: test leds code=${'?'.repeat(lamps.length)}`,
      { lamps },
    );
  }
  hardware.shownLamps = null;
  if (shown === null) return { ok: false, code: 'not-shown', text: 'No lamp is lit to be looked at: type test leds first.', data: null };
  const due = lamps.map((lamp) => (shown.has(lamp) ? '1' : '0')).join('');
  const wrong = lamps.filter((_, index) => typed[index] !== due[index]);
  const right = typed === due;
  const text = right ? `${lamps.length} lamps were read from it` : `not as they were to be: ${wrong.join(', ') || 'more were typed than there are'}`;
  return judged([{ part: 'leds', result: right ? 'PASS' : 'FAIL', text }], false);
}

async function timed(one: SelfTest, parts: SelfTestParts): Promise<TestResult> {
  const part = Object.entries(selfTests).find(([, candidate]) => candidate === one)?.[0] ?? '';
  const failed = (text: string): TestResult => ({ part, result: 'FAIL', text });
  return await Promise.race([
    one(parts).catch((error: unknown) => failed(error instanceof Error ? error.message : String(error))),
    sleep(parts.clock, LONGEST_MS).then(() => failed(`not over after ${LONGEST_MS / 1_000} s`)),
  ]);
}

function judged(results: readonly TestResult[], summed: boolean): ReturnType<typeof done> {
  const failed = results.filter(({ result }) => result === 'FAIL');
  const absent = results.filter(({ result }) => result === 'ABSENT');
  const sum =
    failed.length > 0 ? `FAIL: ${failed.map(({ part }) => part).join(', ')}` : `PASS: ${results.length - absent.length} parts, ${absent.length} not judged`;
  const rows = results.map(({ part, result, text }) => `${part.padEnd(10)}${result.padEnd(8)}${text}`);
  const ok = failed.length === 0;
  return { ok, code: ok ? 'ok' : 'test-failed', text: [...rows, ...(summed ? [sum] : [])].join('\n'), data: results };
}

export const testCommands: readonly Command<CommandContext>[] = [test];
