import { isZoneName } from '../../src/domain/queue/zone-volume.ts';
import { limits } from '../../src/limits.ts';

/** A part of a venue with loudspeakers of its own, on two outputs of the one sound card. */
export interface SoundZone {
  readonly name: string;
  /** 0: the outputs 1 and 2 of the card as ALSA counts them, 1: 3 and 4, and so on. */
  readonly pair: number;
}

const PAIRS: readonly string[] = ['1-2', '3-4', '5-6', '7-8'];

/** `bar=1-2,terrace=3-4`. Throws with words that say what was wrong and what to write. */
export function readZones(text: string): readonly SoundZone[] {
  const zones = text.split(',').map(readZone);
  if (zones.length > limits.soundZones)
    throw new Error(`--zones: a card has at most ${2 * limits.soundZones} outputs: name at most ${limits.soundZones} zones, not ${zones.length}.`);
  for (const [index, { name, pair }] of zones.entries()) {
    const before = zones.slice(0, index);
    if (before.some((zone) => zone.name === name)) throw new Error(`--zones: two zones are called ${name}: give each a name of its own.`);
    const other = before.find((zone) => zone.pair === pair);
    if (other !== undefined) throw new Error(`--zones: ${other.name} and ${name} both have the outputs ${PAIRS[pair]}: a pair leads to one zone.`);
  }
  return zones;
}

function readZone(part: string): SoundZone {
  const [, name = '', outputs = ''] = /^([^=]*)=(.*)$/.exec(part) ?? [];
  if (!isZoneName(name))
    throw new Error(
      `--zones names each zone and the two outputs of the card that lead to it, such as bar=1-2,terrace=3-4; a name is 1 to 20 small letters, digits and hyphens, and neither all nor limits; not ${JSON.stringify(part.slice(0, 60))}.`,
    );
  const pair = PAIRS.indexOf(outputs);
  if (pair < 0)
    throw new Error(`--zones: ${name} is on two outputs of the card that follow each other: ${PAIRS.join(', ')}; not ${JSON.stringify(outputs.slice(0, 20))}.`);
  return { name, pair };
}
