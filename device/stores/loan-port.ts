import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { LoanContent, ReturnRequest } from '../../src/wire/licence-api.ts';

export interface NewLoan {
  readonly licence: string;
  readonly work: CatalogueWork;
  /** As signed. */
  readonly termsText: string;
  readonly termsSignature: string;
  readonly segments: LoanContent['segments'];
}

/** A checked-out title as the book keeps it. No key is in the clear here. */
export interface LoanRow extends NewLoan {
  /** `returning`: over on this box; the headend is still to hear of it. `over`: it was ended elsewhere. */
  readonly state: 'held' | 'breached' | 'returning' | 'over';
  readonly keyNumber: number | null;
  readonly wrappedKey: Uint8Array | null;
  readonly sealedLease: Uint8Array | null;
  readonly uses: number;
  readonly heardMs: number;
  readonly brought: ReturnRequest | null;
  readonly declined: boolean;
}

/** A play of a checked-out title, with the terms it began under. `heardSample` is of the pass that is paid for. */
export interface LoanPlayRow {
  readonly playId: string;
  readonly licence: string;
  readonly termsText: string;
  readonly work: CatalogueWork;
  readonly heardSample: number;
  readonly trialPackets: number;
}

/** The part of the book that knows checked-out titles. */
export interface LoanBook {
  /** With the book's own time, which never goes back (ruling 34): what has an end is measured by it. */
  loans(): Promise<{ readonly nowMs: number; readonly loans: readonly LoanRow[] }>;
  putLoan(loan: NewLoan): Promise<void>;
  putLoanKeys(licence: string, keys: { readonly number: number; readonly wrapped: Uint8Array; readonly sealedLease: Uint8Array | null }): Promise<void>;
  /** Takes effect at once: the keys are gone from the book when this resolves. A breach is an audit line too. */
  endLoan(licence: string, state: 'breached' | 'returning' | 'over', brought: ReturnRequest | null, why: string): Promise<void>;
  declineRenewal(licence: string): Promise<void>;
  forgetLoan(licence: string): Promise<void>;
  /** From now on the play is one of this loan. Idempotent. */
  openLoanPlay(playId: string, licence: string): Promise<void>;
  loanPlay(playId: string): Promise<LoanPlayRow | null>;
  noteLoanHeard(heard: Pick<LoanPlayRow, 'playId' | 'heardSample' | 'trialPackets'>): Promise<void>;
}
