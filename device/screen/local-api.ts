import { type Static, Type } from '@sinclair/typebox';
import { LANGUAGES } from '../texts/box-texts.ts';
import { GROUPINGS } from './catalogue-index.ts';

/** The box's own small API, for its screen, the terminal view and `ackbox tell`. Amounts are decimal text in minor units. */
const OneOf = (names: readonly string[]) => Type.Union(names.map((name) => Type.Literal(name)));
const Entry = OneOf(['0', '1', '2', '3', '4', '5']);
export const IntentRequest = Type.Object({
  type: OneOf([
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
    'intent.renew',
    'intent.rent',
    'intent.seek',
    'intent.mute',
    'intent.digit',
    'intent.channel',
    'intent.track',
    'intent.picture',
    'intent.who',
    'intent.sleep',
    'intent.power',
    'intent.viewer',
    'intent.household',
    'intent.suppress-acks',
    'intent.answer',
  ]),
  workId: Type.Optional(Type.String({ maxLength: 64 })),
  premiumMinor: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })),
  delta: Type.Optional(Type.Integer({ minimum: -100, maximum: 100 })),
  zone: Type.Optional(Type.String({ maxLength: 20 })),
  on: Type.Optional(Type.Boolean()),
  byMs: Type.Optional(Type.Integer({ minimum: -3_600_000, maximum: 3_600_000 })),
  digit: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
  kind: Type.Optional(OneOf(['audio', 'subtitles'])),
  step: Type.Optional(Type.Integer({ minimum: -1, maximum: 1 })),
  licence: Type.Optional(Type.String({ maxLength: 64 })),
  viewer: Type.Optional(Type.String({ maxLength: 64 })),
  yes: Type.Optional(Type.Boolean()),
  value: Type.Optional(Type.String({ maxLength: 100 })),
  entryMethod: Type.Optional(Entry),
});
export type IntentRequest = Static<typeof IntentRequest>;
export const CoinRequest = Type.Object({ valueMinor: Type.String({ pattern: '^[0-9]{1,6}$' }) });
export const CommandRequest = Type.Object({
  line: Type.String({ maxLength: 400 }),
  role: Type.Optional(OneOf(['customer', 'staff', 'technician', 'collector'])),
});

const Page = { offset: Type.Optional(Type.Integer({ minimum: 0 })), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })) };
const Grouped = OneOf(GROUPINGS);
export const WorksQuery = Type.Object({
  search: Type.Optional(Type.String({ maxLength: 100 })),
  /** Only works of this artist, album or genre. */
  by: Type.Optional(Grouped),
  name: Type.Optional(Type.String({ maxLength: 300 })),
  ...Page,
});
export const GroupsQuery = Type.Object({ by: Grouped, ...Page });
export const SpeechQuery = Type.Object({ language: OneOf(LANGUAGES), text: Type.String({ minLength: 1, maxLength: 200 }) });

/** How whoever is in front of the screen wants it. */
export const Preferences = Type.Object({
  language: OneOf(LANGUAGES),
  textSize: OneOf(['normal', 'large', 'largest']),
  /** A short click where the focus moves. */
  tick: Type.Boolean(),
  /** One button does everything: the focus walks by itself, and is spoken. */
  switchAccess: Type.Boolean(),
});
export type Preferences = Static<typeof Preferences>;
