import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { priceCommand } from '../../../src/cli/price.ts';

let folder = '';
const at = (name: string): string => join(folder, name);
const model = (id: string, currency: string, value: string): string =>
  `<?xml version="1.0"?>\n<pricingModel version="1.0"><pricingModelID value="${id}"/><description/><pricingExpression>\n` +
  `<billingCycle><monthly dayOfMonth="28"/></billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="${currency}" value="${value}"/></billingAttributes></basicPricing></pricingExpression></pricingModel>\n`;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-cheapest-'));
  writeFileSync(at('old.xml'), model('old', 'USD', '0.90'));
  writeFileSync(at('same.xml'), model('same', 'USD', '0.90'));
  writeFileSync(at('euro.xml'), model('euro', 'EUR', '0.90'));
  writeFileSync(at('yen.xml'), model('yen', 'JPY', '90'));
  writeFileSync(at('usage.json'), JSON.stringify({ licence: { start: '2026-01-28T00:00:00Z' }, currency: 'EUR', usage_history: [] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function cheapest(names: string, ...more: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const out: string[] = [];
  const paths = names.split(',').map((name) => at(`${name}.xml`));
  const code = await priceCommand.run(['cheapest', '--models', paths.join(), ...more], { out: (text) => void out.push(text), err: () => {} });
  return { code, out: out.join('') };
}
const plan = (plays: string, months: string, ...more: readonly string[]): readonly string[] => [
  `--plays-a-month=${plays}`,
  `--months=${months}`,
  ...['--start', '2026-01-28T00:00:00Z'],
  ...more,
];

describe('ackbox price cheapest', () => {
  test('says where models are equally cheap', async () => {
    expect((await cheapest('old,same', ...plan('3', '1'))).out).toContain('old and same are equally cheap: 2.70 USD.');
    expect((await cheapest('old', ...plan('1', '1'))).out).toContain('old costs 0.90 USD.');
  });

  test('writes amounts of a currency without minor units as it has them', async () => {
    expect((await cheapest('yen', ...plan('100', '12'))).out).toContain('yen costs 108,000 JPY.');
  });

  test.each([
    ['fewer than no plays', plan('-1', '2')],
    ['plays that are no plain number', plan('1e9', '2')],
    ['half a play', plan('1.5', '2')],
    ['more plays than anybody plans', plan('999999', '1200')],
    ['no month', plan('1', '0')],
    ['a negative length', plan('1', '1', '--minutes=-3')],
    ['a length that is longer than any use', plan('1', '1', '--minutes', '999999999')],
    ['a place without time', plan('1', '1', '--time-zone', 'Mars')],
    ['a day that is none', plan('1', '1', '--start', 'soon')],
  ])('refuses %s', async (_, options) => {
    await expect(cheapest('old', ...options)).rejects.toThrow(/whole number|at most|a plan may have|write minutes|not a time/);
  });

  test('compares in one currency only, be it of models or of the history', async () => {
    await expect(cheapest('old,euro', ...plan('1', '1'))).rejects.toThrow('USD and EUR cannot be compared');
    await expect(cheapest('old', '--usage', at('usage.json'))).rejects.toThrow('EUR and USD cannot be compared');
  });

  test('needs either a history or a plan', async () => {
    expect((await cheapest('old')).code).toBe(2);
    expect((await cheapest('old', '--usage', at('usage.json'), ...plan('1', '1'))).code).toBe(2);
    expect((await cheapest('old', '--plays-a-month', '3')).code).toBe(2);
  });
});
