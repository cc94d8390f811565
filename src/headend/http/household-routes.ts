import { HouseholdAnswer, HouseholdReport } from '../../wire/household-api.ts';
import type { HouseholdDesk } from '../household-desk.ts';
import { httpFault } from './problems.ts';
import { deviceRoute, type Route, reply } from './route.ts';

/** What the boxes of one household tell each other. */
export function householdRoutes(desk: Pick<HouseholdDesk, 'tell'>): readonly Route[] {
  return [
    deviceRoute(
      {
        method: 'POST',
        path: '/v1/household',
        summary: 'People and spending caps that changed at a set-top; answers what holds for all boxes of its account',
        body: HouseholdReport,
        response: HouseholdAnswer,
      },
      ({ body }, outlet) => (outlet.profile === 'set-top' ? reply(desk.tell(outlet, body)) : httpFault('bad-request', 'Only a set-top has a household.')),
    ),
  ];
}
