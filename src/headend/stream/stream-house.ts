import { isIPv6 } from 'node:net';
import { boundLog } from '../../platform/bounded-log.ts';
import { useNativeCrypto, useNativeEd25519 } from '../../platform/fast-crypto.ts';
import { openNativeLibrary } from '../../platform/native/native-library.ts';
import type { Clock } from '../../ports/clock.ts';
import { every } from '../../ports/clock.ts';
import type { CatalogueStore } from '../../ports/headend-stores.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import type { RtspRequest } from '../../wire/rtsp.ts';
import { ChannelHouse, type ChannelHouseDeps } from '../channels/channel-house.ts';
import { PaymentRegistry, type RegistryWriter } from '../payment-registry.ts';
import type { StreamHouse } from '../stream-port.ts';
import { type DatagramPair, openDatagramPair } from './datagram-socket.ts';
import { Pacer } from './pacer.ts';
import { paidSessionOf } from './paid-admission.ts';
import { PaidDesk } from './paid-desk.ts';
import { PlainDesk } from './plain-desk.ts';
import { optionsReply } from './rtsp-replies.ts';
import { type RtspClient, type RtspHandler, type RtspReply, type RtspTls, startRtspServer } from './rtsp-server.ts';

export interface StreamHouseDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly registry: RegistryWriter;
  readonly catalogue: Pick<CatalogueStore, 'work' | 'rendition'>;
  readonly segments: SegmentStore;
  /** The map of live channels; absent: there are none. */
  readonly channels?: ChannelHouseDeps['store'];
  /** Address to listen on, for RTSP and for RTP. */
  readonly host: string;
  /** TCP port of RTSP; 0 for any free one. */
  readonly rtspPort: number;
  /** Even UDP port of RTP, RTCP on the next; 0 for any free pair. */
  readonly rtpPort: number;
  /** Certificate and key of the headend: with them the RTSP port takes TLS as well (RTSPS). */
  readonly tls?: RtspTls;
}

const SWEEP_MS = 5_000;
/** Anybody who reaches the port can bring these about, as often as a connection bears. */
const OF_STRANGERS = ['rtsp-refused', 'rtsp-not-understood'];

/**
 * Opens the streaming half of the headend: one RTSP port, one pair of UDP ports, one pacing wheel for all streams.
 * Rejects where a port is taken, with words that say which, and what to do.
 */
export async function createStreamHouse(deps: StreamHouseDeps): Promise<StreamHouse> {
  const library = await openNativeLibrary();
  const fast = library !== null && useNativeCrypto(library);
  deps.log.info('packets', { native: fast, receipts: (await useNativeEd25519()) ? 'libsodium' : 'node' });
  const datagrams = await openDatagramPair(deps.clock, deps.host, deps.rtpPort, library);
  if (!datagrams.ok) throw new Error(datagrams.error.message);
  const channels = deps.channels === undefined ? undefined : new ChannelHouse({ clock: deps.clock, log: deps.log, store: deps.channels });
  const log = boundLog(deps.log, deps.clock, OF_STRANGERS);
  const shared = { ...deps, log, pacer: new Pacer(deps.clock), datagrams: datagrams.value, ...(channels && { live: channels }) };
  const registry = new PaymentRegistry({ store: deps.registry, clock: deps.clock, log: deps.log });
  const paid = new PaidDesk({ ...shared, registry });
  const plain = new PlainDesk(shared);
  listenTo(datagrams.value, paid, plain);
  const server = await startRtspServer({
    clock: deps.clock,
    log,
    host: deps.host,
    port: deps.rtspPort,
    handler: handlerOf(paid, plain),
    ...(deps.tls === undefined ? {} : { tls: deps.tls }),
  });
  if (!server.ok) {
    await datagrams.value.close();
    throw new Error(server.error.message);
  }
  const stopSweep = every(deps.clock, SWEEP_MS, () => {
    paid.sweep();
    plain.sweep();
  });
  channels?.follow();
  const { port } = server.value;
  return {
    admit: async (session) => paid.admit(session),
    fence: (sid) => paid.fence(sid),
    rtspUrl: (host) => `rtsp://${isIPv6(host) ? `[${host}]` : host}:${port}/`,
    live: async () => paid.live(),
    views: async () => paid.views(),
    close: async () => {
      stopSweep();
      channels?.close();
      paid.close();
      plain.close();
      await registry.close();
      shared.pacer.stop();
      await Promise.all([server.value.close(), datagrams.value.close()]);
    },
  };
}

function listenTo(datagrams: DatagramPair, paid: PaidDesk, plain: PlainDesk): void {
  datagrams.onRtp((bytes, from) => void paid.onRtp(bytes, from));
  datagrams.onRtcp((bytes, from) => {
    if (!paid.onRtcp(bytes, from)) plain.onRtcp(bytes, from);
  });
}

function handlerOf(paid: PaidDesk, plain: PlainDesk): RtspHandler {
  return {
    request: (request, client) => route(request, client, paid, plain),
    frame: (channel, payload, client) => {
      if (!paid.onFrame(channel, payload, client)) plain.onFrame(channel, payload, client);
    },
    isInUse: (client) => paid.isInUse(client) || plain.isInUse(client),
    gone: (client) => {
      paid.gone(client);
      plain.gone(client);
    },
  };
}

/** `/sessions/<sid>` (or an `Ackpay-Session` header) is a box; `/works/<id>` is anybody. */
function route(request: RtspRequest, client: RtspClient, paid: PaidDesk, plain: PlainDesk): RtspReply {
  const sid = paidSessionOf(request);
  if (sid !== null) return paid.answer(request, client, sid);
  const work = /\/works\/([^/?#]{1,64})(?:[/?#]|$)/.exec(request.uri)?.[1];
  if (work !== undefined) return plain.answer(request, client, work);
  return request.method === 'OPTIONS' ? optionsReply : { status: 404 };
}
