import { Type } from '@sinclair/typebox';
import type { AccountCreditStore } from '../../ports/account-credit-store.ts';
import { asId } from '../../units/ids.ts';
import { httpFault } from './problems.ts';
import { openRoute, type Route, type RouteAnswer, reply } from './route.ts';

const Count = Type.Integer({ minimum: 0, maximum: 10_000_000 });
const Window = Type.Object({ windowPackets: Count }, { additionalProperties: false });
const Credit = Type.Object({ windowPackets: Count, leasedPackets: Count, leftoverPackets: Count, writtenOffPackets: Count });

export interface CreditRoutesDeps {
  readonly credit: Pick<AccountCreditStore, 'accountCredit' | 'setCreditCap'>;
  readonly accountName: (account: string) => string | null;
}

/** What an account may have unacknowledged over all its sessions (ruling 20): how it stands, and how much it is. */
export function creditRoutes({ credit, accountName }: CreditRoutesDeps): readonly Route[] {
  const path = '/v1/admin/accounts/:account/credit';
  const shown = (account: string): RouteAnswer => {
    if (accountName(account) === null) return httpFault('not-found', 'There is no such account.');
    const { capPackets: windowPackets, leasedPackets, leftoverPackets, writtenOffPackets } = credit.accountCredit(asId(account));
    return reply({ windowPackets, leasedPackets, leftoverPackets, writtenOffPackets });
  };
  return [
    openRoute({ method: 'GET', path, summary: 'What an account has unacknowledged', access: 'operator', body: null, response: Credit }, ({ params }) =>
      shown(params.account ?? ''),
    ),
    openRoute(
      { method: 'PUT', path, summary: 'What an account may have unacknowledged, from its next play on', access: 'operator', body: Window, response: Credit },
      ({ body, params }) => {
        const account = params.account ?? '';
        if (accountName(account) !== null) credit.setCreditCap(asId(account), body.windowPackets);
        return shown(account);
      },
    ),
  ];
}
