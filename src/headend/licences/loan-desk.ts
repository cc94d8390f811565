import { createHash, type Hash } from 'node:crypto';
import { grantsAccess, type Licence } from '../../domain/licence/licence.ts';
import type { LoanTerms } from '../../domain/licence/loan-terms.ts';
import { checkPropertyRights } from '../../domain/licence/property-rights.ts';
import { limits } from '../../limits.ts';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import { deriveKey } from '../../platform/crypto/seal.ts';
import { type Clock, monotonicMs } from '../../ports/clock.ts';
import type { CatalogueStore, OutletRow, StoredRendition, StoredWork } from '../../ports/headend-stores.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import type { Signer } from '../../ports/signer.ts';
import { fromHex, toHex } from '../../units/bytes.ts';
import { asId } from '../../units/ids.ts';
import type { Currency } from '../../units/money.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { packetMsOf } from '../../units/time.ts';
import { canonicalJson } from '../../wire/canonical-json.ts';
import type { KeyLease, LoanContent, ReturnedPart } from '../../wire/licence-api.ts';
import { parseLoanTerms, signedLoanTermsBytes } from '../../wire/loan-text.ts';
import type { Decoder } from '../../wire/sdp.ts';
import { publicPart } from '../catalogue-view.ts';
import { trialTermsFor } from '../checkout-terms.ts';
import { pickRendition } from '../pick-rendition.ts';
import type { CheckoutStore } from '../stores/checkout-rows.ts';
import type { IssuedTerms, LoanStore } from '../stores/loan-rows.ts';
import type { QuoteFault, QuoteWork } from '../work-quote.ts';
import { lentRendition, lentSegments } from './lending.ts';

export interface LoanDeskDeps {
  readonly checkouts: CheckoutStore;
  readonly loans: LoanStore;
  readonly catalogue: Pick<CatalogueStore, 'work' | 'rendition'>;
  readonly segments: SegmentStore;
  readonly quote: QuoteWork;
  readonly signer: Signer;
  readonly clock: Clock;
  /** What a box may owe unheard of, minor units; null where nobody said. */
  readonly floorMinor: (outlet: OutletRow) => string | null;
}

export type LoanDeskFault = Fault<'not-found' | 'not-yours' | 'licence-over' | 'rights-refused' | 'bad-request' | 'conflict' | 'no-rendition'> | QuoteFault;
interface Lent {
  readonly licence: Licence;
  readonly work: StoredWork;
}
type Held = Result<Lent, LoanDeskFault>;
type Film = StoredRendition | null;

/** A segment that comes back, as far as it is here: its bytes are at this headend already, so none are kept. */
interface Returning {
  readonly number: number;
  readonly totalBytes: number;
  readonly sha256: Hash;
  hereBytes: number;
  /** When its last part came, monotonic. */
  heardMs: number;
}

/** A segment of which nothing more came for this long is begun again. */
const RETURN_IDLE_MS = 600_000;

/** The content of checked-out titles: signed terms, segments of whatever media kind, and keys that are leased (ruling 12; ). */
export class LoanDesk {
  readonly #deps: LoanDeskDeps;
  /** One a licence; that of which the newest part came is the last one. */
  readonly #returning = new Map<string, Returning>();

  constructor(deps: LoanDeskDeps) {
    this.#deps = deps;
  }

  /** Asked again, it answers the same terms, as long as nothing changed: neither the end of the licence, nor the price. */
  async content(outlet: OutletRow, id: string, decodes: readonly Decoder[] = []): Promise<Result<LoanContent, LoanDeskFault>> {
    const held = this.#held(outlet, id);
    if (!held.ok) return held;
    const { licence, work } = held.value;
    const rights = checkPropertyRights(licence.rights);
    if (!rights.ok) return fault('rights-refused', rights.error.message);
    const film = this.#filmFor(outlet, licence, work, decodes);
    if (!film.ok) return film;
    const priced = this.#issue(outlet, { licence, work, film: film.value });
    if (!priced.ok) return priced;
    const issued = priced.value;
    const segments = await this.#segmentsOf(work, film.value);
    return ok({ terms: issued.terms, signature: issued.signature, work: publicPart(work), segments });
  }

