import type { ClassCount } from '../../src/domain/credit/billing-class.ts';
import type { PaidRanges } from '../../src/domain/credit/paid-ranges.ts';
import type { Terms } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';
import { type Clock, monotonicMs, sleep } from '../../src/ports/clock.ts';
import type { HeadendApi, HeadendError } from '../../src/ports/headend-api.ts';
import type { Random } from '../../src/ports/random.ts';
import { toHex } from '../../src/units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { Decoder } from '../../src/wire/sdp.ts';
import { type AcceptedOffer, acceptOffer } from './accept-offer.ts';
import { type AcceptedResume, acceptResume } from './accept-resume.ts';
import { type CreditWish, USUAL } from './credit-wish.ts';
import type { EnrolledIdentity } from './enrolled-identity.ts';
import { openExchange } from './key-exchange.ts';
import { offerRequest } from './offer-request.ts';
import type { SignedReceipt } from './receipt-writer.ts';

/** `final`: asking again gives the same answer. */
export interface DeskFault extends Fault {
  readonly final: boolean;
}

export interface ResumeAsk {
  readonly terms: Terms;
  readonly termsHash: string;
  /** The epoch in force, as far as this box knows. */
  readonly epoch: number;
  readonly receipt: Pick<SignedReceipt, 'bytes' | 'signature'> | null;
  readonly ownCounts: readonly ClassCount[];
  readonly ownRanges: PaidRanges;
}

export interface DeskParts {
  readonly api: HeadendApi;
  readonly identity: () => EnrolledIdentity | null;
  readonly clock: Clock;
  readonly random: Random;
  /** What the board shows of films, the best first; absent: none. */
  readonly decodes?: readonly Decoder[];
  /** Absent: the usual terms. */
  readonly wish?: CreditWish;
  /** Whose a play is, where a household's caps hold; absent: nobody has any. */
  readonly spenderOf?: (playId: string) => Promise<string | null>;
}

export interface PlayToOffer {
  readonly playId: string;
  readonly work: CatalogueWork;
  readonly trial: boolean;
  /** The coin session that listens. */
  readonly payer?: string;
}

/** The box's side of the checkout: offers and resumes over HTTPS, believed only after every check (rulings 11, 22, 27). */
export class SessionDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Tries again for half of the checkout time while the headend does not answer; the same offer gives the same session. */
  async offer(play: PlayToOffer): Promise<Result<AcceptedOffer, DeskFault>> {
    const { api, clock, random, decodes = [], wish = USUAL } = this.#parts;
    const identity = this.#parts.identity();
    if (identity === null) return refused('not-enrolled', 'This box is not enrolled at a headend yet.', true);
    const ephemeral = openExchange(random);
    const spender = (await this.#parts.spenderOf?.(play.playId)) ?? null;
    const request = offerRequest({ ...play, ephemeral, decodes, wish, spender });
    const deadline = monotonicMs(clock) + limits.checkoutMs / 2;
    let answer = await api.offer(request);
    for (let pauseMs: number = limits.resumeBackoffMinMs; !answer.ok && !isFinal(answer.error) && monotonicMs(clock) < deadline; pauseMs *= 2) {
      await sleep(clock, Math.min(pauseMs, limits.resumeBackoffMaxMs));
      answer = await api.offer(request);
    }
    if (!answer.ok) return refused(answer.error.problem, answer.error.message, isFinal(answer.error));
    const accepted = acceptOffer({ offer: answer.value, request, ephemeral, identity, nowMs: clock.wallMs() });
    return accepted.ok ? accepted : refused(accepted.error.code, accepted.error.message, true);
  }

  /** One attempt: a nonce, a fresh exchange, strictly the next epoch. */
  async resume(ask: ResumeAsk): Promise<Result<AcceptedResume, DeskFault>> {
    const { api, random } = this.#parts;
    const identity = this.#parts.identity();
    if (identity === null) return refused('not-enrolled', 'This box is not enrolled at a headend any more.', true);
    const nonce = await api.nonce(ask.terms.sid);
    if (!nonce.ok) return refused(nonce.error.problem, nonce.error.message, isFinal(nonce.error));
    const ephemeral = openExchange(random);
    const receipt = ask.receipt === null ? null : { bytes: toHex(ask.receipt.bytes), signature: toHex(ask.receipt.signature) };
    const paidRanges = ask.ownRanges.slice(-limits.paidRanges).map((range) => [...range]);
    const request = { nonce: nonce.value.nonce, epoch: ask.epoch + 1, deviceEphemeral: toHex(ephemeral.publicKey), receipt, paidRanges };
    const answer = await api.resume(ask.terms.sid, request);
    if (!answer.ok) return refused(answer.error.problem, answer.error.message, isFinal(answer.error));
    const accepted = acceptResume({
      response: answer.value,
      request,
      ephemeral,
      identity,
      terms: ask.terms,
      termsHash: ask.termsHash,
      ownCounts: ask.ownCounts,
      ownRanges: ask.ownRanges,
    });
    return accepted.ok ? ok(accepted.value) : refused(accepted.error.code, accepted.error.message, true);
  }
}

/** An epoch or a nonce that came too late is answered with the next one; everything else that was refused stays refused. */
function isFinal(error: HeadendError): boolean {
  if (error.code === 'unreachable' || error.code === 'busy') return false;
  return error.problem !== 'stale-epoch' && error.problem !== 'stale-nonce';
}

function refused(code: string, message: string, final: boolean): { readonly ok: false; readonly error: DeskFault } {
  const { error } = fault(code, message);
  return { ok: false, error: { ...error, final } };
}
