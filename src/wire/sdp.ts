import { parse, type SessionDescription, write } from 'sdp-transform';
import { limits } from '../limits.ts';
import { assert } from '../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { RTX_PAYLOAD_TYPE } from './rtx.ts';
import { type AckpayAttributes, ackpayLines, readAckpay } from './sdp-ackpay.ts';

/** An audio stream as announced by DESCRIBE, or by the answer to an offer. */
export interface StreamDescription {
  /** A number of our own, never reused for another work (RFC 8866, 5.2). */
  readonly sessionId: number;
  /** IP address of the headend. */
  readonly address: string;
  readonly name: string;
  /** `a=control`: relative to the address of the presentation. */
  readonly control: string;
  readonly payloadType: number;
  readonly channels: number;
  readonly bandwidthKbps: number;
  /** RTP carries neither: without them the end of a work is 648 samples too long (lab/media.md 2). */
  readonly preSkip: number;
  readonly totalSamples: number;
  /** Null for a plain stream, that any player may hear. */
  readonly ackpay: AckpayAttributes | null;
}

/** What a device asks for: it can take Opus under these terms. */
export interface StreamOffer {
  readonly address: string;
  readonly payloadType: number;
  readonly ackpay: AckpayAttributes;
}

export type SdpFault = 'too-large' | 'malformed' | 'no-opus';

const CHARACTERS_MAX = 8_192;
type Media = SessionDescription['media'][number];

/**
 * The SDP of a stream: Opus at 48,000/2 as RFC 7587 wants it, 20 ms, retransmissions in a format of their own (RFC 4588), and
 * for paid streams the `a=ackpay` lines, which every other player must ignore (RFC 8866, 5.13). Plain streams are RTP/AVPF, so
 * that players ask for what they lost; paid streams are RTP/SAVPF. Keys come from the checkout, never from the SDP.
 */
export function buildDescribe(stream: StreamDescription): string {
  assert(!/[\r\n]/.test(stream.name + stream.control + stream.address), 'SDP fields are one line each');
  const stereo = stream.channels === 2 ? 1 : 0;
  const seconds = (stream.totalSamples / 48_000).toFixed(3);
  const own = [`x-preskip:${stream.preSkip}`, `x-total-samples:${stream.totalSamples}`, `range:npt=0-${seconds}`];
  const media = opusMedia(stream.payloadType, `sprop-stereo=${stereo};stereo=${stereo}`, stream.ackpay, own);
  return write({
    ...session(stream.sessionId, stream.address, stream.name),
    media: [{ ...media, direction: 'sendonly', bandwidth: [{ type: 'AS', limit: stream.bandwidthKbps }, ...(media.bandwidth ?? [])], control: stream.control }],
  });
}

/** Reads the first Opus stream. Numbers that a foreign server does not announce are 0 (`totalSamples` 0: unknown). */
export function parseDescribe(text: string): Result<StreamDescription, Fault<SdpFault>> {
  const found = opusOf(text);
  if (!found.ok) return found;
  const { sdp, media, payloadType } = found.value;
  const ackpay = readAckpay(attributesOf(media));
  if (ackpay === 'malformed') return fault('malformed', 'the a=ackpay lines of the SDP contradict each other');
  const format = media.fmtp.find((line) => line.payload === payloadType)?.config ?? '';
  const bandwidth = media.bandwidth?.find((line) => line.type === 'AS')?.limit ?? 0;
  return ok({
    sessionId: Number(sdp.origin?.sessionId) || 0,
    address: media.connection?.ip ?? sdp.connection?.ip ?? sdp.origin?.address ?? '0.0.0.0',
    name: String(sdp.name ?? ''),
    control: String(media.control ?? '*'),
    payloadType,
    channels: /(?:^|[;\s])sprop-stereo\s*=\s*1/.test(format) ? 2 : 1,
    bandwidthKbps: bandwidth,
    preSkip: countOf(media, 'x-preskip'),
    totalSamples: countOf(media, 'x-total-samples'),
    ackpay,
  });
}

/** The device's side of the exchange over HTTP (RFC 3264): receive only, with the terms it proposes. */
export function buildOffer(offer: StreamOffer): string {
  assert(!/[\r\n]/.test(offer.address), 'SDP fields are one line each');
  const media = opusMedia(offer.payloadType, 'stereo=1', offer.ackpay, []);
  return write({ ...session(0, offer.address, 'ackbox'), media: [{ ...media, direction: 'recvonly' }] });
}

