import { type AccessWalk, walkAccess, weighUse } from '../../domain/access/access-policy.ts';
import { refuseByPlace } from '../../domain/access/content-constraint.ts';
import type { OutletRow } from '../../ports/headend-stores.ts';
import type { ConstraintStore } from '../stores/constraint-rows.ts';
import type { PolicyStore } from '../stores/policy-rows.ts';
import type { AccountDesk } from './account-desk.ts';

export interface AccessDeskDeps {
  readonly store: PolicyStore & Pick<ConstraintStore, 'constraintOf' | 'placeOf'>;
  readonly accounts: Pick<AccountDesk, 'refusal'>;
  readonly wallMs: () => number;
}

/** Whether somebody may have a work now: the rows of the policies, what is given to first-time accounts, and how the account stands (Fig. 8). */
export class AccessDesk {
  readonly #deps: AccessDeskDeps;

  constructor(deps: AccessDeskDeps) {
    this.#deps = deps;
  }

  /** What costs nothing asks for no standing. */
  walk(work: { readonly id: string; readonly free: boolean }, outlet: OutletRow): AccessWalk {
    const { store, accounts, wallMs } = this.#deps;
    const { account, profile } = outlet;
    // where a work can not be had, nobody's policy or money helps.
    const elsewhere = refuseByPlace(store.constraintOf(work.id), store.placeOf(outlet.outlet));
    if (elsewhere !== null) {
      const refusal = { ...elsewhere, message: `${elsewhere.message} (restriction of ${work.id}, place of ${outlet.outlet})` };
      return { steps: [302, 304, 314], policy: null, refusal, free: false };
    }
    // A venue's guests hear the start of each work for nothing instead: first-time there is every one of them (B-16).
    const policies = store.policies().filter(({ kind }) => kind !== 'first-plays-free' || (profile === 'set-top' && !work.free));
    return walkAccess(
      policies,
      { account, outlet: outlet.outlet, work: work.id, atMs: wallMs() },
      {
        playsSince: (atMs) => store.playsSince(account, atMs),
        unpaid: () => (work.free ? null : accounts.refusal(outlet)),
      },
    );
  }

  /** What a use that another program reports is metered by, milliseconds. */
  weigh(account: string, startMs: number, use: Parameters<typeof weighUse>[2]): number {
    return weighUse(this.#deps.store.policies(), { account, outlet: '', work: null, atMs: startMs }, use);
  }
}
