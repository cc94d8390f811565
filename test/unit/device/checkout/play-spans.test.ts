import { describe, expect, test } from 'vitest';
import { playSpans } from '../../../../device/checkout/play-spans.ts';
import type { PricingNode } from '../../../../src/domain/credit/terms.ts';
import { asId } from '../../../../src/units/ids.ts';

const node = (quoteMinor: string): PricingNode => ({ id: asId('n'), vendor: asId('v'), modelHash: 'h', quoteMinor });
const film = { packets: 10_000, nodes: [node('100')], trial: null, afterTrial: 'continue' as const };

describe('the bar of what plays', () => {
  test('shows what is paid where it lies, also after a jump', () => {
    expect(
      playSpans(film, [
        [0, 1_000],
        [5_000, 500],
      ]),
    ).toEqual([
      { kind: 'paid', from: 0, to: 100 },
      { kind: 'paid', from: 500, to: 550 },
    ]);
  });

  test('shows the pre-listen of a set-top and the parts without a price as free', () => {
    const trial = { mode: 'restrict' as const, packets: 1_000 };
    const parts = [
      { packets: 8_000, node: 0, billingClass: 'paid' as const },
      { packets: 2_000, node: 0, billingClass: 'free' as const },
    ];
    expect(playSpans({ ...film, trial, parts }, [[1_000, 1_000]])).toEqual([
      { kind: 'free', from: 0, to: 100 },
      { kind: 'paid', from: 100, to: 200 },
      { kind: 'free', from: 800, to: 1_000 },
    ]);
    // A jukebox begins again: its pre-listen is no part of what is heard then.
    expect(playSpans({ ...film, trial, afterTrial: 'restart' }, [])).toEqual([]);
  });

  test('is never more than a bar can show, however often somebody jumped', () => {
    const jumps = Array.from({ length: 500 }, (_, step) => [step * 20, 1] as const);
    expect(playSpans(film, jumps)).toEqual([{ kind: 'paid', from: 0, to: 1_000 }]);
  });

  test('shows a work without a price as free from end to end', () => {
    expect(playSpans({ ...film, nodes: [node('0')] }, [])).toEqual([{ kind: 'free', from: 0, to: 1_000 }]);
  });
});
