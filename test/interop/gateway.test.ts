import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { gatewayCommand } from '../../src/cli/gateway.ts';
import { DEFAULT_PRICE } from '../../src/headend/catalogue/work-price.ts';
import { channelWork } from '../../src/headend/channels/channel-work.ts';
import { openEntityServer } from '../../src/headend/gateway/entity-server.ts';
import { type RunningGateway, startGateway } from '../../src/headend/gateway/gateway.ts';
import type { GatewayConfig } from '../../src/headend/gateway/gateway-config.ts';
import { ENTITY_TABLE_OID } from '../../src/headend/gateway/snmp-agent.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { asId } from '../../src/units/ids.ts';
import { canonicalJson } from '../../src/wire/canonical-json.ts';
import { dropFolders, scratchFolder, silentLog } from '../fakes/headend-on-localhost.ts';
import { type BookFixture, bookFixture, enrol, record } from '../unit/headend/stores/book-fixture.ts';

const ACKBOX = new URL('../../src/cli/ackbox.ts', import.meta.url).pathname;
const TOKENS = { usage: 'the usage secret 1', billing: 'the billing secret' };
let folder: string;
let fixture: BookFixture;
let outlet: ReturnType<typeof enrol>;
let gateway: RunningGateway | null = null;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = scratchFolder();
  fixture = bookFixture();
  outlet = enrol(fixture.book);
});
afterEach(async () => {
  await gateway?.close();
  gateway = null;
  for (const child of children.splice(0)) child.kill('SIGKILL');
  fixture.remove();
  dropFolders(folder);
});

interface Entity {
  readonly port: number;
  kill(): Promise<void>;
}

/** An entity as a process of its own. */
async function entity(name: keyof typeof TOKENS, port = 0): Promise<Entity> {
  const argv = [ACKBOX, 'gateway', 'entity', '--port', String(port), '--token', TOKENS[name], '--file', join(folder, name)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const line = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = (): Promise<void> => {
    child.kill('SIGKILL');
    return gone;
  };
  return { port: JSON.parse(line).port, kill };
}

function deliver(from: number, to: number): void {
  const order = (n: number) => ({ EventType: n % 2 === 0 ? 'ORDER' : 'USAGE', n });
  const records = Array.from({ length: to - from + 1 }, (_, index) => record(from + index, canonicalJson(order(from + index))));
  fixture.book.intake(outlet.outlet, 'g1', records, 0);
}

function taken(name: keyof typeof TOKENS): readonly string[] {
  const file = join(folder, name);
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).key)
    : [];
}

