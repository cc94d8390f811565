import type { Signer } from '../ports/signer.ts';
import { assert } from '../units/assert.ts';
import { fromHex, toHex } from '../units/bytes.ts';
import { sha256Hex } from './crypto/digest.ts';
import { verifyEd25519 } from './crypto/ed25519-signer.ts';

/** What a box signs of every HTTP request (ruling 22). */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as sent, without host. */
  readonly path: string;
  /** The very bytes of the body; empty where there is none. */
  readonly body: Uint8Array;
  readonly idempotencyKey: string | null;
  /** X25519 public key of an offer or resume, hex. */
  readonly ephemeral: string | null;
}

export const SIGNATURE_HEADER = 'ackbox-signature';
export const OUTLET_HEADER = 'ackbox-outlet';

/** @returns the signature as 128 hex digits, for the `Ackbox-Signature` header */
export function signRequest(signer: Signer, request: SignedRequest): string {
  const text = textOf(request);
  assert(text !== null, 'a signed field is one line');
  return toHex(signer.sign(text));
}

/** @param publicKey the key the outlet was enrolled with, raw 32 bytes; never one that came with the request */
export function verifyRequest(publicKey: Uint8Array, request: SignedRequest, signature: string): boolean {
  const bytes = fromHex(signature);
  const text = textOf(request);
  return bytes !== null && text !== null && verifyEd25519(publicKey, text, bytes);
}

/** Null where a field holds a line break: fields must not run into each other. */
function textOf(request: SignedRequest): Uint8Array | null {
  const fields = [request.method.toUpperCase(), request.path, sha256Hex(request.body), request.idempotencyKey ?? '-', request.ephemeral ?? '-'];
  if (fields.some((field) => field.includes('\n'))) return null;
  return new TextEncoder().encode(['ackbox-request/1', ...fields].join('\n'));
}
