import { describe, expect, it } from 'vitest';
import { createJsonLog } from '../../../src/platform/json-log.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { systemRandom } from '../../../src/platform/system-random.ts';

const CLOCK = { ...systemClock, wallMs: () => 1_000 };

describe('the log', () => {
  it('writes one JSON object a line', () => {
    const lines: string[] = [];
    const log = createJsonLog(CLOCK, 'headend', (line) => lines.push(line));
    log.info('listening', { port: 8_443 });
    log.warn('line\nbreak', { paid: 10n, hash: Uint8Array.of(1, 255), error: new Error('no route') });
    expect(lines).toEqual([
      '{"at":1000,"level":"info","part":"headend","event":"listening","port":8443}',
      '{"at":1000,"level":"warn","part":"headend","event":"line\\nbreak","paid":"10","hash":"01ff","error":"no route"}',
    ]);
  });

  it('never stops the program over a fact that JSON cannot hold', () => {
    const lines: string[] = [];
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    createJsonLog(CLOCK, 'box', (line) => lines.push(line)).warn('odd', circle);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'odd', level: 'warn' });
  });
});

describe('the system clock', () => {
  it('calls back once, not before the time, unless it was cancelled', async () => {
    const calls: string[] = [];
    const start = systemClock.monotonicNs();
    systemClock.after(1, () => calls.push('cancelled'))();
    await new Promise<void>((resolve) => {
      systemClock.after(5, () => {
        calls.push('called');
        resolve();
      });
    });
    expect(calls).toEqual(['called']);
    expect(Number(systemClock.monotonicNs() - start)).toBeGreaterThanOrEqual(4e6);
  });

  it('has randomness beside it that does not repeat', () => {
    expect(systemRandom.bytes(16)).toHaveLength(16);
    expect(systemRandom.bytes(16)).not.toEqual(systemRandom.bytes(16));
  });
});
