import { sleep } from '../../src/ports/clock.ts';
import type { BoardLine } from '../boards/board.ts';
import { fittingPulses, type WatchedLine } from '../cash/coin-watch.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import { type Command, type CommandContext, done } from './command.ts';

const technicians = ['technician', 'headend'] as const;
const WATCH_SECONDS_MAX = 60;
const PRESS_MS_MAX = 5_000;
const PRESSES_MAX = 50;

function absent(what: string): CommandOutcome {
  return { ok: false, code: 'not-fitted', text: what, data: null };
}

function secondsOf(text: string): number {
  return Math.min(WATCH_SECONDS_MAX, Math.max(1, Number(text)));
}

const boardCheck: Command<CommandContext> = {
  name: 'board check',
  help: 'what is wired where, and the level of every line',
  roles: technicians,
  guard: 'none',
  arguments: [],
  run: async ({ hardware }) => {
    const board = hardware?.board ?? null;
    if (board === null) return absent('No board is there: start the box with --board, or look at its cable.');
    const lines = board.lines();
    return done([board.title, ...boardRows(lines)].join('\n'), { board: board.title, lines });
  },
};

/** A line of the wiring each, for people. */
export function boardRows(lines: readonly (BoardLine & { readonly holder?: string | null })[]): readonly string[] {
  return lines.map(({ pin, direction, purpose, high, holder }) => {
    const level = high === null ? '?' : high ? 'high' : 'low';
    const note = holder ? `held by ${holder}` : direction === 'in' && high === false ? 'closed' : '';
    return `${String(pin).padStart(4)}  ${direction.padEnd(4)}${purpose.padEnd(18)}${level.padEnd(6)}${note}`.trimEnd();
  });
}

const boardPress: Command<CommandContext> = {
  name: 'board press',
  help: 'closes a line of the simulated board for a while',
  roles: ['technician'],
  guard: 'none',
  arguments: [
    { name: 'line', kind: 'text', required: true, help: 'a line, or what it is for: 13, KEY_OK, fire-alarm' },
    { name: 'ms', kind: 'integer', required: false, help: 'for how long (50)' },
    { name: 'times', kind: 'integer', required: false, help: 'how often, with pauses as long (1)' },
  ],
  run: async ({ hardware, clock }, { line = '', ms = '50', times = '1' }) => {
    const drive = hardware?.drive ?? null;
    if (drive === null || clock === undefined) return absent('Only the simulated board is pressed by command: start the box with --board simulated.');
    const found = hardware?.board?.lines().find(({ pin, purpose }) => String(pin) === line || purpose === line);
    if (found === undefined || found.direction === 'out')
      return { ok: false, code: 'bad-argument', text: `No input is ${line}; board check lists them.`, data: null };
    const forMs = Math.min(PRESS_MS_MAX, Math.max(1, Number(ms)));
    for (let press = 0; press < Math.min(PRESSES_MAX, Math.max(1, Number(times))); press++) {
      if (press > 0) await sleep(clock, forMs);
      drive(found.pin, false);
      await sleep(clock, forMs);
      drive(found.pin, true);
    }
    return done(`Line ${found.pin} was closed for ${forMs} ms${times === '1' ? '' : `, ${times} times`}.`);
  },
};

const coinWatch: Command<CommandContext> = {
  name: 'coin watch',
  help: 'measures the pulses of the coin lines while coins are thrown: widths, pauses, bursts',
  roles: ['technician'],
  guard: 'none',
  arguments: [{ name: 'seconds', kind: 'integer', required: false, help: 'for how long (10)' }],
  run: async ({ hardware, clock }, { seconds = '10' }) => {
    const watch = hardware?.coinWatch ?? null;
    if (watch === null || clock === undefined) return absent('Pulses are measured on GPIO lines: the panel board counts them by itself, ccTalk has none.');
    watch.begin();
    await sleep(clock, secondsOf(seconds) * 1_000);
    const lines = watch.end();
    if (lines.length === 0) return done('No pulse came: throw a coin of each kind while this runs.', { lines, coinPulses: null });
    const coinPulses = fittingPulses(lines);
    return done([...lines.map(watchedText), `What fits them: set coin-pulses=${coinPulses}`].join('\n'), { lines, coinPulses });
  },
};

