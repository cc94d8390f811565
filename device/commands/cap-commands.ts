import { type Currency, formatMoney, money } from '../../src/units/money.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import type { SpendingCap } from '../stores/viewer-port.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { minorUnits } from './money-commands.ts';

const NOT_HERE: CommandOutcome = { ok: false, code: 'no-viewers', text: 'Only a set-top has spending caps.', data: null };

function wordsOf({ name, capMinor, spentMinor }: SpendingCap, currency: Currency): string {
  const text = (minor: bigint): string => formatMoney(money(minor, currency));
  return `${name.padEnd(24)} ${text(spentMinor)} spent today${capMinor === null ? '' : `, of ${text(capMinor)} a day`}`;
}

async function list({ box, book }: CommandContext): Promise<CommandOutcome> {
  const currency = box.view().currency as Currency;
  const caps = await book.spendingCaps();
  return done(
    caps.map((cap) => wordsOf(cap, currency)).join('\n'),
    caps.map(({ capMinor, spentMinor, ...who }) => ({ ...who, capMinor: capMinor === null ? null : String(capMinor), spentMinor: String(spentMinor) })),
  );
}

const setCap: Command<CommandContext> = {
  name: 'cap set',
  help: 'what may be spent in a day: cap set account 10.00, cap set Tim 2.50, cap set guest none',
  roles: ['staff', 'technician'],
  guard: 'none',
  arguments: [
    { name: 'who', kind: 'text', required: true, help: 'account, guest, or somebody of the household' },
    { name: 'amount', kind: 'text', required: true, help: 'an amount, or none' },
  ],
  run: async (context, { who = '', amount = '' }) => {
    if (context.home === undefined) return NOT_HERE;
    const minor = amount === 'none' ? null : /^\d{1,7}(\.\d{1,3})?$/.test(amount) ? minorUnits(amount, context.box.view().currency as Currency) : undefined;
    if (minor === undefined || (minor === null && amount !== 'none'))
      return { ok: false, code: 'bad-argument', text: 'An amount is written like 2.50, or is none.', data: null };
    const cap = (await context.book.spendingCaps()).find(({ who: id, name }) => id === who || name.toLowerCase() === who.toLowerCase());
    const kept = cap === undefined ? 'nobody' : await context.book.putSpendingCap(cap.who, minor);
    if (kept !== 'ok') return { ok: false, code: 'no-such-viewer', text: `Nobody here is called ${who}; show viewers lists who is.`, data: null };
    context.household?.();
    return await list(context);
  },
};

const showCaps: Command<CommandContext> = {
  name: 'show caps',
  help: 'what each of the household may spend in a day, and has spent today',
  roles: ['customer', 'staff', 'technician'],
  guard: 'none',
  arguments: [],
  run: async (context) => (context.home === undefined ? NOT_HERE : await list(context)),
};

export const capCommands: readonly Command<CommandContext>[] = [setCap, showCaps];
