// A process of its own: what one packet of Interledger STREAM costs, both ends and a connector of fixed maximum in one process.
import { createRequire } from 'node:module';

const PACKET_MAX = 1_000;

interface IlpPacket {
  readonly type: number;
  readonly data: { readonly destination: string; readonly amount: string };
}
interface Packets {
  readonly Type: { readonly TYPE_ILP_PREPARE: number };
  deserializeIlpPacket(bytes: Buffer): IlpPacket;
  serializeIlpReject(reject: { readonly code: string; readonly triggeredBy: string; readonly message: string; readonly data: Buffer }): Buffer;
}
interface Ildcp {
  serializeIldcpResponse(info: { readonly clientAddress: string; readonly assetScale: number; readonly assetCode: string }): Buffer;
}
interface Money {
  setReceiveMax(amount: string): void;
  on(event: 'money', call: () => void): void;
  sendTotal(amount: string): Promise<void>;
}
interface Streams {
  readonly Server: new (options: {
    readonly plugin: Plugin;
    readonly serverSecret: Buffer;
  }) => {
    listen(): Promise<void>;
    on(event: 'connection', call: (connection: { on(event: 'stream', call: (stream: Money) => void): void }) => void): void;
    generateAddressAndSecret(): { readonly destinationAccount: string; readonly sharedSecret: Buffer };
  };
  createConnection(options: object): Promise<{ createStream(): Money }>;
}

const load = createRequire(`${process.argv[2] ?? ''}/index.js`);
const amount = Number(process.argv[3] ?? 500);
const packets = load('ilp-packet') as Packets;
const ildcp = load('ilp-protocol-ildcp') as Ildcp;
const streams = load('ilp-protocol-stream') as Streams;
const counted = { packets: 0, returnBytes: 0 };

/** One side of the pair: hands every packet to the other, as a connector would that takes at most 1,000 units. */
class Plugin {
  readonly version = 2;
  readonly #name: string;
  #connected = false;
  #handler: ((data: Buffer) => Promise<Buffer>) | null = null;
  peer: Plugin | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  async connect(): Promise<void> {
    this.#connected = true;
  }

  async disconnect(): Promise<void> {
    this.#connected = false;
  }

  isConnected(): boolean {
    return this.#connected;
  }

  registerDataHandler(handler: (data: Buffer) => Promise<Buffer>): void {
    this.#handler = handler;
  }

  deregisterDataHandler(): void {
    this.#handler = null;
  }

  registerMoneyHandler(): void {}

  deregisterMoneyHandler(): void {}

  async sendData(data: Buffer): Promise<Buffer> {
    const packet = packets.deserializeIlpPacket(data);
    if (packet.data.destination === 'peer.config')
      return ildcp.serializeIldcpResponse({ clientAddress: `test.${this.#name}`, assetScale: 9, assetCode: 'EUR' });
    if (packet.type === packets.Type.TYPE_ILP_PREPARE && Number(packet.data.amount) > PACKET_MAX) return tooLarge(packet.data.amount);
    const answer = await this.peer?.receive(data);
    if (answer === undefined) throw new Error('the other side is not there');
    counted.packets += 1;
    counted.returnBytes += answer.length;
    return answer;
  }

  async receive(data: Buffer): Promise<Buffer> {
    if (this.#handler === null) throw new Error('nobody listens');
    return await this.#handler(data);
  }
}

function tooLarge(sent: string): Buffer {
  const data = Buffer.alloc(16);
  data.writeBigUInt64BE(BigInt(sent), 0);
  data.writeBigUInt64BE(BigInt(PACKET_MAX), 8);
  return packets.serializeIlpReject({ code: 'F08', triggeredBy: 'test.connector', message: 'too large', data });
}

const [payer, payee] = [new Plugin('payer'), new Plugin('payee')];
payer.peer = payee;
payee.peer = payer;
const server = new streams.Server({ plugin: payee, serverSecret: Buffer.alloc(32, 1) });
await server.listen();
server.on('connection', (connection) =>
  connection.on('stream', (stream) => {
    stream.setReceiveMax('1000000000');
    stream.on('money', () => {});
  }),
);
const connection = await streams.createConnection({ plugin: payer, ...server.generateAddressAndSecret(), slippage: 0.05 });
const stream = connection.createStream();
Object.assign(counted, { packets: 0, returnBytes: 0 });
const before = process.cpuUsage();
const startedMs = performance.now();
await stream.sendTotal(String(amount * PACKET_MAX));
const spent = process.cpuUsage(before);
process.send?.({
  packets: counted.packets,
  seconds: (performance.now() - startedMs) / 1_000,
  cpuMicrosPerPacketBothEnds: (spent.user + spent.system) / counted.packets,
  returnBytesPerPacket: counted.returnBytes / counted.packets,
});
process.disconnect?.();
process.exit(0);
