import { canonicalJson } from './canonical-json.ts';
import type { ResumeResponse } from './http-api.ts';

export interface ResumeExchange {
  readonly sid: string;
  /** SHA-256 over the canonical terms, hex. */
  readonly termsHash: string;
  readonly nonce: string;
  readonly deviceEphemeral: string;
  readonly response: Omit<ResumeResponse, 'signature' | 'rtspUrl'>;
}

/**
 * The transcript of a resume: both fresh keys, the server's nonce, the epoch, the terms, and the counts both sides go on from.
 * The headend signs it, and its SHA-256 enters the key derivation, so nobody can go on from other numbers (ruling 22).
 */
export function resumeTranscript(exchange: ResumeExchange): Uint8Array {
  const { sid, termsHash, nonce, deviceEphemeral, response } = exchange;
  const { epoch, headendEphemeral, counts, lostPaid, nextSequence, paidRanges, confirmEventId } = response;
  const text = canonicalJson({
    sid,
    termsHash,
    nonce,
    deviceEphemeral,
    headendEphemeral,
    epoch,
    counts,
    lostPaid,
    nextSequence,
    paidRanges,
    confirmEventId,
  });
  return new TextEncoder().encode(`ackbox-resume/1\n${text}`);
}
