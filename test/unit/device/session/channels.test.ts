import { afterEach, describe, expect, test } from 'vitest';
import type { BoxView } from '../../../../device/session/box-view.ts';
import { limits } from '../../../../src/limits.ts';
import type { CatalogueWork } from '../../../../src/wire/http-api.ts';
import { BoxScene, WORKS } from '../../../fakes/box-scene.ts';

let scene: BoxScene;
afterEach(() => scene.remove());

const film = WORKS[0] as CatalogueWork;
const channel = (number: number, title: string, more: Partial<CatalogueWork> = {}): CatalogueWork => ({
  ...{ ...film, id: `c${number}`, title, artist: '', free: true, priceMinor: '0', channel: { number } },
  ...more,
});
const MAP = [film, channel(12, 'Night Music'), channel(1, 'City TV'), channel(120, 'Sea', { free: false, priceMinor: '100' })];

async function setTop(): Promise<BoxScene> {
  scene = await new BoxScene('set-top', { works: MAP }).start();
  return scene;
}

async function digits(text: string): Promise<BoxView> {
  for (const digit of text) await scene.press({ type: 'intent.digit', digit: Number(digit) });
  return scene.box.view();
}

async function afterDigits(): Promise<BoxView> {
  await scene.folder.clock.advance(limits.channelDigitMs);
  return (await scene.quiet()).box.view();
}

describe('digits on the remote of a set-top', () => {
  test('are shown as they are pressed, in two lines and on the screen, and lead to the channel a moment later', async () => {
    await setTop();
    expect(await digits('1')).toMatchObject({ entry: { digits: '1', title: 'City TV' }, shortLine: 'Channel 1', sentence: 'Channel 1: City TV.' });
    expect(await digits('2')).toMatchObject({ entry: { digits: '12', title: 'Night Music' }, playback: 'browse' });
    expect(await afterDigits()).toMatchObject({ entry: null, playback: 'playing.flowing', nowPlaying: { title: 'Night Music' }, shortLine: 'Channel 12' });
  });

  test('lead there at once where no longer number begins so: with the last digit, without OK and without waiting', async () => {
    await setTop();
    expect(await digits('120')).toMatchObject({ entry: null, playback: 'preListen', question: { priceMinor: '100' } });
    scene.remove();
    scene = await new BoxScene('set-top', { works: [film, channel(7, 'City TV'), channel(12, 'Night Music')] }).start();
    expect(await digits('7')).toMatchObject({ entry: null, nowPlaying: { title: 'City TV' } });
    expect(await digits('1')).toMatchObject({ entry: { digits: '1' }, nowPlaying: { title: 'City TV' } });
    expect(await digits('2')).toMatchObject({ entry: null, nowPlaying: { title: 'Night Music' } });
  });

  test('lead there at once with OK, and nowhere with Back', async () => {
    await setTop();
    await digits('1');
    expect(await scene.press({ type: 'intent.ok' })).toMatchObject({ nowPlaying: { title: 'City TV' } });
    await digits('12');
    expect(await scene.press({ type: 'intent.back' })).toMatchObject({ entry: null, nowPlaying: { title: 'City TV' } });
    expect(await afterDigits()).toMatchObject({ nowPlaying: { title: 'City TV' } });
  });

  test('of no channel say so in words', async () => {
    await setTop();
    expect(await digits('77')).toMatchObject({ entry: { digits: '77', title: null }, sentence: 'Channel 77: there is none yet.' });
    expect(await afterDigits()).toMatchObject({ playback: 'browse', sentence: 'No channel has the number 77.' });
  });

  test('change from a channel to another, and from a film, whose unheard rest is given back', async () => {
    await setTop();
    await scene.ok('w1');
    expect(await scene.ok()).toMatchObject({ playback: 'playing.flowing', nowPlaying: { title: film.title } });
    await digits('12');
    expect(await afterDigits()).toMatchObject({ nowPlaying: { title: 'Night Music' }, lastReceipt: { title: film.title } });
    await digits('1');
    expect(await afterDigits()).toMatchObject({ nowPlaying: { title: 'City TV' } });
  });

  test('ask for the price where the channel has one', async () => {
    await setTop();
    await digits('120');
    expect(await afterDigits()).toMatchObject({ playback: 'preListen', question: { priceMinor: '100' } });
    expect(await scene.ok()).toMatchObject({ playback: 'playing.flowing', nowPlaying: { title: 'Sea' } });
  });

  test('mean nothing on a jukebox', async () => {
    scene = await new BoxScene().start();
    expect(await digits('12')).toMatchObject({ entry: null, channelCount: 0 });
  });
});

describe('who watches a channel', () => {
  test('goes up and down the map, around its ends', async () => {
    await setTop();
    const titles: string[] = [];
    for (const step of [1, 1, -1, -1]) titles.push((await scene.press({ type: 'intent.channel', step })).nowPlaying?.title ?? '');
    expect(titles).toEqual(['City TV', 'Night Music', 'City TV', 'Sea']);
  });

  test('leaves it for a work that is chosen, which nothing has to wait for', async () => {
    await setTop();
    await digits('1');
    await afterDigits();
    expect(await scene.ok('w1')).toMatchObject({ playback: 'preListen', nowPlaying: { title: film.title }, queue: [] });
  });

  test('goes on watching when the hour that a play lasts is over', async () => {
    await setTop();
    await digits('1');
    const first = (await afterDigits()).nowPlaying?.play.playId;
    scene.box.raise({ type: 'play.finished', playId: first ?? '' });
    const next = (await scene.quiet()).box.view();
    expect(next).toMatchObject({ playback: 'playing.flowing', nowPlaying: { title: 'City TV' } });
    expect(next.nowPlaying?.play.playId).not.toBe(first);
  });
});
