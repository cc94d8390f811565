import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ackbox, clearAway, run, scratch } from '../fakes/house.ts';

const data = scratch();
afterAll(() => clearAway(data));

interface Told {
  readonly sid: string;
  readonly agrees: boolean;
  readonly differences: readonly string[];
  readonly bills: readonly { readonly side: string; readonly bookedMinor: string | null; readonly byStatementMinor: string | null }[];
}

function edit(path: string, change: (value: Record<string, unknown>) => void): void {
  const value = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  change(value);
  writeFileSync(path, JSON.stringify(value));
}

test('both books of a paid song are recomputed from terms and receipts, and one falsified figure is named', { timeout: 120_000 }, async () => {
  const played = await run('npm', ['start', '--silent', '--', '--headless', '--seconds', '8', '--json', '--data', data]);
  expect(played.code, played.err).toBe(0);

  const evidence = join(data, 'evidence');
  const verified = await ackbox('verify', '--data', data, '--export', evidence, '--json');
  expect(verified.code, verified.out + verified.err).toBe(0);
  const told = verified.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);
  expect(told.length).toBeGreaterThan(0);
  for (const play of told) {
    expect(play).toMatchObject({ agrees: true, differences: [] });
    expect(play.bills.map((bill) => bill.side)).toEqual(['box', 'headend']);
    for (const bill of play.bills) expect(bill.bookedMinor).toBe(bill.byStatementMinor);
  }

  const sid = told[0]?.sid ?? '';
  expect(
    readdirSync(evidence)
      .filter((name) => name.startsWith(sid))
      .sort(),
  ).toEqual([`${sid}.box.json`, `${sid}.headend.json`, `${sid}.terms.json`]);
  const files = [
    '--terms',
    join(evidence, `${sid}.terms.json`),
    '--receipt',
    join(evidence, `${sid}.box.json`),
    '--receipt',
    join(evidence, `${sid}.headend.json`),
  ];
  expect((await ackbox('verify', ...files)).out).toContain('1 play checked: all agree.');

  edit(join(evidence, `${sid}.headend.json`), (side) => {
    side.bookedMinor = '49';
  });
  const booked = await ackbox('verify', ...files);
  expect(booked.code).toBe(1);
  expect(booked.out).toMatch(/DIFFERS {2}headend: the books say 49, the closing statement is worth \d+ minor units of EUR/);
  expect(booked.out).toMatch(/DIFFERS {2}box has booked \d+, headend 49 minor units/);

  edit(join(evidence, `${sid}.box.json`), (side) => {
    const receipt = side.receipt as { bytes: string };
    receipt.bytes = `${receipt.bytes.slice(0, -2)}00`;
  });
  expect((await ackbox('verify', ...files)).out).toContain('DIFFERS  box: the receipt is not signed by the key of the box');
});
