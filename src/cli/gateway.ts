import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openEntityServer } from '../headend/gateway/entity-server.ts';
import { startGateway } from '../headend/gateway/gateway.ts';
import { readGatewayConfig } from '../headend/gateway/gateway-config.ts';
import { openHeadendBook } from '../headend/stores/headend-book.ts';
import { createJsonLog } from '../platform/json-log.ts';
import { systemClock } from '../platform/system-clock.ts';
import { systemRandom } from '../platform/system-random.ts';
import { headendBookPath } from './data-folder.ts';
import { withHeadendBook } from './headend-book-file.ts';
import { type CommandIo, EXIT, type Subcommand } from './subcommand.ts';

const help = `Brings usage, orders, cash lines and bills of a headend to outside entities, each a process of its own.

usage: ackbox gateway [--data DIR] --config FILE
       ackbox gateway refused [--data DIR] [--json]
       ackbox gateway entity --port PORT --token TOKEN --file FILE [--host HOST]

  --data DIR     the headend's data folder (default: .ackbox/headend in the checkout); a headend may run on it
  --config FILE  JSON: {"entities": [{"name", "kind", "host", "port", "token", "perSecond"}], "snmp": {"host", "port", "community"},
                 "metrics": {"host", "port"}}; kinds are usage-processing, billing and information-provider

Each entity gets what the routing table has for its kind, in commit order, one JSON object a line, and answers {"number": n, "ok": true}
or {"number": n, "ok": false, "reason": "..."}. An entity that is away queues only itself, and drains when it is back; what it refuses
is kept aside. A billing entity may say {"administration": "subscription-termination", "id": "...", "outlet": "..."} or
{"administration": "billing-verification", "id": "...", "playId": "..."} or
{"administration": "channel-mapping", "id": "...", "channel": 3, "number": 7}, by which channel 3 is 7 from then on. The state of each stands in a table of the MIB
(1.3.6.1.4.1.32473.3.1: index, name, kind, state 1 up 2 down, behind, forwarded, refused) and under /metrics.

perSecond is an entity's quota, if it wants one. At most 64 transactions wait for its answer; one that is silent for 20 s is taken for away.
A transaction at which an entity broke off five times is kept aside, one until it answers again. Administration is answered five times a
second. refused shows what was kept aside, by whom, and why.

entity runs the simplest entity: it takes transactions into FILE, each once.

Exit codes: 0 stopped, 1 failed, 2 wrong usage.
`;

const REFUSED = 1_000;

export const gatewayCommand: Subcommand = {
  name: 'gateway',
  summary: 'bring usage and bills to outside entities, watched over SNMP',
  help,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        config: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string' },
        token: { type: 'string' },
        file: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    if (positionals[0] === 'entity' && values.port !== undefined && values.token !== undefined && values.file !== undefined)
      return await runEntity({ host: values.host, port: Number(values.port), token: values.token, file: values.file }, io);
    if (positionals[0] === 'refused' && positionals.length === 1) return showRefused(values.data, values.json, io);
    if (positionals.length === 0 && values.config !== undefined) return await runGateway(values.data, values.config, io);
    io.err(help);
    return EXIT.usage;
  },
};

function showRefused(data: string | undefined, json: boolean, io: CommandIo): number {
  return withHeadendBook(data, io, (book) => {
    const rows = book.gatewayRefusals(REFUSED);
    const lines = rows.map(
      ({ entity, number, reason, refusedAtMs, key }) => `${new Date(refusedAtMs).toISOString()}  ${entity}  ${number}  ${key ?? 'over its time'}  ${reason}\n`,
    );
    io.out(json ? `${JSON.stringify(rows)}\n` : lines.length === 0 ? 'Nothing was kept aside.\n' : lines.join(''));
    return EXIT.ok;
  });
}

async function runEntity(options: Parameters<typeof openEntityServer>[0], io: CommandIo): Promise<number> {
  const entity = await openEntityServer(options);
  io.out(`${JSON.stringify({ event: 'ready', port: entity.port })}\n`);
  await asked();
  await entity.close();
  return EXIT.ok;
}

async function runGateway(data: string | undefined, configFile: string, io: CommandIo): Promise<number> {
  const config = readGatewayConfig(readFileSync(configFile, 'utf8'));
  const path = headendBookPath(data);
  if (!config.ok || !existsSync(path)) {
    io.err(config.ok ? `ackbox: there is no headend's book at ${path}; name its data folder with --data.\n` : `ackbox: ${config.error.message}\n`);
    return EXIT.failed;
  }
  const book = openHeadendBook(path, { clock: systemClock, random: systemRandom, currency: 'EUR' });
  try {
    const gateway = await startGateway(config.value, { book, clock: systemClock, log: createJsonLog(systemClock, 'gateway') });
    io.out(`${JSON.stringify({ event: 'ready', metricsPort: gateway.metricsPort })}\n`);
    await asked();
    await gateway.close();
    return EXIT.ok;
  } finally {
    book.close();
  }
}

/** Resolves when somebody asks this process to end. */
function asked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
