import type { Log } from '../../src/ports/log.ts';
import type { MpvEvent, MpvIpc } from './mpv-ipc.ts';
import type { SoundZone } from './sound-zones.ts';

/** What ALSA puts on the outputs of a card, pair by pair: front, rear, centre and bass, side. */
const SPEAKERS = [
  ['FL', 'FR'],
  ['BL', 'BR'],
  ['FC', 'LFE'],
  ['SL', 'SR'],
] as const;

/**
 * For so many pairs: the layout by mpv's name, and its channels in the order in which filters and WAV files have them. Each layout is one
 * that a filter and mpv mean the same by: four channels without a name are 4.0 to mpv, which mixes two of them into the others.
 */
const LAYOUTS = [
  { name: 'stereo', channels: ['FL', 'FR'] },
  { name: 'quad', channels: ['FL', 'FR', 'BL', 'BR'] },
  { name: '5.1', channels: ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR'] },
  { name: '7.1', channels: ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'SL', 'SR'] },
] as const;
type Layout = (typeof LAYOUTS)[number];

/** Of what is observed; lower ones are the player's and its output's. */
const OUTPUT = 4;

/** One sound on several pairs of outputs, each as loud as its zone is. Percent, by mpv's own scale: the gain is their third power. */
export class ZoneMix {
  readonly zones: readonly SoundZone[];
  readonly #layout: Layout;
  #percents: readonly number[];
  /** Of the output that is open; null: as many as are wanted. */
  #channels: number | null = null;

  constructor(zones: readonly SoundZone[]) {
    this.zones = zones;
    this.#layout = LAYOUTS[Math.max(...zones.map(({ pair }) => pair))] ?? LAYOUTS[0];
    this.#percents = zones.map(() => 100);
  }

  /** Zones for which the output that is open has no channels, with how many it has; null where it has enough. */
  get missing(): { readonly zones: readonly string[]; readonly channels: number; readonly wanted: number } | null {
    const silent = this.zones.filter(({ pair }) => !this.#reaches(pair));
    return silent.length === 0 ? null : { zones: silent.map(({ name }) => name), channels: this.#channels ?? 0, wanted: this.#layout.channels.length };
  }

  /** Where a zone's two channels are in a WAV file of mpv's. Null: there is no such zone. */
  channelsOf(name: string): readonly number[] | null {
    const zone = this.zones.find((one) => one.name === name);
    if (zone === undefined) return null;
    const channels: readonly string[] = this.#layout.channels;
    return (SPEAKERS[zone.pair] ?? []).map((speaker) => channels.indexOf(speaker));
  }

  /** The filter in mpv's words; each zone at its volume, or only the one that is named. */
  filter(only: string | null = null): string {
    // Where no zone can be reached, it is better heard in the wrong place than nowhere.
    const reached = this.zones.filter(({ pair }) => this.#reaches(pair));
    const heard = (reached.length === 0 ? this.zones : reached).filter(({ name }) => only === null || name === only);
    const parts = heard.flatMap(({ name, pair }) => {
      const gain = ((this.#percents[this.zones.findIndex((zone) => zone.name === name)] ?? 0) / 100) ** 3;
      const [left, right] = SPEAKERS[pair] ?? SPEAKERS[0];
      return [`${left}=${gain.toFixed(6)}*FL`, `${right}=${gain.toFixed(6)}*FR`];
    });
    return `@zones:lavfi=[aformat=channel_layouts=stereo,pan=${[this.#layout.channels.join('+'), ...parts].join('|')}]`;
  }

  /** For a player that was just found or started: one that has as many channels already is not disturbed. */
  async begin(ipc: MpvIpc, log: Log): Promise<void> {
    const now = await ipc.command('get_property', 'audio-channels');
    if (!(now.ok && now.value === this.#layout.name)) await ipc.command('set_property', 'audio-channels', this.#layout.name);
    ipc.onEvent((event) => void this.#opened(event, ipc, log));
    await ipc.command('observe_property', OUTPUT, 'audio-out-params');
  }

  /** One after the other as the zones are; what sounds goes on without a gap: the new filter takes over at the next frame. */
  async set(percents: readonly number[], ipc: MpvIpc | null): Promise<void> {
    this.#percents = percents;
    await ipc?.command('af', 'add', this.filter());
  }

  /** Of fewer channels mpv makes what it can: zones would be heard where they do not belong. */
  async #opened(event: MpvEvent, ipc: MpvIpc, log: Log): Promise<void> {
    if (event.event !== 'property-change' || event.name !== 'audio-out-params') return;
    const params: unknown = event.data;
    if (typeof params !== 'object' || params === null || !('channel-count' in params) || params['channel-count'] === this.#channels) return;
    const before = this.filter();
    this.#channels = Number(params['channel-count']);
    if (this.filter() !== before) await ipc.command('af', 'add', this.filter());
    const { missing } = this;
    if (missing !== null) log.warn('output-has-few-channels', { ...missing });
  }

  #reaches(pair: number): boolean {
    return this.#channels === null || 2 * (pair + 1) <= this.#channels;
  }
}