export function parseOffer(text: string): Result<StreamOffer, Fault<SdpFault>> {
  const found = opusOf(text);
  if (!found.ok) return found;
  const { sdp, media, payloadType } = found.value;
  const ackpay = readAckpay(attributesOf(media));
  if (ackpay === 'malformed' || ackpay === null) return fault('malformed', 'the offer lacks usable a=ackpay lines');
  return ok({ address: media.connection?.ip ?? sdp.connection?.ip ?? '0.0.0.0', payloadType, ackpay });
}

function session(sessionId: number, address: string, name: string): Omit<SessionDescription, 'media'> {
  const ipVer = address.includes(':') ? 6 : 4;
  return {
    version: 0,
    origin: { username: '-', sessionId: String(sessionId), sessionVersion: 1, netType: 'IN', ipVer, address },
    name: name.trim() || '-',
    connection: { version: ipVer, ip: address },
    timing: { start: 0, stop: 0 },
  };
}

function opusMedia(payloadType: number, format: string, ackpay: AckpayAttributes | null, own: readonly string[]): Media & { invalid: { value: string }[] } {
  const lines = [...own, ...(ackpay === null ? [] : ackpayLines(ackpay))];
  return {
    type: 'audio',
    port: 0,
    protocol: ackpay === null ? 'RTP/AVPF' : 'RTP/SAVPF',
    payloads: `${payloadType} ${RTX_PAYLOAD_TYPE}`,
    rtp: [
      { payload: payloadType, codec: 'opus', rate: 48_000, encoding: 2 },
      { payload: RTX_PAYLOAD_TYPE, codec: 'rtx', rate: 48_000 },
    ],
    fmtp: [
      { payload: payloadType, config: format },
      { payload: RTX_PAYLOAD_TYPE, config: `apt=${payloadType};rtx-time=${limits.retransmitDeadlineMs}` },
    ],
    ptime: 20,
    ...(ackpay === null ? { rtcpFb: [{ payload: payloadType, type: 'nack' }] } : paidMedia(payloadType)),
    invalid: lines.map((value) => ({ value })),
  };
}

/** An ACK each 200 ms is more than the 5 % of RFC 3550; RFC 3556 lets us say so. */
function paidMedia(payloadType: number): Pick<Media, 'bandwidth' | 'rtcpFb' | 'rtcpRsize' | 'ext'> {
  return {
    bandwidth: [{ type: 'RR', limit: 4_000 }],
    rtcpRsize: 'rtcp-rsize',
    rtcpFb: [{ payload: payloadType, type: 'ack', subtype: 'app ackpay/1' }],
    ext: [{ value: 3, uri: 'urn:x-ackpay:challenge' }],
  };
}

function opusOf(text: string): Result<{ sdp: Partial<SessionDescription>; media: Media; payloadType: number }, Fault<SdpFault>> {
  if (text.length > CHARACTERS_MAX) return fault('too-large', `an SDP has at most ${CHARACTERS_MAX} characters`);
  let sdp: SessionDescription;
  try {
    sdp = parse(text);
  } catch {
    return fault('malformed', 'the SDP cannot be read');
  }
  // The reader makes a number of whatever looks like one, also where a name stands.
  for (const media of sdp.media ?? []) {
    const opus = media.type === 'audio' ? media.rtp.find((line) => String(line.codec).toLowerCase() === 'opus' && line.rate === 48_000) : undefined;
    if (opus !== undefined && opus.payload >= 0 && opus.payload <= 127) return ok({ sdp, media, payloadType: opus.payload });
  }
  return fault('no-opus', 'the SDP offers no Opus audio; offer opus/48000/2');
}

function attributesOf(media: Media): readonly string[] {
  return ((media as Media & { invalid?: readonly { value: string }[] }).invalid ?? []).map((line) => String(line.value));
}

function countOf(media: Media, name: string): number {
  const line = attributesOf(media).find((value) => value.startsWith(`${name}:`)) ?? '';
  const digits = line.slice(name.length + 1);
  return /^[0-9]{1,15}$/.test(digits) ? Number(digits) : 0;
}
