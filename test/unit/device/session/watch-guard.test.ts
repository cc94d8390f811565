import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readDrmScreen } from '../../../../device/boards/drm-screen.ts';
import type { BoxView } from '../../../../device/session/box-view.ts';
import { judgeWatch } from '../../../../src/domain/access/watch-limits.ts';
import { limits } from '../../../../src/limits.ts';
import { BoxScene } from '../../../fakes/box-scene.ts';

let scene: BoxScene;
afterEach(() => scene?.remove());

/** Longer than the box waits between two looks around. */
const LOOK_MS = 10_500;

async function playing(): Promise<void> {
  scene = await new BoxScene('set-top', { inMemory: true }).start();
  await scene.ok('w1');
  await scene.ok();
  expect(scene.box.view().playback).toBe('playing.flowing');
}

/** So long nobody presses anything, and the box looks around once. */
async function nobodyFor(milliseconds: number): Promise<BoxView> {
  scene.folder.clock.sleepThrough(milliseconds - LOOK_MS);
  await scene.folder.clock.advance(LOOK_MS);
  return (await scene.quiet()).box.view();
}

describe('a set-top that nobody touches', () => {
  test('asks whether anybody still watches, and any key goes on without meaning anything else', async () => {
    await playing();
    expect(await nobodyFor(limits.stillWatchingMs - 60_000)).toMatchObject({ sentence: 'Playing Blue Hour.' });
    expect(await nobodyFor(70_000)).toMatchObject({ playback: 'playing.flowing', sentence: 'Are you still watching? Any key goes on; without one it stops.' });
    expect(await scene.press({ type: 'intent.stop' })).toMatchObject({ playback: 'playing.flowing' });
    expect(await nobodyFor(limits.stillWatchingAnswerMs)).toMatchObject({ playback: 'playing.flowing' });
  });

  test('stops what it plays where nobody answers: nothing more is charged, and the receipt says why', async () => {
    await playing();
    const { playback, sentence, lastReceipt } = await nobodyFor(limits.stillWatchingMs + limits.stillWatchingAnswerMs + 1_000);
    expect({ playback, sentence }).toEqual({ playback: 'browse', sentence: 'Standby: any key wakes it.' });
    expect(scene.frames.map((frame) => frame.said.notice?.message)).toContain(
      'Nobody pressed a key for a long time: it was stopped, and nothing more is charged.',
    );
    expect(lastReceipt?.text).toContain('nobody-watches');
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 0n, problem: null });
  });

  test('asks after other hours, or never, where the household said so, over a restart too', async () => {
    await playing();
    expect(await scene.command('still-watching after 0')).toBe('Nobody is asked.');
    expect(await nobodyFor(2 * limits.stillWatchingMs)).toMatchObject({ playback: 'playing.flowing' });
    expect(await scene.command('still-watching after 1')).toBe('It is asked after 1 hours without a key.');
    await scene.restart();
    expect(await nobodyFor(3_600_000 + limits.stillWatchingAnswerMs + 1_000)).toMatchObject({ playback: 'browse' });
  });
});

describe('the sleep timer', () => {
  test('stops what plays when it ends, and is set by a key that goes on to the next time', async () => {
    await playing();
    expect(await scene.press({ type: 'intent.sleep' })).toMatchObject({ sentence: 'What plays stops in 30 minutes.' });
    expect(await scene.press({ type: 'intent.sleep' })).toMatchObject({ sentence: 'What plays stops in 60 minutes.' });
    expect(await nobodyFor(59 * 60_000)).toMatchObject({ playback: 'playing.flowing' });
    expect(await nobodyFor(61_000)).toMatchObject({ playback: 'browse', standby: true, sentence: 'Standby: any key wakes it.' });
    expect((await scene.book.receipts(1))[0]?.text).toContain('sleep-timer');
  });

  test('is taken away with 0, and takes no nonsense', async () => {
    await playing();
    await scene.command('sleep in 1');
    expect(await scene.command('sleep in 0')).toBe('The sleep timer is off.');
    expect(await scene.command('sleep in -5')).toContain('from 0 to 720');
    expect(await nobodyFor(120_000)).toMatchObject({ playback: 'playing.flowing' });
  });
});

describe('standby', () => {
  test('stops a paid stream as any stop does, and any key wakes the box without meaning anything else', async () => {
    await playing();
    const asleep = await scene.press({ type: 'intent.power' });
    expect(asleep).toMatchObject({ playback: 'browse', standby: true, shortLine: 'Standby' });
    expect(asleep.lastReceipt?.endReason).toBe('stopped');
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 0n, problem: null });
    expect(await scene.press({ type: 'intent.play-pause' })).toMatchObject({ playback: 'browse', standby: false });
    await scene.press({ type: 'intent.power' });
    expect(await scene.ok('w1')).toMatchObject({ standby: false, playback: 'preListen' });
  });

  test('leaves what waits in the queue until somebody is there again', async () => {
    await playing();
    await scene.ok('w2');
    expect(scene.box.view().queue).toHaveLength(1);
    expect(await scene.press({ type: 'intent.power' })).toMatchObject({ playback: 'browse', standby: true, queue: [{ workId: 'w2' }] });
    expect(await scene.press({ type: 'intent.up' })).toMatchObject({ standby: false, playback: 'playing.flowing', nowPlaying: { id: 'w2' } });
  });

  test('is where the sleep timer leads where nothing plays, too, and what is paused is given back', async () => {
    await playing();
    await scene.press({ type: 'intent.play-pause' });
    await scene.command('sleep in 1');
    expect(await nobodyFor(75_000)).toMatchObject({ playback: 'browse', standby: true });
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 0n, problem: null });
  });
});

describe('a television', () => {
  test('that is switched off or unplugged stops what is paid', async () => {
    await playing();
    scene.screen = 'there';
    expect(await nobodyFor(20_000)).toMatchObject({ playback: 'playing.flowing' });
    scene.screen = 'gone';
    const { playback, lastReceipt } = await nobodyFor(20_000);
    expect(playback).toBe('browse');
    expect(lastReceipt?.text).toContain('screen-gone');
    expect(scene.frames.map(({ sentence }) => sentence)).toContain('The television is off or unplugged: it was stopped, and nothing more is charged.');
  });

  test('that was never there stops nothing: a box without one plays too', async () => {
    await playing();
    scene.screen = 'gone';
    expect(await nobodyFor(20_000)).toMatchObject({ playback: 'playing.flowing' });
    expect(judgeWatch({ idleMs: 0, askAfterMs: null, sleepInMs: null, screen: 'gone' })).toBe('screen-gone');
  });

  test('is read from the connectors of the kernel', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ackbox-drm-'));
    const say = (connector: string, status: string): void => {
      mkdirSync(join(folder, connector), { recursive: true });
      writeFileSync(join(folder, connector, 'status'), `${status}\n`);
    };
    expect(await readDrmScreen(join(folder, 'none'))).toBe('unknown');
    say('card1-Writeback-1', 'unknown');
    expect(await readDrmScreen(folder)).toBe('unknown');
    say('card1-HDMI-A-1', 'disconnected');
    expect(await readDrmScreen(folder)).toBe('gone');
    say('card1-HDMI-A-2', 'connected');
    expect(await readDrmScreen(folder)).toBe('there');
    rmSync(folder, { recursive: true });
  });
});
