import { encodeRtcp, type SenderReport } from '../../src/wire/rtcp.ts';

interface Heard {
  readonly ssrc: number;
  readonly highestSequence: number;
  /** Slots of this epoch that never came. */
  readonly lost: number;
}

/** Answers a sender report at once, so that the headend knows the round trip (RFC 3550, 6.4.2: DLSR is zero). */
export function answerReport(report: SenderReport, { ssrc, highestSequence, lost }: Heard): Uint8Array {
  const lastSenderReport = Number(BigInt.asUintN(32, report.ntp >> 16n));
  const delays = { jitter: 0, lastSenderReport, delaySinceLastSenderReport: 0 };
  const block = { ssrc: report.ssrc, fractionLost: 0, cumulativeLost: lost, highestSequence: Math.max(0, highestSequence) % 2 ** 32, ...delays };
  return encodeRtcp({ type: 'receiver-report', ssrc, reports: [block] });
}
