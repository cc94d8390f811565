import { limits } from '../../limits.ts';
import { equalSecrets, sha256 } from '../../platform/crypto/digest.ts';
import { enrolmentCode, readEnrolmentCode } from '../../platform/enrolment-code.ts';
import type { OutletRow } from '../../ports/headend-stores.ts';
import { fromHex, toHex } from '../../units/bytes.ts';
import { asId } from '../../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { EnrolRequest, EnrolResponse } from '../../wire/http-api.ts';

/** What the desk needs of the store of outlets. `putOutlet` is durable before it returns. */
export interface OutletBook {
  outletByKey(publicKey: Uint8Array): OutletRow | null;
  putOutlet(row: OutletRow): void;
}

export interface EnrolmentDeps {
  readonly outlets: OutletBook;
  readonly caDer: Uint8Array;
  readonly headendPublicKey: Uint8Array;
  readonly currency: string;
  readonly monotonicMs: () => number;
}

export interface Approval {
  readonly code: string;
  readonly account: string;
  readonly location: string;
}

interface Pending {
  readonly request: EnrolRequest;
  readonly code: string;
  readonly untilMs: number;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * First contact of boxes (ruling 28). A request waits here, bounded in number and time, until the operator types the code that
 * the box shows; only then is the box's key written down. Waiting requests live in memory: after a restart the box asks again
 * with the same nonce, so the code on its display stays right.
 */
export class EnrolmentDesk {
  readonly #deps: EnrolmentDeps;
  readonly #pending = new Map<string, Pending>();

  constructor(deps: EnrolmentDeps) {
    this.#deps = deps;
  }

  /** The request's signature by its own key was already checked. */
  request(request: EnrolRequest): Result<EnrolResponse, Fault<'pending-full' | 'code-expired'>> {
    const key = fromHex(request.devicePublicKey) ?? new Uint8Array();
    const known = this.#deps.outlets.outletByKey(key);
    if (known !== null) return ok(this.#enrolled(known));
    this.#forgetExpired();
    const before = this.#pending.get(request.devicePublicKey);
    if (before?.request.nonce === request.nonce) {
      if (before.untilMs > this.#deps.monotonicMs()) return ok({ state: 'pending' });
      return fault('code-expired', 'The code of this box was not used in time; the box shows a new one.');
    }
    if (before === undefined && this.#pending.size >= limits.enrolmentPendingMax)
      return fault('pending-full', 'Too many boxes wait to be enrolled; enrol or switch off some of them, then try again.');
    const code = enrolmentCode(key, this.#deps.caDer, fromHex(request.nonce) ?? new Uint8Array());
    this.#pending.set(request.devicePublicKey, { request, code, untilMs: this.#deps.monotonicMs() + limits.enrolmentCodeMs });
    return ok({ state: 'pending' });
  }

  /** Binds the box that shows this code to an account and a location. */
  approve(approval: Approval): Result<OutletRow, Fault<'unknown-code' | 'bad-request'>> {
    const code = readEnrolmentCode(approval.code);
    if (code === null) return fault('bad-request', 'A code has twelve letters and digits, XXXX-XXXX-XXXX, as the box shows it.');
    if (!NAME.test(approval.account) || !NAME.test(approval.location))
      return fault('bad-request', 'Account and location are 1 to 63 letters, digits, dots, dashes or underscores, and begin with a letter or digit.');
    this.#forgetExpired();
    const pending = [...this.#pending.values()].find(
      (entry) => entry.untilMs > this.#deps.monotonicMs() && equalSecrets(new TextEncoder().encode(entry.code), new TextEncoder().encode(code)),
    );
    if (pending === undefined)
      return fault(
        'unknown-code',
        'No waiting box has this code. Check it against the display of the box. If it is right, the box talks to another machine than this headend: check its address and the network between them.',
      );
    const row = this.#toOutlet(pending.request, approval);
    this.#deps.outlets.putOutlet(row);
    this.#pending.delete(pending.request.devicePublicKey);
    return ok(row);
  }

  /** Names of the boxes that wait, without their codes: the code must come from the box. */
  waiting(): readonly string[] {
    this.#forgetExpired();
    return [...this.#pending.values()].filter((entry) => entry.untilMs > this.#deps.monotonicMs()).map((entry) => entry.request.name);
  }

  #toOutlet(request: EnrolRequest, approval: Approval): OutletRow {
    const publicKey = fromHex(request.devicePublicKey) ?? new Uint8Array();
    return {
      outlet: asId(`outlet-${toHex(sha256(publicKey)).slice(0, 16)}`),
      account: asId(approval.account),
      location: asId(approval.location),
      name: request.name,
      profile: request.profile,
      publicKey,
      currency: this.#deps.currency,
    };
  }

  #enrolled(row: OutletRow): EnrolResponse {
    const { account, outlet, location, currency } = row;
    return { state: 'enrolled', account, outlet, location, currency, headendPublicKey: toHex(this.#deps.headendPublicKey) };
  }

  /** An expired request is kept as long again, so that its box learns that the code is spent; but never in place of a new one. */
  #forgetExpired(): void {
    const nowMs = this.#deps.monotonicMs();
    const full = this.#pending.size >= limits.enrolmentPendingMax;
    for (const [key, entry] of this.#pending) {
      if (entry.untilMs + (full ? 0 : limits.enrolmentCodeMs) <= nowMs) this.#pending.delete(key);
    }
  }
}
