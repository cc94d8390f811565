import type { PictureSize, PlayerTracks, TrackChoice, TrackKind } from '../../src/ports/player-tracks.ts';

/** What can be chosen of what plays; null where there is nothing to choose. */
export type TracksView = Readonly<Record<TrackKind, TrackChoice>> | null;

/** Sound and subtitles of the film or channel that plays. */
export class TrackDesk {
  readonly #tracks: PlayerTracks | null;
  readonly #changed: () => void;
  #view: TracksView = null;
  #size: PictureSize = 'full';

  constructor(tracks: PlayerTracks | null, changed: () => void) {
    this.#tracks = tracks;
    this.#changed = changed;
  }

  get view(): TracksView {
    return this.#view;
  }

  async begin(): Promise<void> {
    this.#view = null;
    this.#size = 'full';
    await this.#tracks?.forget();
  }

  async next(kind: TrackKind): Promise<void> {
    await this.#tracks?.next(kind);
    await this.look();
  }

  /** The other size. */
  async resize(): Promise<PictureSize> {
    this.#size = this.#size === 'full' ? 'partial' : 'full';
    await this.#tracks?.resize(this.#size);
    return this.#size;
  }

  /** The player knows its tracks from the first picture on. */
  async look(): Promise<void> {
    const view = (await this.#tracks?.view()) ?? null;
    this.#view = view !== null && (view.audio.count > 1 || view.subtitles.count > 0) ? view : null;
    this.#changed();
  }
}
