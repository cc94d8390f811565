import { areVolumes, isZoneName, readVolumes } from '../../src/domain/queue/zone-volume.ts';
import type { BoxView, CommandOutcome } from '../session/box-view.ts';
import { rangeWords } from '../session/volume-words.ts';
import { type Command, type CommandContext, done } from './command.ts';

/** Document 003's entry method for what comes over the console. */
const CONSOLE = '4';

function refused(code: string, text: string): CommandOutcome {
  return { ok: false, code, text, data: null };
}

/** How loud it is, zone by zone where there are some, with what the venue allows: a line each. */
export function volumeLines({ volumePercent, volumeRange, volumeZones }: Pick<BoxView, 'volumePercent' | 'volumeRange' | 'volumeZones'>): readonly string[] {
  if (volumeZones.length === 0) return [`${volumePercent} %${rangeWords(volumeRange)}`];
  return volumeZones.map(({ zone, percent, range }) => `${zone} ${percent} %${rangeWords(range)}`);
}

/** What a person is told who names a zone that is not there. */
export function unknownZone({ volumeZones }: Pick<BoxView, 'volumeZones'>, zone: string): string {
  const named = JSON.stringify(zone.slice(0, 20));
  if (volumeZones.length === 0) return `There is no zone ${named}: this box has one sound everywhere; --zones names zones (ackbox box --help).`;
  return `There is no zone ${named}: the zones of this box are ${volumeZones.map((one) => one.zone).join(', ')}.`;
}

/**
 * Turns one zone, or all, as far as the venue allows. @param zone null: all
 * @returns how loud each of them is then
 */
export function turnTo({ box }: Pick<CommandContext, 'box'>, percent: number, zone: string | null): readonly Turned[] {
  const { volumePercent, volumeRange, volumeZones } = box.view();
  const knobs = volumeZones.length === 0 ? [{ zone: null, percent: volumePercent, range: volumeRange }] : volumeZones;
  // What was typed a moment ago may not have been done yet: a difference to what is seen would be another one then.
  box.intent({ type: 'intent.volume', delta: 0, to: percent, ...(zone === null ? {} : { zone }) }, CONSOLE);
  return knobs
    .filter((knob) => zone === null || knob.zone === zone)
    .map((knob) => {
      const held = Math.max(knob.range?.minPercent ?? 0, Math.min(knob.range?.maxPercent ?? 100, percent));
      return { zone: knob.zone, percent: held, range: knob.range };
    });
}

interface Turned {
  readonly zone: string | null;
  readonly percent: number;
  /** What the venue allows. */
  readonly range: BoxView['volumeRange'];
}

const volume: Command<CommandContext> = {
  name: 'volume',
  help: 'how loud it is and may be; sets all of it, or one sound zone: volume 60, volume terrace 30',
  roles: ['customer', 'staff', 'technician', 'headend'],
  guard: 'none',
  arguments: [
    { name: 'zone', kind: 'text', required: false, help: 'a zone of this box; left out: all of them' },
    { name: 'percent', kind: 'text', required: false, help: 'a number from 0 to 100; left out: says how it is' },
  ],
  run: async (context, values) => {
    const { zone, last: percent } = zoneAnd(values);
    const view = context.box.view();
    if (zone !== null && !view.volumeZones.some((one) => one.zone === zone)) return refused('no-such-zone', unknownZone(view, zone));
    if (percent === null) {
      const shown = view.volumeZones.filter((one) => zone === null || one.zone === zone);
      const { volumePercent, volumeRange } = view;
      return done(
        volumeLines({ ...view, volumeZones: shown })
          .map((line) => `volume ${line}`)
          .join('\n'),
        { volumePercent, volumeRange, zones: shown },
      );
    }
    if (!/^-?\d{1,9}$/.test(percent)) return refused('bad-argument', `percent is a number from 0 to 100; got ${JSON.stringify(percent.slice(0, 40))}.`);
    const wanted = Math.max(0, Math.min(100, Number(percent)));
    const turned = turnTo(context, wanted, zone);
    const line = (one: Turned): string =>
      `volume ${one.zone === null ? '' : `${one.zone} `}${one.percent} %${one.percent === wanted ? '' : rangeWords(one.range)}`;
    return done(
      turned.map(line).join('\n'),
      turned.map((one) => ({ zone: one.zone, percent: one.percent })),
    );
  },
};

const volumeLimits: Command<CommandContext> = {
  name: 'volume limits',
  help: 'how loud the box, or one zone, is at least and at most, where no period of the calendar says otherwise: volume limits 20-80, volume limits terrace 20-60',
  roles: ['technician', 'headend'],
  guard: 'none',
  arguments: [
    { name: 'zone', kind: 'text', required: false, help: 'a zone of this box; left out: all that have no limits of their own' },
    { name: 'percent', kind: 'text', required: false, help: 'least and most, such as 20-80' },
  ],
  run: async ({ venue, box }, values) => {
    if (venue === undefined) return refused('no-venue', 'This box has no calendar and no filters.');
    const { zone, last: percent } = zoneAnd(values);
    const view = box.view();
    if (zone !== null && !view.volumeZones.some((one) => one.zone === zone)) return refused('no-such-zone', unknownZone(view, zone));
    const range = (percent === null ? null : readVolumes(percent))?.all ?? null;
    if (range === null || !areVolumes({ all: range, zones: {} }))
      return refused('bad-argument', `percent is least and most, such as 20-80; got ${(percent ?? 'nothing').slice(0, 20)}.`);
    await venue.rules.putVolume(zone, range);
    await venue.keeper.look();
    const where = zone === null ? '' : `${zone}: `;
    return done(`${where}${where === '' ? 'B' : 'b'}etween ${range.minPercent} and ${range.maxPercent} %, where no period says otherwise.`, {
      ...range,
      ...(zone === null ? {} : { zone }),
    });
  },
};

/** `60`, `terrace`, `terrace 60`, `percent=60`: a zone is a word that a number is not. */
function zoneAnd({ zone, percent }: Readonly<Record<string, string>>): { readonly zone: string | null; readonly last: string | null } {
  if (zone !== undefined && percent === undefined && !isZoneName(zone)) return { zone: null, last: zone };
  return { zone: zone ?? null, last: percent ?? null };
}

export const volumeCommands: readonly Command<CommandContext>[] = [volume, volumeLimits];
