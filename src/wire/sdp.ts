import { parse, type SessionDescription, write } from 'sdp-transform';
import { limits } from '../limits.ts';
import { assert } from '../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { MP2T_PAYLOAD_TYPE } from './media-format.ts';
import { RED_PAYLOAD_TYPE } from './red.ts';
import { RTX_PAYLOAD_TYPE } from './rtx.ts';
import { type AckpayAttributes, ackpayLines, readAckpay } from './sdp-ackpay.ts';

/** A stream of sound or of a film (by its payload type) as announced by DESCRIBE, or by the answer to an offer. */
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
  /** Of sound: packets may bring copies of earlier ones (RFC 2198); absent: they do not. */
  readonly red?: boolean;
}

/** Pictures that a device decodes: a codec, and up to how many lines. */
export interface Decoder {
  readonly codec: 'h264' | 'hevc';
  readonly height: number;
}

/** What a device asks for: it can take Opus, or a film, under these terms. */
export interface StreamOffer {
  readonly address: string;
  readonly payloadType: number;
  readonly ackpay: AckpayAttributes;
  /** With a film: what it can show, the best first. */
  readonly decodes?: readonly Decoder[];
  /** Reads sound with copies of earlier packets. */
  readonly red?: boolean;
}

/** `no-media`: neither Opus nor a film. */
export type SdpFault = 'too-large' | 'malformed' | 'no-media';

const CHARACTERS_MAX = 8_192;
const DECODERS_MAX = 8;
type Media = SessionDescription['media'][number];

/**
 * The SDP of a stream: Opus at 48,000/2 as RFC 7587 wants it, 20 ms, or a transport stream (RFC 2250) that brings pictures and
 * sound in one, retransmissions in a format of their own (RFC 4588), sound with copies of earlier packets where it was offered (RFC 2198), and for paid streams the `a=ackpay` lines, which every other player must ignore (RFC 8866, 5.13). Plain streams are RTP/AVPF, so
 * that players ask for what they lost; paid streams are RTP/SAVPF. Keys come from the checkout, never from the SDP.
 */
export function buildDescribe(stream: StreamDescription): string {
  assert(!/[\r\n]/.test(stream.name + stream.control + stream.address), 'SDP fields are one line each');
  const stereo = stream.channels === 2 ? 1 : 0;
  const seconds = (stream.totalSamples / 48_000).toFixed(3);
  const own = [`x-preskip:${stream.preSkip}`, `x-total-samples:${stream.totalSamples}`, `range:npt=0-${seconds}`];
  const format = stream.payloadType === MP2T_PAYLOAD_TYPE ? null : `sprop-stereo=${stereo};stereo=${stereo}`;
  const media = mediaOf(stream.payloadType, format, stream.ackpay, own, stream.red);
  return write({
    ...session(stream.sessionId, stream.address, stream.name),
    media: [{ ...media, direction: 'sendonly', bandwidth: [{ type: 'AS', limit: stream.bandwidthKbps }, ...(media.bandwidth ?? [])], control: stream.control }],
  });
}

/** Reads the first stream of Opus or of a film. Numbers that a foreign server does not announce are 0 (`totalSamples` 0: unknown). */
export function parseDescribe(text: string): Result<StreamDescription, Fault<SdpFault>> {
  const found = streamOf(text);
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
    channels: media.type === 'video' || /(?:^|[;\s])sprop-stereo\s*=\s*1/.test(format) ? 2 : 1,
    bandwidthKbps: bandwidth,
    preSkip: countOf(media, 'x-preskip'),
    totalSamples: countOf(media, 'x-total-samples'),
    ackpay,
    ...(hasRed(media) && { red: true }),
  });
}

/** The device's side of the exchange over HTTP (RFC 3264): receive only, with the terms it proposes. */
export function buildOffer(offer: StreamOffer): string {
  assert(!/[\r\n]/.test(offer.address), 'SDP fields are one line each');
  const decodes = offer.decodes === undefined ? null : offer.decodes.map(({ codec, height }) => `${codec}/${height}`).join(' ');
  const media = mediaOf(offer.payloadType, decodes === null ? 'stereo=1' : null, offer.ackpay, decodes === null ? [] : [`x-decodes:${decodes}`], offer.red);
  return write({ ...session(0, offer.address, 'ackbox'), media: [{ ...media, direction: 'recvonly' }] });
}

