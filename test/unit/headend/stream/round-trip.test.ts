import { expect, test } from 'vitest';
import { answerReport } from '../../../../device/checkout/receiver-report.ts';
import { createMonitor, noteRoundTrip } from '../../../../src/domain/credit/credit-monitor.ts';
import { defaultCreditTerms } from '../../../../src/domain/credit/negotiate-credit.ts';
import { RoundTrip } from '../../../../src/headend/stream/round-trip.ts';
import { decodeRtcp, ntpFromWallMs, type ReceiverReport } from '../../../../src/wire/rtcp.ts';

const SSRC = 7;

function answerOf(ntp: bigint, heldMs = 0): ReceiverReport {
  const report = { type: 'sender-report', ssrc: SSRC, ntp, rtpTimestamp: 0, packets: 0, octets: 0, reports: [] } as const;
  const path = { fractionLost: 12, highestSequence: 70_000, cumulativeLost: 2, jitterMs: 3, clockHz: 48_000 };
  const answer = decodeRtcp(answerReport(report, 9, path, heldMs));
  if (!answer.ok || answer.value.type !== 'receiver-report') throw new Error('the answer is no receiver report');
  return answer.value;
}

test('the answer of the box to a sender report tells the round trip, once', () => {
  const roundTrip = new RoundTrip();
  const ntp = ntpFromWallMs(1_800_000_000_123);
  roundTrip.noteSent(ntp, 1_000);
  const answer = answerOf(ntp);
  expect(roundTrip.measure(answer, SSRC + 1, 1_084)).toBeNull();
  expect(roundTrip.measure(answer, SSRC, 1_084)).toBe(84);
  expect(roundTrip.measure(answer, SSRC, 1_900)).toBeNull();
  expect(roundTrip.latestMs).toBe(84);
  expect(answer.reports[0]).toMatchObject({ fractionLost: 12, cumulativeLost: 2, highestSequence: 70_000, jitter: 144 });
  expect(roundTrip.measure(answerOf(ntpFromWallMs(5_000)), SSRC, 1_900)).toBeNull();
});

test('what the box held the answer back for, to send it along with an ACK, is no part of the round trip', () => {
  const roundTrip = new RoundTrip();
  const ntp = ntpFromWallMs(1_800_000_000_123);
  roundTrip.noteSent(ntp, 1_000);
  expect(roundTrip.measure(answerOf(ntp, 950), SSRC, 1_990)).toBeCloseTo(40, 1);
});

test('the first measure is taken as it is, later ones are smoothed', () => {
  const monitor = createMonitor(defaultCreditTerms(), null);
  noteRoundTrip(monitor, 250);
  expect(monitor.roundTripMs).toBe(250);
  noteRoundTrip(monitor, 330);
  expect(monitor.roundTripMs).toBe(260);
});
