import { afterEach, describe, expect, test } from 'vitest';
import { limits } from '../../../../src/limits.ts';
import { BoxScene, CHARGED_MINOR, type SceneOptions, SilentPlays } from '../../../fakes/box-scene.ts';

let scene: BoxScene;
afterEach(() => scene.remove());

/** Hears the start of a work and leaves it. */
async function preListen(workId: string): Promise<void> {
  expect((await scene.ok(workId)).playback).toBe('preListen');
  expect((await scene.press({ type: 'intent.back' })).playback).toBe('browse');
}

async function useUpTrials(workId: string): Promise<void> {
  for (let count = 0; count < limits.trialsPerWorkPerPayer; count += 1) await preListen(workId);
}

describe('a work whose start was heard as often as it is free', () => {
  test('is sold outright by an idle box: a question with the price and the reason, and OK again buys', async () => {
    scene = await new BoxScene().start();
    await scene.coin();
    await useUpTrials('w1');
    const asked = await scene.ok('w1');
    expect(asked).toMatchObject({
      playback: 'outright',
      sentence: 'You have heard the start of Blue Hour three times. OK buys it for 1.00 EUR; Back leaves it.',
      question: { text: 'Buy Blue Hour?', note: 'heard three times already', priceMinor: '100' },
      creditMinor: '100',
      nowPlaying: null,
    });
    expect(await scene.ok()).toMatchObject({ playback: 'playing.flowing', question: null, creditMinor: '0', nowPlaying: { title: 'Blue Hour' } });
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 100n, problem: null });
  });

  test('is sold outright as well where only the headend has counted so; nothing of the pre-listen is shown or left', async () => {
    const makePlays: SceneOptions['makePlays'] = (book) => Object.assign(new SilentPlays(book), { grantsTrials: false });
    scene = await new BoxScene('jukebox', { makePlays }).start();
    await scene.coin();
    const asked = await scene.ok('w1');
    expect(asked).toMatchObject({ playback: 'outright', question: { text: 'Buy Blue Hour?', priceMinor: '100' }, creditMinor: '100', nowPlaying: null });
    expect(await scene.ok()).toMatchObject({ playback: 'playing.flowing', question: null, creditMinor: '0', nowPlaying: { title: 'Blue Hour' } });
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 100n, problem: null });
  });

  test('is left on Back, and nothing was held', async () => {
    scene = await new BoxScene().start();
    await scene.coin();
    await useUpTrials('w1');
    await scene.ok('w1');
    expect(await scene.press({ type: 'intent.back' })).toMatchObject({ playback: 'browse', question: null, creditMinor: '100' });
  });

  test('asks for a coin where the credit does not reach, and the question stays', async () => {
    scene = await new BoxScene().start();
    await scene.coin(50n);
    await useUpTrials('w1');
    await scene.ok('w1');
    expect(await scene.ok()).toMatchObject({
      playback: 'outright',
      sentence: 'Blue Hour costs 1.00 EUR: please insert a coin.',
      question: { priceMinor: '100' },
    });
    await scene.coin(50n);
    expect((await scene.ok()).playback).toBe('playing.flowing');
  });

  test('can be heard for free by the next guest, and another work by the same', async () => {
    scene = await new BoxScene().start();
    await scene.coin();
    await useUpTrials('w1');
    await preListen('w2');
    await scene.folder.clock.advance(limits.coinSessionIdleMs + 10_000);
    await scene.quiet();
    await scene.coin();
    await preListen('w1');
  });

  test('is counted by the account on a set-top, whose day it is', async () => {
    scene = await new BoxScene('set-top').start();
    await useUpTrials('w1');
    expect(await scene.ok('w1')).toMatchObject({ playback: 'outright', question: { priceMinor: '100' } });
    expect((await scene.ok()).playback).toBe('playing.flowing');
    expect(await scene.book.ledger()).toMatchObject({ accountDebtMinor: 100n, problem: null });
  });

  test('is told on the console, which can answer', async () => {
    scene = await new BoxScene().start();
    await scene.coin();
    await useUpTrials('w1');
    await scene.command('play blue');
    expect(await scene.command('show status')).toMatch(/says +You have heard the start of Blue Hour three times/);
    await scene.command('confirm');
    expect(await scene.command('show status')).toMatch(/says +Playing Blue Hour/);
  });
});

