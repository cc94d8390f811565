import type { Log } from '../../src/ports/log.ts';
import type { MpvEvent, MpvIpc } from './mpv-ipc.ts';
import type { SoundZone } from './sound-zones.ts';

/**
 * By how many channels they have: mpv's name, and the channels in the order of filters, WAV files and cards whose channels have no names. A
 * filter names them one by one: four channels without a name are 4.0 to mpv, which mixes two of them down.
 */
const LAYOUTS = [
  { name: 'stereo', channels: ['FL', 'FR'] },
  { name: 'quad', channels: ['FL', 'FR', 'BL', 'BR'] },
  { name: '5.1', channels: ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR'] },
  { name: '7.1', channels: ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'SL', 'SR'] },
] as const;
type Layout = (typeof LAYOUTS)[number];
type Speakers = readonly [left: string, right: string];

/** Where the driver puts channels by their names: the pairs as ALSA has them, front, rear, centre with bass, and side. */
const NAMED: readonly Speakers[] = [
  ['FL', 'FR'],
  ['BL', 'BR'],
  ['FC', 'LFE'],
  ['SL', 'SR'],
];
/** An output that converts would take any number of channels and drop some unheard: only what it says of its channels shows how many it has. */
const CONVERTING = /^alsa\/(default|sysdefault|front|plug|dmix|pulse|pipewire|jack)/;

/** Of what is observed; lower ones are the player's and its output's. */
const OUTPUT = 4;

/** One sound on several pairs of outputs, each as loud as its zone is. Percent, by mpv's own scale: the gain is their third power. */
export class ZoneMix {
  readonly zones: readonly SoundZone[];
  /** Channels that the zones need. */
  readonly #wanted: number;
  /** What mpv is told to open. */
  #asked: Layout;
  /** What the output that is open really has. */
  #has: Layout;
  /** The channels of the card are counted, whatever they are called. */
  #counted = false;
  #percents: readonly number[];

  constructor(zones: readonly SoundZone[]) {
    this.zones = zones;
    this.#wanted = 2 * (Math.max(...zones.map(({ pair }) => pair)) + 1);
    this.#asked = largest(this.#wanted);
    this.#has = this.#asked;
    this.#percents = zones.map(() => 100);
  }

  /** Zones that nobody hears, as the output that is open has so few channels; null where it has enough. */
  get missing(): { readonly zones: readonly string[]; readonly channels: number; readonly wanted: number } | null {
    const silent = this.zones.filter((zone) => this.#speakersOf(zone) === null).map(({ name }) => name);
    return silent.length === 0 ? null : { zones: silent, channels: this.#has.channels.length, wanted: this.#wanted };
  }

  /** Where a zone's two channels are in a WAV file of mpv's; none: there is no such zone. */
  channelsOf(name: string): readonly number[] {
    const channels: readonly string[] = this.#asked.channels;
    return this.zones.filter((zone) => zone.name === name).flatMap((zone) => (this.#speakersOf(zone, this.#asked) ?? []).map((one) => channels.indexOf(one)));
  }

  /** The filter in mpv's words; each zone at its volume, or only the one that is named. In floats: a gain would cost whole numbers their bits. */
  filter(only: string | null = null): string {
    const gains = this.zones.flatMap((zone, index) => {
      const speakers = this.#speakersOf(zone);
      if (speakers === null || (only !== null && zone.name !== only)) return [];
      const gain = (((this.#percents[index] ?? 0) / 100) ** 3).toFixed(6);
      return [`${speakers[0]}=${gain}*FL`, `${speakers[1]}=${gain}*FR`];
    });
    return `@zones:lavfi=[aformat=sample_fmts=fltp:channel_layouts=stereo,pan=${[this.#asked.channels.join('+'), ...gains].join('|')}]`;
  }

  /** For a player that was just found or started: one that has its channels already is not disturbed. */
  async begin(ipc: MpvIpc, log: Log): Promise<void> {
    await tell(ipc, 'audio-channels', this.#asked.name);
    const device = await ipc.command('get_property', 'audio-device');
    await this.beforeOpening(device.ok ? String(device.value) : '', ipc);
    ipc.onEvent((event) => void this.#opened(event, ipc, log));
    await ipc.command('observe_property', OUTPUT, 'audio-out-params');
  }

  /** Whether the channels of an output are counted stands before it is opened. @param device by mpv's name */
  async beforeOpening(device: string, ipc: MpvIpc | null): Promise<void> {
    const before = this.filter();
    this.#counted = device.startsWith('alsa/') && !CONVERTING.test(device);
    if (ipc !== null) await tell(ipc, 'alsa-ignore-chmap', this.#counted);
    if (this.filter() !== before) await ipc?.command('af', 'add', this.filter());
  }

  /** In the order of the zones. What sounds goes on without a gap: the new filter takes over at the next frame. */
  async set(percents: readonly number[], ipc: MpvIpc | null): Promise<void> {
    this.#percents = percents;
    await ipc?.command('af', 'add', this.filter());
  }

  /** A card may have fewer channels than were asked for, or only more, over which mpv would spread fewer by their names. */
  async #opened({ event, name, data }: MpvEvent, ipc: MpvIpc, log: Log): Promise<void> {
    if (event !== 'property-change' || name !== 'audio-out-params') return;
    if (typeof data !== 'object' || data === null || !('channel-count' in data)) return;
    const before = this.filter();
    this.#has = largest(Number(data['channel-count']));
    if (this.#has.channels.length > this.#asked.channels.length) this.#asked = this.#has;
    if (this.filter() === before) return;
    await tell(ipc, 'audio-channels', this.#asked.name);
    if (this.missing !== null) log.warn('output-has-few-channels', { ...this.missing });
    await ipc.command('af', 'add', this.filter());
  }

  /** The two channels of a zone; null where the output has none for it. */
  #speakersOf({ pair }: SoundZone, layout: Layout = this.#has): Speakers | null {
    const channels: readonly string[] = layout.channels;
    const [left = '', right = ''] = (this.#counted ? channels.slice(2 * pair, 2 * pair + 2) : NAMED[pair]) ?? [];
    return channels.includes(left) && channels.includes(right) ? [left, right] : null;
  }
}

/** That so many channels are enough for. */
function largest(channels: number): Layout {
  return LAYOUTS.findLast((layout) => layout.channels.length <= channels) ?? LAYOUTS[0];
}

/** Nothing that it knows: mpv would open its output anew. */
async function tell(ipc: MpvIpc, option: string, value: string | boolean): Promise<void> {
  const now = await ipc.command('get_property', option);
  if (now.ok && now.value !== value) await ipc.command('set_property', option, value);
}
