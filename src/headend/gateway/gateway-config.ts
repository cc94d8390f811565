import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { ENTITY_KINDS } from '../../domain/usage/gateway-routes.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
const closed = { additionalProperties: false } as const;

/** The gateway's configuration file (Fig. 7, 260). Each entity has a socket and a secret of its own. */
const GatewayConfig = Type.Object(
  {
    entities: Type.Array(
      Type.Object(
        {
          name: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
          kind: Type.Union(ENTITY_KINDS.map((kind) => Type.Literal(kind))),
          host: Type.String({ maxLength: 200 }),
          port: Port,
          token: Type.String({ minLength: 16, maxLength: 200 }),
          /** Transactions a second that it wants at most. */
          perSecond: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
        },
        closed,
      ),
      { minItems: 1, maxItems: 32 },
    ),
    snmp: Type.Optional(Type.Object({ host: Type.String({ maxLength: 200 }), port: Port, community: Type.String({ minLength: 1, maxLength: 64 }) }, closed)),
    metrics: Type.Optional(Type.Object({ host: Type.String({ maxLength: 200 }), port: Port }, closed)),
  },
  closed,
);
export type GatewayConfig = Static<typeof GatewayConfig>;
export type EntityConfig = GatewayConfig['entities'][number];

export function readGatewayConfig(text: string): Result<GatewayConfig, Fault<'config-unreadable'>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fault('config-unreadable', 'The configuration is not JSON.');
  }
  const first = Value.Errors(GatewayConfig, value).First();
  if (first !== undefined) return fault('config-unreadable', `The configuration is not understood at ${first.path || '/'}: ${first.message}.`);
  const config = value as GatewayConfig;
  if (new Set(config.entities.map(({ name }) => name)).size < config.entities.length) return fault('config-unreadable', 'Two entities have the same name.');
  return ok(config);
}
