import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Agent } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningHeadend } from '../../src/headend/headend.ts';
import { OUTLET_HEADER, SIGNATURE_HEADER, signRequest } from '../../src/platform/request-signature.ts';
import type { StatusDocument } from '../../src/wire/licence-api.ts';
import { type BoxUnderTest, dropFolders, headendOn, knownBox, scratchFolder, workOnOffer } from '../fakes/headend-on-localhost.ts';

/**
 * The life of a licence over HTTPS, in any order, held against the state table of LSD 1.0 (2.3, 3.3 to 3.5) as it is written down here by
 * hand: status codes, problem types, the list of events, what the links offer.
 */
type Status = StatusDocument['status'];
type Call = 'register' | 'renew' | 'return' | 'revoke' | 'cancel';

const LSD = 'http://readium.org/license-status-document/error';
const REFUSED = {
  registration: [400, `${LSD}/registration`],
  renew: [403, `${LSD}/renew`],
  'renew/date': [403, `${LSD}/renew/date`],
  return: [400, `${LSD}/return`],
  'return/already': [403, `${LSD}/return/already`],
  'return/expired': [403, `${LSD}/return/expired`],
  revoke: [409, 'urn:ackbox:problem:revoke'],
} as const;

/** A status is where the call leads; anything else is its refusal. `revoke` and `cancel` are the one call of the issuer, which takes what fits. */
const TABLE: Readonly<Record<Status, Readonly<Record<Exclude<Call, 'cancel'>, Status | keyof typeof REFUSED>>>> = {
  ready: { register: 'active', renew: 'renew', return: 'cancelled', revoke: 'cancelled' },
  active: { register: 'active', renew: 'active', return: 'returned', revoke: 'revoked' },
  expired: { register: 'registration', renew: 'active', return: 'return/expired', revoke: 'revoke' },
  returned: { register: 'registration', renew: 'renew', return: 'return/already', revoke: 'revoke' },
  cancelled: { register: 'registration', renew: 'renew', return: 'return/already', revoke: 'revoke' },
  revoked: { register: 'registration', renew: 'renew', return: 'return', revoke: 'revoke' },
};
const LINKS: Readonly<Record<Status, readonly string[]>> = {
  ready: ['license', 'register', 'return'],
  active: ['license', 'register', 'return', 'renew'],
  expired: ['license', 'renew'],
  returned: ['license'],
  cancelled: ['license'],
  revoked: ['license'],
};
const BROUGHT = { uses: 1, heardMs: 2_000, content: 'deleted', bytes: 9, copiesFound: 0 };

const folders = [scratchFolder(), scratchFolder()] as const;
let headend: RunningHeadend;
let box: BoxUnderTest;
let agent: Agent;
let works = 0;