  /** At most limits.loanPartBytes of a segment, from a byte on. */
  async segment(outlet: OutletRow, id: string, number: number, from: number): Promise<Result<Uint8Array, LoanDeskFault>> {
    const held = this.#held(outlet, id);
    if (!held.ok) return held;
    const hash = this.#hashOf(outlet, held.value, number);
    if (hash === undefined || !(from >= 0)) return fault('not-found', 'The title has no such segment.');
    const bytes = await this.#deps.segments.get(hash);
    return ok(bytes.subarray(from, from + limits.loanPartBytes));
  }

  /** @param number of the key the box holds its content under; null where it holds none yet, and always without a pulse */
  leaseKey(outlet: OutletRow, id: string, number: number | null): Result<KeyLease, LoanDeskFault> {
    const held = this.#held(outlet, id);
    if (!held.ok) return held;
    const { licence, rights } = held.value.licence;
    const { secret, number: newest } = this.#deps.loans.loanKey(licence);
    const keyOf = (of: number): string => toHex(deriveKey(secret, licence, `ackbox/1 lease ${of}`));
    if (rights.mode === 'intermittent') {
      if (number !== null) return fault('conflict', 'This licence is unlocked without a session pulse; none is taken.');
      return ok({ number: 0, current: null, next: keyOf(0) });
    }
    if (number !== null && number > newest) return fault('bad-request', 'This key was never leased.');
    // Each pulse brings another key; what is wrapped under an older one can still be opened, while the licence lives.
    const next = newest + 1;
    this.#deps.loans.notePulse(licence, next);
    return ok({ number: next, current: number === null ? null : keyOf(number), next: keyOf(next) });
  }

  /** A segment that comes back whole, part after part; counted once it is what the work holds there. */
  takeBack(outlet: OutletRow, id: string, number: number, { from, total, hex }: ReturnedPart): Result<null, LoanDeskFault> {
    const held = this.#held(outlet, id);
    if (!held.ok) {
      if (held.error.code === 'licence-over') this.#returning.delete(id);
      return held;
    }
    const hash = this.#hashOf(outlet, held.value, number);
    const part = fromHex(hex);
    if (hash === undefined || part === null || total > limits.loanSegmentBytes || from + part.length > total)
      return fault('bad-request', 'This is no segment of the title.');
    const returning = from === 0 ? beginReturn(number, total) : this.#goOn(id, number, from, total);
    if (returning === null) return fault('conflict', 'A part is missing before this one; begin the segment again.');
    this.#returning.delete(id);
    returning.sha256.update(part);
    returning.hereBytes += part.length;
    if (returning.hereBytes < total) {
      this.#keepReturning(id, returning);
      return ok(null);
    }
    if (returning.sha256.digest('hex') !== hash) return fault('conflict', 'The segment that came back is not the one that was lent.');
    this.#deps.loans.noteReturnedSegment(id, number);
    return ok(null);
  }

