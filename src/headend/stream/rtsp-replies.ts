import { limits } from '../../limits.ts';
import type { Random } from '../../ports/random.ts';
import { toHex } from '../../units/bytes.ts';
import type { RtspRequest } from '../../wire/rtsp.ts';
import { parseNptRange, parseSessionHeader } from '../../wire/rtsp-headers.ts';
import type { RtspReply } from './rtsp-server.ts';

/** The methods both desks answer (RFC 2326, 10). */
export const PUBLIC_METHODS = 'OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER';

export const optionsReply: RtspReply = { status: 200, headers: { Public: PUBLIC_METHODS } };

/** `Session: <id>;timeout=<seconds>` */
export function sessionHeader(id: string): string {
  return `${id};timeout=${Math.floor(limits.rtspSessionIdleMs / 1_000)}`;
}

/** Session ids are unguessable: for plain clients they are all that stands between one client and another's stream. */
export function newRtspSessionId(random: Random): string {
  return toHex(random.bytes(8));
}

export function namedSession(request: RtspRequest): string | null {
  const value = request.headers.get('session');
  return value === undefined ? null : parseSessionHeader(value).id;
}

/**
 * The packet in which the asked moment lies.
 * @returns `nowhere` without a Range (play on from where it was); null where the Range is not understood
 */
export function rangeStart(request: RtspRequest, packetMs: number): number | 'nowhere' | null {
  const value = request.headers.get('range');
  if (value === undefined || /^\s*npt\s*=\s*now\s*-/i.test(value)) return 'nowhere';
  const range = parseNptRange(value);
  return range.ok ? Math.floor(range.value.fromMs / packetMs) : null;
}
