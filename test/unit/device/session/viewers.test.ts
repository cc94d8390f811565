import { afterEach, describe, expect, test } from 'vitest';
import type { BoxView } from '../../../../device/session/box-view.ts';
import { limits } from '../../../../src/limits.ts';
import type { CatalogueWork } from '../../../../src/wire/http-api.ts';
import { BoxScene, WORKS } from '../../../fakes/box-scene.ts';

let scene: BoxScene;
afterEach(() => scene.remove());

const film = WORKS[0] as CatalogueWork;
const grim: CatalogueWork = { ...film, id: 'w16', title: 'Grim', ageRating: 16 };
const SOON = { timeout: 15_000, interval: 20 };

async function household(...lines: readonly string[]): Promise<BoxScene> {
  scene = await new BoxScene('set-top', { works: [...WORKS, grim], inMemory: true }).start();
  for (const line of ['viewer add Anna pin=1234 id=c-anna', 'viewer add Tim age=12 id=c-tim', ...lines]) await scene.command(line);
  return scene;
}

async function key(pin: string): Promise<BoxView> {
  for (const digit of pin) await scene.press({ type: 'intent.digit', digit: Number(digit) });
  return scene.box.view();
}

const pick = (viewer: string): Promise<BoxView> => scene.press({ type: 'intent.viewer', viewer });

async function consumersOf(eventType: string): Promise<readonly unknown[]> {
  await scene.book.flush();
  const { records } = await scene.book.pendingRecords(500);
  const bodies = records.flatMap(({ kind, body }) => (kind === 'usage' ? [JSON.parse(JSON.stringify(body)) as unknown] : []));
  const read = bodies.map((body) => (typeof body === 'string' ? JSON.parse(body) : body) as { readonly EventType: string; readonly ConsumerId: string | null });
  return read.filter(({ EventType }) => EventType === eventType).map(({ ConsumerId }) => ConsumerId);
}

describe('who is watching', () => {
  test('is asked nobody where nobody has a name, and never on a jukebox', async () => {
    scene = await new BoxScene('set-top', { inMemory: true }).start();
    expect(scene.box.view().viewer).toMatchObject({ state: 'alone', people: [], current: null });
    scene.remove();
    scene = await new BoxScene().start();
    expect(scene.box.view().viewer.state).toBe('alone');
  });

  test('is asked once somebody has one: two arrows and OK choose, also in two lines', async () => {
    await household();
    expect(scene.box.view()).toMatchObject({ viewer: { state: 'choosing', index: 0 }, shortLine: 'Who? Anna', sentence: 'Who is watching? Anna: OK chooses.' });
    expect(await scene.press({ type: 'intent.down' })).toMatchObject({ shortLine: 'Who? Tim' });
    expect(await scene.press({ type: 'intent.ok' })).toMatchObject({ viewer: { state: 'watching', current: { id: 'c-tim', name: 'Tim' } } });
  });

  test('sells nothing until somebody said it', async () => {
    await household();
    const { playback, viewer, sentence } = await scene.ok('w1');
    expect({ playback, state: viewer.state, sentence }).toEqual({ playback: 'browse', state: 'choosing', sentence: 'Say first who is watching.' });
    await pick('guest');
    expect(await scene.ok('w1')).toMatchObject({ playback: 'preListen' });
  });

  test('stands as a pseudonym in every record and order, and never as a name', async () => {
    await household();
    await pick('c-tim');
    await scene.ok('w1');
    await scene.ok();
    expect(await consumersOf('CONSUMER_IDENTIFICATION')).toEqual(['c-tim']);
    expect(await consumersOf('ORDER')).toEqual(['c-tim']);
    await pick('guest');
    await scene.press({ type: 'intent.stop' });
    expect((await consumersOf('USAGE')).at(-1)).toBeNull();
    expect(JSON.stringify(await scene.book.pendingRecords(500))).not.toMatch(/Tim|Anna/);
  });

  test('is asked anew after a while without a key, but not while something plays', async () => {
    await household();
    await pick('c-tim');
    await scene.ok('w1');
    await scene.ok();
    await scene.folder.clock.advance(limits.viewerIdleMs + 10_000);
    expect((await scene.quiet()).box.view().viewer.state).toBe('watching');
    await scene.press({ type: 'intent.stop' });
    await scene.folder.clock.advance(limits.viewerIdleMs + 10_000);
    expect((await scene.quiet()).box.view().viewer).toMatchObject({ state: 'choosing', current: null });
  });

  test('is asked after a start, unless what somebody watches is taken up', async () => {
    await household();
    await pick('c-tim');
    await scene.restart();
    expect(scene.box.view().viewer).toMatchObject({ state: 'choosing', current: null });
    await pick('c-tim');
    await scene.ok('w1');
    await scene.ok();
    await scene.restart();
    expect(scene.box.view().viewer).toMatchObject({ state: 'watching', current: { name: 'Tim' } });
  });

  test('can be changed with the red key, and Back leaves it as it was', async () => {
    await household();
    await pick('c-tim');
    expect(await scene.press({ type: 'intent.who' })).toMatchObject({ viewer: { state: 'choosing' }, shortLine: 'Who? Tim' });
    expect(await scene.press({ type: 'intent.back' })).toMatchObject({ viewer: { state: 'watching', current: { name: 'Tim' } } });
  });
});

