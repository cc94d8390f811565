import type { Terms } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import { verifyEd25519 } from '../../src/platform/crypto/ed25519-signer.ts';
import { deriveSessionKeys, type EphemeralKey } from '../../src/platform/crypto/key-agreement.ts';
import type { SessionKeys } from '../../src/platform/crypto/session-keys.ts';
import { fromHex, toHex } from '../../src/units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import { packetsIn } from '../../src/units/time.ts';
import type { OfferRequest, OfferResponse } from '../../src/wire/http-api.ts';
import { parseOffer } from '../../src/wire/sdp.ts';
import { parseTerms, signedTermsBytes } from '../../src/wire/terms-text.ts';
import { checkQuote } from './check-quote.ts';
import { findUnsafeWindow } from './check-windows.ts';
import type { EnrolledIdentity } from './enrolled-identity.ts';

export type OfferFault = 'bad-terms' | 'bad-signature' | 'not-for-us' | 'quote-above-max' | 'wrong-quote' | 'unsafe-window' | 'bad-exchange';

export interface OfferToAccept {
  readonly offer: OfferResponse;
  readonly request: OfferRequest;
  readonly ephemeral: EphemeralKey;
  readonly identity: EnrolledIdentity;
  /** Wall clock of the box. */
  readonly nowMs: number;
}

export interface AcceptedOffer {
  readonly sid: string;
  readonly terms: Terms;
  /** The signed bytes: store these, never a rewritten form. */
  readonly termsText: string;
  /** SHA-256 over `termsText`, 64 hex digits. */
  readonly termsHash: string;
  readonly termsSignature: string;
  /** Epoch 0. */
  readonly keys: SessionKeys;
  readonly rtspUrl: string;
  readonly sdp: string;
  /** Until when RTSP SETUP must have begun, on the wall clock of this box (the headend's own clock is not trusted). */
  readonly expiresAtMs: number;
}

/**
 * Believes an offer only after everything in it was checked: the headend's signature over these very bytes, that they speak of
 * this box, this work and this exchange, the price ceiling, and that the windows are those we asked for, or narrower.
 * Then it derives the keys of epoch 0. Pure apart from the cryptography. Source: rulings 11, 14, 22, 27.
 */
export function acceptOffer(given: OfferToAccept): Result<AcceptedOffer, Fault<OfferFault>> {
  const { offer, request, ephemeral, identity } = given;
  const signature = fromHex(offer.signature) ?? new Uint8Array();
  if (!verifyEd25519(identity.headendPublicKey, signedTermsBytes(offer.terms), signature))
    return fault('bad-signature', 'The terms are not signed by the headend this box was enrolled at; check the address, or enrol the box anew.');
  const parsed = parseTerms(offer.terms);
  if (!parsed.ok) return fault('bad-terms', parsed.error.message);
  const terms = parsed.value;
  const problem = findStranger(terms, given) ?? findExcess(terms, request) ?? findWindow(terms, request);
  if (problem !== null) return { ok: false, error: problem };
  const quote = checkQuote(terms, offer.pricing);
  if (!quote.ok) return quote;
  const termsHash = sha256Hex(offer.terms);
  const keys = deriveSessionKeys({
    ourPrivate: ephemeral.privateKey,
    theirPublic: fromHex(terms.headendEphemeral) ?? new Uint8Array(),
    sid: fromHex(terms.sid) ?? new Uint8Array(),
    epoch: 0,
    transcriptHash: fromHex(termsHash) ?? new Uint8Array(),
  });
  if (!keys.ok) return fault('bad-exchange', keys.error.message);
  return ok({
    sid: terms.sid,
    terms,
    termsText: offer.terms,
    termsHash,
    termsSignature: offer.signature,
    keys: keys.value,
    rtspUrl: offer.rtspUrl,
    sdp: offer.sdp,
    expiresAtMs: given.nowMs + (terms.expiresAtMs - terms.issuedAtMs),
  });
}

/** Terms that were signed for another box, another work or another exchange. */
function findStranger(terms: Terms, { offer, request, ephemeral, identity }: OfferToAccept): Fault<OfferFault> | null {
  const expected: readonly (readonly [string, string, string])[] = [
    ['session', terms.sid, offer.sid],
    ['account', terms.account, identity.account],
    ['outlet', terms.outlet, identity.outlet],
    ['location', terms.location, identity.location],
    ['work', terms.work, request.work],
    ['currency', terms.currency, request.currency],
    ['device exchange key', terms.deviceEphemeral, toHex(ephemeral.publicKey)],
    ['headend exchange key', terms.headendEphemeral, offer.headendEphemeral],
  ];
  const strange = expected.find(([, stated, ours]) => stated !== ours);
  if (strange !== undefined) return { code: 'not-for-us', message: `The terms name another ${strange[0]} than the one asked for; nothing was agreed.` };
  if (terms.expiresAtMs <= terms.issuedAtMs) return { code: 'bad-terms', message: 'The terms expire before they begin; check the clock of the headend.' };
  return null;
}

/** A price above the ceiling, a trial nobody asked for (which the payer would hear as a cut), or none where one was asked for. */
function findExcess(terms: Terms, request: OfferRequest): Fault<OfferFault> | null {
  const quoteMinor = terms.nodes.reduce((sum, node) => sum + BigInt(node.quoteMinor), 0n);
  if (quoteMinor > BigInt(request.maxQuoteMinor))
    return {
      code: 'quote-above-max',
      message: `The price went up to ${quoteMinor}, more than the ${request.maxQuoteMinor} shown; browse again to see the new price.`,
    };
  if (terms.nodes.some((node) => BigInt(node.quoteMinor) < 0n)) return { code: 'bad-terms', message: 'The terms state a negative price; nothing was agreed.' };
  if (terms.trial !== null && !request.trial)
    return { code: 'bad-terms', message: 'The terms limit a play to a trial that was not asked for; nothing was agreed.' };
  if (terms.trial === null && request.trial && quoteMinor > 0n)
    return { code: 'bad-terms', message: 'The terms want money at once where a pre-listen was asked for; nothing was agreed.' };
  const asked = parseOffer(request.sdp);
  if (terms.trial !== null && asked.ok && asked.value.ackpay?.trial?.mode !== terms.trial.mode)
    return { code: 'bad-terms', message: `The terms name a pre-listen of mode ${terms.trial.mode}, which was not asked for; nothing was agreed.` };
  if (terms.trial !== null && terms.trial.packets > packetsIn(limits.trialMs, terms.packetMs))
    return { code: 'bad-terms', message: 'The trial is longer than agreed; nothing was agreed.' };
  return null;
}

/** Windows that are not inside those of our own offer. */
function findWindow(terms: Terms, request: OfferRequest): Fault<OfferFault> | null {
  const asked = parseOffer(request.sdp);
  if (!asked.ok) return { code: 'bad-terms', message: `Our own offer cannot be read: ${asked.error.message}; nothing was agreed.` };
  const message = findUnsafeWindow(terms, asked.value.ackpay.credit);
  return message === null ? null : { code: 'unsafe-window', message };
}
