import { expect, test } from 'vitest';
import { boundLog } from '../../../src/platform/bounded-log.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

test('a stranger fills no disk with what is logged of it: twenty lines at once, then one a second that says how many are missing', async () => {
  const clock = new VirtualClock();
  const lines: unknown[] = [];
  const log = boundLog({ info: (event, facts) => void lines.push([event, facts]), warn: () => {} }, clock, ['rtsp-refused']);
  for (let count = 0; count < 5_000; count += 1) log.info('rtsp-refused', { status: 401 });
  expect(lines).toEqual(Array.from({ length: 20 }, () => ['rtsp-refused', { status: 401 }]));
  await clock.advance(1_000);
  log.info('rtsp-refused', { status: 403 });
  log.info('rtsp-refused', { status: 403 });
  expect(lines.slice(20)).toEqual([['rtsp-refused', { status: 403, untold: 4_980 }]]);
});

test('what nobody can bring about at will is told each time', () => {
  const lines: string[] = [];
  const log = boundLog({ info: () => {}, warn: (event) => void lines.push(event) }, new VirtualClock(), ['rtsp-refused']);
  for (let count = 0; count < 100; count += 1) log.warn('pay-stream-ended');
  expect(lines).toHaveLength(100);
});
