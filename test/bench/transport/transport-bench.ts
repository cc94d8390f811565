// `npm run bench:transport -- --streams 500 --seconds 8 --json`: what a paid packet costs the headend, how punctual it is, what comes back, and
// what others do beside it. `--alone` leaves the others out.
import { fork } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { generateDeviceKey } from '../../../src/platform/crypto/ed25519-signer.ts';
import type { OutletRow } from '../../../src/ports/headend-stores.ts';
import { toHex } from '../../../src/units/bytes.ts';
import { VirtualBox } from '../../fakes/virtual-box.ts';
import { machine } from '../figures.ts';
import { benchSession, benchWork, boxSsrc, type ServerFigures, type StreamStarted } from './bench-session.ts';
import { beside } from './beside/beside.ts';
import { returnTraffic } from './return-traffic.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '8' },
    alone: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const streams = Number(values.streams);
const seconds = Number(values.seconds);
const HOST = '127.0.0.1';
const PACKETS = 4_000;
const ACK_EVERY = 10;
/** A receipt every 1.8 s: the box acknowledges no more than 2 s beyond its last one. */
const RECEIPT_TURNS = 18;
const RECEIPT_TURN_MS = 100;
const BUFFER_BYTES = 4 * 1_024 * 1_024;

type ServerMessage = StreamStarted | ServerFigures | { readonly kind: 'outlet'; readonly outlet: OutletRow };

interface Client {
  readonly box: VirtualBox;
  unacknowledged: number;
  ackedTurn: number;
}

async function bound(port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES });
  await new Promise<void>((resolve) => void socket.bind(port, HOST, resolve));
  return socket;
}

async function run(): Promise<ServerFigures> {
  const rtp = await bound(0);
  const rtcp = await bound(rtp.address().port + 1);
  const { signer } = generateDeviceKey();
  const args = [streams, PACKETS, rtp.address().port, toHex(signer.publicKey), seconds].map(String);
  const server = fork(new URL('server.ts', import.meta.url), args);
  const clients = new Map<number, Client>();
  const work = benchWork(PACKETS, []);
  let outlet: OutletRow | null = null;
  let turns = 0;
  const acknowledge = (client: Client): void => {
    client.unacknowledged = 0;
    client.ackedTurn = turns;
    client.box.acknowledge();
  };
  const ssrcOf = (bytes: Buffer, at: number): number => bytes.readUInt32BE(at);
  rtp.on('message', (bytes) => {
    const client = clients.get(ssrcOf(bytes, 8));
    if (client === undefined) return;
    client.box.onRtp(bytes);
    client.box.packets.length = 0;
    client.unacknowledged += 1;
    if (client.unacknowledged >= ACK_EVERY) acknowledge(client);
  });
  rtcp.on('message', (bytes) => {
    const client = clients.get(ssrcOf(bytes, 4));
    client?.box.onRtcp(bytes);
    if (client !== undefined && client.box.windows.length > 8) client.box.windows.splice(0, 4);
  });
  const receipts = setInterval(() => {
    turns += 1;
    let index = 0;
    for (const client of clients.values()) {
      if (index % RECEIPT_TURNS === turns % RECEIPT_TURNS && client.box.ledger.ackedPaid > 0) client.box.receipt();
      // What a box does as well: at least every 200 ms, so that nothing waits for a tenth packet that never comes.
      if (index % 2 === turns % 2 && client.ackedTurn + 2 <= turns) acknowledge(client);
      index += 1;
    }
  }, RECEIPT_TURN_MS);
  const figures = await new Promise<ServerFigures>((resolve, reject) => {
    server.on('exit', (code) => reject(new Error(`the headend's half ended with ${code}`)));
    server.on('message', (message: ServerMessage) => {
      if (message.kind === 'figures') resolve(message);
      else if (message.kind === 'outlet') {
        outlet = { ...message.outlet, publicKey: signer.publicKey };
        server.send({ kind: 'go' });
      } else if (outlet !== null) {
        const session = benchSession(message.index, outlet, work, signer.publicKey);
        const send = (bytes: Uint8Array): void => rtcp.send(bytes, message.rtcpPort, HOST);
        const box = new VirtualBox(session, signer, send, boxSsrc(message.index));
        box.timestampOrigin = message.timestampOrigin;
        clients.set(message.ssrc, { box, unacknowledged: 0, ackedTurn: 0 });
      }
    });
  });
  clearInterval(receipts);
  for (const socket of [rtp, rtcp]) socket.close();
  return figures;
}

const figures = await run();
const perCoreSecond = figures.packetsPaid / figures.cpuSeconds;
const micros = 1e6 / perCoreSecond;
const ours = {
  machine: machine(),
  loadAverage: loadavg().map((load) => Math.round(10 * load) / 10),
  streams,
  ...figures,
  paidPacketsPerCoreSecond: Math.round(perCoreSecond),
  /** Computed: the measured cost a packet less that of SRTP. */
  paidPacketsPerCoreSecondWithoutSrtpComputed: Math.round(1e6 / Math.max(1, micros - figures.srtpMicros)),
  /** How often a packet costs what sending it costs: does not depend on what else the machine does, as both suffer from it. */
  costInBareSends: Math.round((100 * micros) / figures.bareSendMicros) / 100,
  returnTraffic: await returnTraffic(),
};
const report = values.alone ? ours : { ...ours, beside: await beside() };
process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${JSON.stringify(report, null, 2)}\n`);
process.exit(0);
