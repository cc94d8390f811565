import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

const program = new URL('../../src/cli/ackbox.ts', import.meta.url).pathname;
const UNTIL = ['--until', '2026-03-28T00:00:00Z'];
const model = (id: string, attributes: string, cycle = '<monthly dayOfMonth="28"/>'): string =>
  `<?xml version="1.0"?>\n<pricingModel version="1.0"><pricingModelID value="${id}"/><description/><pricingExpression>\n` +
  `<billingCycle>${cycle}</billingCycle><basicPricing><billingAttributes>${attributes}</billingAttributes></basicPricing></pricingExpression></pricingModel>\n`;
const perUse = (value: string): string => `<fixedRateUseCost currency="USD" value="${value}"/>`;

const days = (count: number): readonly unknown[] =>
  Array.from({ length: count }, (_, day) => ({ type: 'use', start: `2026-02-${String(day + 1).padStart(2, '0')}T12:00:00Z` }));
const user = (name: string, uses: number, more: object = {}): string =>
  JSON.stringify({ user: name, licence: { start: '2026-01-28T00:00:00Z' }, currency: 'USD', time_zone: 'UTC', usage_history: days(uses), ...more });

let folder = '';
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-simulation-'));
  writeFileSync(at('old.xml'), model('old', perUse('0.90')));
  writeFileSync(at('new.xml'), model('new', `<billingCycleCost currency="USD" value="2.25"/>`));
  writeFileSync(at('euro.xml'), model('euro', perUse('0.90').replace('USD', 'EUR')));
  writeFileSync(at('daily.xml'), model('daily', perUse('0.50'), '<monthly dayOfMonth="1"/>'));
  writeFileSync(at('users.jsonl'), `${[user('ann', 10), user('bob', 1), user('cleo', 5)].join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function price(args: readonly string[], input = ''): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'price', ...args], { input, encoding: 'utf8', timeout: 60_000, maxBuffer: 1e8 });
  return { code: status, out: stdout, err: stderr };
}
const simulate = (history: string, more: readonly string[] = [], input = '') =>
  price(['simulate', '--models', `${at('old.xml')},${at('new.xml')}`, '--history', history, ...UNTIL, ...more], input);

describe('price simulate', () => {
  test('charges every user as price rate does, and says who wins and who loses', () => {
    const { code, out, err } = simulate(at('users.jsonl'), ['--json']);
    expect([code, err]).toEqual([0, '']);
    const told = JSON.parse(out);
    expect(told).toMatchObject({
      users: [
        { user: 'ann', before: '9.00', after: '4.50', difference: '-4.50' },
        { user: 'bob', before: '0.90', after: '4.50', difference: '3.60' },
        { user: 'cleo', before: '4.50', after: '4.50', difference: '0.00' },
      ],
      models: { before: 'old', after: 'new' },
      currency: 'USD',
      until: '2026-03-28T00:00:00Z',
      total: { before: '14.40', after: '13.50', difference: '-0.90' },
      count: { users: 3, winners: 1, losers: 1, unchanged: 1, left_out: 0 },
      winners_save: '4.50',
      losers_pay: '3.60',
      difference: { min: '-4.50', p50: '0.00', p95: '3.60', max: '3.60' },
    });
    writeFileSync(at('ann.usage'), user('ann', 10));
    for (const [name, field] of [
      ['old', 'before'],
      ['new', 'after'],
    ] as const) {
      const rated = price(['rate', '--model', at(`${name}.xml`), '--usage', at('ann.usage'), ...UNTIL, '--json']);
      expect(JSON.parse(rated.out).total_amount_due).toBe(told.users[0][field]);
    }
  });

  test('says the same in words, with every user while they are few', () => {
    const { code, out } = simulate(at('users.jsonl'));
    expect(code).toBe(0);
    expect(out).toContain('1 user saves 4.50 USD; 1 user pays 3.60 USD more; 1 user pays the same.');
    expect(out).toMatch(/User by user:\n.*\n {2}ann +9\.00 +4\.50 +-4\.50\n {2}bob/);
  });

  test('writes exact decimals as CSV, harmless in a spreadsheet, and a picture that is well-formed', () => {
    const input = [user('=cmd()', 3), user('a,"b"', 1)].join('\n');
    const { code } = simulate('-', ['--csv', at('out.csv'), '--plot', at('out.svg')], input);
    expect(code).toBe(0);
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(
      'user,before,after,difference,currency\r\n\'=cmd(),2.70,4.50,1.80,USD\r\n"a,""b""",0.90,4.50,3.60,USD\r\n',
    );
    expect(readFileSync(at('out.svg'), 'utf8')).toMatch(/^<svg [\s\S]*2 pay more[\s\S]*<\/svg>\n$/);
  });

  test('reads a folder: JSON lines, and one user a .json file, by name', () => {
    mkdirSync(at('folder'));
    writeFileSync(at('folder/b.jsonl'), user('ann', 1));
    writeFileSync(at('folder/a.json'), JSON.stringify(JSON.parse(user('zoe', 2)), null, 2));
    writeFileSync(at('folder/c.json'), JSON.stringify({ ...JSON.parse(user('', 3)), user: undefined }));
    writeFileSync(at('folder/notes.txt'), 'not mine');
    const { code, out } = simulate(at('folder'), ['--json']);
    expect([code, JSON.parse(out).users.map(({ user: name }: { user: string }) => name)]).toEqual([0, ['zoe', 'ann', 'c']]);
  });

  test('names every line it can not rate, leaves it out, and ends with 3', () => {
    const lines = [
      'not json',
      user('ann', 1),
      '',
      '[]',
      'null',
      '{"__proto__": {"user": "x"}}',
      user('bob', 1, { currency: 'EUR' }),
      user('cleo', 1, { time_zone: '\u001b[31mMars' }),
      user('', 1),
      user('dan', 1, { usage_history: [{ type: 'use', start: '2020-01-01T00:00:00Z' }] }),
      `{"user":"deep","licence":${'['.repeat(200_000)}`,
      user('x'.repeat(201), 1),
      user('eve', 1),
    ];
    const { code, out, err } = simulate('-', ['--json'], lines.join('\r\n'));
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ users: [{ user: 'ann' }, { user: 'eve' }], count: { users: 2, left_out: 10 } });
    const named = [...err.matchAll(/^-:(\d+): left out: ([a-z-]+): /gm)].map(([, line, code]) => `${line} ${code}`);
    expect(named).toEqual(
      [1, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((line) => `${line} ${line === 1 || line === 11 ? 'not-read' : line === 7 ? 'other-currency' : 'invalid-user'}`),
    );
    expect(err).not.toContain('\u001b');
  });

  test('takes a line that is too long for a bad one, and rates the next, in bounded memory', async () => {
    const child = spawn(process.execPath, [
      '--max-old-space-size=256',
      program,
      'price',
      'simulate',
      '--models',
      `${at('old.xml')},${at('new.xml')}`,
      '--history',
      '-',
      ...UNTIL,
      '--json',
    ]);
    const said: { out: string; err: string } = { out: '', err: '' };
    child.stdout.on('data', (text) => {
      said.out += text;
    });
    child.stderr.on('data', (text) => {
      said.err += text;
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const block = Buffer.alloc(1 << 20, 'x');
    for (let blocks = 0; blocks < 40; blocks += 1) if (!child.stdin.write(block)) await new Promise((resolve) => child.stdin.once('drain', resolve));
    child.stdin.end(`\n${user('ann', 1)}\n`);
    expect(await ended).toBe(3);
    expect(said.err).toMatch(/^-:1: left out: not-read: a line may have/);
    expect(JSON.parse(said.out)).toMatchObject({ users: [{ user: 'ann' }], count: { left_out: 1 } });
  });

  test('refuses what can only be a slip: two currencies, no history, an output over an input', () => {
    expect(price(['simulate', '--models', `${at('old.xml')},${at('euro.xml')}`, '--history', at('users.jsonl')])).toMatchObject({
      code: 1,
      err: expect.stringContaining('USD and EUR'),
    });
    expect(simulate(at('nowhere.jsonl'))).toMatchObject({ code: 1, err: expect.stringContaining('cannot be read') });
    expect(simulate('-')).toMatchObject({ code: 1, err: expect.stringContaining('holds no history') });
    expect(simulate(at('users.jsonl'), ['--csv', at('users.jsonl')])).toMatchObject({ code: 1, out: '', err: expect.stringContaining('is read here') });
    expect(readFileSync(at('users.jsonl'), 'utf8')).toContain('cleo');
    expect(price(['simulate', '--models', at('old.xml'), '--history', at('users.jsonl')]).code).toBe(2);
    expect(simulate(at('users.jsonl'), ['--until', 'tomorrow']).code).toBe(2);
  });
});

test.each([
  ['while it waits for more to be typed', []],
  ['with --json', ['--json']],
])('price simulate stopped by Ctrl-C %s says so, ends with 130, and leaves no half a file', async (_name, more) => {
  const outputs = ['--csv', at('stopped.csv'), '--plot', at('stopped.svg')];
  const args = ['simulate', '--models', `${at('old.xml')},${at('new.xml')}`, '--history', '-', ...UNTIL, ...outputs, ...more];
  const child = spawn(process.execPath, [program, 'price', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (bytes) => (texts.out += String(bytes)));
  child.stderr.on('data', (bytes) => (texts.err += String(bytes)));
  // The second line is not ended: it waits for the rest.
  child.stdin.write(`${user('ann', 10)}\n{"user":`);
  await vi.waitFor(() => expect(readFileSync(at('stopped.csv'), 'utf8')).toContain('ann'), { timeout: 20_000, interval: 50 });
  child.kill('SIGINT');
  const [code] = (await once(child, 'close')) as [number];
  expect([code, texts.err]).toEqual([130, 'ackbox: stopped after 1 user; nothing was written.\n']);
  expect([existsSync(at('stopped.csv')), existsSync(at('stopped.svg'))]).toEqual([false, false]);
});

test('price simulate says which file it can not write, before it rates anybody', () => {
  const { code, err } = simulate(at('users.jsonl'), ['--csv', at('nowhere/users.csv')]);
  expect([code, err]).toEqual([1, `ackbox: ${at('nowhere/users.csv')} can not be written (ENOENT); name a file in a folder that is there and yours\n`]);
});

test('the price commands say what they can not read, and what to do', () => {
  writeFileSync(at('broken.json'), '{"licence":');
  const rate = (usage: string, until = '2026-03-28T00:00:00Z') => price(['rate', '--model', at('old.xml'), '--usage', at(usage), '--until', until]);
  expect(rate('nowhere.json')).toMatchObject({ code: 1, err: `ackbox: ${at('nowhere.json')} can not be read (ENOENT); name a file of JSON\n` });
  expect(rate('broken.json')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/broken\.json is not JSON \(.+\); ackbox price --help shows what it holds\n$/),
  });
  writeFileSync(at('early.json'), user('ann', 1));
  expect(rate('early.json', '2020-01-01T00:00:00Z')).toMatchObject({ code: 0, err: expect.stringContaining('lies before the licence begins') });
  expect(price(['rates'])).toMatchObject({ code: 2, err: expect.stringMatching(/^ackbox price: there is no action "rates"\.\n/) });
});

describe('price cheapest', () => {
  const models = (...names: readonly string[]): readonly string[] => ['cheapest', '--models', names.map((name) => at(`${name}.xml`)).join(',')];
  const plan = (plays: string, months: string, ...more: readonly string[]): readonly string[] => [
    '--plays-a-month',
    plays,
    '--months',
    months,
    '--start',
    '2026-01-28T00:00:00Z',
    ...more,
  ];

  test('finds the cheapest model for so many plays a month, and says what the others cost more', () => {
    const { code, out } = price([...models('old', 'new'), ...plan('10', '2')]);
    expect(code).toBe(0);
    expect(out).toContain('new is cheapest: 4.50 USD, which is 13.50 USD less than old.');
    const few = price([...models('old', 'new'), ...plan('2', '2'), '--json']);
    expect(JSON.parse(few.out)).toMatchObject({
      cheapest: ['old'],
      models: [
        { model: 'old', total: '3.60', more_than_cheapest: '0.00', billed_until: '2026-03-28T00:00:00Z' },
        { model: 'new', total: '4.50', more_than_cheapest: '0.90' },
      ],
    });
  });

  test('bills every use under every model, whenever its cycles close', () => {
    const { out } = price([...models('old', 'daily'), '--usage', at('ann.usage'), '--until', '2026-02-11T00:00:00Z', '--json']);
    expect(JSON.parse(out).models).toMatchObject([
      { model: 'daily', total: '5.00', billed_until: '2026-03-01T00:00:00Z' },
      { model: 'old', total: '9.00', billed_until: '2026-02-28T00:00:00Z' },
    ]);
  });
});
