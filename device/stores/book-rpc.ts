import type { BookErrorCode } from './book-error.ts';
import type { OpeningReport } from './book-options.ts';
import type { Book } from './book-port.ts';

/** What passes between the main thread and the book's thread, after its first message, the BookOptions. bigint and bytes pass as they are (structured clone). */
export type BookMethod = keyof Book | 'storage';

export interface BookRequest {
  readonly id: number;
  readonly method: BookMethod;
  readonly values: readonly unknown[];
}

export interface BookFailure {
  /** Null where an invariant broke: the box must stop. */
  readonly code: BookErrorCode | null;
  readonly message: string;
}

export type BookMessage =
  | { readonly type: 'opened'; readonly opening: OpeningReport }
  | { readonly type: 'not-opened'; readonly failure: BookFailure }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly failure: BookFailure }
  | { readonly type: 'urgent' };

/** All methods by name; a new one in the port fails to compile until it stands here. */
export const BOOK_METHODS: Readonly<Record<BookMethod, true>> = {
  insertCoin: true,
  notePulses: true,
  meters: true,
  collect: true,
  collections: true,
  checkCashBook: true,
  currentPayer: true,
  closeIdlePayer: true,
  redeemClaim: true,
  grantCredit: true,
  refundPlay: true,
  beginTrial: true,
  declineTrial: true,
  confirmPlay: true,
  enqueue: true,
  premiumFor: true,
  openGuest: true,
  guest: true,
  redeemForGuest: true,
  releasePanelCredit: true,
  closeIdleGuests: true,
  queue: true,
  takeNext: true,
  openSession: true,
  advanceEpoch: true,
  reserveCounters: true,
  putReceipt: true,
  session: true,
  openPlays: true,
  play: true,
  settle: true,
  noteEnd: true,
  postAccountLines: true,
  receipts: true,
  taxSums: true,
  mostPlayed: true,
  lastHeard: true,
  putSettlement: true,
  settlements: true,
  recordUsage: true,
  recordAudit: true,
  recordFault: true,
  flush: true,
  pendingRecords: true,
  acknowledgeRecords: true,
  rewindRecords: true,
  outboxState: true,
  inspect: true,
  ledger: true,
  getSetting: true,
  putSetting: true,
  loans: true,
  putLoan: true,
  putLoanKeys: true,
  endLoan: true,
  declineRenewal: true,
  forgetLoan: true,
  openLoanPlay: true,
  loanPlay: true,
  noteLoanHeard: true,
  viewers: true,
  putViewer: true,
  removeViewer: true,
  setWatching: true,
  spendingCaps: true,
  putSpendingCap: true,
  spendingLeft: true,
  spendingCeiling: true,
  spenderOf: true,
  watching: true,
  putSpentElsewhere: true,
  close: true,
  storage: true,
};
