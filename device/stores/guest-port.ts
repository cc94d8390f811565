/** A play as its guest sees it. */
export interface GuestPlayRow {
  readonly playId: string;
  readonly title: string;
  readonly artist: string;
  readonly state: 'trial' | 'queued' | 'confirmed' | 'playing' | 'settled' | 'declined';
  readonly quoteMinor: bigint;
  readonly premiumMinor: bigint;
  readonly chargedMinor: bigint | null;
  readonly refundMinor: bigint | null;
}

/** A guest with a phone, as the book knows him. */
export interface GuestRow {
  readonly guestId: string;
  /** What he tells the staff, who give him credit by it. */
  readonly code: string;
  readonly creditMinor: bigint;
  /** His newest plays first, at most limits.guestPlaysShown. */
  readonly plays: readonly GuestPlayRow[];
}

/** The part of the book that knows guests with phones. All of it is idempotent. */
export interface GuestBook {
  /** Known from now on, or again. `full`: limits.openGuests are here already, each with money. */
  openGuest(guestId: string): Promise<GuestRow | 'full'>;
  guest(guestId: string): Promise<GuestRow | null>;
  /** Null where no open claim has this code. */
  redeemForGuest(guestId: string, code: string): Promise<{ readonly amountMinor: bigint } | null>;
  /** The credit of whoever stands at the box, as a claim code that a phone can take. Null where there is none. */
  releasePanelCredit(): Promise<{ readonly claimCode: string; readonly amountMinor: bigint } | null>;
  /** Who did nothing for limits.guestIdleMs: what is left of his becomes a claim code. @returns how many went */
  closeIdleGuests(): Promise<number>;
}
