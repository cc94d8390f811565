import { verifyRtspAuth } from '../../platform/rtsp-auth.ts';
import type { RtspRequest, RtspStatus } from '../../wire/rtsp.ts';
import type { AdmittedSession } from '../stream-port.ts';

/** The feature tag of the protocol, for `Require` (RFC 2326, 12.32). */
export const FEATURE_TAG = 'ackpay.v1';

/** The session a request is about, or null for a plain one: by its header, else by its address. */
export function paidSessionOf(request: RtspRequest): string | null {
  const named = request.headers.get('ackpay-session');
  const fromPath = /\/sessions\/([0-9a-f]{32})(?:\/|$)/i.exec(request.uri)?.[1] ?? null;
  return named?.trim().toLowerCase() ?? fromPath?.toLowerCase() ?? null;
}

/**
 * Whether a request comes from the box that holds the keys of this epoch (ruling 23).
 * @param lastCseq the highest CSeq taken in this epoch; a replay is one not above it
 * @returns null where it does: 401 something is missing, 403 it is wrong, 454 another epoch is in force, 551 an unknown feature
 */
export function refusePaidRequest(request: RtspRequest, session: AdmittedSession, lastCseq: number): RtspStatus | null {
  const { headers } = request;
  const required = (headers.get('require') ?? '').split(',').map((tag) => tag.trim());
  const [auth, epoch] = [headers.get('ackpay-auth'), headers.get('ackpay-epoch')];
  if (!required.includes(FEATURE_TAG) || auth === undefined || epoch === undefined || headers.get('ackpay-session') === undefined) return 401;
  const named = /\/sessions\/([^/]+)/.exec(request.uri)?.[1];
  if (named !== undefined && named.toLowerCase() !== session.row.sid) return 403;
  if (epoch !== String(session.epoch)) return 454;
  const cseq = Number(headers.get('cseq'));
  if (!verifyRtspAuth(session.keys.rtsp, { method: request.method, uri: request.uri, cseq, body: request.body }, auth)) return 403;
  if (cseq <= lastCseq) return 403;
  return required.every((tag) => tag === FEATURE_TAG) ? null : 551;
}
