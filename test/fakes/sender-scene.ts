import { join } from 'node:path';
import { type AcceptedOffer, acceptOffer } from '../../device/checkout/accept-offer.ts';
import { openExchange } from '../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../device/checkout/offer-request.ts';
import type { RunningHeadend } from '../../src/headend/headend.ts';
import { Sender } from '../../src/headend/sender/sender.ts';
import { type SenderServer, serveRegistry } from '../../src/headend/sender/sender-server.ts';
import { rtspAuth } from '../../src/platform/rtsp-auth.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { toHex } from '../../src/units/bytes.ts';
import { uuidv7 } from '../../src/units/ids.ts';
import { type BoxUnderTest, dropFolders, headendOn, knownBox, scratchFolder, silentLog, workOnOffer } from './headend-on-localhost.ts';
import { openRawRtsp } from './raw-rtsp.ts';

const WORK = workOnOffer();
const UDP = { Transport: 'RTP/SAVPF;unicast;client_port=6000-6001;ssrc=B0C50001' };

/** A headend whose sender is in its process, or apart from it over the real socket; and one box that asks both. */
export class SenderScene {
  readonly kind: 'apart' | 'within';
  readonly folder: string;
  /** Why the sender wanted to begin anew. */
  readonly unfit: string[] = [];
  readonly #scratch = [scratchFolder(), scratchFolder()];
  #sender: { readonly sender: Sender; readonly server: SenderServer } | null = null;
  #headend: RunningHeadend | null = null;
  #box: BoxUnderTest | null = null;
  #cseq = 0;

  /** @param below further folders, for a long path */
  constructor(kind: 'apart' | 'within', below = '') {
    this.kind = kind;
    this.folder = join(this.#scratch[0] ?? '', below);
  }

  get headend(): RunningHeadend {
    if (this.#headend === null) throw new Error('start the headend first');
    return this.#headend;
  }

  get box(): BoxUnderTest {
    this.#box ??= knownBox(this.headend, this.#scratch[1] ?? '');
    return this.#box;
  }

  async start(): Promise<void> {
    if (this.kind === 'apart') await this.startSender();
    await this.startRegistry();
    this.headend.book.putWork(WORK, 'danube');
  }

  async startSender(): Promise<void> {
    const sender = new Sender({ folder: this.folder, clock: systemClock, random: systemRandom, log: silentLog, onUnfit: (why) => void this.unfit.push(why) });
    const server = await serveRegistry(this.folder, sender, silentLog);
    if (!server.ok) throw new Error(server.error.message);
    this.#sender = { sender, server: server.value };
  }

  async startRegistry(): Promise<void> {
    const port = this.#headend?.httpPort ?? 0;
    this.#headend = await headendOn(this.folder, port, this.kind);
  }

  async stopRegistry(): Promise<void> {
    await this.#headend?.close();
  }

  /** Its socket goes first, so that nobody is told of what it still makes durable. */
  async stopSender(): Promise<void> {
    await this.#sender?.server.close();
    await this.#sender?.sender.close();
    this.#sender = null;
  }

  newPlay() {
    const playId = uuidv7(Date.now(), systemRandom.bytes(10));
    const ephemeral = openExchange(systemRandom);
    return { ephemeral, request: offerRequest({ playId, payer: playId, work: WORK, trial: false, ephemeral }) };
  }

  async checkOut(): Promise<AcceptedOffer> {
    const { request, ephemeral } = this.newPlay();
    const offer = await this.box.api.offer(request);
    if (!offer.ok) throw new Error(offer.error.message);
    const accepted = acceptOffer({ offer: offer.value, request, ephemeral, identity: this.box.identity, nowMs: Date.now() });
    if (!accepted.ok) throw new Error(accepted.error.message);
    return accepted.value;
  }

  async resume(sid: string, epoch: number) {
    const nonce = await this.box.api.nonce(sid);
    if (!nonce.ok) return nonce;
    const deviceEphemeral = toHex(openExchange(systemRandom).publicKey);
    return await this.box.api.resume(sid, { nonce: nonce.value.nonce, epoch, deviceEphemeral, receipt: null, paidRanges: [] });
  }

  /** The status that a SETUP under the keys of an offer gets. */
  async setUp({ sid, keys, rtspUrl }: AcceptedOffer): Promise<number> {
    const rtsp = await openRawRtsp(Number(new URL(rtspUrl).port));
    const uri = `${rtspUrl}sessions/${sid}`;
    this.#cseq += 1;
    const proof = rtspAuth(keys.rtsp, { method: 'SETUP', uri, cseq: this.#cseq, body: new Uint8Array() });
    const named = { CSeq: this.#cseq, Require: 'ackpay.v1', 'Ackpay-Session': sid, 'Ackpay-Epoch': keys.epoch, 'Ackpay-Auth': proof };
    const { status } = await rtsp.ask('SETUP', uri, { ...UDP, ...named });
    rtsp.close();
    return status;
  }

  leasedPackets(): number {
    return this.headend.book.accountCredit(this.headend.book.defaults().account).leasedPackets;
  }

  async close(): Promise<void> {
    await this.#box?.api.close();
    await this.stopRegistry();
    await this.stopSender();
    dropFolders(...this.#scratch);
  }
}
