import type { EntityStatus } from './entity-link.ts';

const FIGURES = [
  ['ackbox_gateway_entity_up', 'gauge', '1 while the entity is connected', ({ up }: EntityStatus) => (up ? 1 : 0)],
  ['ackbox_gateway_entity_behind', 'gauge', 'transactions that wait for the entity', ({ behind }: EntityStatus) => behind],
  ['ackbox_gateway_forwarded_total', 'counter', 'transactions that the entity has taken', ({ forwarded }: EntityStatus) => forwarded],
  ['ackbox_gateway_refused_total', 'counter', 'transactions that the entity would not take', ({ refused }: EntityStatus) => refused],
] as const;

/** The Prometheus text format, version 0.0.4. */
export function metricsText(entities: readonly EntityStatus[]): string {
  return FIGURES.map(([name, type, help, of]) => {
    const lines = entities.map((entity) => `${name}{entity="${entity.name}",kind="${entity.kind}"} ${of(entity)}\n`);
    return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
  }).join('');
}
