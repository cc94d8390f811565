import { describe, expect, test } from 'vitest';
import { plotDifferences } from '../../../src/cli/difference-plot.ts';
import { changeText, findingsText, groupedText, type SimulationFindings, signedText } from '../../../src/cli/difference-words.ts';
import { ProgressBar, progressText } from '../../../src/cli/progress-bar.ts';
import { DifferenceTally } from '../../../src/domain/rating/difference-tally.ts';

function findingsOf(pairs: readonly (readonly [bigint, bigint])[], more: Partial<SimulationFindings> = {}) {
  const tally = new DifferenceTally();
  for (const [beforeMinor, afterMinor] of pairs) tally.add({ beforeMinor, afterMinor });
  const findings = {
    beforeId: 'old',
    afterId: 'new',
    currency: 'USD',
    digits: 2,
    until: '2026-01-28T00:00:00Z',
    cyclesDiffer: false,
    summary: tally.summary(),
    ...more,
  };
  return { findings, differences: tally.differences() };
}

describe('what a simulation says', () => {
  test('names winners, losers, the spread and the total in words', () => {
    const { findings } = findingsOf([
      [100_000n, 90_000n],
      [10_000n, 10_050n],
      [200n, 200n],
    ]);
    expect(findingsText(findings)).toBe(
      '3 users under old and then new, all cycles closed until 2026-01-28T00:00:00Z:\n\n' +
        '  old                     1,102.00 USD\n  new                     1,002.50 USD\n  difference                -99.50 USD (-9.0 %)\n\n' +
        '1 user saves 100.00 USD; 1 user pays 0.50 USD more; 1 user pays the same.\n' +
        'For half of the users the difference is at most 0.00 USD (p50), for 95 of 100 at most +0.50 USD (p95).\n' +
        'The worst off: +0.50 USD (max). The best off: -100.00 USD (min).\n',
    );
  });

  test('warns where the models close their cycles at different times', () => {
    expect(findingsText(findingsOf([[0n, 1n]], { cyclesDiffer: true }).findings)).toContain('Note: the models close their cycles at different times.');
  });

  test('writes amounts of currencies with 0, 2 and 3 minor digits', () => {
    expect([signedText(-1_234n, 0), signedText(1_234n, 3), signedText(0n, 2)]).toEqual(['-1234', '+1.234', '0.00']);
    expect(['1234567.891', '-1000', '999', '+12345.00'].map(groupedText)).toEqual(['1,234,567.891', '-1,000', '999', '+12,345.00']);
  });

  test('compares in percent, and with nothing not at all', () => {
    expect([changeText(-1n, 3n), changeText(5n, 10_000n), changeText(5n, 0n)]).toEqual([' (-33.3 %)', ' (+0.1 %)', '']);
  });

  test('lets no name of a model steer the terminal or the picture', () => {
    const { findings, differences } = findingsOf([[0n, 1n]], { beforeId: '\u001b[31m<script>alert(1)</script>"&', afterId: '\ud800' });
    expect(findingsText(findings)).not.toContain('\u001b');
    const svg = plotDifferences(findings, differences);
    for (const forbidden of ['<script', '\u001b', '\ud800']) expect(svg).not.toContain(forbidden);
    expect(svg).toContain('&lt;script&gt;');
  });
});

describe('the picture of a simulation', () => {
  test('has one bar for every bar of the histogram that holds somebody, in the colour of its side', () => {
    const { findings, differences } = findingsOf([
      [10n, 5n],
      [10n, 10n],
      [10n, 12n],
      [10n, 12n],
    ]);
    const bars = [...plotDifferences(findings, differences).matchAll(/<path class="(\w+)".*?<title>(.*?)<\/title>/g)].map(([, kind, words]) => [kind, words]);
    expect(bars).toEqual([
      ['saves', '1: -0.05 to -0.04 USD'],
      ['same', '1: no difference, USD'],
      ['pays', '2: +0.01 to +0.02 USD'],
    ]);
  });

  test('is one of numbers for any amounts, and for nobody', () => {
    for (const pairs of [
      [],
      [[0n, 0n]],
      [[0n, 10n ** 40n]],
      [
        [10n ** 40n, 0n],
        [0n, 1n],
      ],
    ] as const) {
      const { findings, differences } = findingsOf(pairs);
      expect(plotDifferences(findings, differences)).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});

describe('a progress bar', () => {
  test('fills up to its end and not beyond', () => {
    expect([0, 0.5, 7].map(progressText)).toEqual([`[${'·'.repeat(30)}]   0 %`, `[${'█'.repeat(15)}${'·'.repeat(15)}]  50 %`, `[${'█'.repeat(30)}] 100 %`]);
  });

  test('is not drawn where there is no terminal, but notes are written', () => {
    const written: string[] = [];
    const bar = new ProgressBar((text) => written.push(text), false);
    bar.draw(0.5, 'half');
    bar.note('a line\n');
    bar.clear();
    expect(written).toEqual(['a line\n']);
  });

  test('makes room for a note, and is gone at the end', () => {
    const written: string[] = [];
    const bar = new ProgressBar((text) => written.push(text), true);
    bar.draw(0, 'none');
    bar.note('a line\n');
    const wiped = written.slice(1, 3);
    expect(wiped).toEqual([`\r${' '.repeat(columns(written[0]))}\r`, 'a line\n']);
  });
});

const columns = (line = ''): number => line.length - 1;
