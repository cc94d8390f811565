import { assert } from '../units/assert.ts';
import { concatBytes } from '../units/bytes.ts';

/** Header names in lower case; repeated headers are folded to one, joined by `, `. */
export type RtspHeaders = ReadonlyMap<string, string>;

export interface RtspRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: RtspHeaders;
  readonly body: Uint8Array;
}

export interface RtspResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: RtspHeaders;
  readonly body: Uint8Array;
}

/** RTP or RTCP inside the RTSP connection (RFC 2326, 10.12). */
export interface InterleavedFrame {
  readonly kind: 'interleaved';
  readonly channel: number;
  readonly payload: Uint8Array;
}

export type RtspItem = RtspRequest | RtspResponse | InterleavedFrame;

/** The status codes this system answers with (RFC 2326, 7.1.1, and 551 for `Require`). */
export const RTSP_REASONS = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  413: 'Request Entity Too Large',
  451: 'Parameter Not Understood',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  457: 'Invalid Range',
  459: 'Aggregate Operation Not Allowed',
  460: 'Only Aggregate Operation Allowed',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'RTSP Version Not Supported',
  551: 'Option Not Supported',
} as const;
export type RtspStatus = keyof typeof RTSP_REASONS;

/** In the body of SET_PARAMETER (`text/parameters`): how far a stream of sound is to be ahead of the ear, milliseconds. */
export const LEAD_PARAMETER = 'ackpay-lead';

/** Headers to send, in this order and spelling. */
export type HeaderList = Readonly<Record<string, string | number>>;

export function serializeRequest(request: {
  readonly method: string;
  readonly uri: string;
  readonly headers: HeaderList;
  readonly body?: Uint8Array;
}): Uint8Array {
  assert(/^[A-Z_]{1,32}$/.test(request.method) && /^[!-~]+$/.test(request.uri), 'method and address are one word each');
  return serialize(`${request.method} ${request.uri} RTSP/1.0`, request.headers, request.body);
}

/** `CSeq` of the request belongs among the headers. */
export function serializeResponse(response: { readonly status: RtspStatus; readonly headers: HeaderList; readonly body?: Uint8Array }): Uint8Array {
  return serialize(`RTSP/1.0 ${response.status} ${RTSP_REASONS[response.status]}`, response.headers, response.body);
}

export function serializeInterleaved(channel: number, payload: Uint8Array): Uint8Array {
  assert(channel >= 0 && channel <= 255 && payload.length <= 0xffff, 'an interleaved frame has an 8-bit channel and a 16-bit length');
  return concatBytes(Uint8Array.of(0x24, channel, payload.length >> 8, payload.length & 0xff), payload);
}

/** Content-Length is added here; a line break inside a value would forge a header and is a broken invariant. */
function serialize(startLine: string, headers: HeaderList, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const lines = [startLine];
  for (const [name, value] of Object.entries(headers)) {
    assert(/^[A-Za-z0-9-]+$/.test(name) && !/[\r\n\0]/.test(String(value)), () => `header ${name} is one line`);
    lines.push(`${name}: ${value}`);
  }
  if (body.length > 0) lines.push(`Content-Length: ${body.length}`);
  return concatBytes(new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`), body);
}