beforeAll(async () => {
  headend = await headendOn(folders[0]);
  box = knownBox(headend, folders[1], 'set-top');
  agent = new Agent({ connect: { ca: headend.trust.caPem } });
});
afterAll(async () => {
  await Promise.all([box.api.close(), agent.destroy()]);
  await headend.close();
  dropFolders(...folders);
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(method: 'GET' | 'POST' | 'PUT', path: string, body: unknown, as: 'box' | 'issuer'): Promise<Answer> {
  const text = body === null ? '' : JSON.stringify(body);
  const token = as === 'issuer' ? readFileSync(join(folders[0], 'operator-token'), 'utf8').trim() : '';
  const call = { method, path, body: new TextEncoder().encode(text), idempotencyKey: null, ephemeral: null };
  const who =
    as === 'issuer' ? { authorization: `Bearer ${token}` } : { [OUTLET_HEADER]: box.identity.outlet, [SIGNATURE_HEADER]: signRequest(box.signer, call) };
  const headers = { ...who, ...(body === null ? {} : { 'content-type': 'application/json' }) };
  const answer = await agent.request({ origin: headend.url, path, method, headers, ...(body === null ? {} : { body: text }) });
  return { status: answer.statusCode, type: String(answer.headers['content-type']), body: (await answer.body.json()) as Answer['body'] };
}

interface Model {
  status: Status;
  events: Call[];
  /** Until its end: fourteen a period, ninety at most. */
  days: number;
}
interface Real {
  readonly id: string;
}

class Step implements fc.AsyncCommand<Model, Real> {
  readonly #call: 'register' | 'renew' | 'return' | 'revoke';

  constructor(call: 'register' | 'renew' | 'return' | 'revoke') {
    this.#call = call;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, { id }: Real): Promise<void> {
    const path = `/v1/licences/${id}`;
    const answer =
      this.#call === 'register'
        ? await ask('POST', `${path}/register`, null, 'box')
        : this.#call === 'revoke'
          ? await ask('POST', `/v1/admin/licences/${id}/end`, {}, 'issuer')
          : await ask('PUT', `${path}/${this.#call}`, this.#call === 'return' ? BROUGHT : null, 'box');
    const beyond = this.#call === 'renew' && model.days + 14 > 90;
    const plain = TABLE[model.status][this.#call];
    const cell = beyond && plain === 'active' ? 'renew/date' : plain;
    if (cell in LINKS) this.#went(model, cell as Status);
    if (cell in LINKS) return expectStatus(answer, model);
    const [status, type] = REFUSED[cell as keyof typeof REFUSED];
    expect(answer).toMatchObject({ status, type: expect.stringContaining('application/problem+json'), body: { type, status, title: expect.any(String) } });
    expectStatus(await ask('GET', path, null, 'box'), model);
  }

  #went(model: Model, to: Status): void {
    const again = this.#call === 'register' && model.status === 'active' && model.events.includes('register');
    const event: Call = this.#call === 'revoke' ? (to === 'cancelled' ? 'cancel' : 'revoke') : this.#call;
    if (!again) model.events.push(event);
    if (event === 'renew') model.days += 14;
    model.status = to;
  }

  toString(): string {
    return this.#call;
  }
}

function expectStatus(answer: Answer, model: Model): void {
  const document = answer.body as unknown as StatusDocument;
  expect(answer).toMatchObject({ status: 200, type: expect.stringContaining('application/json') });
  expect({ status: document.status, events: document.events.map(({ type }) => type) }).toEqual({ status: model.status, events: model.events });
  expect(document.links.map(({ rel }) => rel)).toEqual(LINKS[model.status]);
  for (const { type, id, name, timestamp } of document.events) {
    const issuer = type === 'cancel' || type === 'revoke';
    expect([id, name]).toEqual(issuer ? ['issuer', 'issuer'] : [box.identity.outlet, 'Box under test']);
    expect(Date.parse(timestamp)).toBeLessThanOrEqual(Date.now());
  }
}

/** Its time passes. */
class Expire implements fc.AsyncCommand<Model, Real> {
  check({ status }: Readonly<Model>): boolean {
    return status === 'ready' || status === 'active';
  }

  async run(model: Model, { id }: Real): Promise<void> {
    const licence = headend.book.checkout(id);
    if (licence === null) throw new Error('the licence is gone');
    headend.book.putCheckout({ ...licence, endMs: Date.now() - 1 }, null);
    Object.assign(model, { status: 'expired', days: 0 });
    expectStatus(await ask('GET', `/v1/licences/${id}`, null, 'box'), model);
  }

  toString(): string {
    return 'expire';
  }
}

async function checkedOut(): Promise<Real> {
  works += 1;
  const work = workOnOffer({ id: `w${works.toString(16).padStart(32, '0')}`, title: `Title ${works}` });
  headend.book.putWork(work, work.title);
  const made = await ask('POST', '/v1/licences', { resource: work.id }, 'box');
  expect(made).toMatchObject({ status: 201, body: { status: 'ready', events: [] } });
  return { id: String(made.body.id) };
}

test('every walk of register, renew, return, revoke, cancel and expiry goes as LSD 1.0 says', { timeout: 120_000 }, async () => {
  const calls = (['register', 'renew', 'return', 'revoke'] as const).map((call) => fc.constant(new Step(call)));
  const commands = fc.commands([...calls, fc.constant(new Step('register')), fc.constant(new Expire())], { maxCommands: 8 });
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const model: Model = { status: 'ready', events: [], days: 14 };
      const real = await checkedOut();
      await fc.asyncModelRun(() => ({ model, real }), steps);
      for (const step of model.events) seen.add(step);
    }),
    { numRuns: 40 },
  );
  expect(seen.size).toBe(5);
});

test('each cell of the table by itself: six states, four calls', { timeout: 60_000 }, async () => {
  const ways: Readonly<Record<Status, readonly fc.AsyncCommand<Model, Real>[]>> = {
    ready: [],
    active: [new Step('register')],
    expired: [new Step('register'), new Expire()],
    returned: [new Step('register'), new Step('return')],
    cancelled: [new Step('return')],
    revoked: [new Step('register'), new Step('revoke')],
  };
  for (const [status, way] of Object.entries(ways)) {
    for (const call of ['register', 'renew', 'return', 'revoke'] as const) {
      const [model, real]: readonly [Model, Real] = [{ status: 'ready', events: [], days: 14 }, await checkedOut()];
      for (const step of way) await step.run(model, real);
      expect(model.status).toBe(status);
      await new Step(call).run(model, real);
    }
  }
});

test('a renewal is refused beyond what the licence may ever reach, or to no time', async () => {
  const [model, real]: readonly [Model, Real] = [{ status: 'ready', events: [], days: 14 }, await checkedOut()];
  await new Step('register').run(model, real);
  for (const end of ['2099-01-01T00:00:00Z', '2020-01-01T00:00:00Z']) {
    const answer = await ask('PUT', `/v1/licences/${real.id}/renew?end=${end}`, null, 'box');
    expect(answer).toMatchObject({ status: 403, body: { type: `${LSD}/renew/date` } });
  }
  for (const end of ['tomorrow', '2026-02-30T00:00:00Z'])
    expect(await ask('PUT', `/v1/licences/${real.id}/renew?end=${end}`, null, 'box')).toMatchObject({ status: 400, body: { code: 'bad-request' } });
  expectStatus(await ask('GET', `/v1/licences/${real.id}`, null, 'box'), model);
});