describe('a PIN', () => {
  test('is keyed with the digits of a remote, and shown as stars', async () => {
    await household();
    expect(await pick('c-anna')).toMatchObject({ viewer: { state: 'pin', pin: { of: 'viewer', name: 'Anna', keyed: 0 } }, shortLine: 'PIN: 0' });
    expect(await key('12')).toMatchObject({ viewer: { pin: { keyed: 2 } }, shortLine: 'PIN: **0' });
    expect(JSON.stringify(scene.frames)).not.toContain('"digits":"12"');
    await key('34');
    await expect.poll(() => scene.box.view().viewer, SOON).toMatchObject({ state: 'watching', current: { name: 'Anna' } });
  });

  test('is keyed on a panel by turning each digit and taking it with OK', async () => {
    await household();
    await pick('c-anna');
    for (const digit of [1, 2, 3, 4]) {
      for (let turn = 0; turn < digit; turn += 1) await scene.press({ type: 'intent.up' });
      await scene.press({ type: 'intent.ok' });
    }
    await expect.poll(() => scene.box.view().viewer.current?.name, SOON).toBe('Anna');
  });

  test('that is wrong five times shuts the door for a minute, over a restart too, and for the right one', async () => {
    await household();
    for (let turn = 0; turn < limits.loginTries; turn += 1) {
      expect(await scene.command('viewer choose Anna pin=9999')).toBe('That is not the PIN; try again, or go back.');
    }
    expect(await scene.command('viewer choose Anna pin=1234')).toBe('Too many wrong PINs: wait 60 s.');
    await scene.restart();
    await pick('c-anna');
    await key('1234');
    await expect.poll(() => scene.box.view().sentence, SOON).toMatch(/Too many wrong PINs/);
    await scene.folder.clock.advance(limits.loginLockMs + 1_000);
    await pick('c-anna');
    await key('1234');
    await expect.poll(() => scene.box.view().viewer.current?.name, SOON).toBe('Anna');
  });

  test('takes digits back one by one, then leads to the chooser; nobody who keys one waits for ever', async () => {
    await household();
    await pick('c-anna');
    await key('12');
    expect(await scene.press({ type: 'intent.back' })).toMatchObject({ viewer: { pin: { keyed: 1 } } });
    await scene.press({ type: 'intent.back' });
    expect(await scene.press({ type: 'intent.back' })).toMatchObject({ viewer: { state: 'choosing', pin: null } });
    await pick('c-anna');
    await scene.folder.clock.advance(limits.pinIdleMs + 10_000);
    expect((await scene.quiet()).box.view().viewer.state).toBe('choosing');
  });

  test('is kept as a scrypt hash, and four digits are all that is taken', async () => {
    await household();
    const [anna] = await scene.book.viewers();
    expect(anna?.pin).toMatch(/^[0-9a-f]{32}:[0-9a-f]{64}$/);
    expect(await scene.command('viewer change Anna pin=12')).toBe('A PIN has four digits, or is none.');
    expect(await scene.command('viewer add guest')).toContain('is not guest');
    expect(await scene.command('viewer add anna id=c-2')).toBe('Somebody here is called anna already.');
  });
});

describe('a work with an age rating', () => {
  test('asks for the PIN of the household on the screen, and then opens', async () => {
    await household('parental set pin=4711 age=16');
    await pick('c-tim');
    expect(await scene.ok('w16')).toMatchObject({ playback: 'browse', viewer: { state: 'pin', pin: { of: 'work', name: 'Grim' } } });
    await key('0000');
    await expect.poll(() => scene.box.view().sentence, SOON).toBe('That is not the PIN; try again, or go back.');
    await key('4711');
    await expect.poll(() => scene.box.view(), SOON).toMatchObject({ playback: 'preListen', viewer: { state: 'watching' }, question: { text: 'Play Grim?' } });
  });

  test('stays open for him who was let in, and is shut for the next one', async () => {
    await household('parental set pin=4711 age=16');
    await pick('c-tim');
    await scene.ok('w16');
    await key('4711');
    await expect.poll(() => scene.box.view().playback, SOON).toBe('preListen');
    await scene.press({ type: 'intent.back' });
    expect(await scene.ok('w16')).toMatchObject({ playback: 'preListen' });
    await scene.press({ type: 'intent.back' });
    await pick('guest');
    expect(await scene.ok('w16')).toMatchObject({ viewer: { state: 'pin' } });
  });

  test('is behind it for guests too, and for a box where nobody has a name; grown-ups are not asked', async () => {
    await household('parental set pin=4711 age=16');
    await scene.command('viewer choose Anna pin=1234');
    expect(await scene.ok('w16')).toMatchObject({ playback: 'preListen' });
    scene.remove();
    scene = await new BoxScene('set-top', { works: [...WORKS, grim], inMemory: true }).start();
    await scene.command('parental set pin=4711 age=16');
    expect(await scene.ok('w16')).toMatchObject({ viewer: { state: 'pin' } });
    expect(await scene.press({ type: 'intent.back' })).toMatchObject({ viewer: { state: 'alone' } });
  });

  test('stays shut where a bound was set and no PIN, in words that say what to do', async () => {
    await household();
    await pick('c-tim');
    expect(await scene.ok('w16')).toMatchObject({
      playback: 'browse',
      sentence: 'Grim is rated 16; it can be opened once the household has a PIN (parental set pin=1234).',
    });
  });

  test('can not be put into the queue past the PIN either', async () => {
    await household('parental set pin=4711 age=16');
    await pick('c-tim');
    await scene.ok('w1');
    await scene.ok();
    expect(await scene.ok('w16')).toMatchObject({ playback: 'playing.flowing', queue: [], viewer: { state: 'pin' } });
    await key('4711');
    await expect.poll(() => scene.box.view().queue.map(({ title }) => title), SOON).toEqual(['Grim']);
  });
});
