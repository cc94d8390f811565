import type { Result } from '../units/result.ts';
import type { KeyLease, LendingOffer, LicenceList, LoanContent, ReturnedPart, ReturnRequest, StatusDocument } from '../wire/licence-api.ts';
import type { Decoder } from '../wire/sdp.ts';
import type { HeadendError } from './headend-api.ts';

/** Checkout, renewal and return as the box sees them; failures carry LSD's code as `problem`. */
export interface LicenceApi {
  licences(): Promise<Result<LicenceList, HeadendError>>;
  /** What a checkout would cost, before anybody agrees to it. @param decodes the films that this box shows */
  lendingOffer(resource: string, decodes?: readonly Decoder[]): Promise<Result<LendingOffer, HeadendError>>;
  /** Idempotent: a title that is checked out already is answered as it stands. @param decodes the films that this box shows @param maxFeeMinor what was agreed to be paid; absent: nothing @param spender whose fee it is; null: a guest's */
  checkOut(resource: string, decodes?: readonly Decoder[], maxFeeMinor?: string, spender?: string | null): Promise<Result<StatusDocument, HeadendError>>;
  registerLicence(licence: string): Promise<Result<StatusDocument, HeadendError>>;
  /** By one period, for at most so much. */
  renewLicence(licence: string, maxFeeMinor?: string, spender?: string | null): Promise<Result<StatusDocument, HeadendError>>;
  /** Signed terms and the list of segments. */
  loanContent(licence: string, decodes?: readonly Decoder[]): Promise<Result<LoanContent, HeadendError>>;
  /** At most limits.loanPartBytes of a segment, from a byte on. */
  loanPart(licence: string, segment: number, from: number): Promise<Result<Uint8Array, HeadendError>>;
  /** @param number of the key in use; null before the first, and for licences without a pulse */
  leaseKey(licence: string, number: number | null): Promise<Result<KeyLease, HeadendError>>;
  sendBack(licence: string, segment: number, part: ReturnedPart): Promise<Result<unknown, HeadendError>>;
  returnLicence(licence: string, brought: ReturnRequest): Promise<Result<StatusDocument, HeadendError>>;
}