describe('the language of the box', () => {
  test('is told by whoever looks after it, kept, and spoken on every surface', async () => {
    scene = await new BoxScene().start();
    expect(await scene.command('language xx')).toBe('The languages of this box are en, de, fr.');
    await scene.command('language de');
    await scene.quiet();
    expect(await scene.command('show status')).toMatch(/says +Wähle einen Titel; die ersten Sekunden sind frei\./);
    expect([scene.box.view().shortLine, await scene.book.getSetting('language')]).toEqual(['Titel wählen', 'de']);
  });
});

describe('a set-top', () => {
  test('takes no coin, says why, and keeps its slot shut', async () => {
    scene = await new BoxScene('set-top').start();
    await expect(scene.coin()).rejects.toThrow('This box takes no coins: what it plays goes on the account.');
    expect(await scene.command('coin 1.00')).toBe('This box takes no coins: what it plays goes on the account.');
    expect(scene.box.view()).toMatchObject({ cash: 'inhibited', simulatedAcceptor: false });
    expect(scene.acceptorTold).not.toContain(true);
    expect(await scene.book.ledger()).toMatchObject({ cashBoxMinor: 0n });
  });
});

describe('credit that was left behind', () => {
  test('shows its code until somebody does something, at least as long as the limit, and has a receipt', async () => {
    scene = await new BoxScene().start();
    await scene.coin();
    await scene.folder.clock.advance(limits.coinSessionIdleMs + 10_000);
    await scene.quiet();
    const code = scene.box.view().lastReceipt?.claimCode ?? 'none';
    expect(scene.box.view()).toMatchObject({ creditMinor: '0', shortLine: `Code ${code}` });
    expect(scene.box.view().sentence).toContain(`the code ${code} brings them back`);
    expect(scene.box.view().lastReceipt?.text).toContain(`1.00 EUR`);
    expect(scene.box.view().lastReceipt?.text).toContain(code);
    await scene.folder.clock.advance(limits.claimShownMs - 20_000);
    expect(scene.box.view().sentence).toContain(code);
    expect((await scene.press({ type: 'intent.down' })).sentence).not.toContain(code);
    expect(await scene.command(`claim redeem ${code}`)).toContain('1.00 EUR are back');
  });

  test('goes from the screen by itself after its time, and with the next coin', async () => {
    scene = await new BoxScene().start();
    await scene.coin();
    await scene.folder.clock.advance(limits.coinSessionIdleMs + 10_000);
    await scene.quiet();
    await scene.folder.clock.advance(limits.claimShownMs + 10_000);
    expect(scene.box.view().sentence).toBe('Choose a song; the first seconds are free.');
    expect(scene.box.view().lastReceipt?.claimCode).toMatch(/\w{4}/);
  });
});

describe('the end of a play', () => {
  test('is never shown without its receipt and its refund', async () => {
    scene = await new BoxScene().start();
    await scene.coin();
    await scene.ok('w1');
    await scene.ok();
    scene.frames.length = 0;
    await scene.press({ type: 'intent.skip' });
    const idle = scene.frames.filter((view) => view.playback === 'browse');
    expect(idle.length).toBeGreaterThan(0);
    for (const view of idle) expect(view).toMatchObject({ creditMinor: '60', lastReceipt: { title: 'Blue Hour', chargedMinor: String(CHARGED_MINOR) } });
  });
});

