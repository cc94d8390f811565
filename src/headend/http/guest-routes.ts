import { GuestTurn, GuestTurnAnswer } from '../../wire/guest-api.ts';
import type { GuestRelay } from '../guests/guest-relay.ts';
import { deviceRoute, type Route, reply } from './route.ts';

/** @param base under which address phones reach this headend; null: as boxes do */
export function guestRoutes({ relay, base }: { readonly relay: GuestRelay; readonly base: string | null }): readonly Route[] {
  return [
    deviceRoute(
      {
        method: 'POST',
        path: '/v1/guests/turn',
        summary: 'What guests with phones wish of this box; held until there is something, for limits.guestHoldMs at most',
        body: GuestTurn,
        response: GuestTurnAnswer,
      },
      async ({ body }, { outlet }) => reply({ wishes: await relay.turn(outlet, body), base }),
    ),
  ];
}
