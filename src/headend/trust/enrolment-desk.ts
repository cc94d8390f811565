import { equalSecrets } from '../../platform/crypto/digest.ts';
import { enrolmentCode, readEnrolmentCode } from '../../platform/enrolment-code.ts';
import type { OutletRow } from '../../ports/headend-stores.ts';
import type { OutletStore, PendingEnrolment } from '../../ports/outlet-store.ts';
import { fromHex, toHex } from '../../units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { EnrolRequest, EnrolResponse } from '../../wire/http-api.ts';

export interface EnrolmentDeps {
  readonly outlets: OutletStore;
  readonly caDer: Uint8Array;
  readonly headendPublicKey: Uint8Array;
  readonly wallMs: () => number;
}

export interface Approval {
  readonly code: string;
  /** Name or id; null for the account and the location that exist from the start. */
  readonly account: string | null;
  readonly location: string | null;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u;

/**
 * First contact of boxes (ruling 28). A request waits, bounded in number and time, until the operator types the code that the box
 * shows; only then is the box's key written down. The code is computed here from the true CA, so a request that came through a
 * man in the middle has another code than the one its box shows.
 */
export class EnrolmentDesk {
  readonly #deps: EnrolmentDeps;

  constructor(deps: EnrolmentDeps) {
    this.#deps = deps;
  }

  /** The request's signature by its own key was already checked. A known key gets its answer again, after any restart of either side. */
  request(request: EnrolRequest): Result<EnrolResponse, Fault<'pending-full'>> {
    const devicePublicKey = fromHex(request.devicePublicKey) ?? new Uint8Array();
    const known = this.#deps.outlets.outletByKey(devicePublicKey);
    if (known !== null) return ok(this.#enrolled(known));
    const { name, profile } = request;
    const nonce = fromHex(request.nonce) ?? new Uint8Array();
    const pending = this.#deps.outlets.putEnrolment({ devicePublicKey, nonce, name, profile, createdAtMs: this.#deps.wallMs() });
    return pending.ok ? ok({ state: 'pending' }) : fault('pending-full', pending.error.message);
  }

  /** Binds the box that shows this code to an account and a location. */
  approve(approval: Approval): Result<OutletRow, Fault<'unknown-code' | 'bad-request'>> {
    const code = readEnrolmentCode(approval.code);
    if (code === null) return fault('bad-request', 'A code has twelve letters and digits, XXXX-XXXX-XXXX, as the box shows it.');
    if ([approval.account, approval.location].some((name) => name !== null && !NAME.test(name)))
      return fault('bad-request', 'Account and location are 1 to 63 letters, digits, spaces, dots, dashes or underscores, and begin with a letter or digit.');
    const { outlets } = this.#deps;
    const pending = outlets.pendingEnrolments().find((request) => this.#hasCode(request, code));
    if (pending === undefined) {
      return fault(
        'unknown-code',
        'No waiting box has this code. Check it against the display of the box. If it is right, the box talks to another machine than this headend: check its address and the network between them.',
      );
    }
    const account = approval.account === null ? outlets.defaults().account : outlets.accountNamed(approval.account);
    const location = approval.location === null ? outlets.defaults().location : outlets.locationNamed(approval.location);
    const approved = outlets.approveEnrolment(pending.devicePublicKey, account, location);
    return approved.ok ? approved : fault('unknown-code', approved.error.message);
  }

  #hasCode(request: PendingEnrolment, code: string): boolean {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    return equalSecrets(bytes(enrolmentCode(request.devicePublicKey, this.#deps.caDer, request.nonce)), bytes(code));
  }

  #enrolled(row: OutletRow): EnrolResponse {
    const { account, outlet, location, currency } = row;
    return { state: 'enrolled', account, outlet, location, currency, headendPublicKey: toHex(this.#deps.headendPublicKey) };
  }
}
