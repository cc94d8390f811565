import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { intentOfKey } from '../../../../device/input/key-intents.ts';
import type { LoansOfBox, LoanView } from '../../../../device/loans/loan-view.ts';
import { panelFace } from '../../../../device/panel/panel-face.ts';
import { limits } from '../../../../src/limits.ts';
import { fault, ok } from '../../../../src/units/result.ts';
import { BoxScene, WORKS } from '../../../fakes/box-scene.ts';
import { NO_LOANS } from '../../../fakes/no-loans.ts';

const WEEK_MS = 7 * 86_400_000;
const LENT: LoanView = {
  ...{ licence: 'l1', workId: 'w1', title: 'Blue Hour', state: 'ready', message: '', endMs: 1, doneBytes: 1, totalBytes: 1, uses: 0 },
  feeMinor: '250',
};

/** What the counter of a box was asked to do. */
let done: string[];
let here: readonly LoanView[];
let feeMinor: string;
let scene: BoxScene;

const loans: LoansOfBox = {
  ...NO_LOANS,
  views: () => here,
  offer: async () => ok({ feeMinor, periodMs: WEEK_MS }),
  async rent(workId, maxFeeMinor) {
    if (maxFeeMinor !== feeMinor) return fault('fee-not-agreed', 'It costs more by now.');
    done.push(`rent ${workId} for ${maxFeeMinor}`);
    return ok(null);
  },
  async answerRenewal(licence, yes) {
    done.push(`renew ${licence} ${yes}`);
    return null;
  },
  async giveBack(licence) {
    done.push(`return ${licence}`);
    return null;
  },
};

/** A key of the panel, as the desk of keys understands it. */
async function press(key: 'KEY_OK' | 'KEY_BACK' | 'KEY_DOWN' | 'KEY_GREEN', kind: 'short' | 'long' = 'short'): Promise<readonly [string, string]> {
  const intent = intentOfKey(key, kind, scene.box.view().playback);
  if (intent === null) throw new Error(`${key} means nothing`);
  return panelFace(await scene.press(intent), 0).lines;
}

beforeEach(async () => {
  [done, here, feeMinor] = [[], [], '250'];
  scene = await new BoxScene('set-top', { loans }).start();
});
afterEach(() => scene.remove());

describe('renting by the keys of a panel', () => {
  test('a long OK names title and price on two lines; OK rents for that price, and nothing plays', async () => {
    expect(await press('KEY_OK', 'long')).toEqual(['Blue Hour       ', 'Rent: 2.50 EUR  ']);
    expect(scene.box.view().sentence).toBe('Rent Blue Hour for 7 days, for 2.50 EUR? OK rents it, Back leaves it.');
    expect(done).toEqual([]);
    await press('KEY_OK');
    expect(done).toEqual(['rent w1 for 250']);
    expect(scene.box.view()).toMatchObject({ rental: null, playback: 'browse' });
    expect(scene.box.view().sentence).toContain('is yours for its time');
  });

  test('Back leaves it, an arrow leads elsewhere, and time does the same; none of them takes money', async () => {
    await press('KEY_GREEN');
    await press('KEY_BACK');
    expect(scene.box.view().rental).toBeNull();
    await press('KEY_GREEN');
    await press('KEY_DOWN');
    expect(scene.box.view()).toMatchObject({ rental: null, focusIndex: 1 });
    await press('KEY_GREEN');
    expect(scene.box.view().rental?.workId).toBe('w2');
    await scene.folder.clock.advance(limits.confirmMs);
    expect(scene.box.view().rental).toBeNull();
    expect(done).toEqual([]);
  });

  test('what is rented is given back by the same keys, what is over is kept longer for its fee', async () => {
    here = [LENT];
    expect(await press('KEY_OK', 'long')).toEqual(['Blue Hour       ', 'Return it? OK   ']);
    await press('KEY_OK');
    here = [{ ...LENT, state: 'expired' }];
    expect(await press('KEY_OK', 'long')).toEqual(['Blue Hour       ', 'More: 2.50 EUR  ']);
    await press('KEY_OK');
    expect(done).toEqual(['return l1', 'renew l1 true']);
  });
});

describe('what is rented', () => {
  test('asks at its end: no is to give it back', async () => {
    await scene.press({ type: 'intent.renew', licence: 'l1', yes: false });
    expect(done).toEqual(['renew l1 false', 'return l1']);
  });

  test('costs what was shown: a price that rose meanwhile is refused in words', async () => {
    await scene.press({ type: 'intent.rent', workId: 'w2' });
    feeMinor = '900';
    await scene.press({ type: 'intent.rent', workId: 'w2', yes: true });
    expect(done).toEqual([]);
    expect(scene.box.view().sentence).toBe('It costs more by now.');
  });

  test('an answer to what is asked no more rents nothing', async () => {
    await scene.press({ type: 'intent.rent', workId: 'w2' });
    await scene.press({ type: 'intent.rent', workId: 'w1', yes: true });
    expect(scene.box.view().rental?.workId).toBe('w2');
    await scene.press({ type: 'intent.rent', workId: 'w2', yes: false });
    await scene.press({ type: 'intent.rent', workId: 'w2', yes: true });
    expect(done).toEqual([]);
  });

  test('waits for the answer to a pre-listen', async () => {
    await scene.ok('w1');
    await scene.press({ type: 'intent.rent', workId: 'w2' });
    expect(scene.box.view().rental).toBeNull();
    expect(scene.box.view().sentence).toContain('First answer the question');
  });

  test('is for nobody who may not spend so much today', async () => {
    await scene.command('cap set account 2.00');
    await scene.press({ type: 'intent.rent', workId: 'w1' });
    expect(scene.box.view().rental).toBeNull();
    expect(scene.box.view().sentence).toContain('Blue Hour costs 2.50 EUR');
  });

  test('is for those old enough: the PIN of the household asks on', async () => {
    scene.remove();
    const works = WORKS.map((work) => ({ ...work, ageRating: 18 }));
    scene = await new BoxScene('set-top', { loans, works }).start();
    await scene.command('parental set pin=4711 age=16');
    await scene.press({ type: 'intent.rent', workId: 'w1' });
    expect(scene.box.view()).toMatchObject({ rental: null, viewer: { state: 'pin' } });
    for (const digit of [4, 7, 1, 1]) await scene.press({ type: 'intent.digit', digit });
    expect(scene.box.view().rental?.workId).toBe('w1');
  });

  test('a guest of a venue rents nothing on the account of the house', async () => {
    scene.remove();
    scene = await new BoxScene('jukebox', { loans }).start();
    await scene.press({ type: 'intent.rent', workId: 'w1' });
    expect(scene.box.view().rental).toBeNull();
  });
});
