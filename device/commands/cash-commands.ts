import type { Meter } from '../../src/domain/cash/meters.ts';
import { type Currency, formatMoney } from '../../src/units/money.ts';
import { COLLECTING_FAULT, COLLECTING_SETTING } from '../cash/collecting.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { minorUnits } from './money-commands.ts';

const collectors = ['collector', 'technician'] as const;
const everyoneButGuests = ['collector', 'technician', 'staff', 'headend'] as const;

function notFrozen(): CommandOutcome {
  return {
    ok: false,
    code: 'not-collecting',
    text: 'Nothing is being collected: collect begin stops the coins first, so that what is counted stays what it is.',
    data: null,
  };
}

function meterRows(meters: readonly Meter[], currency: Currency): string {
  const shown = (name: string, value: bigint): string => (name === 'cash' || name === 'card' ? formatMoney({ minor: value, currency }) : String(value));
  const row = ({ name, lifetime, sinceCollection }: Meter): string =>
    `${name.padEnd(20)}${shown(name, sinceCollection).padStart(14)}${shown(name, lifetime).padStart(14)}`;
  return [`${'meter'.padEnd(20)}${'since'.padStart(14)}${'ever'.padStart(14)}`, ...meters.map(row)].join('\n');
}

const showMeters: Command<CommandContext> = {
  name: 'show meters',
  help: 'what was taken since the last collection, and ever',
  roles: everyoneButGuests,
  guard: 'none',
  arguments: [],
  run: async ({ box, book }) => {
    const meters = await book.meters();
    const data = meters.map(({ name, lifetime, sinceCollection }) => ({ name, lifetime: String(lifetime), sinceCollection: String(sinceCollection) }));
    return done(meterRows(meters, box.view().currency as Currency), data);
  },
};

const showCollections: Command<CommandContext> = {
  name: 'show collections',
  help: 'the last collection tickets',
  roles: everyoneButGuests,
  guard: 'none',
  arguments: [{ name: 'count', kind: 'integer', required: false, help: 'how many (1)' }],
  run: async ({ book }, { count = '1' }) => {
    const collections = await book.collections(Math.min(20, Math.max(1, Number(count))));
    const data = collections.map(({ expectedMinor, countedMinor, ...rest }) => ({
      ...rest,
      expectedMinor: String(expectedMinor),
      countedMinor: String(countedMinor),
    }));
    return done(collections.length === 0 ? 'Nothing was collected yet.' : collections.map(({ ticket }) => ticket).join('\n\n'), data);
  },
};

const showCashBook: Command<CommandContext> = {
  name: 'show cash-book',
  help: 'the pages of the cash book, and whether each is as it was sealed',
  roles: everyoneButGuests,
  guard: 'none',
  arguments: [],
  run: async ({ book }) => {
    const check = await book.checkCashBook();
    if (check.problem !== null) return { ok: false, code: 'cash-book-differs', text: check.problem, data: check };
    return done(`${check.page} pages sealed, all as they were; ${check.open} lines not sealed yet. Seal ${check.hash || 'none'}`, check);
  },
};

const begin: Command<CommandContext> = {
  name: 'collect begin',
  help: 'stops the coins and says what must lie in the cash box',
  roles: collectors,
  guard: 'none',
  arguments: [],
  run: async ({ box, book, raise }) => {
    await book.putSetting(COLLECTING_SETTING, 'yes');
    raise({ type: 'cash.fault', code: COLLECTING_FAULT });
    const meters = await book.meters();
    return done(`No coins are taken now. Empty and count the cash box, then: collect count AMOUNT.\n${meterRows(meters, box.view().currency as Currency)}`);
  },
};

const count: Command<CommandContext> = {
  name: 'collect count',
  help: 'says what was counted: writes the ticket, and coins are taken again',
  roles: collectors,
  guard: 'none',
  arguments: [{ name: 'amount', kind: 'amount', required: true, help: 'what was in the cash box, such as 123.50' }],
  run: async (context, { amount = '' }) => {
    const { box, book, by } = context;
    if ((await book.getSetting(COLLECTING_SETTING)) !== 'yes') return notFrozen();
    const { currency, name } = box.view();
    const countedMinor = minorUnits(amount, currency as Currency);
    if (countedMinor === null) return { ok: false, code: 'bad-argument', text: `That is not an amount in ${currency}.`, data: null };
    const collection = await book.collect({ countedMinor, collector: by, box: name });
    await thaw(context);
    return done(collection.ticket, {
      number: collection.number,
      expectedMinor: String(collection.expectedMinor),
      countedMinor: String(collection.countedMinor),
      varianceMinor: String(collection.countedMinor - collection.expectedMinor),
    });
  },
};

const cancel: Command<CommandContext> = {
  name: 'collect cancel',
  help: 'collects nothing; coins are taken again',
  roles: collectors,
  guard: 'none',
  arguments: [],
  run: async (context) => {
    if ((await context.book.getSetting(COLLECTING_SETTING)) !== 'yes') return notFrozen();
    await thaw(context);
    return done('Nothing was collected; coins are taken again.');
  },
};

async function thaw({ book, raise }: CommandContext): Promise<void> {
  await book.putSetting(COLLECTING_SETTING, '');
  raise({ type: 'cash.cleared', code: COLLECTING_FAULT });
}

export const cashCommands: readonly Command<CommandContext>[] = [showMeters, showCollections, showCashBook, begin, count, cancel];
