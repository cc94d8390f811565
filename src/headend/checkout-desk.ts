import { limits } from '../limits.ts';
import { sha256Hex } from '../platform/crypto/digest.ts';
import { deriveSessionKeys, generateEphemeral } from '../platform/crypto/key-agreement.ts';
import type { SessionKeys } from '../platform/crypto/session-keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { CatalogueStore, OutletRow, PaySessionRow, RegistryStore, StoredWork } from '../ports/headend-stores.ts';
import type { Random } from '../ports/random.ts';
import type { Signer } from '../ports/signer.ts';
import { assert } from '../units/assert.ts';
import { fromHex, toHex } from '../units/bytes.ts';
import { asId } from '../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import type { OfferRequest, OfferResponse } from '../wire/http-api.ts';
import { encodeTerms, signedTermsBytes } from '../wire/terms-text.ts';
import { answerSdp, composeTerms, type GrantedStream, grantStream, type WorkQuote } from './checkout-terms.ts';
import type { StreamHouse } from './stream-port.ts';

export interface CheckoutDeps {
  readonly registry: RegistryStore;
  readonly catalogue: CatalogueStore;
  readonly stream: StreamHouse;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: Random;
  readonly quote: (work: StoredWork, outlet: OutletRow) => WorkQuote;
}

interface Wish {
  readonly outlet: OutletRow;
  readonly request: OfferRequest;
  readonly host: string;
  readonly work: StoredWork;
  readonly quote: WorkQuote;
}

export type CheckoutFault =
  | 'bad-request'
  | 'limits'
  | 'conflict'
  | 'currency'
  | 'quote-above-max'
  | 'resume-required'
  | 'session-closed'
  | 'too-many-sessions'
  | 'work-gone';

/**
 * The checkout desk: turns a signed request for a work into signed terms, a fresh key exchange and an admitted session.
 * Idempotent by play id: the same request again gets the same answer, as long as this process holds the keys; after a restart
 * it is told to resume (the private half of an exchange is never stored). Source: rulings 11, 14, 22.
 */
export class CheckoutDesk {
  readonly #deps: CheckoutDeps;
  /** Sessions whose epoch 0 keys this process handed out, newest last. */
  readonly #offered = new Set<string>();

  constructor(deps: CheckoutDeps) {
    this.#deps = deps;
  }

  /** @param host how the box reached us; it finds RTSP there as well */
  offer(outlet: OutletRow, request: OfferRequest, host: string): Result<OfferResponse, Fault<CheckoutFault>> {
    const earlier = this.#deps.registry.sessionByPlay(asId(request.playId));
    const granted = grantStream(request.sdp);
    if (!granted.ok) return granted;
    if (earlier !== null) return this.#answerAgain(earlier, { outlet, request, host }, granted.value);
    const work = this.#deps.catalogue.work(asId(request.work));
    if (work === null || work.retired) return fault('work-gone', 'This work is no longer offered; refresh the catalogue.');
    const quote = this.#deps.quote(work, outlet);
    const refusal = refuseOffer(request, work, outlet, quote) ?? this.#refuseNumber(outlet);
    if (refusal !== null) return { ok: false, error: refusal };
    return this.#open({ outlet, request, host, work, quote }, granted.value);
  }

  #open(wish: Wish, granted: GrantedStream): Result<OfferResponse, Fault<CheckoutFault>> {
    const { registry, random, clock, signer, stream } = this.#deps;
    const { outlet, request, work, quote } = wish;
    const ephemeral = generateEphemeral();
    const terms = composeTerms({
      sid: toHex(random.bytes(16)),
      outlet,
      work,
      quote,
      credit: granted.credit,
      trialAsked: request.trial,
      deviceEphemeral: request.deviceEphemeral,
      headendEphemeral: toHex(ephemeral.publicKey),
      nowMs: clock.wallMs(),
    });
    const termsText = encodeTerms(terms);
    const fresh = freshRow(outlet, request, terms, termsText, toHex(signer.sign(signedTermsBytes(termsText))));
    const keys = deriveEpochZero(ephemeral.privateKey, fresh);
    if (!keys.ok) return fault('bad-request', keys.error.message);
    const row = registry.openSession(fresh);
    assert(row.sid === fresh.sid, 'offers are answered one after the other, so nobody opened this play in between');
    this.#remember(row.sid);
    stream.admit({ row, terms, work, epoch: 0, keys: keys.value, devicePublicKey: outlet.publicKey });
    return ok(this.#response(row, work, granted, wish.host));
  }

