import { coinYield, type LadderRung, makeLadder } from '../../src/domain/cash/price-ladder.ts';
import { type Currency, formatMoney, money } from '../../src/units/money.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import { BONUS_SETTING } from '../stores/coin-bonus.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { minorUnits } from './money-commands.ts';

const STAFF = ['staff', 'technician', 'collector', 'headend'] as const;

function refused(code: string, text: string): CommandOutcome {
  return { ok: false, code, text, data: null };
}

/** `500 -> 5.00 EUR gives 1.00 EUR`. */
function rungWords({ atMinor, bonusMinor }: LadderRung, currency: Currency): string {
  return `${formatMoney(money(atMinor, currency))} put in gives ${formatMoney(money(bonusMinor, currency))} of bonus`;
}

const tryPrice: Command<CommandContext> = {
  name: 'price try',
  help: 'what coins would bring, one after the other: price try 1.00 1.00 5.00',
  roles: STAFF,
  guard: 'none',
  arguments: [{ name: 'coins', kind: 'amounts', required: true, help: 'such as 1.00 1.00 5.00' }],
  run: async ({ box, venue, book }, { coins = '' }) => {
    if (venue === undefined) return refused('no-venue', 'This box has no price ladder.');
    const currency = box.view().currency as Currency;
    const percent = Number((await book.getSetting(BONUS_SETTING)) ?? 0);
    const amounts = coins.split(' ').map((coin) => minorUnits(coin, currency));
    if (amounts.includes(null)) return refused('bad-argument', `Those are not amounts in ${currency}.`);
    let paidIn = 0n;
    let credit = 0n;
    const lines = amounts.map((coin) => {
      const { creditMinor, bonusMinor, rung } = coinYield(venue.rules.ladder, paidIn, coin ?? 0n, percent);
      paidIn += creditMinor;
      credit += creditMinor + bonusMinor;
      const why = [...(rung === null ? [] : [rungWords(rung, currency)]), ...(percent > 0 ? [`bonus hour +${percent} %`] : [])];
      const gift = bonusMinor === 0n ? '' : ` + ${formatMoney(money(bonusMinor, currency))} (${why.join(', ')})`;
      return { text: `${formatMoney(money(creditMinor, currency))}${gift}: credit ${formatMoney(money(credit, currency))}`, creditMinor, bonusMinor };
    });
    const data = { creditMinor: String(credit), coins: lines.map((line) => ({ creditMinor: String(line.creditMinor), bonusMinor: String(line.bonusMinor) })) };
    return done(lines.map(({ text }) => text).join('\n'), data);
  },
};

const setLadder: Command<CommandContext> = {
  name: 'ladder set',
  help: 'what put-in money gives on top: ladder set 5.00 1.00 10.00 2.50, or ladder set 0 for none',
  roles: ['technician', 'headend'],
  guard: 'none',
  arguments: [{ name: 'rungs', kind: 'amounts', required: true, help: 'pairs of what is put in and the bonus by then' }],
  run: async ({ box, venue }, { rungs = '' }) => {
    if (venue === undefined) return refused('no-venue', 'This box has no price ladder.');
    const currency = box.view().currency as Currency;
    const amounts = rungs === '0' ? [] : rungs.split(' ').map((amount) => minorUnits(amount, currency));
    const known = amounts.filter((amount) => amount !== null);
    if (known.length < amounts.length || known.length % 2 === 1)
      return refused('bad-argument', `A ladder is pairs of amounts in ${currency}, such as 5.00 1.00.`);
    const pairs = known.flatMap((atMinor, index) => (index % 2 === 0 ? [{ atMinor, bonusMinor: known[index + 1] ?? 0n }] : []));
    const ladder = makeLadder(pairs);
    if (!ladder.ok) return refused(ladder.error.code, ladder.error.message);
    await venue.rules.putLadder(ladder.value);
    return await showRungs(ladder.value.rungs, currency);
  },
};

const showLadder: Command<CommandContext> = {
  name: 'ladder show',
  help: 'what put-in money gives on top',
  roles: STAFF,
  guard: 'none',
  arguments: [],
  run: async ({ box, venue }) => await showRungs(venue?.rules.ladder.rungs ?? [], box.view().currency as Currency),
};

async function showRungs(rungs: readonly LadderRung[], currency: Currency): Promise<CommandOutcome> {
  const text = rungs.map((rung) => rungWords(rung, currency)).join('\n');
  const data = rungs.map(({ atMinor, bonusMinor }) => ({ atMinor: String(atMinor), bonusMinor: String(bonusMinor) }));
  return done(text === '' ? 'Coins give credit of their own value, and nothing on top.' : text, data);
}

export const ladderCommands: readonly Command<CommandContext>[] = [tryPrice, setLadder, showLadder];
