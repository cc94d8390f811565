import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { monotonicMs } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { FramedLink } from './framed-link.ts';
import type { OpenLink } from './media-link.ts';
import { UdpLink } from './udp-link.ts';

/** How media travels: `udp` falls back to frames of the RTSP connection where no datagram gets through. */
export type MediaTransport = 'udp' | 'tcp' | 'tls';

export interface OpenerParts {
  readonly transport: MediaTransport;
  readonly clock: Clock;
  readonly log: Log;
  /** The pinned authority of the headend, for `tls`. */
  readonly caPem: () => string;
}

/**
 * Opens connections by the transport of the box. A way that proved to be closed to UDP is not tried again for
 * `limits.udpRetryMs`: the play that found out resumes in frames at once, the next ones begin in frames.
 */
export function createLinkOpener({ transport, clock, log, caPem }: OpenerParts): OpenLink {
  let framedUntilMs = Number.NEGATIVE_INFINITY;
  const onBlocked = (): void => {
    framedUntilMs = monotonicMs(clock) + limits.udpRetryMs;
    log.warn('udp-blocked', { next: 'frames of the RTSP connection' });
  };
  return async (url) => {
    if (transport === 'tls') return await FramedLink.open(url, { clock, caPem: caPem() });
    if (transport === 'tcp' || monotonicMs(clock) < framedUntilMs) return await FramedLink.open(url, { clock, caPem: null });
    return await UdpLink.open(url, clock, onBlocked);
  };
}
