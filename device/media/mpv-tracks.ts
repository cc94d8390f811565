import type { PictureSize, PlayerTracks, TrackChoice, TrackKind } from '../../src/ports/player-tracks.ts';
import type { MpvIpc } from './mpv-ipc.ts';

const PROPERTIES = { audio: 'aid', subtitles: 'sid' } as const;
const TYPES = { audio: 'audio', subtitles: 'sub' } as const;
/** Of a stream that comes from outside; more would be a joke. */
const TRACKS_MAX = 32;
const LABEL_CHARACTERS = 20;

interface Track {
  readonly id: number;
  readonly label: string;
}

/** Tracks of mpv. A choice outlives a new stream of the same work: after a jump it is taken up again. */
export class MpvTracks implements PlayerTracks {
  readonly #ipc: () => Pick<MpvIpc, 'command'> | null;
  readonly #wishes = new Map<TrackKind, number | 'no'>();
  #size: PictureSize = 'full';

  constructor(ipc: () => Pick<MpvIpc, 'command'> | null) {
    this.#ipc = ipc;
  }

  async next(kind: TrackKind): Promise<void> {
    const tracks = await this.#tracks(kind);
    const chosen = await this.#chosen(kind);
    const after = tracks[tracks.findIndex(({ id }) => id === chosen) + 1]?.id ?? (kind === 'audio' ? tracks[0]?.id : 'no');
    if (after === undefined) return;
    this.#wishes.set(kind, after);
    await this.#ipc()?.command('set_property', PROPERTIES[kind], after);
  }

  async view(): Promise<Readonly<Record<TrackKind, TrackChoice>>> {
    const [audio, subtitles] = await Promise.all([this.#choice('audio'), this.#choice('subtitles')]);
    return { audio, subtitles };
  }

  async forget(): Promise<void> {
    this.#wishes.clear();
    if (this.#size !== 'full') await this.resize('full');
  }

  /** Where mpv has a window; on a bare screen there is nothing beside the picture, and it stays as it is. */
  async resize(size: PictureSize): Promise<void> {
    this.#size = size;
    await this.#ipc()?.command('set_property', 'fullscreen', size === 'full');
  }

  /** What mpv is told before it begins a stream. */
  options(): readonly (readonly [option: string, value: string | number])[] {
    return [
      ['aid', this.#wishes.get('audio') ?? 'auto'],
      ['sid', this.#wishes.get('subtitles') ?? 'no'],
    ];
  }

  async #choice(kind: TrackKind): Promise<TrackChoice> {
    const [tracks, chosen] = await Promise.all([this.#tracks(kind), this.#chosen(kind)]);
    return { count: tracks.length, chosen: tracks.find(({ id }) => id === chosen)?.label ?? null };
  }

  async #chosen(kind: TrackKind): Promise<unknown> {
    const answer = await this.#ipc()?.command('get_property', PROPERTIES[kind]);
    return answer?.ok === true ? answer.value : null;
  }

  async #tracks(kind: TrackKind): Promise<readonly Track[]> {
    const answer = await this.#ipc()?.command('get_property', 'track-list');
    const list = answer?.ok === true && Array.isArray(answer.value) ? (answer.value as readonly unknown[]) : [];
    return list.slice(0, TRACKS_MAX).flatMap((entry) => readTrack(entry, TYPES[kind]));
  }
}

function readTrack(entry: unknown, type: string): readonly Track[] {
  const { type: found, id, lang, title } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (found !== type || typeof id !== 'number') return [];
  const named = [lang, title].find((name) => typeof name === 'string' && name !== '');
  return [{ id, label: typeof named === 'string' ? named.replaceAll(/\p{Cc}/gu, ' ').slice(0, LABEL_CHARACTERS) : String(id) }];
}