async function begin(ports: { readonly usage: number; readonly billing: number }, more: Partial<GatewayConfig> = {}): Promise<RunningGateway> {
  const shared = { host: '127.0.0.1' };
  const entities: GatewayConfig['entities'] = [
    { ...shared, name: 'usage', kind: 'usage-processing', port: ports.usage, token: TOKENS.usage },
    { ...shared, name: 'billing', kind: 'billing', port: ports.billing, token: TOKENS.billing },
  ];
  gateway = await startGateway({ entities, ...more }, { book: fixture.book, clock: systemClock, log: silentLog });
  return gateway;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** The table as Debian's snmpwalk reads it, column by column. */
async function walk(port: number): Promise<Readonly<Record<string, readonly string[]>>> {
  const argv = ['-v2c', '-c', 'venue', '-Oqn', '-t', '5', `127.0.0.1:${port}`, ENTITY_TABLE_OID];
  const { stdout } = await promisify(execFile)('snmpwalk', argv);
  const columns: Record<string, string[]> = {};
  // The walk itself ends with a line that says so.
  for (const [, column = '', value = ''] of stdout.replace(/.*No more variables.*/, '').matchAll(/\.1\.(\d+)\.\d+ "?([^"\n]*)"?$/gm))
    columns[column] = [...(columns[column] ?? []), value];
  return columns;
}

test('an entity that is killed queues only itself, shows in the MIB and the figures, and drains when it is back: each record once', async () => {
  const [usage, billing] = [await entity('usage'), await entity('billing')];
  const snmp = { host: '127.0.0.1', port: await freeUdpPort(), community: 'venue' };
  const { metricsPort } = await begin({ usage: usage.port, billing: billing.port }, { snmp, metrics: { host: '127.0.0.1', port: 0 } });
  deliver(1, 100);
  await expect.poll(() => [taken('usage').length, taken('billing').length], { timeout: 10_000 }).toEqual([100, 50]);
  await expect
    .poll(() => walk(snmp.port), { timeout: 10_000 })
    .toMatchObject({
      ...{ 2: ['usage', 'billing'], 3: ['usage-processing', 'billing'], 4: ['1', '1'], 5: ['0', '0'], 6: ['100', '50'], 7: ['0', '0'] },
    });

  await billing.kill();
  deliver(101, 300);
  await expect.poll(() => taken('usage').length, { timeout: 10_000 }).toBe(300);
  await expect.poll(() => walk(snmp.port), { timeout: 10_000 }).toMatchObject({ 4: ['1', '2'], 5: ['0', '200'], 6: ['300', '50'] });
  const figures = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  expect(figures).toContain('ackbox_gateway_entity_up{entity="billing",kind="billing"} 0\n');
  expect(figures).toContain('ackbox_gateway_forwarded_total{entity="usage",kind="usage-processing"} 300\n');

  await entity('billing', billing.port);
  await expect.poll(() => taken('billing').length, { timeout: 20_000 }).toBe(150);
  expect(new Set(taken('billing')).size).toBe(150);
  await expect.poll(() => walk(snmp.port), { timeout: 10_000 }).toMatchObject({ 4: ['1', '1'], 5: ['0', '0'], 6: ['300', '150'] });
});

test('the gateway takes up where it was when it is started again', async () => {
  const [usage, billing] = [await entity('usage'), await entity('billing')];
  const first = await begin({ usage: usage.port, billing: billing.port });
  deliver(1, 10);
  await expect.poll(() => first.status().map(({ behind }) => behind), { timeout: 10_000 }).toEqual([0, 0]);
  await first.close();
  deliver(11, 20);
  const again = await begin({ usage: usage.port, billing: billing.port });
  await expect.poll(() => again.status().map(({ forwarded }) => forwarded), { timeout: 10_000 }).toEqual([20, 10]);
  expect([taken('usage').length, taken('billing').length]).toEqual([20, 10]);
});

test('a stranger is not served, and what an entity refuses is kept aside without holding up the rest', async () => {
  const refuse = ({ key }: Readonly<Record<string, unknown>>): string | null => (String(key).endsWith(':3') ? 'unknown title' : null);
  const usage = await openEntityServer({ host: '127.0.0.1', port: 0, token: TOKENS.usage, file: join(folder, 'usage'), refuse });
  const closed = await openEntityServer({ host: '127.0.0.1', port: 0, token: 'another secret of 20', file: join(folder, 'billing') });
  const { status } = await begin({ usage: usage.port, billing: closed.port });
  deliver(1, 5);
  await expect
    .poll(() => status(), { timeout: 10_000 })
    .toMatchObject([
      { up: true, forwarded: 4, refused: 1, behind: 0 },
      { up: false, forwarded: 0, behind: 5 },
    ]);
  expect(taken('usage')).toHaveLength(4);
  await gateway?.close();
  gateway = null;
  await Promise.all([usage.close(), closed.close()]);
});

test('a billing entity ends a subscription by a command of the box, and no other entity may', async () => {
  const { createAdministrator } = await import('../../src/headend/gateway/administration.ts');
  const administer = createAdministrator({ commands: fixture.book, outlets: fixture.book, bills: fixture.book, channels: fixture.book });
  const end = { administration: 'subscription-termination', id: '1', outlet: outlet.outlet };
  expect(administer({ kind: 'usage-processing' }, end)).toMatchObject({ ok: false, code: 'not-allowed' });
  expect(administer({ kind: 'billing' }, end)).toMatchObject({ ok: true, id: '1' });
  expect(fixture.book.openCommands(outlet.outlet)).toMatchObject([{ line: expect.stringMatching(/^service on /) }]);
  expect(administer({ kind: 'billing' }, { administration: 'billing-verification', id: '2', playId: 'none' })).toMatchObject({ code: 'unknown-play' });
  const picture = { codec: 'h264', height: 720, packetMs: 4 } as const;
  for (const number of [3, 4]) {
    const news = channelWork({ id: `c${number}`, number, title: 'News', price: DEFAULT_PRICE, picture });
    fixture.book.addChannel(news, 'udp://127.0.0.1:5000');
  }
  const map = (channel: unknown, number: unknown) => administer({ kind: 'billing' }, { administration: 'channel-mapping', id: '3', channel, number });
  expect([map(3, 7), map(3, 8), map(7, 4), map(7, 'x')]).toMatchObject([
    { ok: true, id: '3' },
    { code: 'unknown-channel' },
    { code: 'number-taken' },
    { code: 'not-understood' },
  ]);
  expect(fixture.book.channels().map(({ work: id, number }) => [id, number])).toEqual([
    ['c4', 4],
    ['c3', 7],
  ]);
  expect(fixture.book.work(asId('c3'))?.channel).toEqual({ number: 7 });
  const again = channelWork({ id: 'c5', number: 3, title: 'Sports', price: DEFAULT_PRICE, picture });
  expect([fixture.book.addChannel(again, 'udp://127.0.0.1:5001'), fixture.book.channels().length]).toEqual([true, 3]);
  expect(administer({ kind: 'billing' }, { administration: 'toString' })).toMatchObject({ code: 'not-understood' });
});

test('an entity does not talk to whoever lacks its secret, and survives nonsense and resets', async () => {
  const { port } = await entity('usage');
  for (const nonsense of ['not json\n', 'null\n', 'x'.repeat(100_000)]) {
    const bad = connect({ host: '127.0.0.1', port });
    bad.on('error', () => {});
    bad.write(nonsense);
    await new Promise<void>((resolve) => bad.once('close', () => resolve()));
  }
  const reset = connect({ host: '127.0.0.1', port });
  await new Promise<void>((resolve) => reset.once('connect', () => resolve()));
  reset.resetAndDestroy();
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(`${JSON.stringify({ hello: 'ackbox-gateway', token: 'guess' })}\n`);
  const heard: string[] = [];
  for await (const chunk of socket) heard.push(String(chunk));
  expect(heard).toEqual([]);
});

/** An entity that answers, or does not, as the test says. */
async function oddEntity(answer: (number: number, socket: Socket) => void): Promise<{ readonly port: number; readonly got: number[] }> {
  const got: number[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    createInterface({ input: socket }).on('line', (line) => {
      const { hello, number } = JSON.parse(line) as { hello?: string; number?: number };
      if (hello !== undefined) socket.write(`${JSON.stringify({ welcome: true })}\n`);
      if (number === undefined) return;
      got.push(number);
      answer(number, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, got };
}

test('an entity that never answers holds 64 transactions and nobody else', async () => {
  const [usage, silent] = [await entity('usage'), await oddEntity(() => {})];
  const { status } = await begin({ usage: usage.port, billing: silent.port });
  deliver(1, 400);
  await expect.poll(() => taken('usage').length, { timeout: 20_000 }).toBe(400);
  await expect.poll(() => silent.got.length, { timeout: 10_000 }).toBeGreaterThan(10);
  expect(silent.got.length).toBeLessThanOrEqual(64);
  expect(status()[1]).toMatchObject({ up: true, forwarded: 0, refused: 0 });
  expect(status()[1]?.behind).toBeGreaterThan(390);
});

test('a transaction that an entity never survives is kept aside and shown, and what comes after it arrives', async () => {
  const usage = await entity('usage');
  const billing = await oddEntity((number, socket) => (number === 4 ? socket.destroy() : void socket.write(`${JSON.stringify({ number, ok: true })}\n`)));
  const { status } = await begin({ usage: usage.port, billing: billing.port });
  deliver(1, 10);
  await expect.poll(() => status()[1], { timeout: 20_000 }).toMatchObject({ up: true, forwarded: 4, refused: 1, behind: 0 });
  expect(new Set(billing.got)).toEqual(new Set([2, 4, 6, 8, 10]));
  const shown: string[] = [];
  const io = { out: (text: string) => void shown.push(text), err: () => {} };
  expect(await gatewayCommand.run(['refused', '--json', '--data', dirname(fixture.path)], io)).toBe(0);
  expect(JSON.parse(shown.join(''))).toMatchObject([
    { entity: 'billing', number: 4, reason: expect.stringContaining('broke off'), body: expect.stringContaining('ORDER') },
  ]);
});

test('an entity that survives nothing gets one transaction kept aside, not all of them', async () => {
  const usage = await entity('usage');
  const billing = await oddEntity((_number, socket) => void socket.destroy());
  const { status } = await begin({ usage: usage.port, billing: billing.port });
  deliver(1, 10);
  await expect.poll(() => billing.got.filter((number) => number === 4).length, { timeout: 20_000 }).toBeGreaterThan(6);
  expect(status()[1]).toMatchObject({ forwarded: 0, refused: 1 });
  expect(status()[1]?.behind).toBeGreaterThan(6);
});

test('an entity gets no more a second than it wants, and in the end all of it', async () => {
  const [usage, billing] = [await entity('usage'), await entity('billing')];
  const wanting = { host: '127.0.0.1', port: usage.port, token: TOKENS.usage, name: 'usage', kind: 'usage-processing' as const, perSecond: 10 };
  deliver(1, 30);
  const began = performance.now();
  await begin({ usage: usage.port, billing: billing.port }, { entities: [wanting] });
  await expect.poll(() => taken('usage').length, { timeout: 20_000 }).toBe(30);
  expect(performance.now() - began).toBeGreaterThan(2_700);
});

test('a line without an end, and a flood of questions, cost an entity its connection or its answers', async () => {
  const usage = await entity('usage');
  const answers: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {}).on('data', (chunk) => answers.push(String(chunk)));
    socket.write(`${JSON.stringify({ welcome: true })}\n`);
    if (connections > 1) socket.write('x'.repeat(200_000));
    else
      for (let index = 0; index < 60; index += 1)
        socket.write(`${JSON.stringify({ administration: 'billing-verification', id: String(index), playId: 'none' })}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { status } = await begin({ usage: usage.port, billing: (server.address() as AddressInfo).port });
  await expect.poll(() => answers.join('').match(/"quota-used-up"/g)?.length ?? 0, { timeout: 10_000 }).toBeGreaterThan(20);
  expect(answers.join('').match(/"unknown-play"/g)?.length).toBeLessThan(40);
  await gateway?.close();
  gateway = null;
  const again = await begin({ usage: usage.port, billing: (server.address() as AddressInfo).port });
  await expect.poll(() => connections, { timeout: 10_000 }).toBeGreaterThan(2);
  expect(again.status()[0]).toMatchObject({ up: true });
  expect(status()).toHaveLength(2);
});
