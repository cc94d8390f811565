import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCoinReport, encodeAccept, encodeDisplay, encodeEpoch, encodeSetup } from '../../../src/wire/panel-board.ts';

describe('the panel board’s messages', () => {
  test('a coin report: epoch, both lines, odd pulses, flags', () => {
    const bytes = [103, 36, 0, 5, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 5];
    expect(decodeCoinReport(bytes)).toEqual({
      ok: true,
      value: { epoch: 4711, pulses: [5, 128], unexplained: 3, accepting: true, jammed: false, writing: true },
    });
  });

  test('a count of 32 bits comes through', () => {
    const largest = [0x7f, 0x7f, 0x7f, 0x7f, 0x0f];
    const report = decodeCoinReport([0, 0, 0, ...largest, ...largest, ...largest, 0]);
    expect(report.ok && report.value.pulses).toEqual([0xffff_ffff, 0xffff_ffff]);
  });

  test('anything else is a clear fault', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }), (bytes) => {
        const sound = bytes.length === 19 && bytes.every((byte) => byte < 0x80);
        expect(decodeCoinReport(bytes).ok).toBe(sound);
      }),
    );
  });

  test('a lease is rounded up to tenths of a second and never longer than the line can say', () => {
    expect([0, 1, 100, 1_500, 60_000].map((ms) => encodeAccept(ms)[1])).toEqual([0, 1, 1, 15, 127]);
  });

  test('numbers are split into groups of 7 bits', () => {
    expect(encodeSetup({ shortestMs: 18, longestMs: 520, burstPauseMs: 300 })).toEqual([4, 18, 0, 8, 4, 44, 2]);
    expect(encodeEpoch(65_535)).toEqual([5, 127, 127, 3]);
  });

  test('a display row is always 16 characters, and nothing that the display cannot show', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        const message = encodeDisplay(1, text);
        expect(message).toHaveLength(2 + 32);
        expect(message.every((byte) => byte < 0x80)).toBe(true);
      }),
    );
  });
});
