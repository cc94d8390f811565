import { encodeRtcp, type SenderReport } from '../../src/wire/rtcp.ts';
import type { PathReport } from '../media/reception.ts';

/** Answers a sender report at once, so that the headend knows the path: its round trip (RFC 3550, 6.4.2: DLSR is zero), losses and jitter. */
export function answerReport(report: SenderReport, ssrc: number, path: PathReport & { readonly clockHz: number }): Uint8Array {
  const { fractionLost, cumulativeLost, highestSequence, jitterMs, clockHz } = path;
  const lastSenderReport = Number(BigInt.asUintN(32, report.ntp >> 16n));
  const measured = { fractionLost, cumulativeLost, highestSequence: highestSequence % 2 ** 32, jitter: Math.round((jitterMs * clockHz) / 1_000) };
  return encodeRtcp({ type: 'receiver-report', ssrc, reports: [{ ssrc: report.ssrc, ...measured, lastSenderReport, delaySinceLastSenderReport: 0 }] });
}
