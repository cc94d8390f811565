import { acceptCounts } from '../../src/domain/credit/ack-ledger.ts';
import { BILLING_CLASSES, type ClassCount, packetsOf } from '../../src/domain/credit/billing-class.ts';
import { asRanges, joinIndexes, type PaidRanges } from '../../src/domain/credit/paid-ranges.ts';
import type { Terms } from '../../src/domain/credit/terms.ts';
import { sha256 } from '../../src/platform/crypto/digest.ts';
import { verifyEd25519 } from '../../src/platform/crypto/ed25519-signer.ts';
import { deriveSessionKeys, type EphemeralKey } from '../../src/platform/crypto/key-agreement.ts';
import type { SessionKeys } from '../../src/platform/crypto/session-keys.ts';
import { fromHex, toHex } from '../../src/units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import type { ResumeRequest, ResumeResponse } from '../../src/wire/http-api.ts';
import { resumeTranscript } from '../../src/wire/resume-transcript.ts';
import type { EnrolledIdentity } from './enrolled-identity.ts';

export type ResumeFault = 'bad-signature' | 'wrong-epoch' | 'count-below-receipt' | 'bad-exchange';

export interface ResumeToAccept {
  readonly response: ResumeResponse;
  readonly request: ResumeRequest;
  readonly ephemeral: EphemeralKey;
  readonly identity: EnrolledIdentity;
  readonly terms: Terms;
  /** SHA-256 over the stored terms text, 64 hex digits. */
  readonly termsHash: string;
  /** Counts of our newest durable receipt; empty where there is none. */
  readonly ownCounts: readonly ClassCount[];
  /** The packets of the work that we count as paid, as far as we remember. */
  readonly ownRanges: PaidRanges;
}

export interface AcceptedResume {
  readonly keys: SessionKeys;
  readonly epoch: number;
  /** Both views merged: the greater of each class, at most what we can have acknowledged since our own receipt (ruling 27). */
  readonly counts: readonly ClassCount[];
  /** True where the headend claimed more than that: worth a fault record. */
  readonly countsCut: boolean;
  readonly lostPaid: number;
  readonly nextSequence: number;
  /** Which packets the paid counts are about, and what we know of them besides: nothing of it is owed again. */
  readonly paidRanges: PaidRanges;
  /** 32 hex digits, or null before a confirmation. */
  readonly confirmEventId: string | null;
  readonly rtspUrl: string;
}

/** Checks the headend's signature over the whole exchange, merges the counts, and derives the keys of the new epoch (ruling 22). */
export function acceptResume(given: ResumeToAccept): Result<AcceptedResume, Fault<ResumeFault>> {
  const { response, request, ephemeral, identity, terms } = given;
  if (response.epoch !== request.epoch)
    return fault('wrong-epoch', `The headend answered for epoch ${response.epoch}, not ${request.epoch}; resume again with a fresh nonce.`);
  const transcript = resumeTranscript({
    sid: terms.sid,
    termsHash: given.termsHash,
    nonce: request.nonce,
    deviceEphemeral: toHex(ephemeral.publicKey),
    response,
  });
  if (!verifyEd25519(identity.headendPublicKey, transcript, fromHex(response.signature) ?? new Uint8Array()))
    return fault('bad-signature', 'The resume is not signed by the headend this box was enrolled at; nothing was agreed.');
  const theirs = countable(response.counts, terms);
  if (packetsOf(theirs, 'paid') < packetsOf(given.ownCounts, 'paid'))
    return fault('count-below-receipt', 'The headend counts less than the receipt it was shown; end this play, its closing statement settles it.');
  const keys = deriveSessionKeys({
    ourPrivate: ephemeral.privateKey,
    theirPublic: fromHex(response.headendEphemeral) ?? new Uint8Array(),
    sid: fromHex(terms.sid) ?? new Uint8Array(),
    epoch: response.epoch,
    transcriptHash: sha256(transcript),
  });
  if (!keys.ok) return fault('bad-exchange', keys.error.message);
  const told = asRanges(response.paidRanges, terms.packets);
  if (told === null) return fault('bad-exchange', 'The headend names packets that this work does not have; resume again.');
  const counts = acceptCounts(terms.credit, given.ownCounts, theirs, terms.packetMs);
  return ok({
    keys: keys.value,
    epoch: response.epoch,
    counts,
    countsCut: packetsOf(counts, 'paid') < packetsOf(theirs, 'paid'),
    lostPaid: response.lostPaid,
    nextSequence: response.nextSequence,
    paidRanges: joinIndexes(told, given.ownRanges),
    confirmEventId: /^0+$/.test(response.confirmEventId) ? null : response.confirmEventId,
    rtspUrl: response.rtspUrl,
  });
}

interface ToldCount {
  readonly node: number;
  readonly billingClass: string;
  readonly packets: number;
}

/** What can be counted here at all: a class or a price that the terms do not have cannot cost anything. More trial than agreed cannot have been. */
function countable(told: readonly ToldCount[], terms: Terms): readonly ClassCount[] {
  return told.filter(isClassCount).flatMap((count): readonly ClassCount[] => {
    if (count.node >= terms.nodes.length) return [];
    const most = count.billingClass === 'trial' ? (terms.trial?.packets ?? 0) : Number.MAX_SAFE_INTEGER;
    return [{ ...count, packets: Math.min(count.packets, most) }];
  });
}

function isClassCount(count: ToldCount): count is ClassCount {
  return BILLING_CLASSES.some((known) => known === count.billingClass);
}
