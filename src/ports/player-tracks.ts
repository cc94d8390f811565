/** What can be chosen of a film or a channel beside its picture. */
export type TrackKind = 'audio' | 'subtitles';

export interface TrackChoice {
  /** How many there are. */
  readonly count: number;
  /** The one that is chosen, by its language or its number; null for none. */
  readonly chosen: string | null;
}

/** The picture fills the screen, or a quarter of it, beside the box's own pages. */
export type PictureSize = 'full' | 'partial';

/** The tracks of what plays. */
export interface PlayerTracks {
  resize(size: PictureSize): Promise<void>;
  /** The next one; behind the last of the subtitles come none. */
  next(kind: TrackKind): Promise<void>;
  view(): Promise<Readonly<Record<TrackKind, TrackChoice>>>;
  /** Another work plays: nobody has chosen anything of it, and it fills the screen. */
  forget(): Promise<void>;
}
