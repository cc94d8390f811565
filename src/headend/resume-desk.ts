import { agreePaid, type KnownWork } from '../domain/credit/agree-paid.ts';
import { findImpossible, leavesTrialOut } from '../domain/credit/possible-counts.ts';
import type { AckReceipt } from '../domain/credit/statements.ts';
import { sha256 } from '../platform/crypto/digest.ts';
import { verifyEd25519 } from '../platform/crypto/ed25519-signer.ts';
import { deriveSessionKeys, generateEphemeral } from '../platform/crypto/key-agreement.ts';
import type { SessionKeys } from '../platform/crypto/session-keys.ts';
import { type Clock, monotonicMs } from '../ports/clock.ts';
import type { CatalogueStore, OutletRow, PaySessionRow, RegistryStore } from '../ports/headend-stores.ts';
import type { Random } from '../ports/random.ts';
import type { Signer } from '../ports/signer.ts';
import { assert } from '../units/assert.ts';
import { equalBytes, fromHex, toHex } from '../units/bytes.ts';
import { asId } from '../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { decodeReceipt } from '../wire/ack-receipt.ts';
import type { NonceResponse, ResumeRequest, ResumeResponse } from '../wire/http-api.ts';
import { resumeTranscript } from '../wire/resume-transcript.ts';
import type { ChannelRefusal } from './channels/channel-refusal.ts';
import { agreedRendition } from './pick-rendition.ts';
import { ResumeNonces } from './resume-nonces.ts';
import { type LeaseDeps, refuseKey, underLease } from './session-lease.ts';
import type { StreamHouse } from './stream-port.ts';
import { Turns } from './turns.ts';

export interface ResumeDeps {
  readonly registry: RegistryStore;
  readonly catalogue: CatalogueStore;
  readonly credit: LeaseDeps['credit'];
  readonly stream: StreamHouse;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: Random;
  readonly channelRefusal?: ChannelRefusal;
}

export type ResumeFault =
  | 'account-credit-used-up'
  | 'bad-claim'
  | 'bad-receipt'
  | 'bad-request'
  | 'channel-gone'
  | 'session-closed'
  | 'stale-epoch'
  | 'stale-nonce'
  | 'unknown-session'
  | 'work-gone';
interface NextEpoch {
  readonly row: PaySessionRow;
  readonly keys: SessionKeys;
  readonly answer: Omit<ResumeResponse, 'rtspUrl'>;
}
type VerifiedReceipt = { readonly receipt: AckReceipt; readonly bytes: Uint8Array; readonly signature: Uint8Array };

const NO_EVENT = '0'.repeat(32);

/**
 * Takes up a play again after a crash of the box, a cut network or a restart of the headend: a fresh key exchange over a nonce of
 * ours, strictly the next epoch, the old one fenced before its counts are read (ruling 22). Resumes of one session run one after
 * the other; of two that name the same epoch, one wins.
 */
export class ResumeDesk {
  readonly #deps: ResumeDeps;
  readonly #nonces: ResumeNonces;
  readonly #turns = new Turns();

  constructor(deps: ResumeDeps) {
    this.#deps = deps;
    this.#nonces = new ResumeNonces(deps.random, () => monotonicMs(deps.clock));
  }

