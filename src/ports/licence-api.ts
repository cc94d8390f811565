import type { Result } from '../units/result.ts';
import type { LicenceList, ReturnRequest, StatusDocument } from '../wire/licence-api.ts';
import type { HeadendError } from './headend-api.ts';

/** Checkout, renewal and return as the box sees them; failures carry LSD's code as `problem`. */
export interface LicenceApi {
  licences(): Promise<Result<LicenceList, HeadendError>>;
  /** Idempotent: a title that is checked out already is answered as it stands. */
  checkOut(resource: string): Promise<Result<StatusDocument, HeadendError>>;
  registerLicence(licence: string): Promise<Result<StatusDocument, HeadendError>>;
  /** By one period. */
  renewLicence(licence: string): Promise<Result<StatusDocument, HeadendError>>;
  returnLicence(licence: string, brought: ReturnRequest): Promise<Result<StatusDocument, HeadendError>>;
}
