import { parseTransport, type TransportSpec } from '../../wire/rtsp-headers.ts';

/** What SETUP agreed on. Pairs are RTP, RTCP. `ssrc` is the client's own, where it told. */
export type TransportChoice = { readonly profile: string; readonly ssrc: number | null } & (
  | { readonly kind: 'udp'; readonly clientPort: readonly [number, number] }
  | { readonly kind: 'interleaved'; readonly channels: readonly [number, number] }
);

/** `destination`: the client names another address than its own (ruling 23). `unsupported`: nothing we can serve. */
export type TransportFault = 'destination' | 'unsupported';

const PROFILES = ['RTP/AVP', 'RTP/AVPF', 'RTP/SAVPF'];

/**
 * Picks the first alternative of a Transport header that we can serve (RFC 2326, 12.39). A `destination` is refused outright,
 * whichever alternative carries it: media goes only to the address that the RTSP connection comes from.
 */
export function chooseTransport(header: string): TransportChoice | TransportFault {
  const alternatives = parseTransport(header);
  if (alternatives.some((alternative) => alternative.destination !== null)) return 'destination';
  for (const alternative of alternatives) {
    const choice = serve(alternative);
    if (choice !== null) return choice;
  }
  return 'unsupported';
}

function serve(spec: TransportSpec): TransportChoice | null {
  if (spec.multicast || !PROFILES.includes(spec.profile)) return null;
  const { profile, ssrc } = spec;
  if (spec.lower === 'TCP') return { kind: 'interleaved', profile, ssrc, channels: spec.interleaved ?? [0, 1] };
  const ports = spec.clientPort;
  return ports === null || ports[0] === 0 || ports[1] === 0 ? null : { kind: 'udp', profile, ssrc, clientPort: ports };
}
