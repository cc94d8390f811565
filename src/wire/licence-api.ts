import { type Static, Type } from '@sinclair/typebox';
import { LICENCE_EVENTS, LICENCE_STATUSES } from '../domain/licence/licence.ts';

const Text = (max: number) => Type.String({ maxLength: max });
const Instant = Type.String({ maxLength: 30, description: 'ISO 8601, UTC' });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** Checkout (332): a licence of the caller's account on a work. Asked again, it answers the licence that is already there. */
export const CheckoutRequest = Type.Object({ resource: Text(64) }, { additionalProperties: false });
export type CheckoutRequest = Static<typeof CheckoutRequest>;

/** What a return brings along (claims 6 to 9). `copiesFound` is an attestation of the box (B-15). */
export const ReturnRequest = Type.Object(
  {
    uses: Count,
    heardMs: Count,
    content: Type.Union([Type.Literal('deleted'), Type.Literal('sent-back'), Type.Literal('not-there')]),
    bytes: Count,
    copiesFound: Count,
  },
  { additionalProperties: false },
);
export type ReturnRequest = Static<typeof ReturnRequest>;

const Link = Type.Object({ rel: Text(20), href: Text(300), type: Text(80), templated: Type.Optional(Type.Boolean()) });

/** The Status Document of LSD 1.0, 2. `licence` beside it is ours: what the licence is on, and until when. */
export const StatusDocument = Type.Object({
  id: Text(64),
  status: Type.Union(LICENCE_STATUSES.map((status) => Type.Literal(status))),
  message: Text(300),
  updated: Type.Object({ license: Instant, status: Instant }),
  links: Type.Array(Link),
  potential_rights: Type.Optional(Type.Object({ end: Instant })),
  events: Type.Array(Type.Object({ type: Type.Union(LICENCE_EVENTS.map((event) => Type.Literal(event))), name: Text(80), id: Text(64), timestamp: Instant })),
  licence: Type.Object({
    resource: Text(64),
    resourceKind: Type.Union([Type.Literal('work'), Type.Literal('software')]),
    title: Text(300),
    modelHash: Text(64),
    start: Instant,
    end: Type.Union([Instant, Type.Null()]),
  }),
});
export type StatusDocument = Static<typeof StatusDocument>;

export const LicenceList = Type.Object({ licences: Type.Array(StatusDocument) });
export type LicenceList = Static<typeof LicenceList>;
