import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { Result } from '../../src/units/result.ts';
import { CheapestQuestion, TopUpRequest } from '../../src/wire/account-api.ts';
import type { AccountWatch } from '../checkout/account-watch.ts';

/**
 * What the account was charged, the form by which it pays, and which price is cheapest.
 * @param mayKnow a household's screen; in a venue only who has the local token
 */
export function addAccount(
  app: FastifyInstance,
  account: Pick<AccountWatch, 'look' | 'topUp' | 'cheapest'>,
  mayKnow: (request: FastifyRequest) => boolean,
): void {
  app.get('/api/account', async (request, reply) => (mayKnow(request) ? answer(reply, await account.look()) : refuse(reply)));
  app.post<{ Body: TopUpRequest }>('/api/account/top-ups', { schema: { body: TopUpRequest } }, async (request, reply) =>
    mayKnow(request) ? answer(reply, await account.topUp(request.body)) : refuse(reply),
  );
  // What is planned is no secret; what was used is the account's.
  app.post<{ Body: CheapestQuestion }>('/api/cheapest', { schema: { body: CheapestQuestion } }, async (request, reply) =>
    'lastMonths' in request.body && !mayKnow(request) ? refuse(reply) : answer(reply, await account.cheapest(request.body)),
  );
}

function answer(reply: FastifyReply, outcome: Result<object, HeadendError>): FastifyReply {
  return outcome.ok ? reply.send(outcome.value) : reply.code(502).send({ code: outcome.error.problem, title: outcome.error.message });
}

function refuse(reply: FastifyReply): FastifyReply {
  return reply.code(401).send({ code: 'token-needed', title: 'What a venue owes is shown to its staff only: this needs the local token of the box.' });
}
