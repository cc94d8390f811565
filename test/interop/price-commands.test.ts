import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = new URL('../../src/cli/ackbox.ts', import.meta.url).pathname;
const samples = new URL('../cases/printed-samples.xml', import.meta.url).pathname;
const model = (id: string, value: string): string =>
  `<?xml version="1.0"?>\n<pricingModel version="1.0"><pricingModelID value="${id}"/><description/><pricingExpression>\n` +
  `<billingCycle><monthly dayOfMonth="28"/></billingCycle>\n\t<basicPricing><billingAttributes><fixedRateUseCost currency="USD" value="${value}"/>` +
  '</billingAttributes></basicPricing></pricingExpression></pricingModel>\n';

let folder = '';
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-price-'));
  writeFileSync(at('old.xml'), model('old', '0.90'));
  writeFileSync(at('new.xml'), model('new', '1.00'));
  writeFileSync(at('wrong.xml'), model('wrong', '$1'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function price(args: readonly string[], input = ''): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'price', ...args], { input, encoding: 'utf8', timeout: 60_000 });
  return { code: status, out: stdout, err: stderr };
}

test('price check says that a model is valid, and exits with 0', () => {
  expect(price(['check', at('old.xml')])).toEqual({
    code: 0,
    out: `${at('old.xml')} is valid: pricing model old (0 errors, 0 warnings, 0 repairs).\n`,
    err: '',
  });
  const { code, out } = price(['check', at('old.xml'), '--json']);
  expect([code, JSON.parse(out)]).toEqual([0, { valid: true, errors: [], warnings: [], repairs: [], models: [{ id: 'old', currency: 'USD' }] }]);
});

test('price check shows what is wrong with a caret below it, and exits with 1', () => {
  const { code, out } = price(['check', at('wrong.xml')]);
  expect(code).toBe(1);
  const [head = '', line = '', caret = '', verdict = ''] = out.split('\n');
  expect(head).toMatch(/wrong\.xml:4:75: error P-11: value="\$1": write an amount as plain decimal text/);
  expect(line[caret.indexOf('^')]).toBe('$');
  expect(verdict).toMatch(/is not valid \(1 error, 0 warnings, 0 repairs\)/);
  const json = price(['check', at('wrong.xml'), '--json']);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({ valid: false, errors: [{ code: 'value', line: 4, column: 75 }] });
});

test('price check reads the printed samples leniently from the standard input, and only leniently', () => {
  const strict = price(['check', samples, '--json']);
  expect([strict.code, JSON.parse(strict.out).errors[0]]).toMatchObject([1, { code: 'declaration', line: 1, column: 1 }]);
  const { code, out } = price(['check', '-', '--lenient', '--json'], spawnSync('cat', [samples], { encoding: 'utf8' }).stdout);
  const { valid, repairs, models } = JSON.parse(out);
  expect([code, valid, models.length]).toEqual([0, true, 8]);
  expect(repairs[0]).toEqual({ code: 'L1', rule: 'A-1', message: 'L1 malformed XML declaration dropped', line: 1, column: 1 });
});

test('price check refuses what never ends after one model of bytes', () => {
  const { code, out } = price(['check', '/dev/zero', '--json']);
  expect([code, JSON.parse(out).errors[0].code]).toEqual([1, 'too-large']);
});

test('price check says which file it can not read, and how it is called', () => {
  expect(price(['check', at('nowhere.xml')])).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/nowhere\.xml can not be read \(ENOENT\)/) });
  expect(price(['check'])).toMatchObject({ code: 2, err: expect.stringMatching(/^usage: ackbox price check/) });
  expect(price(['check', at('old.xml'), '--strictly']).code).toBe(2);
});

test('price compare says in words what one model charges differently', () => {
  expect(price(['compare', at('old.xml'), at('new.xml')])).toEqual({
    code: 0,
    out: 'old and new differ in 1 point:\n  basic pricing, fixedRateUseCost was 0.90 USD per use, and is 1.00 USD per use, 11.1 % more\n',
    err: '',
  });
  expect(JSON.parse(price(['compare', at('old.xml'), at('old.xml'), '--json']).out)).toEqual({ a: 'old', b: 'old', same: true, differences: [] });
});

test('price compare reads only models that are valid, and one a file', () => {
  expect(price(['compare', at('old.xml'), at('wrong.xml')])).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/wrong\.xml:4:75: error/) });
  expect(price(['compare', at('old.xml'), samples, '--lenient'])).toMatchObject({ code: 1, err: expect.stringMatching(/holds 8 models/) });
});
