import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { playerEvidence, storeEvidence } from '../../../device/supervision/box-evidence.ts';
import { type Evidence, Watchdog } from '../../../src/platform/watchdog.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { sampleView } from '../../fakes/sample-view.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

function scene(...evidence: Evidence[]) {
  const clock = new VirtualClock();
  const seen = { fed: 0, withheld: [] as string[], lagMs: 0 };
  // A stalled event loop: the time is later than the timers know.
  const stalling: Clock = {
    monotonicNs: () => clock.monotonicNs() + BigInt(seen.lagMs) * 1_000_000n,
    wallMs: () => clock.wallMs(),
    after: (delayMs, call) => clock.after(delayMs, call),
  };
  const log = { info: () => {}, warn: (_: string, facts?: Readonly<Record<string, unknown>>) => void seen.withheld.push(String(facts?.why)) };
  const feed = (): void => {
    seen.fed += 1;
  };
  const watchdog = new Watchdog({ clock: stalling, log, notify: feed, timeoutMs: 30_000 });
  watchdog.require(...evidence);
  return { clock, seen, watchdog };
}

describe('the watchdog', () => {
  test('is fed three times within its time while all evidence holds', async () => {
    const { clock, seen } = scene({ name: 'store', check: async () => null });
    await clock.advance(30_000);
    expect(seen).toMatchObject({ fed: 3, withheld: [] });
  });

  test('is not fed while one piece of evidence fails, and is again when it holds', async () => {
    let words: string | null = 'EROFS';
    const { clock, seen } = scene({ name: 'player', check: async () => null }, { name: 'store', check: async () => words });
    await clock.advance(30_000);
    expect(seen).toMatchObject({ fed: 0, withheld: ['store: EROFS', 'store: EROFS', 'store: EROFS'] });
    words = null;
    await clock.advance(10_000);
    expect(seen.fed).toBe(1);
  });

  test('is not fed by a check that throws, nor by one that never ends', async () => {
    const throwing = scene({ name: 'store', check: () => Promise.reject(new Error('the book is closed')) });
    await throwing.clock.advance(10_000);
    expect(throwing.seen).toMatchObject({ fed: 0, withheld: ['store: the book is closed'] });
    const hanging = scene({ name: 'store', check: () => new Promise(() => {}) });
    await hanging.clock.advance(60_000);
    expect(hanging.seen.fed).toBe(0);
  });

  test('is not fed by a turn that comes more than a second late', async () => {
    const { clock, seen } = scene();
    seen.lagMs = 1_500;
    await clock.advance(10_000);
    expect(seen).toMatchObject({ fed: 0, withheld: ['the event loop was 1500 ms late'] });
    await clock.advance(10_000);
    expect(seen.fed).toBe(1);
  });
});

describe('the evidence of the store', () => {
  test('is a write that reached the disk, once a minute', async () => {
    const clock = new VirtualClock();
    const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
    const storage = async () => ({ usedPerMille: 100, freeBytes: 1e9, low: false, held: false });
    const evidence = storeEvidence({ folder, clock, storage });
    expect(await evidence.check()).toBeNull();
    expect(readFileSync(join(folder, 'write-probe'), 'utf8')).toBe('well');
    // The disk is gone: for a minute nobody asks it, then it shows.
    rmSync(folder, { recursive: true });
    expect(await evidence.check()).toBeNull();
    await clock.advance(60_000);
    await expect(evidence.check()).rejects.toThrow('ENOENT');
  });

  test('a full disk is no reason to start again', async () => {
    const storage = async () => ({ usedPerMille: 1_000, freeBytes: 0, low: true, held: false });
    expect(await storeEvidence({ folder: '/nowhere', clock: new VirtualClock(), storage }).check()).toBeNull();
  });
});

describe('the evidence of the player', () => {
  test('while a play flows, what was heard goes on; a box that is idle owes none', async () => {
    let [playback, heard] = ['playing.flowing', 48_000];
    const view = () => ({ ...sampleView, playback });
    const evidence = playerEvidence({ heardSample: async () => heard }, view);
    expect(await evidence.check()).toBeNull();
    heard = 96_000;
    expect(await evidence.check()).toBeNull();
    expect(await evidence.check()).toBe('it has stood at sample 96000 since the last look');
    playback = 'playing.paused';
    expect(await evidence.check()).toBeNull();
    playback = 'playing.flowing';
    expect(await evidence.check()).toBeNull();
  });
});