function watchedText({ line, pulses, shortestMs, longestMs, longestPauseMs, bursts }: WatchedLine): string {
  const pause = longestPauseMs === null ? '' : `, at most ${longestPauseMs.toFixed(1)} ms apart`;
  return `line ${line}: ${pulses} pulses of ${shortestMs.toFixed(1)} to ${longestMs.toFixed(1)} ms${pause}; coins of ${bursts.join(', ')} pulses`;
}

const remoteLearn: Command<CommandContext> = {
  name: 'remote learn',
  help: 'teaches the box a remote: press the twelve keys as the screen asks for them, up first',
  roles: ['technician'],
  guard: 'none',
  arguments: [{ name: 'protocol', kind: 'text', required: false, help: 'as ir-keytable names it, such as nec (unknown)' }],
  run: async ({ hardware, raise }, { protocol = 'unknown' }) => {
    const remotes = hardware?.remotes ?? null;
    if (remotes === null) return absent('Remotes are not read: start the box with --input-devices.');
    const taught = await remotes.learn(protocol, (key, number) =>
      raise({ type: 'notice.say', message: `Press ${key.slice(4)} on the remote (${number} of 12).` }),
    );
    raise({ type: 'notice.over' });
    const rows = taught.learned.map(({ key, scancode }) => `${key.padEnd(18)}0x${scancode.toString(16)}`);
    if (taught.device === null) return { ok: false, code: 'nothing-heard', text: 'No remote was heard: is its receiver there (remote test)?', data: taught };
    const rest = taught.missing.length === 0 ? [] : [`Not pressed in time: ${taught.missing.join(', ')}.`];
    return done([taught.device, ...rows, ...rest].join('\n'), taught);
  },
};

const remoteTest: Command<CommandContext> = {
  name: 'remote test',
  help: 'names the keys of remotes and keyboards as they are pressed; the box does not follow them meanwhile',
  roles: ['technician', 'staff'],
  guard: 'none',
  arguments: [{ name: 'seconds', kind: 'integer', required: false, help: 'for how long (10)' }],
  run: async ({ hardware }, { seconds = '10' }) => {
    const remotes = hardware?.remotes ?? null;
    if (remotes === null) return absent('Remotes are not read: start the box with --input-devices.');
    const heard = await remotes.listen(secondsOf(seconds) * 1_000);
    const rows = heard.map(
      ({ device, scancode, key }) => `${(key ?? 'no key').padEnd(18)}${scancode === null ? '' : `0x${scancode.toString(16)}`.padEnd(12)}${device}`,
    );
    return done(rows.length === 0 ? 'Nothing was pressed.' : rows.join('\n'), heard);
  },
};

const television: Command<CommandContext> = {
  name: 'television',
  help: 'turns the television at the HDMI output on, and to the box, or off; status: what it says of itself',
  roles: ['technician', 'staff'],
  guard: 'none',
  arguments: [{ name: 'to', kind: 'text', required: true, help: 'on, off or status' }],
  run: async ({ hardware }, { to }) => {
    const set = hardware?.television ?? null;
    if (set === null) return absent('The box speaks to no television: start it with --cec /dev/cec0.');
    if (to !== 'on' && to !== 'off' && to !== 'status')
      return { ok: false, code: 'bad-argument', text: 'A television goes on, off, or says its status.', data: null };
    const deaf = {
      ok: false,
      code: 'nobody-answers',
      text: 'No television answers on CEC: is it plugged in, and CEC turned on in its menu?',
      data: null,
    } as const;
    if (to !== 'status') return (to === 'on' ? await set.on() : await set.off(true)) ? done(`The television took it.`) : deaf;
    const power = await set.power();
    return power === null ? deaf : done(power === 'on' ? 'It is on.' : 'It is asleep.', { power });
  },
};

export const hardwareCommands: readonly Command<CommandContext>[] = [boardCheck, boardPress, coinWatch, remoteLearn, remoteTest, television];
