import { readBootOptions, writeBootOptions } from '../boot-config.ts';
import { decibelsOf, percentOf } from '../media/sound-level.ts';
import type { SoundOutput } from '../media/sound-outputs.ts';
import type { BoxView, CommandOutcome } from '../session/box-view.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { missingWords } from './show-commands.ts';
import { turnTo } from './volume-commands.ts';

const technicians = ['technician', 'headend'] as const;

function refused(code: string, text: string): CommandOutcome {
  return { ok: false, code, text, data: null };
}

function levelText(percent: number): string {
  return percent === 0 ? '0 %, silence' : `${percent} %, ${decibelsOf(percent).toFixed(1)} dB`;
}

/** What a person would call it; empty where its name does not tell. */
function kindOf({ name, description }: SoundOutput): string {
  const words = `${name} ${description}`;
  if (/hdmi|displayport/i.test(words)) return 'HDMI';
  if (/\bdac\b|usb|hifiberry|iqaudio|i2s|s\/?pdif|iec958/i.test(words)) return 'DAC';
  return /analog|headphone|speaker|line.?out/i.test(words) ? 'analogue' : '';
}

function fitted(context: CommandContext): Required<Pick<CommandContext, 'sound' | 'selfTest'>> | null {
  const { sound, selfTest } = context;
  return sound === undefined || selfTest === undefined ? null : { sound, selfTest };
}

const show: Omit<Command<CommandContext>, 'name'> = {
  help: 'where the sound can come out (HDMI, analogue, DAC), where it does, and how loud',
  roles: ['staff', ...technicians],
  guard: 'none',
  arguments: [],
  run: async (context) => {
    const parts = fitted(context);
    if (parts === null) return refused('not-fitted', 'A simulation has no sound.');
    const { chosen, gone, driver } = parts.sound.output;
    const outputs = await parts.sound.outputsNow();
    const { volumePercent, volumeRange, volumeZones } = context.box.view();
    const marked = gone ? 'auto' : (chosen ?? 'auto');
    const there = outputs.some(({ name }) => name === chosen);
    const rows = outputs.map((output, index) => {
      const words = output.name === 'auto' ? 'mpv chooses' : output.description;
      return `${output.name === marked ? '*' : ' '}${String(index + 1).padStart(3)}  ${kindOf(output).padEnd(10)}${output.name.padEnd(24)}${words}`.trimEnd();
    });
    const knobs = volumeZones.length === 0 ? [{ zone: '', percent: volumePercent, range: volumeRange }] : volumeZones;
    const levels = knobs.map(({ zone, percent, range }) => `level      ${zone === '' ? '' : `${zone} `}${levelText(percent)}${allowedText(range)}`);
    const few = missingWords(parts.sound).map((words) => `missing    ${words}.`);
    const lines = [...rows, `driver     ${driverText(driver)}`, ...levels, ...troubleOf(chosen, gone, there, driver), ...few];
    return done(lines.join('\n'), {
      chosen,
      gone,
      driver,
      volumePercent,
      decibels: volumePercent === 0 ? null : decibelsOf(volumePercent),
      volumeRange,
      zones: volumeZones,
      outputs,
    });
  },
};

function allowedText(range: BoxView['volumeRange']): string {
  return range === null ? '' : ` (the venue allows ${range.minPercent} to ${range.maxPercent} % now)`;
}

function driverText(driver: string | null): string {
  if (driver === null) return 'none yet: nothing played';
  return driver === 'null' ? 'null: the sound goes nowhere, at the right pace' : driver;
}

function troubleOf(chosen: string | null, gone: boolean, there: boolean, driver: string | null): readonly string[] {
  if (chosen === null) return [];
  const instead = driver === 'null' ? 'nothing else could be opened either, so nobody hears anything' : 'mpv chose another one instead';
  if (gone) return [`gone       ${chosen} could not be opened; ${instead}. It is tried again with each play: look at its cable.`];
  return there ? [] : [`missing    ${chosen} is not there now: audio device NUMBER chooses another one.`];
}

const device: Command<CommandContext> = {
  name: 'audio device',
  help: 'sends the sound to an output, at once and from now on: a number of audio, its name, or auto',
  roles: technicians,
  guard: 'none',
  arguments: [{ name: 'output', kind: 'text', required: true, help: 'such as 2, alsa/hdmi:CARD=vc4hdmi0,DEV=0, or auto' }],
  run: async (context, { output = '' }) => {
    const parts = fitted(context);
    if (parts === null) return refused('not-fitted', 'A simulation has no sound.');
    const { sound, selfTest } = parts;
    if (!sound.choosesOutput) return refused('not-fitted', 'The configuration of this box sends its sound elsewhere (audio-output=).');
    const outputs = await sound.outputsNow();
    const chosen = outputs[Number(output) - 1] ?? outputs.find(({ name }) => name === output);
    if (chosen === undefined) return refused('no-such-output', `There is no output ${JSON.stringify(output.slice(0, 100))}; audio lists them.`);
    const options = new Map(readBootOptions(selfTest.folder));
    if (chosen.name === 'auto') options.delete('audio-device');
    else options.set('audio-device', chosen.name);
    // First what outlives the power: what is heard is then what will be.
    writeBootOptions(selfTest.folder, options);
    await sound.useOutput(chosen.name);
    return done(chosen.name === 'auto' ? 'mpv chooses where the sound comes out.' : `The sound comes out of ${chosen.name}: ${chosen.description}.`, chosen);
  },
};

const level: Command<CommandContext> = {
  name: 'audio level',
  help: 'how loud, in percent or dB (audio level 60, audio level -12dB), within what the venue allows',
  roles: ['staff', ...technicians],
  guard: 'none',
  arguments: [{ name: 'level', kind: 'text', required: true, help: '0 to 100, or dB below the loudest: -12dB' }],
  run: async (context, { level: text = '' }) => {
    const percent = readLevel(text);
    if (percent === null)
      return refused('bad-argument', `level is 0 to 100, or dB such as -12dB (0dB is the loudest); got ${JSON.stringify(text.slice(0, 20))}.`);
    const lines = turnTo(context, percent, null).map(({ zone, percent: held, range }) => {
      const limit = held === percent || range === null ? '' : ` ${levelText(percent)} was asked, ${range.minPercent} to ${range.maxPercent} % is allowed.`;
      return { zone, held, text: `${zone === null ? 'Level' : zone} ${levelText(held)}.${limit}` };
    });
    const loudest = Math.max(...lines.map(({ held }) => held));
    const zones = lines.flatMap(({ zone, held }) => (zone === null ? [] : [{ zone, percent: held }]));
    return done(lines.map((line) => line.text).join('\n'), { volumePercent: loudest, decibels: loudest === 0 ? null : decibelsOf(loudest), zones });
  },
};

/** @returns whole percent; null where it is no level */
function readLevel(text: string): number | null {
  const inDb = /^(-?\d{1,3}(?:\.\d{1,2})?) ?db$/i.exec(text)?.[1];
  if (inDb !== undefined) return Number(inDb) > 0 ? null : percentOf(Number(inDb));
  const percent = /^(\d{1,3}) ?%?$/.exec(text)?.[1];
  return percent === undefined || Number(percent) > 100 ? null : Number(percent);
}

/** Typed alone, and beside what else is shown. */
export const audioCommands: readonly Command<CommandContext>[] = [{ name: 'show audio', ...show }, { name: 'audio', ...show }, device, level];
