import { type CreditLease, withinLease } from '../domain/credit/account-credit.ts';
import { limits } from '../limits.ts';
import { sha256Hex } from '../platform/crypto/digest.ts';
import { deriveSessionKeys, generateEphemeral } from '../platform/crypto/key-agreement.ts';
import type { SessionKeys } from '../platform/crypto/session-keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { CatalogueStore, OutletRow, PaySessionRow, RegistryStore, StoredWork } from '../ports/headend-stores.ts';
import type { Random } from '../ports/random.ts';
import type { Signer } from '../ports/signer.ts';
import type { TrialStore } from '../ports/trial-store.ts';
import { assert } from '../units/assert.ts';
import { fromHex, toHex } from '../units/bytes.ts';
import { asId, type SessionId } from '../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import type { OfferRequest, OfferResponse } from '../wire/http-api.ts';
import { encodeTerms, signedTermsBytes } from '../wire/terms-text.ts';
import type { ChannelRefusal } from './channels/channel-refusal.ts';
import { answerSdp, composeTerms, type GrantedStream, grantStream, quotedMinor, type WorkQuote } from './checkout-terms.ts';
import type { HouseholdDesk } from './household-desk.ts';
import { agreedRendition } from './pick-rendition.ts';
import { type LeaseDeps, refuseKey, underLease } from './session-lease.ts';
import type { StreamHouse } from './stream-port.ts';
import { spendTrial } from './trial-quota.ts';
import { Turns } from './turns.ts';
import type { QuoteWork } from './work-quote.ts';

export interface CheckoutDeps {
  readonly registry: RegistryStore;
  readonly catalogue: CatalogueStore;
  readonly credit: LeaseDeps['credit'];
  readonly trials: TrialStore;
  readonly stream: StreamHouse;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: Random;
  readonly quote: QuoteWork;
  /** Spending caps of households; absent: there are none. */
  readonly households?: Pick<HouseholdDesk, 'reserve'>;
  /** Why a channel can not be had just now; absent: there are none. */
  readonly channelRefusal?: ChannelRefusal;
}

interface Wish {
  readonly outlet: OutletRow;
  readonly request: OfferRequest;
  readonly host: string;
  readonly work: StoredWork;
  readonly quote: WorkQuote;
}

/** A session whose epoch 0 keys this process made, and what its price was made of. */
interface OfferedSession {
  readonly pricing: OfferResponse['pricing'];
  /** Until the sender said that it has them: so long nobody got an answer. */
  readonly keys: SessionKeys | null;
}

interface DrawnSession {
  readonly fresh: PaySessionRow;
  readonly keys: SessionKeys;
}

export type CheckoutFault =
  | 'account-credit-used-up'
  | 'age'
  | 'region'
  | 'bad-request'
  | 'channel-gone'
  | 'limits'
  | 'not-for-coins'
  | 'not-licensed'
  | 'over-cap'
  | 'policy'
  | 'no-price'
  | 'unpaid'
  | 'no-rendition'
  | 'conflict'
  | 'currency'
  | 'quote-above-max'
  | 'resume-required'
  | 'session-closed'
  | 'trial-used'
  | 'too-many-sessions'
  | 'work-gone';

/**
 * The checkout desk: turns a signed request for a work into signed terms, a fresh key exchange and an admitted session.
 * Idempotent by play id: the same request again gets the same answer, as long as this process holds the keys; after a restart
 * it is told to resume (the private half of an exchange is never stored). Where the sender goes away over an offer, its lease
 * is given back, and the same request again opens the same session. Offers of one box are answered one after the other.
 * Source: rulings 11, 14, 22.
 */
export class CheckoutDesk {
  readonly #deps: CheckoutDeps;
  /** Newest last. */
  readonly #offered = new Map<SessionId, OfferedSession>();
  readonly #turns = new Turns();

  constructor(deps: CheckoutDeps) {
    this.#deps = deps;
  }