  #goOn(id: string, number: number, from: number, total: number): Returning | null {
    this.#forgetIdle();
    const known = this.#returning.get(id);
    return known?.number === number && known.hereBytes === from && known.totalBytes === total ? known : null;
  }

  #keepReturning(id: string, returning: Returning): void {
    returning.heardMs = monotonicMs(this.#deps.clock);
    this.#returning.set(id, returning);
    this.#forgetIdle();
  }

  /** Beyond limits.loanSegmentsReturning, that one gives way of which nothing came for the longest. */
  #forgetIdle(): void {
    const idleMs = monotonicMs(this.#deps.clock) - RETURN_IDLE_MS;
    for (const [id, { heardMs }] of this.#returning) {
      if (heardMs > idleMs && this.#returning.size <= limits.loanSegmentsReturning) return;
      this.#returning.delete(id);
    }
  }

  #held(outlet: OutletRow, id: string): Held {
    const licence = this.#deps.checkouts.checkout(id);
    if (licence === null) return fault('not-found', 'There is no such licence.');
    if (licence.account !== outlet.account) return fault('not-yours', 'This licence belongs to another account.');
    if (!grantsAccess(licence, this.#deps.clock.wallMs())) return fault('licence-over', 'The checkout is over: renew it, or check the title out again.');
    const work = this.#deps.catalogue.work(asId(licence.resource));
    return work === null ? fault('not-found', 'There is no such title any more.') : ok({ licence, work });
  }

  /** The form that this box was lent before, or the one that fits it best. */
  #filmFor(outlet: OutletRow, licence: Licence, work: StoredWork, decodes: readonly Decoder[]): Result<Film, Fault<'no-rendition'>> {
    if (work.video === undefined) return ok(null);
    const known = lentRendition(this.#deps, outlet, licence);
    if (known !== null) return ok(known);
    const picked = pickRendition(work.video.renditions, decodes);
    return picked.ok ? ok(this.#deps.catalogue.rendition(asId(work.id), picked.value.name)) : picked;
  }

  async #segmentsOf(work: StoredWork, film: Film): Promise<LoanContent['segments']> {
    const hashes = film?.segments ?? work.segments;
    const sizes = await Promise.all(hashes.map((hash) => this.#deps.segments.size(hash)));
    return hashes.map((hash, number) => ({ hash, bytes: sizes[number] ?? 1, ...(film !== null && { accessPoints: accessPointsIn(film, number) }) }));
  }

  #hashOf(outlet: OutletRow, { licence, work }: Lent, number: number): string | undefined {
    return lentSegments(this.#deps, outlet, licence, work)[number];
  }

  #issue(outlet: OutletRow, lent: Lent & { readonly film: Film }): Result<IssuedTerms, LoanDeskFault> {
    const { loans, clock, signer } = this.#deps;
    const { licence } = lent.licence;
    const known = loans.loanTerms(licence, outlet.outlet);
    const parsed = known === null ? null : parseLoanTerms(known.terms);
    const again = this.#compose(outlet, lent, parsed?.ok === true ? parsed.value.issuedAtMs : clock.wallMs());
    if (!again.ok) return again;
    if (known !== null && canonicalJson(again.value) === known.terms) return ok(known);
    const now = this.#compose(outlet, lent, clock.wallMs());
    if (!now.ok) return now;
    const terms = canonicalJson(now.value);
    const issued = { termsHash: sha256Hex(terms), terms, signature: toHex(signer.sign(signedLoanTermsBytes(terms))) };
    loans.putLoanTerms(licence, outlet.outlet, issued);
    return ok(issued);
  }

  #compose(outlet: OutletRow, { licence, work, film }: Lent & { readonly film: Film }, issuedAtMs: number): Result<LoanTerms, LoanDeskFault> {
    const quoted = this.#deps.quote(work, outlet, issuedAtMs);
    if (!quoted.ok) return quoted;
    const { nodes, parts, pricingStateHash } = quoted.value;
    return ok({
      version: 1,
      licence: asId(licence.licence),
      account: outlet.account,
      outlet: outlet.outlet,
      location: outlet.location,
      work: asId(work.id),
      resourceKind: licence.resourceKind,
      packets: work.packets,
      ...(film !== null && { film: { rendition: film.name, packetMs: packetMsOf(work) } }),
      currency: work.currency as Currency,
      nodes,
      ...(parts === null ? {} : { parts }),
      pricingStateHash,
      trialPackets: trialTermsFor(work, true)?.packets ?? 0,
      afterTrial: outlet.profile === 'jukebox' ? 'restart' : 'continue',
      rights: licence.rights,
      floorMinor: this.#deps.floorMinor(outlet) ?? String(limits.spendingCapMinor),
      endMs: licence.endMs === null ? null : Math.floor(licence.endMs),
      ...(licence.feeMinor !== undefined && { feeMinor: licence.feeMinor }),
      issuedAtMs: Math.floor(issuedAtMs),
    });
  }
}

function beginReturn(number: number, totalBytes: number): Returning {
  return { number, totalBytes, sha256: createHash('sha256'), hereBytes: 0, heardMs: 0 };
}

function accessPointsIn({ starts, accessPoints }: StoredRendition, segment: number): number[] {
  const [from, to] = [starts[segment] ?? 0, starts[segment + 1] ?? Number.POSITIVE_INFINITY];
  return accessPoints.filter((packet) => packet >= from && packet < to);
}
