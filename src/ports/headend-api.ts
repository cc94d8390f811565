import type { Result } from '../units/result.ts';
import type {
  CatalogueResponse,
  NonceResponse,
  OfferRequest,
  OfferResponse,
  ReportRequest,
  ReportResponse,
  ResumeRequest,
  ResumeResponse,
} from '../wire/http-api.ts';

/** `unreachable`: no answer, try again later. `refused`: an answer, final for this request; `problem` is the headend's code. */
export interface HeadendError {
  readonly code: 'unreachable' | 'refused' | 'busy' | 'not-enrolled' | 'untrusted';
  readonly problem: string;
  readonly message: string;
  readonly retryAfterMs: number | null;
}

/** The headend as the box sees it: every call signed with the device key, over pinned TLS. */
export interface HeadendApi {
  catalogue(knownVersion: string | null): Promise<Result<CatalogueResponse | 'unchanged', HeadendError>>;
  cover(hash: string): Promise<Result<{ readonly bytes: Uint8Array; readonly contentType: string }, HeadendError>>;
  /** Idempotent by play id. */
  offer(request: OfferRequest): Promise<Result<OfferResponse, HeadendError>>;
  nonce(sid: string): Promise<Result<NonceResponse, HeadendError>>;
  resume(sid: string, request: ResumeRequest): Promise<Result<ResumeResponse, HeadendError>>;
  report(request: ReportRequest): Promise<Result<ReportResponse, HeadendError>>;
  close(): Promise<void>;
}