describe('a queue that has played out', () => {
  test('is not spoken of: the box offers the next song', async () => {
    scene = await new BoxScene().start();
    await scene.coin(300n);
    await scene.ok('w1');
    await scene.ok();
    await scene.ok('w2');
    expect(await scene.press({ type: 'intent.skip' })).toMatchObject({ playback: 'playing.flowing', nowPlaying: { title: 'Green Door' }, queue: [] });
    expect(await scene.press({ type: 'intent.skip' })).toMatchObject({ playback: 'browse', sentence: 'Choose a song. Credit: 2.20 EUR.' });
  });
});

describe('the end of the evening, cut short by the power', () => {
  const playing = async (): Promise<void> => {
    scene = await new BoxScene().start();
    await scene.coin(300n);
    await scene.ok('w1');
    await scene.ok();
    await scene.ok('w2');
    expect(scene.box.view()).toMatchObject({ playback: 'playing.flowing', queue: [{ title: 'Green Door' }] });
  };
  const expectEnded = async (): Promise<void> => {
    expect(scene.plays.recovered).toEqual([]);
    expect(scene.box.view()).toMatchObject({ playback: 'browse', sentence: 'Out of service: closed for today', queue: [], creditMinor: '260' });
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 0n, earnedMinor: CHARGED_MINOR, problem: null });
  };

  test('is finished at the next start: what sounded is settled, the queue is given back, the box stays closed', async () => {
    await playing();
    await scene.book.putSetting('evening-ended', 'yes');
    await scene.restart();
    await expectEnded();
  });

  test('changes nothing once it was done, and opens again on service off', async () => {
    await playing();
    await scene.command('evening end');
    await expectEnded();
    await scene.restart();
    await expectEnded();
    await scene.command('service off');
    await scene.restart();
    expect(await scene.ok('w1')).toMatchObject({ playback: 'preListen' });
  });

  test('a box that is only out of service settles what sounded and keeps the queue', async () => {
    await playing();
    await scene.book.putSetting('out-of-service', 'a lamp is changed');
    await scene.restart();
    expect(scene.plays.recovered).toEqual([]);
    expect(scene.box.view()).toMatchObject({ sentence: 'Out of service: a lamp is changed', queue: [{ title: 'Green Door' }] });
    expect(await scene.book.ledger()).toMatchObject({ heldMinor: 100n, problem: null });
  });
});

describe('what the account owes', () => {
  const late = { state: 'late', owedMinor: '2500', overdueMinor: '1500' } as const;

  test('is said to a household, which goes on choosing; unpaid, it is told why nothing is sold', async () => {
    scene = await new BoxScene('set-top').start();
    scene.box.raise({ type: 'account.standing', account: late });
    expect(scene.box.view()).toMatchObject({
      sentence: '15.00 EUR are overdue. Please pay under Account, so that the music goes on.',
      shortLine: 'Please pay',
      account: late,
    });
    scene.box.raise({ type: 'account.standing', account: { ...late, state: 'unpaid' } });
    expect(scene.box.view().shortLine).toBe('Unpaid: no sale');
    scene.box.raise({ type: 'account.standing', account: { state: 'current', owedMinor: '0', overdueMinor: '0' } });
    expect(scene.box.view().shortLine).toBe('100.00 EUR');
  });

  test('is not told to the guests of a venue; its box takes no coins while nothing is sold to it', async () => {
    scene = await new BoxScene().start();
    scene.box.raise({ type: 'account.standing', account: late });
    expect(scene.box.view()).toMatchObject({ shortLine: 'Choose a song', cash: 'accepting', account: { state: 'current', owedMinor: '0', overdueMinor: '0' } });
    scene.box.raise({ type: 'account.standing', account: { ...late, state: 'unpaid' } });
    expect(scene.box.view()).toMatchObject({
      ...{ cash: 'inhibited', shortLine: 'Nothing is sold' },
      account: { state: 'unpaid', owedMinor: '0', overdueMinor: '0' },
    });
    expect(scene.acceptorTold.at(-1)).toBe(false);
    scene.box.raise({ type: 'account.standing', account: late });
    expect(scene.box.view().cash).toBe('accepting');
  });
});
