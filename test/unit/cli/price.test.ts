import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { priceCommand } from '../../../src/cli/price.ts';
import { EXIT } from '../../../src/cli/subcommand.ts';

const folder = mkdtempSync(join(tmpdir(), 'ackbox-price-'));
interface PriceCase {
  readonly id: string;
  readonly model_xml: string;
  readonly model_xml_as_printed: string;
  readonly evaluate_until: string;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}
interface TreeCase {
  readonly id: string;
  readonly tree: unknown;
  readonly checks: readonly { readonly licences: readonly string[]; readonly use: string; readonly price: string }[];
}
const cases = JSON.parse(readFileSync(new URL('../../cases/pricing.json', import.meta.url), 'utf8')) as { cases: PriceCase[]; pricing_tree_cases: TreeCase[] };
const [C10, C05] = ['C10', 'C05a'].map((wanted) => cases.cases.find(({ id }) => id === wanted)) as [PriceCase, PriceCase];

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const usageOf = ({ licence, currency, time_zone, usage_history }: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ licence, currency, time_zone, usage_history });
const inputs = ['--model', write('c10.xml', C10.model_xml), '--usage', write('c10.json', usageOf(C10))];

async function price(...argv: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await priceCommand.run(argv, { out: (text) => void out.push(text), err: (text) => void err.push(text) });
  return { code, out: out.join(''), err: err.join('') };
}

describe('ackbox price', () => {
  test('rate prints the cycles of the case, field by field', async () => {
    const { code, out } = await price('rate', ...inputs, '--until', C10.evaluate_until, '--json');
    expect(code).toBe(EXIT.ok);
    expect(JSON.parse(out)).toMatchObject(C10.expected);
  });

  test('rate repairs a model as document 002 prints it, and says on stderr what it took for granted', async () => {
    const printed = ['--model', write('c05.xml', C05.model_xml_as_printed), '--usage', write('c05.json', usageOf(C05))];
    const { out, err } = await price('rate', ...printed, '--until', C05.evaluate_until, '--json');
    expect(JSON.parse(out)).toMatchObject(C05.expected);
    expect(err).toContain('USD is taken');
    await expect(price('rate', ...printed, '--until', C05.evaluate_until, '--strict')).rejects.toThrow(/line 1/);
  });

  test('explain names the price, the passage and the amount of every line', async () => {
    const { out } = await price('explain', ...inputs, '--until', C10.evaluate_until);
    expect(out).toContain('30 min at 0.03 a minute (alternatePricing meteredUseCost 0.06');
    const json = JSON.parse((await price('explain', ...inputs, '--until', C10.evaluate_until, '--json')).out);
    expect(json.cycles[1].columns[0].lines.map(({ amount }: { readonly amount: string }) => amount)).toEqual(['3.6', '0.9']);
  });

  test('quote says what a use will cost, and the prices in force', async () => {
    const { out } = await price('quote', ...inputs, '--at', '2026-02-05T13:00:00Z', '--seconds', '600', '--json');
    expect(JSON.parse(out)).toEqual({ price: '0.30', currency: 'USD', in_force: { meteredUseCost: '0.03' }, alternate_payment: null });
  });

  test.each(cases.pricing_tree_cases)('tree prices $id as the requirements do', async ({ id, tree, checks }) => {
    const path = write(`${id}.json`, JSON.stringify(tree));
    for (const check of checks) {
      const { out } = await price('tree', '--tree', path, '--licences', check.licences.join(','), '--use', check.use, '--json');
      expect(JSON.parse(out)).toMatchObject({ price: check.price });
    }
  });

  test('says which file is wrong, and why', async () => {
    const [, model = '', , usage = ''] = inputs;
    await expect(price('rate', '--model', model, '--usage', write('bad.json', '{'), '--until', C10.evaluate_until)).rejects.toThrow('is not JSON');
    await expect(price('rate', '--model', `${model}.none`, '--usage', usage, '--until', C10.evaluate_until)).rejects.toThrow('can not be read');
    await expect(price('rate', '--model', model, '--usage', usage, '--until', 'soon')).rejects.toThrow('is not a time');
    const euros = write('eur.json', usageOf({ ...C10, currency: 'EUR' }));
    await expect(price('rate', '--model', model, '--usage', euros, '--until', C10.evaluate_until)).rejects.toThrow('must be the same');
  });

  test('says how it is used', async () => {
    expect(await price('rate')).toMatchObject({ code: EXIT.usage, err: expect.stringContaining('--usage USAGE.json') });
    expect(await price('haggle')).toMatchObject({ code: EXIT.usage });
  });
});