export function parseOffer(text: string): Result<StreamOffer, Fault<SdpFault>> {
  const found = streamOf(text);
  if (!found.ok) return found;
  const { sdp, media, payloadType } = found.value;
  const ackpay = readAckpay(attributesOf(media));
  if (ackpay === 'malformed' || ackpay === null) return fault('malformed', 'the offer lacks usable a=ackpay lines');
  const address = media.connection?.ip ?? sdp.connection?.ip ?? '0.0.0.0';
  return ok({ address, payloadType, ackpay, ...(media.type === 'video' ? { decodes: decodersOf(media) } : {}), ...(hasRed(media) && { red: true }) });
}

/** In our format: who numbers it otherwise gets none. */
function hasRed(media: Media): boolean {
  return media.rtp.some(({ payload, codec, rate }) => payload === RED_PAYLOAD_TYPE && String(codec).toLowerCase() === 'red' && rate === 48_000);
}

/** What is not understood is left out: what is new there may be old here. */
function decodersOf(media: Media): readonly Decoder[] {
  const line = attributesOf(media).find((value) => value.startsWith('x-decodes:')) ?? '';
  const items = line.slice('x-decodes:'.length).split(' ').slice(0, DECODERS_MAX);
  return items.flatMap((item) => {
    const [, codec, height] = /^(h264|hevc)\/([1-9][0-9]{1,3})$/.exec(item) ?? [];
    return codec === undefined ? [] : [{ codec: codec === 'hevc' ? 'hevc' : 'h264', height: Number(height) }];
  });
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

/** @param format of Opus; null for a film */
function mediaOf(
  payloadType: number,
  format: string | null,
  ackpay: AckpayAttributes | null,
  own: readonly string[],
  red = false,
): Media & { invalid: { value: string }[] } {
  const lines = [...own, ...(ackpay === null ? [] : ackpayLines(ackpay))];
  const rate = format === null ? 90_000 : 48_000;
  const withRed = red && format !== null && ackpay !== null;
  const codec = format === null ? { codec: 'MP2T', rate } : { codec: 'opus', rate, encoding: 2 };
  return {
    type: format === null ? 'video' : 'audio',
    port: 0,
    protocol: ackpay === null ? 'RTP/AVPF' : 'RTP/SAVPF',
    payloads: [payloadType, RTX_PAYLOAD_TYPE, ...(withRed ? [RED_PAYLOAD_TYPE] : [])].join(' '),
    rtp: [
      { payload: payloadType, ...codec },
      { payload: RTX_PAYLOAD_TYPE, codec: 'rtx', rate },
      ...(withRed ? [{ payload: RED_PAYLOAD_TYPE, ...codec, codec: 'red' }] : []),
    ],
    fmtp: [
      ...(format === null ? [] : [{ payload: payloadType, config: format }]),
      { payload: RTX_PAYLOAD_TYPE, config: `apt=${payloadType};rtx-time=${limits.retransmitDeadlineMs}` },
      ...(withRed ? [{ payload: RED_PAYLOAD_TYPE, config: `${payloadType}/${payloadType}` }] : []),
    ],
    ...(format === null ? {} : { ptime: 20 }),
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

function streamOf(text: string): Result<{ sdp: Partial<SessionDescription>; media: Media; payloadType: number }, Fault<SdpFault>> {
  if (text.length > CHARACTERS_MAX) return fault('too-large', `an SDP has at most ${CHARACTERS_MAX} characters`);
  let sdp: SessionDescription;
  try {
    sdp = parse(text);
  } catch {
    return fault('malformed', 'the SDP cannot be read');
  }
  // The reader makes a number of whatever looks like one, also where a name stands.
  for (const media of sdp.media ?? []) {
    const wanted = WANTED.find(({ type }) => type === media.type);
    const line = wanted === undefined ? undefined : media.rtp.find(({ codec, rate }) => String(codec).toLowerCase() === wanted.codec && rate === wanted.rate);
    if (line !== undefined && line.payload >= 0 && line.payload <= 127) return ok({ sdp, media, payloadType: line.payload });
  }
  return fault('no-media', 'the SDP offers neither Opus nor a transport stream; offer opus/48000/2 or MP2T/90000');
}

const WANTED = [
  { type: 'audio', codec: 'opus', rate: 48_000 },
  { type: 'video', codec: 'mp2t', rate: 90_000 },
] as const;

function attributesOf(media: Media): readonly string[] {
  return ((media as Media & { invalid?: readonly { value: string }[] }).invalid ?? []).map((line) => String(line.value));
}

function countOf(media: Media, name: string): number {
  const line = attributesOf(media).find((value) => value.startsWith(`${name}:`)) ?? '';
  const digits = line.slice(name.length + 1);
  return /^[0-9]{1,15}$/.test(digits) ? Number(digits) : 0;
}
