import { describe, expect, test } from 'vitest';
import { LeadAim } from '../../../../device/media/lead-aim.ts';
import { defaultCreditTerms } from '../../../../src/domain/credit/negotiate-credit.ts';
import { limits } from '../../../../src/limits.ts';

const CLEAN = { jitterMs: 0, repairMs: () => 0 };
const FAR = { jitterMs: 5, repairMs: () => 320 };

describe('how much sound lies ahead of the ear', () => {
  test('is the fixed lead where nothing is known of the path, and nobody is told', () => {
    const lead = new LeadAim(defaultCreditTerms());
    lead.follow(0, CLEAN);
    expect([lead.aimMs, lead.takeNews(false)]).toEqual([limits.streamLeadMs, null]);
  });

  test('grows at once with what the path does: jitter, and repairs twice', () => {
    const lead = new LeadAim(defaultCreditTerms());
    lead.follow(0, FAR);
    expect(lead.aimMs).toBe(limits.concealLeadMs + 4 * 5 + 2 * 320);
    expect(lead.takeNews(true)).toBe(lead.aimMs);
    expect(lead.takeNews(true)).toBeNull();
    lead.follow(200, { jitterMs: 400, repairMs: () => 2_000 });
    expect(lead.aimMs).toBe(limits.streamLeadMaxMs);
  });

  test('shrinks slowly, and is told in steps', () => {
    const lead = new LeadAim(defaultCreditTerms());
    lead.follow(0, FAR);
    expect(lead.takeNews(true)).toBe(720);
    const told: number[] = [];
    for (let atMs = 200; atMs <= 60_000; atMs += 200) {
      const beforeMs = lead.aimMs;
      lead.follow(atMs, CLEAN);
      expect(beforeMs - lead.aimMs).toBeLessThanOrEqual((limits.leadShrinkMsPerSecond * 200) / 1_000 + 1e-9);
      const news = lead.takeNews(true);
      if (news !== null) told.push(news);
    }
    expect(told).toEqual([670, 620]);
    expect(lead.aimMs).toBe(limits.streamLeadMs);
  });

  test('is wanted at once after the first loss, instead of growing slowly', () => {
    const lead = new LeadAim(defaultCreditTerms());
    lead.follow(0, { jitterMs: 1, repairMs: () => 20 });
    expect([lead.takeNews(false), lead.takeNews(true), lead.takeNews(true)]).toEqual([null, limits.streamLeadMs, null]);
  });

  test('is never more than the window and the buffer of the terms bear', () => {
    const lead = new LeadAim({ ...defaultCreditTerms(), creditWindowPackets: 30 });
    lead.follow(0, FAR);
    expect(lead.aimMs).toBe((30 - 10) * 20);
  });
});
