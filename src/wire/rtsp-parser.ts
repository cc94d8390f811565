import { limits } from '../limits.ts';
import { type Fault, fault } from '../units/result.ts';
import type { RtspHeaders, RtspItem } from './rtsp.ts';

export type RtspFault = 'too-large' | 'malformed' | 'unsupported-version';

const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;

type Refusal = ReturnType<typeof fault<RtspFault>>;

export interface ParsedItems {
  readonly items: readonly RtspItem[];
  readonly fault: Fault<RtspFault> | null;
}

interface Head {
  readonly startLine: string;
  readonly headers: RtspHeaders;
  readonly bodyBytes: number;
  /** Where the body begins in the buffer. */
  readonly bodyStart: number;
}

/**
 * Reads one direction of an RTSP connection, however the bytes are cut: requests, responses and `$` frames, mixed.
 * It takes what ffmpeg, mpv and GStreamer send (empty lines before a message, bare line feeds, folded and unknown headers).
 * Memory is bounded by limits.rtspMessageBytes plus one push. After a fault it gives that fault for ever: close the connection.
 * Source: RFC 2326, 4, 6, 7, 10.12; lab/media.md 3.
 */
export class RtspParser {
  #buffer: Uint8Array = new Uint8Array(0);
  /** No head ends before this offset, so that byte-by-byte input costs linear time. */
  #scanned = 0;
  #head: Head | null = null;
  #fault: Fault<RtspFault> | null = null;

  /** @returns the items completed by these bytes, oldest first, and the fault that came after them, if one did */
  push(bytes: Uint8Array): ParsedItems {
    const items: RtspItem[] = [];
    if (this.#fault === null) this.#buffer = joined(this.#buffer, bytes);
    while (this.#fault === null) {
      const item = this.#next();
      if (item === null) break;
      if ('kind' in item) items.push(item);
      else this.#fault = item.error;
    }
    return { items, fault: this.#fault };
  }

  #next(): RtspItem | Refusal | null {
    if (this.#head === null) {
      this.#skipEmptyLines();
      if (this.#buffer[0] === DOLLAR) return this.#frame();
      const found = this.#findHead();
      if (found === null || 'ok' in found) return found;
      this.#head = found;
    }
    const { bodyStart, bodyBytes } = this.#head;
    if (this.#buffer.length < bodyStart + bodyBytes) return null;
    const item = messageOf(this.#head, this.#buffer.slice(bodyStart, bodyStart + bodyBytes));
    this.#drop(bodyStart + bodyBytes);
    return item;
  }

  #frame(): RtspItem | null {
    if (this.#buffer.length < 4) return null;
    const length = ((this.#buffer[2] ?? 0) << 8) | (this.#buffer[3] ?? 0);
    if (this.#buffer.length < 4 + length) return null;
    const frame = { kind: 'interleaved', channel: this.#buffer[1] ?? 0, payload: this.#buffer.slice(4, 4 + length) } as const;
    this.#drop(4 + length);
    return frame;
  }

  #findHead(): Head | Refusal | null {
    const end = headEnd(this.#buffer, this.#scanned);
    if ((end ?? this.#buffer.length) > limits.rtspMessageBytes) return fault('too-large', `an RTSP message has at most ${limits.rtspMessageBytes} bytes`);
    if (end === null) {
      this.#scanned = Math.max(0, this.#buffer.length - 3);
      return null;
    }
    return parseHead(new TextDecoder().decode(this.#buffer.subarray(0, end)), end);
  }

  #skipEmptyLines(): void {
    let count = 0;
    while (this.#buffer[count] === CR || this.#buffer[count] === LF) count += 1;
    if (count > 0) this.#drop(count);
  }

  #drop(count: number): void {
    this.#buffer = this.#buffer.subarray(count);
    this.#scanned = 0;
    this.#head = null;
  }
}

function joined(rest: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (rest.length === 0) return bytes.slice();
  const whole = new Uint8Array(rest.length + bytes.length);
  whole.set(rest);
  whole.set(bytes, rest.length);
  return whole;
}

/** Offset after the empty line that ends a head; lines end in CRLF or LF. */
function headEnd(buffer: Uint8Array, from: number): number | null {
  for (let at = buffer.indexOf(LF, from); at >= 0; at = buffer.indexOf(LF, at + 1)) {
    if (buffer[at + 1] === LF) return at + 2;
    if (buffer[at + 1] === CR && buffer[at + 2] === LF) return at + 3;
  }
  return null;
}

function parseHead(text: string, bodyStart: number): Head | Refusal {
  const [startLine = '', ...lines] = text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const headers = new Map<string, string>();
  for (const line of lines) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return fault('malformed', 'a header line has no name; speak RTSP 1.0');
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  const length = headers.get('content-length') ?? '0';
  if (!/^[0-9]{1,9}$/.test(length)) return fault('malformed', 'Content-Length is not a number');
  if (bodyStart + Number(length) > limits.rtspMessageBytes) return fault('too-large', `an RTSP message has at most ${limits.rtspMessageBytes} bytes`);
  if (!/RTSP\/1\.0/.test(startLine)) return unreadable(startLine);
  if (!REQUEST.test(startLine) && !RESPONSE.test(startLine)) return unreadable(startLine.replace('RTSP/1.0', ''));
  return { startLine, headers, bodyBytes: Number(length), bodyStart };
}

const REQUEST = /^([A-Za-z_]{1,32}) +(\S+) +RTSP\/1\.0 *$/;
const RESPONSE = /^RTSP\/1\.0 +([1-9][0-9]{2})(?: +(.*))?$/;

function unreadable(startLine: string): Refusal {
  return /RTSP\/[0-9]/.test(startLine) ? fault('unsupported-version', 'only RTSP 1.0 is spoken here') : fault('malformed', 'the first line is not RTSP 1.0');
}

function messageOf(head: Head, body: Uint8Array): RtspItem | Refusal {
  const response = RESPONSE.exec(head.startLine);
  if (response !== null) return { kind: 'response', status: Number(response[1]), reason: (response[2] ?? '').trim(), headers: head.headers, body };
  const request = REQUEST.exec(head.startLine);
  if (request === null) return unreadable(head.startLine);
  return { kind: 'request', method: (request[1] ?? '').toUpperCase(), uri: request[2] ?? '', headers: head.headers, body };
}