  #answerAgain(row: PaySessionRow, wish: Pick<Wish, 'outlet' | 'request' | 'host'>, granted: GrantedStream): Result<OfferResponse, Fault<CheckoutFault>> {
    const { outlet, request, host } = wish;
    if (row.outlet !== outlet.outlet || row.work !== request.work || row.terms.deviceEphemeral !== request.deviceEphemeral)
      return fault('conflict', 'This play id was already used for another offer; take a new one.');
    if (row.state === 'closed' || row.state === 'abandoned') return fault('session-closed', 'This play is over and settled; start a new one.');
    if (row.epoch !== 0 || !this.#offered.has(row.sid))
      return fault('resume-required', 'This play is open, but its keys are gone with a restart of the headend; resume it.');
    const work = this.#deps.catalogue.work(row.work);
    if (work === null) return fault('work-gone', 'This work is no longer offered; refresh the catalogue.');
    return ok(this.#response(row, work, granted, host));
  }

  #response(row: PaySessionRow, work: StoredWork, granted: GrantedStream, host: string): OfferResponse {
    return {
      sid: row.sid,
      terms: row.termsText,
      signature: row.signature,
      headendEphemeral: row.terms.headendEphemeral,
      sdp: answerSdp(row.terms, row.termsHash, work, granted.payloadType),
      rtspUrl: this.#deps.stream.rtspUrl(host),
    };
  }

  /** A box plays one work at a time: a few live streams allow for a change of work, many unsettled ones mean it reports nothing. */
  #refuseNumber(outlet: OutletRow): Fault<CheckoutFault> | null {
    const open = this.#deps.registry.openSessions(outlet.outlet);
    if (open.length >= limits.unsettledSessionsPerOutlet)
      return { code: 'too-many-sessions', message: `${open.length} plays of this box wait for their closing statement; let it report first.` };
    const live = open.filter((row) => this.#deps.stream.view(row.sid) !== null);
    if (live.length >= limits.openSessionsPerOutlet)
      return { code: 'too-many-sessions', message: `${live.length} plays of this box are under way; end one first.` };
    if (this.#deps.stream.views().length >= limits.openSessionsTotal)
      return { code: 'too-many-sessions', message: 'The headend is full; try again in a minute.' };
    return null;
  }

  #remember(sid: string): void {
    this.#offered.add(sid);
    if (this.#offered.size <= limits.openSessionsTotal) return;
    const oldest = this.#offered.values().next().value;
    if (oldest !== undefined) this.#offered.delete(oldest);
  }
}

function refuseOffer(request: OfferRequest, work: StoredWork, outlet: OutletRow, quote: WorkQuote): Fault<CheckoutFault> | null {
  if (request.currency !== work.currency || request.currency !== outlet.currency)
    return { code: 'currency', message: `This work is sold in ${work.currency}, this box was enrolled for ${outlet.currency}.` };
  const quoteMinor = quote.nodes.reduce((sum, node) => sum + BigInt(node.quoteMinor), 0n);
  if (quoteMinor > BigInt(request.maxQuoteMinor))
    return {
      code: 'quote-above-max',
      message: `The price is ${quoteMinor} minor units, above the ${request.maxQuoteMinor} that was shown; refresh the catalogue.`,
    };
  return null;
}

function freshRow(outlet: OutletRow, request: OfferRequest, terms: PaySessionRow['terms'], termsText: string, signature: string): PaySessionRow {
  return {
    sid: terms.sid,
    playId: asId(request.playId),
    outlet: outlet.outlet,
    account: outlet.account,
    work: terms.work,
    termsText,
    terms,
    termsHash: sha256Hex(termsText),
    signature,
    epoch: 0,
    state: 'offered',
    counts: [],
    lostPaid: 0,
    nextSequence: 0,
    paidRanges: [],
    confirmEventId: null,
    receipt: null,
    openedAtMs: terms.issuedAtMs,
  };
}

function deriveEpochZero(ourPrivate: Parameters<typeof deriveSessionKeys>[0]['ourPrivate'], row: PaySessionRow): Result<SessionKeys, Fault> {
  const sid = fromHex(row.sid);
  const transcriptHash = fromHex(row.termsHash);
  const theirPublic = fromHex(row.terms.deviceEphemeral);
  assert(sid !== null && transcriptHash !== null && theirPublic !== null, 'the schema admits hex only');
  return deriveSessionKeys({ ourPrivate, theirPublic, sid, epoch: 0, transcriptHash });
}
