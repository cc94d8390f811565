import { describe, expect, test } from 'vitest';
import { PlaySchedule, paidAhead } from '../../../../src/headend/stream/play-schedule.ts';
import { limits } from '../../../../src/limits.ts';
import { CREDIT_TERMS } from '../../../fakes/credit-terms.ts';

const leadOf = (schedule: PlaySchedule, nowMs: number): number => (schedule.due(nowMs) - Math.floor(nowMs / 20)) * 20;

describe('how far a stream of sound is ahead', () => {
  test('begins with the prebuffer and grows by a tenth of the time', () => {
    const schedule = new PlaySchedule(0, paidAhead(CREDIT_TERMS));
    expect([0, 1_000, 5_000, 60_000].map((nowMs) => leadOf(schedule, nowMs))).toEqual([160, 260, 600, 600]);
  });

  test('is there at once where the box asks for it, also before it has grown', () => {
    const schedule = new PlaySchedule(0, paidAhead(CREDIT_TERMS));
    schedule.aim(paidAhead(CREDIT_TERMS, limits.streamLeadMs));
    expect(leadOf(schedule, 1_000)).toBe(600);
    schedule.aim(paidAhead(CREDIT_TERMS, 760));
    expect(leadOf(schedule, 1_000)).toBe(760);
  });

  test('a shorter lead stops the stream for as long, and no packet is taken back', () => {
    const schedule = new PlaySchedule(0, paidAhead(CREDIT_TERMS));
    schedule.aim(paidAhead(CREDIT_TERMS, 700));
    const sent = schedule.due(10_000);
    schedule.aim(paidAhead(CREDIT_TERMS, 640));
    expect(schedule.due(10_040)).toBeLessThan(sent);
    expect(schedule.due(10_060)).toBe(sent);
  });

  test('begins with the prebuffer again where the stream was held up', () => {
    const schedule = new PlaySchedule(0, paidAhead(CREDIT_TERMS));
    schedule.aim(paidAhead(CREDIT_TERMS, 800));
    schedule.rebase(100, 9_000);
    expect(schedule.due(9_000)).toBe(108);
  });

  test('keeps within what is ruled, and within what the terms bear, whatever is asked for', () => {
    expect([0, 1, 99_999].map((askedMs) => paidAhead(CREDIT_TERMS, askedMs).lead * 20)).toEqual([600, 600, 800]);
    expect(paidAhead({ ...CREDIT_TERMS, creditWindowPackets: 30 }, 800).lead * 20).toBe(400);
    expect(paidAhead({ ...CREDIT_TERMS, creditWindowPackets: 12 }, 800).lead * 20).toBe(160);
  });
});
