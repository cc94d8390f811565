import * as api from '../../wire/policy-api.ts';
import { policyJson, readPolicy } from '../pricing/policy-calls.ts';
import type { PolicyStore } from '../stores/policy-rows.ts';
import { httpFault } from './problems.ts';
import { openRoute, type Route, reply } from './route.ts';

/** Who may have what from when on: rows that are added and ended. */
export function policyRoutes({ store, wallMs }: { readonly store: PolicyStore; readonly wallMs: () => number }): readonly Route[] {
  const path = '/v1/admin/policies';
  return [
    openRoute({ method: 'GET', path, summary: 'All policies, ended ones among them', access: 'operator', body: null, response: api.PolicyList }, () =>
      reply({ policies: store.policies().map(policyJson) }),
    ),
    openRoute(
      { method: 'POST', path, summary: 'Adds a policy with its effective date', access: 'operator', body: api.PolicyBody, response: api.PolicyRow },
      ({ body }) => {
        const policy = readPolicy(body, wallMs());
        if (!policy.ok) return policy;
        const added = store.addPolicy(policy.value);
        return added.ok ? reply(policyJson(added.value), 201) : added;
      },
    ),
    openRoute(
      { method: 'POST', path: `${path}/:number/end`, summary: 'Ends a policy; it is kept', access: 'operator', body: null, response: api.PolicyRow },
      ({ params }) => {
        const ended = /^\d{1,15}$/.test(params.number ?? '') ? store.endPolicy(Number(params.number), wallMs()) : null;
        return ended === null ? httpFault('not-found', 'There is no such policy that still holds.') : reply(policyJson(ended));
      },
    ),
  ];
}
