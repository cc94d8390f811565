import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { monitorCommand } from '../../../src/cli/monitor.ts';
import { TRIAL_MODES } from '../../../src/domain/credit/terms.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-trace-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function replay(lines: readonly unknown[], ...flags: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const path = join(folder, 'trace.jsonl');
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  const [out, err]: [string[], string[]] = [[], []];
  const code = await monitorCommand.run(['replay', path, ...flags], { out: (text) => void out.push(text), err: (text) => void err.push(text) });
  return { code, out: out.join(''), err: err.join('') };
}

async function decisions(lines: readonly unknown[]): Promise<readonly { readonly decisions: readonly string[]; readonly state: Record<string, unknown> }[]> {
  const { code, out, err } = await replay(lines, '--json');
  expect(err).toBe('');
  expect(code).toBe(0);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('ackbox monitor replay', () => {
  test('prints every decision: a window of 3, an ACK, a repeated one, an impossible one', async () => {
    const { out, code } = await replay([
      '# a case of our own',
      { terms: { packets: 10, W: 3 } },
      { atMs: 0, event: 'tick', packets: 5 },
      { atMs: 100, event: 'ack', base: 2 },
      { atMs: 110, event: 'ack', base: 2, counter: 1 },
      { atMs: 120, event: 'ack', base: 9 },
      '',
      { atMs: 200, event: 'tick', packets: 5 },
    ]);
    expect(code).toBe(0);
    expect(out.split('\n').slice(0, 5)).toEqual([
      '       0 ms  tick        send 0 (packet 0, paid); send 1 (packet 1, paid); send 2 (packet 2, paid); held back: credit',
      '     100 ms  ack         2 paid newly acknowledged',
      '     110 ms  ack         refused: stale',
      '     120 ms  ack         refused: unsent (abuse)',
      '     200 ms  tick        send 3 (packet 3, paid); send 4 (packet 4, paid); held back: credit',
    ]);
    expect(out).toContain('in the end: {"phase":"stream","acknowledgedPaid":2');
  });

  test('a hole is sent again, given up at its deadline, and forgiven by the rate', async () => {
    const all = await decisions([
      { terms: { packets: 100, W: 20, ePerMille: 100 } },
      { atMs: 0, event: 'tick', packets: 20 },
      { atMs: 100, event: 'ack', base: 2, received: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
      { atMs: 120, event: 'tick', packets: 0 },
      { atMs: 900, event: 'tick', packets: 0 },
    ]);
    expect(all[2]?.decisions).toEqual(['send 2 again']);
    expect(all[3]?.state).toMatchObject({ acknowledgedPaid: 12, allowance: 1, sendLimit: 33 });
  });

  test('receipts keep R open, a seek brings no fresh window, a pause holds deadlines', async () => {
    const all = await decisions([
      { terms: { packets: 100, W: 5, R: 8 } },
      { atMs: 0, event: 'tick', packets: 9 },
      { atMs: 10, event: 'ack', base: 5 },
      { atMs: 20, event: 'tick', packets: 9 },
      { atMs: 30, event: 'receipt', paid: 5, base: 5 },
      { atMs: 40, event: 'seek', to: 3 },
      { atMs: 50, event: 'tick', packets: 9 },
      { atMs: 60, event: 'pause' },
      { atMs: 70, event: 'tick' },
      { atMs: 90, event: 'resume' },
    ]);
    expect(all[2]?.decisions.at(-1)).toBe('held back: receipt');
    expect(all[3]?.decisions).toEqual(['5 more packets are signed for']);
    expect(all[4]?.decisions).toEqual(['next: packets 3 to 7 regrant, packets 8 to 99 paid']);
    expect(all[5]?.decisions.at(-1)).toBe('held back: credit');
    expect(all[5]?.state).toMatchObject({ sentPaid: 10, unpaidInFlight: 5 });
    expect(all[7]?.decisions).toEqual(['held back: suspended']);
  });

  test.each(TRIAL_MODES)('a trial of mode %s: bound, confirmation, window W', async (mode) => {
    const all = await decisions([
      { terms: { packets: 100, W: 5, trial: { mode, packets: 8 } } },
      { atMs: 0, event: 'tick', packets: 20 },
      { atMs: 10, event: 'confirm' },
      { atMs: 10, event: 'confirm' },
      { atMs: 20, event: 'tick', packets: 20 },
    ]);
    expect(all[0]?.decisions.length).toBe(9);
    expect(all[1]?.decisions).toEqual(['confirmed: paid from packet 0 on']);
    expect(all[2]?.decisions).toEqual(['the confirmation has no effect: repeated']);
    expect(all[3]?.decisions.filter((decision) => decision.startsWith('send')).length).toBe(5);
  });

  test('policy literal: document 001 word by word', async () => {
    const all = await decisions([
      { terms: { packets: 100, W: 4, policy: 'literal' } },
      { atMs: 100, event: 'tick' },
      { atMs: 110, event: 'ack', packet: 2 },
      { atMs: 900, event: 'ack', packet: 3 },
    ]);
    expect(all[0]?.decisions).toEqual(['send 0', 'send 1', 'send 2', 'send 3']);
    expect(all[1]?.decisions).toEqual(['credit pointer +1', 'send 0 again', 'send 1 again']);
    expect(all[2]?.state).toMatchObject({ ackPointer: 3, creditPointer: 6 });
  });

  test.each([
    [['{"terms": {"packets": 10}}'], /line 1: the first line states the terms.*W/],
    [['{"terms": {"packets": 10, "W": 5}}', '', 'tick'], /line 3: this is no JSON object: tick/],
    [['{"terms": {"packets": 10, "W": 5}}', '{"atMs": 0, "event": "nod"}'], /line 2: there is no event "nod"; events are tick, ack/],
    [['{"terms": {"packets": 10, "W": 5}}', '{"atMs": 0, "event": "seek"}'], /line 2: seek: to: expected/],
    [['{"terms": {"packets": 10, "W": 5}}', '{"atMs": 5, "event": "tick"}', '{"atMs": 4, "event": "tick"}'], /line 3: time goes back from 5 to 4 ms/],
    [[''], /line 1: the trace is empty/],
  ])('names the line that is wrong: %j', async (lines, message) => {
    const { code, err, out } = await replay(lines);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(message);
  });
});
