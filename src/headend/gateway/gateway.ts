import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, every } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { HeadendBook } from '../stores/headend-book.ts';
import { createAdministrator } from './administration.ts';
import { EntityLink, type EntityStatus } from './entity-link.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { metricsText } from './metrics-text.ts';
import { openSnmpAgent } from './snmp-agent.ts';

const MIB_MS = 500;

export interface GatewayDeps {
  readonly book: HeadendBook;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RunningGateway {
  readonly metricsPort: number | null;
  status(): readonly EntityStatus[];
  close(): Promise<void>;
}

/** The on-line teleprocessing gateway (Fig. 6): one link an entity, a MIB over SNMP, figures for Prometheus. */
export async function startGateway(config: GatewayConfig, { book, clock, log }: GatewayDeps): Promise<RunningGateway> {
  const administrator = createAdministrator({ commands: book, outlets: book, bills: book, channels: book });
  const links = config.entities.map((entity) => new EntityLink(entity, { store: book, administrator, clock, log }));
  const status = (): readonly EntityStatus[] => links.map((link) => link.status());
  const agent = config.snmp === undefined ? null : openSnmpAgent(config.snmp, status(), log);
  const stopMib = every(clock, MIB_MS, () => agent?.update(status()));
  const metrics = config.metrics === undefined ? null : await serveMetrics(config.metrics, status);
  const running = Promise.all(links.map((link) => link.run()));
  return {
    metricsPort: metrics?.port ?? null,
    status,
    async close() {
      stopMib();
      for (const link of links) link.stop();
      await running;
      await agent?.close();
      await metrics?.close();
    },
  };
}

async function serveMetrics({ host, port }: NonNullable<GatewayConfig['metrics']>, status: () => readonly EntityStatus[]) {
  const server = createServer((request, answer) => {
    if (request.url !== '/metrics' || request.method !== 'GET') return void answer.writeHead(404).end();
    answer.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metricsText(status()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  const close = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));
  return { port: (server.address() as AddressInfo).port, close };
}
