import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { usageCommand } from '../../../src/cli/usage.ts';
import { aggregateFile } from '../../../src/cli/usage-aggregate.ts';
import { shoppingVisit, shopRecord } from '../../fakes/usage-records.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(lines: readonly (Readonly<Record<string, unknown>> | string)[]): string {
  const path = join(folder, 'records.jsonl');
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return path;
}

async function aggregate(...argv: readonly string[]) {
  const said = { out: '', err: '' };
  const say = (stream: 'out' | 'err') => (text: string) => {
    said[stream] += text;
  };
  const io = { out: say('out'), err: say('err') };
  return { code: await usageCommand.run(['aggregate', ...argv], io), ...said };
}

test('prints exactly the seconds and the occurrences of each domain', async () => {
  const { code, out, err } = await aggregate('--records', fileOf(shoppingVisit().reverse()), '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toEqual({
    seconds: { session: 160, menu: 90, category: 120, discounted: 60 },
    occurrences: { session: 1, menu: 1, category: 1, discounted: 1 },
  });
});

test('names every line that it leaves out, and says by the exit code that there were some', async () => {
  const lines = [...shoppingVisit(), shopRecord(3, 40, ['elsewhere']), 'no JSON', `{"id":"${'x'.repeat(70_000)}"}`, { id: 'y' }, ''];
  const { code, out, err } = await aggregate('--records', fileOf(lines), '--json', '--detail');
  expect(code).toBe(3);
  expect([...err.matchAll(/^line (\d+): ([\w-]+):/gm)].map(([, line, name]) => `${line} ${name}`)).toEqual([
    '6 conflict',
    '7 not-json',
    '8 line-too-long',
    '9 element-missing',
  ]);
  expect(JSON.parse(out)).toMatchObject({
    seconds: { session: 160 },
    records: { lines: 9, accepted: 5, duplicates: 0, leftOut: 4, posted: 4, reasons: { 'signs-off': 1 } },
  });
});

test('counts a file spread over many parts as it counts it in one, and leaves nothing behind', async () => {
  const boxes = Array.from({ length: 40 }, (_, box) =>
    shoppingVisit().map((record): Record<string, unknown> => ({ ...record, id: `b${box}:${record.Sequence}`, DeviceId: `b${box}`, OutletNo: `o${box}` })),
  );
  const lines = boxes.flat().sort((left, right) => (JSON.stringify(left.domains) < JSON.stringify(right.domains) ? -1 : 1));
  // The same id at another outlet must meet its first payload, whichever part that went to.
  const path = fileOf([...lines, ...lines.slice(0, 30), { ...lines[7], OutletNo: 'o-else' }]);
  const before = leftovers();
  const [whole, spread] = [await aggregateFile(path, () => {}), await aggregateFile(path, () => {}, 2_000)];
  expect(spread).toEqual({ ...whole, totals: { ...whole.totals, gaps: [] } });
  expect(spread).toMatchObject({ accepted: 200, duplicates: 30, leftOut: 1 });
  expect(leftovers()).toEqual(before);
});

function leftovers(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('ackbox-usage-'));
}

test('says what is missing where there is no file', async () => {
  expect((await aggregate('--records', join(folder, 'none.jsonl'))).code).toBe(1);
  expect((await aggregate()).code).toBe(2);
});

test('an empty file is a file of no records', async () => {
  for (const text of ['', '\n\n']) {
    expect(await aggregate('--records', fileOf([text]), '--json')).toEqual({ code: 0, out: '{"seconds":{},"occurrences":{}}\n', err: '' });
  }
});

test('a mark of the encoding, and ends of lines with a return, belong to no record; blank lines count as lines', async () => {
  const visit = shoppingVisit().map((record) => `${JSON.stringify(record)}\r`);
  const { code, out, err } = await aggregate('--records', fileOf([`\uFEFF${visit[0]}`, '', '\r', '{"a":}', ...visit.slice(1)]), '--json');
  expect(JSON.parse(out)).toMatchObject({ seconds: { session: 160 } });
  expect([code, err]).toEqual([3, 'line 4: not-json: The line is not JSON at column 6: a value is expected here.\n']);
});

test('a day that is not in the calendar is no time', async () => {
  const [first, ...others] = shoppingVisit();
  const { err } = await aggregate('--records', fileOf([{ ...first, Dttm: '2026-02-30T20:00:00Z' }, ...others]), '--json');
  expect(err).toContain('line 1: time-impossible');
});

test('a clock that was set back adds no time where there is none that never goes back, and is no matter where there is', async () => {
  const visit = shoppingVisit();
  const back = visit.map((record, index) => (index < 2 ? record : { ...record, Dttm: `2026-02-01T08:0${index}:00Z` }));
  const plain = await aggregate('--records', fileOf(back), '--json', '--detail');
  expect(JSON.parse(plain.out)).toMatchObject({ seconds: { session: 130 }, records: { reasons: { 'clock-stepped-back': 1 } } });
  const steady = back.map((record, index) => ({ ...record, BootId: 'b1', MonotonicNs: `${[0, 10, 40, 100, 160][index]}000000000` }));
  expect(JSON.parse((await aggregate('--records', fileOf(steady), '--json')).out)).toMatchObject({ seconds: { session: 160, menu: 90, category: 120 } });
});
