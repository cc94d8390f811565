/** What a returned title was used for, and what became of its content (claims 6-9 of document 003). */
export interface ReturnStatement {
  readonly licence: string;
  /** Usage characteristics since the checkout: times of use, and milliseconds heard. */
  readonly uses: number;
  readonly heardMs: number;
  /** `deleted` on the box, or `sent-back` whole (claim 7); `not-there` where it was never downloaded. */
  readonly content: 'deleted' | 'sent-back' | 'not-there';
  readonly bytes: number;
  /**
   * Copies that the box knows of: exports in its own log, files of this content outside its store. An attestation by our own
   * program, no proof (B-15).
   */
  readonly copiesFound: number;
}
