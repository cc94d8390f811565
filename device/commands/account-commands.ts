import { Value } from '@sinclair/typebox/value';
import { type Currency, formatMoney } from '../../src/units/money.ts';
import { type AccountAnswer, type CheapestPrices, CheapestQuestion, PAYMENT_METHODS } from '../../src/wire/account-api.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { minorUnits } from './money-commands.ts';

const who = ['customer', 'staff', 'technician', 'headend'] as const;

const show: Command<CommandContext> = {
  name: 'show account',
  help: 'how the account stands, its charges, and what its open cycles will cost',
  roles: who,
  guard: 'none',
  arguments: [],
  run: async (context) => {
    const { account } = context;
    if (account === undefined || !mayKnow(context)) return refused(context);
    const found = await account.look();
    return found.ok ? done(accountText(found.value), found.value) : { ok: false, code: found.error.problem, text: found.error.message, data: null };
  },
};

const topUp: Command<CommandContext> = {
  name: 'account pay',
  help: 'asks to pay an amount of what is owed; it counts once the payment arrives',
  roles: who,
  guard: 'none',
  arguments: [
    { name: 'amount', kind: 'amount', required: true, help: 'such as 10.00' },
    { name: 'method', kind: 'text', required: true, help: PAYMENT_METHODS.join(', ') },
  ],
  run: async (context, { amount = '', method: named = '' }) => {
    const { account, box, newKey } = context;
    if (account === undefined || !mayKnow(context)) return refused(context);
    const currency = box.view().currency as Currency;
    const minor = minorUnits(amount, currency);
    const method = PAYMENT_METHODS.find((one) => one === named);
    if (minor === null || minor === 0n || minor > MOST_MINOR || method === undefined)
      return { ok: false, code: 'bad-argument', text: `Say an amount in ${currency} and one of ${PAYMENT_METHODS.join(', ')}.`, data: null };
    const asked = await account.topUp({ key: newKey(), amountMinor: String(minor), method });
    if (!asked.ok) return { ok: false, code: asked.error.problem, text: asked.error.message, data: null };
    return done(`${formatMoney({ minor, currency })} by ${method}: ${asked.value.state}.`, asked.value);
  },
};

const cheapest: Command<CommandContext> = {
  name: 'price cheapest',
  help: 'which price on offer is cheapest: for so many plays a month (price cheapest 20 minutes=4 months=12), or for what was used in the last months (price cheapest)',
  roles: who,
  guard: 'none',
  arguments: [
    { name: 'plays', kind: 'integer', required: false, help: 'a month; without it what the account used is reckoned with' },
    { name: 'minutes', kind: 'integer', required: false, help: 'of each play (default: 3)' },
    { name: 'months', kind: 'integer', required: false, help: 'how many (default: 12)' },
  ],
  run: async (context, { plays, minutes = '3', months = '12' }) => {
    const { account } = context;
    if (account === undefined || (plays === undefined && !mayKnow(context))) return refused(context);
    const question = plays === undefined ? { lastMonths: Number(months) } : { playsAMonth: Number(plays), minutes: Number(minutes), months: Number(months) };
    if (!Value.Check(CheapestQuestion, question))
      return { ok: false, code: 'bad-argument', text: 'Say at most 800 plays a month, of at most 600 minutes, for at most 24 months.', data: null };
    const found = await account.cheapest(question);
    return found.ok ? done(cheapestText(found.value), found.value) : { ok: false, code: found.error.problem, text: found.error.message, data: null };
  },
};

function cheapestText({ uses, from, until, currency, prices }: CheapestPrices): string {
  const money = (minor: string): string => formatMoney({ minor: BigInt(minor), currency: currency as Currency });
  const head = `Plays: ${uses}, from ${from.slice(0, 10)} to ${until.slice(0, 10)}:`;
  if (prices.length === 0) return `${head} nothing on offer has a price here.`;
  const rows = prices.map(({ name, singleMinor, amountMinor, moreMinor }) => {
    const what = singleMinor === null ? name : `single plays at ${money(singleMinor)}`;
    return `${what.slice(0, 48).padEnd(50)}${money(amountMinor).padStart(14)}  ${moreMinor === '0' ? 'cheapest' : `${money(moreMinor)} more`}`;
  });
  return [head, ...rows].join('\n');
}

export const accountCommands: readonly Command<CommandContext>[] = [show, topUp, cheapest];

/** The form has nine digits for it. */
const MOST_MINOR = 999_999_999n;

/** What a venue owes is not for its guests. */
function mayKnow({ box, role }: CommandContext): boolean {
  return role !== 'customer' || box.view().profile === 'set-top';
}

function refused({ account }: CommandContext): CommandOutcome {
  return account === undefined
    ? { ok: false, code: 'not-here', text: 'This box has no headend to ask.', data: null }
    : { ok: false, code: 'not-permitted', text: 'What a venue owes is shown to its staff only.', data: null };
}

function accountText({ text, currency, charges, cycles, payments }: AccountAnswer): string {
  const amount = (minor: string): string => formatMoney({ minor: BigInt(minor), currency: currency as Currency });
  const row = (at: string, what: string, minor: string): string => `${at.slice(0, 16).padEnd(18)}${what.slice(0, 40).padEnd(42)}${amount(minor).padStart(14)}`;
  return [
    text,
    ...cycles.map(({ title, since, until, uses, amountMinor }) => row(since, `${title} until ${until.slice(0, 10)}, ${uses} uses`, amountMinor)),
    ...charges.map(({ at, kind, title, amountMinor }) => row(at, `${kind} ${title}`, amountMinor)),
    ...payments.map(
      ({ state, method, reason, amountMinor }) => `${`${state}, ${method}${reason === '' ? '' : `: ${reason}`}`.padEnd(60)}${amount(amountMinor).padStart(14)}`,
    ),
  ].join('\n');
}
