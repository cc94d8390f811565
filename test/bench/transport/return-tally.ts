import type { AdmittedSession } from '../../../src/headend/stream-port.ts';
import { type AckpayCodec, ackpayCodec } from '../../../src/platform/crypto/ackpay-codec.ts';
import { createSrtpReceiver, SRTCP_BYTES, type SrtpReceiver } from '../../../src/platform/srtp.ts';
import { isAckpay } from '../../../src/wire/ackpay.ts';
import { splitCompound } from '../../../src/wire/rtcp.ts';

/** Of IPv4 and UDP, for each datagram. */
const DATAGRAM_BYTES = 28;
/** RTCP's header with both SSRCs, and the name ACKP. */
const FRAMING_BYTES = 16;

/** Opens what a box sends back, under its own keys, and tells what each byte is for. */
export class ReturnTally {
  readonly bytes = { ipAndUdp: 0, srtcp: 0, rtcpAndName: 0, acks: 0, challenges: 0, receipts: 0, confirmations: 0, reports: 0 };
  readonly many = { datagrams: 0, acks: 0, challenges: 0, receipts: 0, confirmations: 0, reports: 0 };
  #opened: { readonly srtcp: SrtpReceiver; readonly codec: AckpayCodec } | null = null;

  admit({ keys, terms, row }: AdmittedSession): void {
    this.#opened = { srtcp: createSrtpReceiver(keys.srtpToHeadend), codec: ackpayCodec(keys, terms, row.termsHash) };
  }

  /** A datagram as it is given to a socket. */
  take(datagram: Uint8Array): void {
    const opened = this.#opened?.srtcp.unprotectRtcp(datagram);
    const packets = opened?.ok === true ? splitCompound(opened.value) : null;
    if (packets?.ok !== true) throw new Error('a box sends nothing but SRTCP under its keys');
    this.many.datagrams += 1;
    this.bytes.ipAndUdp += DATAGRAM_BYTES;
    this.bytes.srtcp += SRTCP_BYTES;
    for (const packet of packets.value) this.#sort(packet);
  }

  get total(): number {
    return Object.values(this.bytes).reduce((sum, bytes) => sum + bytes, 0);
  }

  #sort(packet: Uint8Array): void {
    const read = isAckpay(packet) ? this.#opened?.codec.read(packet) : undefined;
    if (read?.ok !== true || this.#opened === null) {
      this.many.reports += 1;
      this.bytes.reports += packet.length;
      return;
    }
    const { message, ssrcs } = read.value;
    const own = packet.length - FRAMING_BYTES;
    this.bytes.rtcpAndName += FRAMING_BYTES;
    if (message.type !== 'ack') {
      const kind = message.type === 'receipt' ? 'receipts' : 'confirmations';
      this.many[kind] += 1;
      this.bytes[kind] += own;
      return;
    }
    const answer = packet.length - this.#opened.codec.write({ ...message, challenge: null }, ssrcs).length;
    this.many.acks += 1;
    this.many.challenges += message.challenge === null ? 0 : 1;
    this.bytes.challenges += answer;
    this.bytes.acks += own - answer;
  }
}
