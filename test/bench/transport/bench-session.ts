import type { CreditTerms } from '../../../src/domain/credit/terms.ts';
import type { AdmittedSession } from '../../../src/headend/stream-port.ts';
import { sha256 } from '../../../src/platform/crypto/digest.ts';
import type { SessionKeys, SrtpMaster } from '../../../src/platform/crypto/session-keys.ts';
import type { OutletRow, StoredWork } from '../../../src/ports/headend-stores.ts';
import { asId } from '../../../src/units/ids.ts';
import { CREDIT_TERMS } from '../../fakes/credit-terms.ts';
import { workOf } from '../../fakes/paid-scene.ts';
import { offeredSession } from '../../unit/headend/stores/book-fixture.ts';

/** As large as 96 kb/s Opus is on average (lab/media.md 2), and as unequal as its packets are. */
const SOUND_BYTES = 236;
const SOUND_SPREAD_BYTES = 81;
/** Seven packets of MPEG-TS. */
const FILM_BYTES = 7 * 188;
const WORK_ID = 'w0000000000000000000000000000be4c';

export function benchPayloads({ packets, film }: Pick<RunWish, 'packets' | 'film'>): Uint8Array[] {
  const bytesOf = (index: number): number => (film ? FILM_BYTES : SOUND_BYTES + ((37 * index) % SOUND_SPREAD_BYTES) - Math.floor(SOUND_SPREAD_BYTES / 2));
  return Array.from({ length: packets }, (_, index) => new Uint8Array(bytesOf(index)).fill(index & 0xff).fill(0xfc, 0, 1));
}

export function benchWork(packets: number, segments: readonly string[]): StoredWork {
  return { ...workOf(packets, segments), id: WORK_ID };
}

/** The same keys in both processes, without the exchange that is not measured here. */
function keysOf(sid: string): SessionKeys {
  const key = (label: string): Uint8Array => sha256(new TextEncoder().encode(`${sid} ${label}`));
  const master = (label: string): SrtpMaster => ({ key: key(label).subarray(0, 16), salt: key(label).subarray(16, 28) });
  return {
    epoch: 0,
    deviceTag: key('ack'),
    headendTag: key('srv'),
    challenge: key('chal'),
    rtsp: key('rtsp'),
    srtpToDevice: master('down'),
    srtpToHeadend: master('up'),
  };
}

/**
 * Stream number `index` of the run: paid from the first packet, ACK every 10 packets, receipt every 2 s. Messages are proven as boxes ask for
 * it: by SRTCP, or by tags of their own where SRTP is left out.
 */
export function benchSession(index: number, outlet: OutletRow, work: StoredWork, devicePublicKey: Uint8Array, srtp: boolean): AdmittedSession {
  const credit: CreditTerms = { ...CREDIT_TERMS, ackAuth: srtp ? 'srtcp' : 'hmac-sha256-128' };
  const row = offeredSession(outlet, `bench-${index}`, { trial: null, packets: work.packets, work: asId(work.id), credit });
  return { row, terms: row.terms, work, epoch: 0, keys: keysOf(row.sid), devicePublicKey };
}

/** SSRC of what the box of this stream sends. */
export function boxSsrc(index: number): number {
  return 0xb0_00_00_00 + index;
}

export interface StreamStarted {
  readonly kind: 'started';
  readonly index: number;
  readonly ssrc: number;
  readonly timestampOrigin: number;
  readonly rtcpPort: number;
}

/** What one run is to measure. */
export interface RunWish {
  readonly streams: number;
  readonly seconds: number;
  /** As the sound is heard; or else as fast as the credit window lets it go. */
  readonly paced: boolean;
  readonly srtp: boolean;
  /** Packets as long as those of a film, instead of those of sound. */
  readonly film: boolean;
  /** Datagrams in batches and OpenSSL called directly, or all by Node's own modules. */
  readonly native: boolean;
  /** Of each work. */
  readonly packets: number;
}

/** Milliseconds behind the most punctual packet of the same stream. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface ServerFigures {
  readonly kind: 'figures';
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of these seconds the processor was somebody else's, who shares the machine. */
  readonly stolenSeconds: number;
  readonly packetsSent: number;
  readonly packetsPaid: number;
  /** Null where nothing was paced. */
  readonly lateMs: Lateness | null;
  /** Of as many streams on the same wheel, right afterwards, with nothing to do but to send. */
  readonly bareLateMs: Lateness | null;
  /** The most packets of one stream within a millisecond. */
  readonly burstPackets: number | null;
  /** Microseconds of processor time a packet, each measured alone in the process of the streams. */
  readonly srtpMicros: number;
  readonly bareSendMicros: number;
}
