import { fromHex, toHex } from '../units/bytes.ts';
import { equalSecrets, hmacSha256, sha256Hex } from './crypto/digest.ts';

/** What one authenticated RTSP request of a paid session says. */
export interface AuthenticatedRequest {
  readonly method: string;
  readonly uri: string;
  readonly cseq: number;
  readonly body: Uint8Array;
}

/**
 * Value of `Ackpay-Auth`: hex HMAC-SHA256 over `METHOD\nURI\nCSeq\nsha256hex(body)` (ruling 23).
 * Replays are the receiver's to refuse: the CSeq must rise within an epoch.
 */
export function rtspAuth(key: Uint8Array, request: AuthenticatedRequest): string {
  return toHex(hmacSha256(key, authText(request)));
}

export function verifyRtspAuth(key: Uint8Array, request: AuthenticatedRequest, value: string): boolean {
  const claimed = fromHex(value.trim());
  return claimed !== null && equalSecrets(claimed, hmacSha256(key, authText(request)));
}

function authText(request: AuthenticatedRequest): Uint8Array {
  return new TextEncoder().encode(`${request.method}\n${request.uri}\n${request.cseq}\n${sha256Hex(request.body)}`);
}