  nonce(outlet: OutletRow, sid: string): Result<NonceResponse, Fault<ResumeFault>> {
    const row = this.#ownSession(outlet, sid);
    return row.ok ? ok({ nonce: this.#nonces.issue(sid) }) : row;
  }

  resume(outlet: OutletRow, sid: string, request: ResumeRequest, host: string): Promise<Result<ResumeResponse, Fault<ResumeFault>>> {
    return this.#turns.take(sid, () => this.#resumeAlone(outlet, sid, request, host));
  }

  async #resumeAlone(outlet: OutletRow, sid: string, request: ResumeRequest, host: string): Promise<Result<ResumeResponse, Fault<ResumeFault>>> {
    if (!this.#nonces.spend(sid, request.nonce)) return fault('stale-nonce', 'The nonce is unknown, used or older than a minute; ask for a new one.');
    const found = this.#ownSession(outlet, sid);
    if (!found.ok) return found;
    const row = found.value;
    if (request.epoch !== row.epoch + 1) return fault('stale-epoch', `Epoch ${row.epoch} is in force; only ${row.epoch + 1} can follow.`);
    const unusable = refuseKey(request.deviceEphemeral);
    if (unusable !== null) return { ok: false, error: unusable };
    const receipt = readReceipt(request, row, outlet);
    if (!receipt.ok) return receipt;
    const left = await this.#deps.stream.fence(sid);
    if (receipt.value !== null) this.#deps.registry.putReceipt(row.sid, receipt.value.receipt, receipt.value.bytes, receipt.value.signature);
    const fenced = this.#deps.registry.session(row.sid);
    assert(fenced !== null, 'a session that is open stays in the registry');
    const agreed = agreePaid(row.terms, fenced, { paidRanges: request.paidRanges, signed: fenced.receipt?.counts ?? [] }, left);
    return agreed.ok ? await this.#goOn(outlet, fenced, request, agreed.value, host) : agreed;
  }

  async #goOn(
    outlet: OutletRow,
    old: PaySessionRow,
    request: ResumeRequest,
    agreed: KnownWork,
    host: string,
  ): Promise<Result<ResumeResponse, Fault<ResumeFault>>> {
    const work = this.#deps.catalogue.work(old.work);
    if (work === null) return fault('work-gone', 'The work of this play is gone from the headend; end the play, its closing statement settles it.');
    const offAir = this.#deps.channelRefusal?.(work) ?? null;
    if (offAir !== null) return { ok: false, error: offAir };
    return await underLease(this.#deps, { account: old.account, sid: old.sid, work, terms: old.terms.credit }, async (lease) => {
      const next = this.#advance(old, request, agreed);
      if (!next.ok) return next;
      const { row, keys, answer } = next.value;
      const rendition = agreedRendition(this.#deps.catalogue, work, row.terms);
      const admission = { row, terms: row.terms, work, ...rendition, epoch: row.epoch, keys, devicePublicKey: outlet.publicKey };
      await this.#deps.stream.admit({ ...admission, ...(lease && { lease }) });
      return ok({ ...answer, rtspUrl: this.#deps.stream.rtspUrl(host) });
    });
  }

  #advance(old: PaySessionRow, request: ResumeRequest, agreed: KnownWork): Result<NextEpoch, Fault<'stale-epoch'>> {
    const { registry, signer } = this.#deps;
    const ephemeral = generateEphemeral();
    const headendEphemeral = toHex(ephemeral.publicKey);
    const theirPublic = fromHex(request.deviceEphemeral);
    const sid = fromHex(old.sid);
    assert(theirPublic !== null && sid !== null, 'the schema admits hex only');
    if (!registry.advanceEpoch(old.sid, old.epoch, request.epoch, request.deviceEphemeral, headendEphemeral, agreed))
      return fault('stale-epoch', 'Another resume of this play came first.');
    const row = registry.session(old.sid);
    assert(row !== null && row.epoch === request.epoch, 'an advanced session is there, in its new epoch');
    const response = describeRow(row, headendEphemeral);
    const transcript = resumeTranscript({ sid: row.sid, termsHash: row.termsHash, nonce: request.nonce, deviceEphemeral: request.deviceEphemeral, response });
    const keys = deriveSessionKeys({ ourPrivate: ephemeral.privateKey, theirPublic, sid, epoch: row.epoch, transcriptHash: sha256(transcript) });
    assert(keys.ok, 'the key of the box was tried before');
    return ok({ row, keys: keys.value, answer: { ...response, signature: toHex(signer.sign(transcript)) } });
  }

  /** A session of another box is as unknown as one that never was. */
  #ownSession(outlet: OutletRow, sid: string): Result<PaySessionRow, Fault<ResumeFault>> {
    const row = /^[0-9a-f]{32}$/.test(sid) ? this.#deps.registry.session(asId(sid)) : null;
    if (row === null || row.outlet !== outlet.outlet) return fault('unknown-session', 'This box has no such play here.');
    if (row.state === 'closed' || row.state === 'abandoned') return fault('session-closed', 'This play is over and settled; there is nothing to resume.');
    return ok(row);
  }
}

function describeRow(row: PaySessionRow, headendEphemeral: string): Omit<ResumeResponse, 'signature' | 'rtspUrl'> {
  return {
    epoch: row.epoch,
    headendEphemeral,
    counts: row.counts.map(({ node, billingClass, packets }) => ({ node, billingClass, packets })),
    lostPaid: row.lostPaid,
    nextSequence: row.nextSequence,
    paidRanges: row.paidRanges.map((range) => [...range]),
    confirmEventId: row.confirmEventId ?? NO_EVENT,
  };
}

/** The receipt the box holds, believed only with its signature, for this play, under these terms. */
function readReceipt(request: ResumeRequest, row: PaySessionRow, outlet: OutletRow): Result<VerifiedReceipt | null, Fault<ResumeFault>> {
  if (request.receipt === null) return ok(null);
  const bytes = fromHex(request.receipt.bytes);
  const signature = fromHex(request.receipt.signature);
  if (bytes === null || signature === null || !verifyEd25519(outlet.publicKey, bytes, signature))
    return fault('bad-receipt', 'The receipt is not signed by the key of this box.');
  const decoded = decodeReceipt(bytes);
  if (!decoded.ok) return fault('bad-receipt', `The receipt cannot be read: ${decoded.error.message}.`);
  const receipt = decoded.value;
  const termsHash = fromHex(row.termsHash)?.subarray(0, 16) ?? new Uint8Array();
  if (receipt.sid !== row.sid || !equalBytes(receipt.termsHash, termsHash) || receipt.epoch > row.epoch)
    return fault('bad-receipt', 'The receipt belongs to another play or to other terms.');
  const impossible = findImpossible(row.terms, receipt.counts);
  if (impossible !== null) return fault('bad-receipt', `The receipt ${impossible}.`);
  if (leavesTrialOut(row.terms, row.counts, receipt.counts)) return fault('bad-receipt', 'The receipt leaves out the trial that this box acknowledged.');
  return ok({ receipt, bytes, signature });
}
