/** Somebody of the household. The name never leaves the box; `viewerId` is the pseudonym in usage records (ruling 1). */
export interface ViewerRow {
  readonly viewerId: string;
  readonly name: string;
  /** As `hashPin` makes it; null: nobody is asked for one. */
  readonly pin: string | null;
  /** From this age rating on the PIN of the household is asked for; null: never. */
  readonly belowAge: number | null;
}

/** Who is before a household's box. */
export interface ViewerBook {
  /** By name. */
  viewers(): Promise<readonly ViewerRow[]>;
  /** New, or changed. `name-taken`: by somebody else; `too-many`: limits.viewersMax are there. */
  putViewer(viewer: ViewerRow): Promise<'ok' | 'name-taken' | 'too-many'>;
  removeViewer(viewerId: string): Promise<void>;
  /** Who orders from now on; null: a guest, or nobody said. Not kept over a restart. */
  setWatching(viewerId: string | null): Promise<void>;
}
