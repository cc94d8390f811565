import { parseArgs } from 'node:util';
import { CURRENCIES, type Currency } from '../units/money.ts';

export interface HeadendConfig {
  /** Holds the book, the segments, the keys and the operator token. */
  readonly data: string;
  /** Address to listen on, for HTTPS, RTSP and RTP. */
  readonly host: string;
  /** 0 for any free port. */
  readonly httpPort: number;
  readonly rtspPort: number;
  readonly rtpPort: number;
  /** Further names and addresses that boxes reach this headend by. */
  readonly names: readonly string[];
  /** Ends when its standard input ends: whoever started it is gone. */
  readonly supervised: boolean;
  /** Under which address guests with phones reach this headend, through a proxy with a certificate that phones trust; null: as boxes do. */
  readonly guestUrl: string | null;
  /** Of the first account; an existing book keeps its own. */
  readonly currency: Currency;
  /** `apart`: streams are sent by a process of their own, which outlives this one. `within`: by this process. */
  readonly sender: 'apart' | 'within';
}

/** Reads the arguments of the headend's process. Throws with words that say what was wrong. */
export function readHeadendConfig(argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): HeadendConfig {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'http-port': { type: 'string' },
      'rtsp-port': { type: 'string' },
      'rtp-port': { type: 'string' },
      name: { type: 'string', multiple: true },
      currency: { type: 'string' },
      'guest-url': { type: 'string' },
      supervised: { type: 'boolean', default: false },
      sender: { type: 'string', default: 'within' },
    },
  });
  const data = values.data ?? environment.ACKBOX_HEADEND_DATA;
  if (data === undefined || data === '') throw new Error('--data DIR is needed: the folder in which the headend keeps its book, its works and its keys.');
  return {
    data,
    host: values.host ?? environment.ACKBOX_HEADEND_HOST ?? '127.0.0.1',
    httpPort: readPort('--http-port', values['http-port'] ?? values.port ?? environment.ACKBOX_HEADEND_PORT ?? '8443'),
    rtspPort: readPort('--rtsp-port', values['rtsp-port'] ?? environment.ACKBOX_HEADEND_RTSP_PORT ?? '8554'),
    rtpPort: readPort('--rtp-port', values['rtp-port'] ?? '0'),
    names: [...(values.name ?? []), ...(environment.ACKBOX_HEADEND_NAMES ?? '').split(',')].filter((name) => name !== ''),
    supervised: values.supervised,
    guestUrl: readUrl('--guest-url', values['guest-url'] ?? environment.ACKBOX_GUEST_URL ?? null),
    currency: readCurrency(values.currency ?? environment.ACKBOX_CURRENCY ?? 'EUR'),
    sender: readSender(values.sender),
  };
}

function readPort(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`${option} is a number from 0 (any free port) to 65535, not ${JSON.stringify(text)}.`);
  return port;
}

function readSender(text: string): HeadendConfig['sender'] {
  if (text !== 'apart' && text !== 'within') throw new Error(`--sender is apart or within, not ${JSON.stringify(text)}.`);
  return text;
}

function readUrl(option: string, text: string | null): string | null {
  if (text === null || text === '') return null;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new Error(`${option} is an address such as https://jukebox.example, not ${JSON.stringify(text)}.`);
  return text;
}

function readCurrency(text: string): Currency {
  const currency = CURRENCIES.find((code) => code === text);
  if (currency === undefined) throw new Error(`--currency is one of ${CURRENCIES.join(', ')}, not ${JSON.stringify(text)}.`);
  return currency;
}
