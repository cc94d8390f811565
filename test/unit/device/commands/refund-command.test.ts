import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runLine } from '../../../../device/commands/box-commands.ts';
import type { CommandContext } from '../../../../device/commands/command.ts';
import { receiptName } from '../../../../device/commands/show-commands.ts';
import type { CommandOutcome } from '../../../../device/session/box-view.ts';
import { GRANT_CEILING_SETTING } from '../../../../device/stores/grant-rows.ts';
import { BookFolder, coin, STATEMENT, WORK } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';
import { sampleView } from '../../../fakes/sample-view.ts';

const PLAY = '0199c1f0-0000-7000-8000-00000000ab12';

let folder: BookFolder;
let book: InlineBook;
let shut: readonly string[] = [];

beforeEach(() => {
  folder = new BookFolder();
  book = folder.open();
});
afterEach(() => {
  book.abandon();
  folder.remove();
});

async function tell(line: string, role: 'staff' | 'customer' = 'staff'): Promise<CommandOutcome> {
  const context = { box: { view: () => ({ ...sampleView, currency: 'EUR' }) }, book, by: `${role} at the console`, whyShut: () => shut };
  return await runLine(context as unknown as Omit<CommandContext, 'role'>, line, role, 'console');
}

/** A play that cost 0.80 of a guest's own money. */
async function heard(playId = PLAY, chargedMinor = 80n): Promise<void> {
  await book.enqueue({ playId, ...WORK });
  await book.settle({ playId, chargedMinor, heardMs: 90_000, endReason: 'skipped', statement: chargedMinor === 0n ? null : STATEMENT });
}

/** As a person reads it on the paper. */
async function nameOf(playId: string): Promise<string> {
  const receipt = (await book.receipts(9)).find((one) => one.playId === playId);
  return receipt === undefined ? '' : receiptName(receipt);
}

describe('refund', () => {
  test('gives back what a receipt charged, once, of the house’s own, and the books balance', async () => {
    await book.insertCoin(coin(1, 100n));
    await heard();
    const name = await nameOf(PLAY);
    expect((await tell('show receipts')).text).toMatch(new RegExp(`Blue Hour[\\s\\S]*Receipt ${name}$`, 'm'));
    expect(await tell(`refund ${name.toLowerCase()} "the needle jumped"`)).toMatchObject({ ok: true, data: { amountMinor: '80' } });
    expect(await tell(`refund ${name} again`)).toMatchObject({ ok: false, code: 'already-refunded' });
    expect(await book.ledger()).toMatchObject({ patronCreditMinor: 100n, earnedMinor: 80n, cashBoxMinor: 100n, problem: null });
    expect((await book.inspect(10)).audits.map(({ body }) => body).join()).toContain('the needle jumped');
  });

  test('is refused to guests, without a reason, for unknown receipts and where nothing was charged', async () => {
    await book.insertCoin(coin(1, 100n));
    await heard(PLAY, 0n);
    const name = await nameOf(PLAY);
    expect((await tell(`refund ${name} please`, 'customer')).code).toBe('not-permitted');
    expect((await tell(`refund ${name}`)).code).toBe('missing-argument');
    expect((await tell('refund 000000 why')).code).toBe('no-such-receipt');
    expect((await tell(`refund ${name} why`)).text).toContain('was not charged');
    await expect(book.refundPlay('nobody', 'anna', 'why')).rejects.toMatchObject({ code: 'play-unknown' });
    expect((await book.ledger()).patronCreditMinor).toBe(100n);
  });

  test('is bounded by what a person may give away in a day; what the house or an account paid is not given to a guest', async () => {
    await book.insertCoin(coin(1, 100n));
    await heard();
    await book.putSetting(GRANT_CEILING_SETTING, '79');
    expect((await tell(`refund ${await nameOf(PLAY)} why`)).text).toContain('may give away');
    await book.enqueue({ playId: 'p-house', ...WORK, house: true });
    await book.settle({ playId: 'p-house', chargedMinor: 50n, heardMs: 9, endReason: 'skipped', statement: STATEMENT });
    await expect(book.refundPlay('p-house', 'anna', 'why')).rejects.toMatchObject({ code: 'nothing-to-refund' });
    const household = new BookFolder('set-top');
    const theirs = household.open();
    await theirs.enqueue({ playId: 'p-account', ...WORK });
    await theirs.settle({ playId: 'p-account', chargedMinor: 50n, heardMs: 9, endReason: 'skipped', statement: STATEMENT });
    await expect(theirs.refundPlay('p-account', 'anna', 'why')).rejects.toMatchObject({ code: 'nothing-to-refund' });
    theirs.abandon();
    household.remove();
  });
});

describe('show selling', () => {
  test('says that the box sells, or each reason why not and what mends it', async () => {
    shut = [];
    expect((await tell('show selling')).text).toBe('Coins are taken, and songs are sold.');
    shut = ['door-open', 'nothing-playable', 'door-open'];
    const { text, data } = await tell('show selling');
    expect(text.match(/door-open/g)).toHaveLength(1);
    expect(text).toMatch(/^nothing-playable +no song can be played: test network/m);
    expect(data).toEqual({ reasons: ['door-open', 'nothing-playable'] });
  });
});
