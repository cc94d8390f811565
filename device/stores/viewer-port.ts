/** Somebody of the household. The name goes to the headend's table of personal data alone, the PIN nowhere; `viewerId` is the pseudonym in usage records (ruling 1). */
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

export interface SpendingCap {
  /** An id, `guest` or `account`. */
  readonly who: string;
  readonly name: string;
  /** A day; null: none. */
  readonly capMinor: bigint | null;
  /** Today, with what is set aside. */
  readonly spentMinor: bigint;
}

/** What a household may spend in a day: each of its people, its guests, and all together. */
export interface SpendingBook {
  spendingCaps(): Promise<readonly SpendingCap[]>;
  /** Null takes the cap away. `nobody`: nobody is called so. */
  putSpendingCap(who: string, capMinor: bigint | null): Promise<'ok' | 'nobody'>;
  /** What whoever watches may still spend today, and under which cap; null: there is none. */
  spendingLeft(): Promise<{ readonly leftMinor: bigint; readonly capMinor: bigint; readonly of: 'viewer' | 'account' } | null>;
  /** Whose a play is; null: a guest's, or it is not known. */
  spenderOf(playId: string): Promise<string | null>;
  /** Who watches now, whose fees are; null: a guest. */
  watching(): Promise<string | null>;
  /** What the headend says was spent on a day beside this box: at others, and by fees. What it said before is forgotten. */
  putSpentElsewhere(day: number, spent: readonly { readonly who: string; readonly spentMinor: bigint }[]): Promise<void>;
  /** What a play that was bought may cost by now; null: there is no cap. */
  spendingCeiling(playId: string): Promise<bigint | null>;
}
