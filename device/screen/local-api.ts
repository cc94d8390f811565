import { type Static, Type } from '@sinclair/typebox';

/** The box's own small API, for its screen, the terminal view and `ackbox tell`. Amounts are decimal text in minor units. */
const Entry = Type.Union(['0', '1', '2', '3', '4', '5'].map((code) => Type.Literal(code)));
export const IntentRequest = Type.Object({
  type: Type.Union(
    [
      'intent.up',
      'intent.down',
      'intent.left',
      'intent.right',
      'intent.back',
      'intent.ok',
      'intent.play-pause',
      'intent.skip',
      'intent.stop',
      'intent.volume',
      'intent.suppress-acks',
    ].map((name) => Type.Literal(name)),
  ),
  workId: Type.Optional(Type.String({ maxLength: 64 })),
  delta: Type.Optional(Type.Integer({ minimum: -100, maximum: 100 })),
  on: Type.Optional(Type.Boolean()),
  entryMethod: Type.Optional(Entry),
});
export type IntentRequest = Static<typeof IntentRequest>;
export const CoinRequest = Type.Object({ valueMinor: Type.String({ pattern: '^[0-9]{1,6}$' }) });
export const CommandRequest = Type.Object({
  line: Type.String({ maxLength: 400 }),
  role: Type.Optional(Type.Union(['customer', 'staff', 'technician', 'collector'].map((role) => Type.Literal(role)))),
});
export const WorksQuery = Type.Object({
  search: Type.Optional(Type.String({ maxLength: 100 })),
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});