  /** @param host how the box reached us; it finds RTSP there as well */
  offer(outlet: OutletRow, request: OfferRequest, host: string): Promise<Result<OfferResponse, Fault<CheckoutFault>>> {
    // First of all: where the sender is away, nothing is agreed, and no trial is spent.
    return this.#turns.take(outlet.outlet, async () => await this.#offer(outlet, request, host, await this.#deps.stream.live()));
  }

  async #offer(outlet: OutletRow, request: OfferRequest, host: string, live: ReadonlySet<string>): Promise<Result<OfferResponse, Fault<CheckoutFault>>> {
    const earlier = this.#deps.registry.sessionByPlay(asId(request.playId));
    const work = this.#deps.catalogue.work(asId(request.work));
    const granted = grantStream(request.sdp, work, outlet);
    if (!granted.ok) return granted;
    if (earlier !== null) return this.#answerAgain(earlier, { outlet, request, host }, granted.value);
    if (work === null || work.retired) return fault('work-gone', 'This work is no longer offered; refresh the catalogue.');
    const offAir = this.#deps.channelRefusal?.(work) ?? null;
    if (offAir !== null) return { ok: false, error: offAir };
    const quoted = this.#deps.quote(work, outlet);
    if (!quoted.ok) return quoted;
    const quote = quoted.value;
    const refusal = refuseOffer(request, work, outlet, quote) ?? this.#refuseNumber(outlet, live) ?? refuseKey(request.deviceEphemeral);
    if (refusal !== null) return { ok: false, error: refusal };
    return await this.#open({ outlet, request, host, work, quote }, granted.value);
  }

  async #open(wish: Wish, granted: GrantedStream): Promise<Result<OfferResponse, Fault<CheckoutFault>>> {
    const { outlet, work, quote, host } = wish;
    const sid = asId<SessionId>(toHex(this.#deps.random.bytes(16)));
    return await underLease(this.#deps, { account: outlet.account, sid, work, terms: granted.credit }, async (lease) => {
      const { fresh, keys } = this.#draw(wish, granted, sid, lease);
      const refusal = this.#refuseTrial(wish) ?? this.#refuseSpending(wish, sid);
      if (refusal !== null) return { ok: false, error: refusal };
      const row = this.#deps.registry.openSession(fresh);
      assert(row.sid === sid, 'offers are answered one after the other, so nobody opened this play in between');
      const pricing = { models: [...quote.models], snapshot: quote.snapshot };
      this.#remember(sid, { pricing, keys });
      await this.#admit(outlet, row, work, keys, lease);
      this.#remember(sid, { pricing, keys: null });
      return ok(this.#response(row, pricing, work, granted, host));
    });
  }

  /** The terms, signed, and the keys that follow from them. */
  #draw({ outlet, request, work, quote }: Wish, granted: GrantedStream, sid: SessionId, lease: CreditLease | undefined): DrawnSession {
    const { signer } = this.#deps;
    const ephemeral = generateEphemeral();
    const terms = composeTerms({
      sid,
      outlet,
      work,
      quote,
      credit: withinLease(granted.credit, lease),
      rendition: granted.rendition,
      trialWish: granted.trial,
      confirmModes: granted.confirmModes,
      trialAsked: request.trial,
      deviceEphemeral: request.deviceEphemeral,
      headendEphemeral: toHex(ephemeral.publicKey),
    });
    const termsText = encodeTerms(terms);
    const fresh = freshRow(outlet, request, terms, termsText, toHex(signer.sign(signedTermsBytes(termsText))));
    const keys = deriveEpochZero(ephemeral.privateKey, fresh);
    assert(keys.ok, 'the key of the box was tried before');
    return { fresh, keys: keys.value };
  }

  async #admit(outlet: OutletRow, row: PaySessionRow, work: StoredWork, keys: SessionKeys, lease: CreditLease | undefined): Promise<void> {
    const { terms } = row;
    const rendition = agreedRendition(this.#deps.catalogue, work, terms);
    const admission = { row, terms, work, ...rendition, epoch: 0, keys, devicePublicKey: outlet.publicKey };
    await this.#deps.stream.admit({ ...admission, ...(lease && { lease }) });
  }

  async #answerAgain(
    row: PaySessionRow,
    wish: Pick<Wish, 'outlet' | 'request' | 'host'>,
    granted: GrantedStream,
  ): Promise<Result<OfferResponse, Fault<CheckoutFault>>> {
    const { outlet, request, host } = wish;
    if (row.outlet !== outlet.outlet || row.work !== request.work || row.terms.deviceEphemeral !== request.deviceEphemeral)
      return fault('conflict', 'This play id was already used for another offer; take a new one.');
    if (row.state === 'closed' || row.state === 'abandoned') return fault('session-closed', 'This play is over and settled; start a new one.');
    const offered = this.#offered.get(row.sid);
    if (row.epoch !== 0 || offered === undefined)
      return fault('resume-required', 'This play is open, but its keys are gone with a restart of the headend; resume it.');
    const work = this.#deps.catalogue.work(row.work);
    if (work === null) return fault('work-gone', 'This work is no longer offered; refresh the catalogue.');
    const { pricing, keys } = offered;
    const answer = ok(this.#response(row, pricing, work, granted, host));
    if (keys === null) return answer;
    // The sender went away over this offer, and may have taken it in without saying so: under a lease that was given back.
    await this.#deps.stream.fence(row.sid);
    return await underLease(this.#deps, { account: row.account, sid: row.sid, work, terms: row.terms.credit }, async (lease) => {
      await this.#admit(outlet, row, work, keys, lease);
      this.#remember(row.sid, { pricing, keys: null });
      return answer;
    });
  }

  #response(row: PaySessionRow, pricing: OfferResponse['pricing'], work: StoredWork, granted: GrantedStream, host: string): OfferResponse {
    return {
      sid: row.sid,
      terms: row.termsText,
      signature: row.signature,
      headendEphemeral: row.terms.headendEphemeral,
      pricing,
      sdp: answerSdp(row.terms, row.termsHash, work, granted),
      rtspUrl: this.#deps.stream.rtspUrl(host),
    };
  }

  #refuseTrial({ outlet, request, work, quote }: Wish): Fault<CheckoutFault> | null {
    const isTrial = request.trial && !work.free && quotedMinor(quote) > 0n;
    return isTrial ? spendTrial(this.#deps, outlet, request) : null;
  }

  /** Last of all: what is set aside here is a play's that begins. */
  #refuseSpending({ outlet, request, work, quote }: Wish, sid: string): Fault<'over-cap'> | null {
    const sale = { key: sid, fee: false, title: work.title, priceMinor: quotedMinor(quote), byTheMinute: work.channel !== undefined };
    return this.#deps.households?.reserve(outlet, request.spender ?? null, sale) ?? null;
  }

  /** A box plays one work at a time: a few live streams allow for a change of work, many unsettled ones mean it reports nothing. */
  #refuseNumber(outlet: OutletRow, live: ReadonlySet<string>): Fault<CheckoutFault> | null {
    const open = this.#deps.registry.openSessions(outlet.outlet);
    if (open.length >= limits.unsettledSessionsPerOutlet)
      return { code: 'too-many-sessions', message: `${open.length} plays of this box wait for their closing statement; let it report first.` };
    const underWay = open.filter((row) => live.has(row.sid)).length;
    if (underWay >= limits.openSessionsPerOutlet) return { code: 'too-many-sessions', message: `${underWay} plays of this box are under way; end one first.` };
    if (live.size >= limits.openSessionsTotal) return { code: 'too-many-sessions', message: 'The headend is full; try again in a minute.' };
    return null;
  }

  #remember(sid: SessionId, offered: OfferedSession): void {
    this.#offered.set(sid, offered);
    if (this.#offered.size <= limits.offersRemembered) return;
    const oldest = this.#offered.keys().next().value;
    if (oldest !== undefined) this.#offered.delete(oldest);
  }
}

function refuseOffer(request: OfferRequest, work: StoredWork, outlet: OutletRow, quote: WorkQuote): Fault<CheckoutFault> | null {
  if (request.currency !== work.currency || request.currency !== outlet.currency)
    return { code: 'currency', message: `This work is sold in ${work.currency}, this box was enrolled for ${outlet.currency}.` };
  const quoteMinor = quotedMinor(quote);
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
