import { type Static, Type } from '@sinclair/typebox';
import { VIEW_IDS } from '../domain/usage/record-bodies.ts';

const Text = (max: number) => Type.String({ minLength: 1, maxLength: max });
const Amount = Type.String({ pattern: '^-?[0-9]{1,15}$' });
const Whole = Type.Integer({ minimum: 0, maximum: 1_000_000 });
const closed = { additionalProperties: false } as const;

export const TITLE_EVENT_TYPE = 'ackbox.usage.v1';

const Product = Type.Object({ productNumber: Text(200), quantity: Whole, priceMinor: Amount }, closed);
const Order = Type.Object(
  {
    paymentMethod: Text(40),
    items: Whole,
    totalMinor: Amount,
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    taxMinor: Type.Optional(Amount),
    pointsGained: Type.Optional(Whole),
    pointsUsed: Type.Optional(Whole),
    shippedTo: Type.Optional(Text(200)),
    informationProvider: Type.Optional(Text(200)),
    products: Type.Optional(Type.Array(Product, { maxItems: 64 })),
  },
  closed,
);

/**
 * A usage record that a title made ready itself ([0033]), as a CloudEvents 1.0 event in structured JSON. The title says what happened; the
 * box adds the standard record elements. Sign-on and sign-off are the box's own ([0039]).
 */
export const TitleEvent = Type.Object(
  {
    specversion: Type.Literal('1.0'),
    /** With `source`, the event's name: known twice, written once. */
    id: Text(100),
    source: Text(200),
    type: Type.Literal(TITLE_EVENT_TYPE),
    time: Type.Optional(Text(40)),
    subject: Type.Optional(Text(200)),
    datacontenttype: Type.Optional(Type.Literal('application/json')),
    data: Type.Object(
      {
        EventType: Type.Union((['USAGE', 'CONSUMER_IDENTIFICATION', 'VIEW_FEATURE', 'ORDER'] as const).map((name) => Type.Literal(name))),
        TitleDomain: Text(200),
        domains: Type.Array(Text(200), { maxItems: 24 }),
        PlaceId: Type.Optional(Text(200)),
        ConsumerId: Type.Optional(Text(200)),
        EntryMethod: Type.Optional(Type.Union((['0', '1', '2', '3', '4', '5'] as const).map((code) => Type.Literal(code)))),
        ViewId: Type.Optional(Type.Union(VIEW_IDS.map((id) => Type.Literal(id)))),
        Feature: Type.Optional(Text(200)),
        order: Type.Optional(Order),
      },
      closed,
    ),
  },
  { $id: `urn:${TITLE_EVENT_TYPE.replaceAll('.', ':')}`, title: 'A usage event of a title' },
);
export type TitleEvent = Static<typeof TitleEvent>;
