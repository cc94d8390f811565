import { encodeRtcp, type SenderReport } from '../../src/wire/rtcp.ts';
import type { PathReport } from '../media/reception.ts';

/** Of a second (RFC 3550, 6.4.1: DLSR). */
const DELAY_UNITS = 65_536;

/**
 * Answers a sender report, so that the headend knows the path: its round trip, losses and jitter.
 * @param heldMs since the report came
 */
export function answerReport(report: SenderReport, ssrc: number, path: PathReport & { readonly clockHz: number }, heldMs: number): Uint8Array {
  const { fractionLost, cumulativeLost, highestSequence, jitterMs, clockHz } = path;
  const delaySinceLastSenderReport = Math.min(0xffff_ffff, Math.round((heldMs * DELAY_UNITS) / 1_000));
  const lastSenderReport = Number(BigInt.asUintN(32, report.ntp >> 16n));
  const measured = { fractionLost, cumulativeLost, highestSequence: highestSequence % 2 ** 32, jitter: Math.round((jitterMs * clockHz) / 1_000) };
  return encodeRtcp({ type: 'receiver-report', ssrc, reports: [{ ssrc: report.ssrc, ...measured, lastSenderReport, delaySinceLastSenderReport }] });
}
