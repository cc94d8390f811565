import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { includedTax, isReceiptSeries, makeTaxRate, parseTaxRate, percentText, receiptNumber, taxRateText } from '../../../../src/domain/ledger/tax.ts';

describe('tax in a gross price', () => {
  test.each([
    [119n, '19', 19n],
    [50n, '19', 8n],
    [100n, '7.7', 7n],
    [3n, '100', 2n],
    [1n, '100', 1n],
    [1n, '19', 0n],
    [50n, '0', 0n],
  ])('of %i at %s %% is %i', (gross, percent, tax) => {
    const rate = makeTaxRate(percent, 'VAT');
    expect(rate.ok && includedTax(gross, rate.value)).toEqual({ taxMinor: tax, netMinor: gross - tax });
  });

  test('and net are the gross together, and the tax is off by half a minor unit at most', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: 0, max: 100_000 }), (gross, milliPercent) => {
        const { taxMinor, netMinor } = includedTax(gross, { name: 'VAT', milliPercent });
        expect(taxMinor + netMinor).toBe(gross);
        const base = 100_000n + BigInt(milliPercent);
        const off = taxMinor * base - gross * BigInt(milliPercent);
        expect(2n * (off < 0n ? -off : off) <= base).toBe(true);
      }),
    );
  });

  test.each(['', '-1', '100.5', '19%', '1e1', '7.1234', '101'])('is never %j percent', (percent) => {
    expect(makeTaxRate(percent, 'VAT').ok).toBe(false);
  });

  test.each(['', ' '.repeat(30), 'a'.repeat(21), '<b>', 'VAT\n'])('is never called %j', (name) => {
    expect(makeTaxRate('19', name).ok).toBe(false);
  });

  test('is read as it was written', () => {
    for (const percent of ['19', '7.7', '0', '100', '2.125', '20', '10.05']) {
      const rate = makeTaxRate(percent, 'MwSt. 2');
      if (!rate.ok) throw new Error(rate.error.message);
      expect(parseTaxRate(taxRateText(rate.value))).toEqual(rate.value);
      expect(percentText(rate.value.milliPercent)).toBe(percent);
    }
    expect([parseTaxRate(''), parseTaxRate('19')]).toEqual([null, null]);
  });
});

test('the number of a receipt says series, life of the book, and count', () => {
  expect(receiptNumber('BAR1', '01936f5e-7d2a-7c3b-9a4e-5f6a7b8c9d0e', 12)).toBe('BAR1-8C9D0E-000012');
  expect(['BAR1', 'R', 'bar', '', 'TOOLONG99'].map(isReceiptSeries)).toEqual([true, true, false, false, false]);
});
