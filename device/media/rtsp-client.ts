import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import { LEAD_PARAMETER, type RtspResponse } from '../../src/wire/rtsp.ts';
import { formatNptRange, formatTransport, parseNptRange, parseRtpInfo, parseSessionHeader, parseTransport } from '../../src/wire/rtsp-headers.ts';
import type { LinkFault, MediaLink } from './media-link.ts';

export type RtspFault = LinkFault | Fault<'refused'>;

export interface RtspIdentity {
  readonly url: string;
  readonly sid: string;
  readonly epoch: number;
  /** Value of `Ackpay-Auth`: HMAC-SHA256 over method, address, CSeq and the hash of the body, hex (ruling 23). */
  readonly seal: (request: { readonly method: string; readonly uri: string; readonly cseq: number; readonly body: Uint8Array }) => string;
}

export interface StreamStart {
  /** RTP timestamp of packet 0 of the work. */
  readonly timestampOffset: number;
  /** Low 16 bits of the first slot, where the headend told. */
  readonly firstSequence: number | null;
  /** With which packet of the work the stream begins, where the headend told: of a film, with a picture that stands alone. */
  readonly packetIndex: number | null;
}

/** The box's half of RTSP 1.0 (RFC 2326) for one paid stream: SETUP, PLAY, PAUSE, TEARDOWN, and a sign of life. */
export class RtspClient {
  readonly #link: MediaLink;
  readonly #identity: RtspIdentity;
  #cseq = 0;
  #session: string | null = null;

  constructor(link: MediaLink, identity: RtspIdentity) {
    this.#link = link;
    this.#identity = identity;
  }

  /**
   * @param ssrc of what this box sends: by it the headend finds the session where a NAT changed the ports
   * @param redundantPackets copies of earlier packets that this box reads in each one
   * @returns the SSRC of the stream, where the headend told
   */
  async setup(ssrc: number, redundantPackets: number): Promise<Result<{ readonly ssrc: number | null }, RtspFault>> {
    const { rtpPort, framed } = this.#link;
    const way = framed === true ? ({ lower: 'TCP', interleaved: [0, 1] } as const) : ({ lower: 'UDP', clientPort: [rtpPort, rtpPort + 1] } as const);
    const red = redundantPackets > 0 ? { 'Ackpay-Red': String(redundantPackets) } : {};
    const answer = await this.#ask('SETUP', { Transport: formatTransport({ profile: 'RTP/SAVPF', ...way, ssrc }), ...red });
    if (!answer.ok) return answer;
    const transport = parseTransport(answer.value.headers.get('transport') ?? '')[0];
    const agreed = framed === true ? transport?.interleaved?.join() === '0,1' : (transport?.serverPort ?? null) !== null;
    if (transport === undefined || !agreed) return fault('garbled', 'The headend named no way for the stream; update box and headend to the same version.');
    if (transport.serverPort !== null) this.#link.setPeerPorts(transport.serverPort[0], transport.serverPort[1]);
    this.#session = parseSessionHeader(answer.value.headers.get('session') ?? '').id;
    return ok({ ssrc: transport.ssrc });
  }

  /** @param packetIndex the packet of the work to begin with */
  async play(packetIndex: number, packetMs: number): Promise<Result<StreamStart, RtspFault>> {
    const answer = await this.#ask('PLAY', { Range: formatNptRange({ fromMs: packetIndex * packetMs, toMs: null }) });
    if (!answer.ok) return answer;
    const info = parseRtpInfo(answer.value.headers.get('rtp-info') ?? '');
    if (!info.ok || info.value.rtpTimestamp === null)
      return fault('garbled', 'The headend did not say where its timestamps begin; update box and headend to the same version.');
    const range = parseNptRange(answer.value.headers.get('range') ?? '');
    const begins = range.ok ? Math.round(range.value.fromMs / packetMs) : null;
    return ok({ timestampOffset: info.value.rtpTimestamp, firstSequence: info.value.sequence, packetIndex: begins });
  }

  pause(): Promise<Result<RtspResponse, RtspFault>> {
    return this.#ask('PAUSE', {});
  }

  teardown(): Promise<Result<RtspResponse, RtspFault>> {
    return this.#ask('TEARDOWN', {});
  }

  /** How far ahead of the ear the stream is to be from now on. */
  lead(milliseconds: number): Promise<Result<RtspResponse, RtspFault>> {
    const body = new TextEncoder().encode(`${LEAD_PARAMETER}: ${milliseconds}\r\n`);
    return this.#ask('SET_PARAMETER', { 'Content-Type': 'text/parameters' }, body);
  }

  keepAlive(): Promise<Result<RtspResponse, RtspFault>> {
    return this.#ask('GET_PARAMETER', {});
  }

  async #ask(method: string, own: Readonly<Record<string, string>>, body = new Uint8Array()): Promise<Result<RtspResponse, RtspFault>> {
    this.#cseq += 1;
    const { url: uri, sid, epoch, seal } = this.#identity;
    const headers = {
      CSeq: this.#cseq,
      Require: 'ackpay.v1',
      'Ackpay-Session': sid,
      'Ackpay-Epoch': epoch,
      'Ackpay-Auth': seal({ method, uri, cseq: this.#cseq, body }),
      ...(this.#session === null ? {} : { Session: this.#session }),
      ...own,
    };
    const answer = await this.#link.ask({ method, uri, headers, ...(body.length > 0 && { body }) });
    if (!answer.ok) return answer;
    const { status, reason } = answer.value;
    if (status !== 200) return fault('refused', `The headend refused ${method}: ${status} ${reason}.`);
    return answer;
  }
}
