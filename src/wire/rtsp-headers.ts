import { type Fault, fault, ok, type Result } from '../units/result.ts';

/** One alternative of a Transport header (RFC 2326, 12.39). Port and channel pairs are RTP, RTCP. */
export interface TransportSpec {
  /** `RTP/AVP`, `RTP/AVPF`, `RTP/SAVP` or `RTP/SAVPF`. */
  readonly profile: string;
  readonly lower: 'UDP' | 'TCP';
  readonly multicast: boolean;
  readonly clientPort: readonly [number, number] | null;
  readonly serverPort: readonly [number, number] | null;
  readonly interleaved: readonly [number, number] | null;
  readonly ssrc: number | null;
  /** Refused by the headend (ruling 23), therefore it must be seen. */
  readonly destination: string | null;
}

/** Position in the work, in milliseconds; `toMs` null = to the end. */
export interface NptRange {
  readonly fromMs: number;
  readonly toMs: number | null;
}

export interface RtpInfo {
  readonly uri: string;
  /** 16-bit sequence of the first packet after PLAY. */
  readonly sequence: number | null;
  /** Timestamp that belongs to the start of the Range (ours: to packetIndex 0). */
  readonly rtpTimestamp: number | null;
}

type HeaderFault = Fault<'malformed'>;
const PROFILE = /^RTP\/(S?AVPF?)(?:\/(UDP|TCP))?$/i;

/** Every alternative that can be understood, in the peer's order of preference; unknown ones are left out. */
export function parseTransport(value: string): readonly TransportSpec[] {
  return value.split(',').flatMap((alternative) => {
    const [name = '', ...parts] = alternative.split(';').map((part) => part.trim());
    const profile = PROFILE.exec(name);
    if (profile === null) return [];
    const parameters = new Map(parts.map((part) => [part.split('=')[0]?.trim().toLowerCase() ?? '', part.slice(part.indexOf('=') + 1).trim()]));
    return [
      {
        profile: `RTP/${profile[1]?.toUpperCase()}`,
        lower: profile[2]?.toUpperCase() === 'TCP' ? 'TCP' : 'UDP',
        multicast: parameters.has('multicast'),
        clientPort: pairOf(parameters.get('client_port'), 65_535),
        serverPort: pairOf(parameters.get('server_port'), 65_535),
        interleaved: pairOf(parameters.get('interleaved'), 255),
        ssrc: ssrcOf(parameters.get('ssrc')),
        destination: parameters.get('destination') ?? null,
      } as const,
    ];
  });
}

export function formatTransport(spec: Partial<TransportSpec> & Pick<TransportSpec, 'profile' | 'lower'>): string {
  const parts = [spec.lower === 'TCP' ? `${spec.profile}/TCP` : spec.profile, spec.multicast ? 'multicast' : 'unicast'];
  if (spec.interleaved) parts.push(`interleaved=${spec.interleaved.join('-')}`);
  if (spec.clientPort) parts.push(`client_port=${spec.clientPort.join('-')}`);
  if (spec.serverPort) parts.push(`server_port=${spec.serverPort.join('-')}`);
  if (typeof spec.ssrc === 'number') parts.push(`ssrc=${spec.ssrc.toString(16).padStart(8, '0').toUpperCase()}`);
  return parts.join(';');
}

/** `npt=12.5-`, `npt=0-30`, `npt=now-`, `npt=0:01:05.2-` (RFC 2326, 3.6). `now` is read as 0: works are not live. */
export function parseNptRange(value: string): Result<NptRange, HeaderFault> {
  const match = /^npt\s*=\s*([0-9:.]+|now)?\s*-\s*([0-9:.]+)?\s*(?:;.*)?$/i.exec(value.trim());
  const fromMs = match === null ? null : nptMs(match[1]?.toLowerCase() === 'now' ? '0' : (match[1] ?? '0'));
  const toMs = match?.[2] === undefined ? null : nptMs(match[2]);
  if (fromMs === null || (match?.[2] !== undefined && (toMs === null || toMs < fromMs))) {
    return fault('malformed', 'Range must be like npt=12.5- (seconds from the start of the work)');
  }
  return ok({ fromMs, toMs });
}

export function formatNptRange(range: NptRange): string {
  return `npt=${(range.fromMs / 1_000).toFixed(3)}-${range.toMs === null ? '' : (range.toMs / 1_000).toFixed(3)}`;
}

/** First stream of an RTP-Info header (RFC 2326, 12.33). */
export function parseRtpInfo(value: string): Result<RtpInfo, HeaderFault> {
  const first = /^\s*url=("?)([^";,]+)\1((?:;[^,]*)?)/i.exec(value);
  if (first === null) return fault('malformed', 'RTP-Info does not begin with url=');
  const field = (name: string): number | null => {
    const digits = new RegExp(`;\\s*${name}=([0-9]{1,10})`, 'i').exec(first[3] ?? '')?.[1];
    return digits === undefined ? null : Number(digits);
  };
  const [sequence, rtpTimestamp] = [field('seq'), field('rtptime')];
  if ((sequence ?? 0) > 0xffff || (rtpTimestamp ?? 0) > 0xffff_ffff) return fault('malformed', 'RTP-Info holds a number out of range');
  return ok({ uri: first[2] ?? '', sequence, rtpTimestamp });
}

export function formatRtpInfo(info: RtpInfo): string {
  const sequence = info.sequence === null ? '' : `;seq=${info.sequence}`;
  return `url=${info.uri}${sequence}${info.rtpTimestamp === null ? '' : `;rtptime=${info.rtpTimestamp}`}`;
}

/** `<id>;timeout=60` -> the id and the seconds (60 where none are given, RFC 2326, 12.37). */
export function parseSessionHeader(value: string): { readonly id: string; readonly timeoutSeconds: number } {
  const [id = '', ...parameters] = value.split(';').map((part) => part.trim());
  const timeout = parameters.map((parameter) => /^timeout\s*=\s*([0-9]{1,6})$/i.exec(parameter)?.[1]).find((digits) => digits !== undefined);
  return { id, timeoutSeconds: Number(timeout ?? 60) };
}

function pairOf(value: string | undefined, max: number): readonly [number, number] | null {
  const match = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(value ?? '');
  if (match === null) return null;
  const first = Number(match[1]);
  const second = match[2] === undefined ? first + 1 : Number(match[2]);
  return first <= max && second <= max ? [first, second] : null;
}

function ssrcOf(value: string | undefined): number | null {
  return value !== undefined && /^[0-9a-f]{1,8}$/i.test(value) ? Number.parseInt(value, 16) : null;
}

function nptMs(value: string): number | null {
  const match = /^(?:([0-9]{1,6}):([0-5]?[0-9]):)?([0-9]{1,9}(?:\.[0-9]{0,9})?)$/.exec(value);
  if (match === null) return null;
  return Math.round(1_000 * (3_600 * Number(match[1] ?? 0) + 60 * Number(match[2] ?? 0) + Number(match[3])));
}
