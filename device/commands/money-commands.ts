import { type Currency, formatMoney, minorDigits } from '../../src/units/money.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import { GRANT_CEILING_SETTING } from '../stores/grant-rows.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { RECEIPTS_MAX, receiptName } from './show-commands.ts';

/** `1.5` of a two-digit currency is 150 minor units; null where it has more digits than the currency. */
export function minorUnits(text: string, currency: Currency): bigint | null {
  const digits = minorDigits(currency);
  const [whole = '0', fraction = ''] = text.split('.');
  return fraction.length > digits ? null : BigInt(whole + fraction.padEnd(digits, '0'));
}

function wrongAmount(currency: string): CommandOutcome {
  return { ok: false, code: 'bad-argument', text: `That is not an amount in ${currency}.`, data: null };
}

const coin: Command<CommandContext> = {
  name: 'coin',
  help: 'a coin of the simulated acceptor',
  roles: ['staff', 'technician'],
  guard: 'none',
  arguments: [{ name: 'amount', kind: 'amount', required: true, help: 'such as 1.00' }],
  run: async ({ box }, { amount = '' }) => {
    const currency = box.view().currency as Currency;
    const minor = minorUnits(amount, currency);
    if (minor === null) return wrongAmount(currency);
    await box.coin(minor);
    return done(`Credit: ${formatMoney({ minor: BigInt(box.view().creditMinor), currency })}`);
  },
};

const grant: Command<CommandContext> = {
  name: 'credit grant',
  help: 'gives credit, with a reason for the books',
  roles: ['staff', 'headend'],
  guard: 'none',
  arguments: [
    { name: 'amount', kind: 'amount', required: true, help: 'such as 1.00' },
    { name: 'reason', kind: 'text', required: true, help: 'why' },
    { name: 'guest', kind: 'text', required: false, help: 'the code on the phone of a guest, instead of whoever is at the box' },
  ],
  run: async ({ box, book, by, newKey }, { amount = '', reason = '', guest }) => {
    const currency = box.view().currency as Currency;
    const minor = minorUnits(amount, currency);
    if (minor === null) return wrongAmount(currency);
    const payer = await book.grantCredit(minor, by, reason, newKey(), guest);
    return done(`Credit: ${formatMoney({ minor: payer.creditMinor, currency })}`);
  },
};

const ceiling: Command<CommandContext> = {
  name: 'credit ceiling',
  help: 'how much each of the staff may give away in a day',
  roles: ['technician', 'headend'],
  guard: 'none',
  arguments: [{ name: 'amount', kind: 'amount', required: true, help: 'such as 50.00' }],
  run: async ({ box, book }, { amount = '' }) => {
    const currency = box.view().currency as Currency;
    const minor = minorUnits(amount, currency);
    if (minor === null || minor === 0n) return wrongAmount(currency);
    await book.putSetting(GRANT_CEILING_SETTING, String(minor));
    return done(`Each of the staff may give away ${formatMoney({ minor, currency })} a day.`);
  },
};

const redeem: Command<CommandContext> = {
  name: 'claim redeem',
  help: 'turns the code of a receipt into credit',
  roles: ['customer', 'staff'],
  guard: 'none',
  arguments: [{ name: 'code', kind: 'text', required: true, help: 'the code on the receipt' }],
  run: async ({ box, book }, { code = '' }) => {
    const redeemed = await book.redeemClaim(code);
    if (redeemed === null) return { ok: false, code: 'no-such-claim', text: 'No open claim has this code.', data: null };
    return done(`${formatMoney({ minor: redeemed.amountMinor, currency: box.view().currency as Currency })} are back as credit.`);
  },
};

const refund: Command<CommandContext> = {
  name: 'refund',
  help: 'gives what a play cost back as credit, once, at the expense of the house, with a reason for the books',
  roles: ['staff', 'technician', 'headend'],
  guard: 'none',
  arguments: [
    { name: 'receipt', kind: 'text', required: true, help: 'its number, as show receipts has it' },
    { name: 'reason', kind: 'text', required: true, help: 'why' },
  ],
  run: async ({ box, book, by }, { receipt = '', reason = '' }) => {
    const found = (await book.receipts(RECEIPTS_MAX)).filter((one) => receiptName(one).toLowerCase() === receipt.toLowerCase());
    const [one, other] = found;
    if (one === undefined || other !== undefined)
      return {
        ok: false,
        code: 'no-such-receipt',
        text: `No one receipt is called ${JSON.stringify(receipt.slice(0, 20))}: show receipts lists them.`,
        data: null,
      };
    const { payer, amountMinor, already } = await book.refundPlay(one.playId, by, reason);
    const amount = (minor: bigint): string => formatMoney({ minor, currency: box.view().currency as Currency });
    if (already) return { ok: false, code: 'already-refunded', text: `${one.title} was given back before: nothing was done.`, data: { playId: one.playId } };
    return done(`${amount(amountMinor)} for ${one.title} are given back. Credit: ${amount(payer.creditMinor)}`, {
      playId: one.playId,
      amountMinor: String(amountMinor),
    });
  },
};

export const moneyCommands: readonly Command<CommandContext>[] = [coin, grant, refund, ceiling, redeem];
