import { parsePremium, premiumText } from '../../src/domain/queue/play-next.ts';
import { type Currency, formatMoney, money } from '../../src/units/money.ts';
import { PREMIUM_SETTING } from '../stores/book-plays.ts';
import { type Command, type CommandContext, done } from './command.ts';

const STAFF = ['staff', 'technician', 'headend'] as const;

function switchGuests(on: boolean): Command<CommandContext> {
  return {
    name: on ? 'guests on' : 'guests off',
    help: on ? 'lets guests choose from their phones: the screen shows the code that lets them in' : 'lets nobody choose from a phone any more',
    roles: STAFF,
    guard: 'none',
    arguments: [],
    run: async ({ guests }) => {
      if (guests === undefined) return { ok: false, code: 'no-guests', text: 'Guests choose from their phones at a jukebox only.', data: null };
      await guests.switch(on);
      return done(
        on ? 'Guests may choose from their phones: the code is on the screen, and in show guests.' : 'Nobody chooses from a phone now; what waits is played.',
      );
    },
  };
}

const showGuests: Command<CommandContext> = {
  name: 'show guests',
  help: 'the address behind the code on the screen',
  roles: ['customer', 'staff', 'technician', 'headend'],
  guard: 'none',
  arguments: [],
  run: async ({ guests }) => {
    const link = guests?.link() ?? null;
    return done(link ?? 'Guests can not come in with their phones now (guests on).', { link });
  },
};

const toPhone: Command<CommandContext> = {
  name: 'credit to-phone',
  help: 'turns the credit at the box into a code that a phone takes',
  roles: ['customer', 'staff'],
  guard: 'none',
  arguments: [],
  run: async ({ box, book, guests }) => {
    const released = await book.releasePanelCredit();
    if (released === null) return { ok: false, code: 'no-credit', text: 'There is no credit at the box.', data: null };
    const { claimCode, amountMinor } = released;
    const link = guests?.link() ?? null;
    const url = link === null ? null : `${link}?code=${claimCode}`;
    const amount = formatMoney(money(amountMinor, box.view().currency as Currency));
    return done(`${amount}: the code is ${claimCode}.${url === null ? '' : ` ${url}`}`, { claimCode, amountMinor: String(amountMinor), url });
  },
};

const setPremium: Command<CommandContext> = {
  name: 'premium set',
  help: 'what being heard next costs above the price, in percent of it: premium set 50 10, or premium set 0 0 to sell it no more',
  roles: ['technician', 'headend'],
  guard: 'none',
  arguments: [
    { name: 'base', kind: 'integer', required: true, help: 'percent of the price' },
    { name: 'waiting', kind: 'integer', required: true, help: 'percent more for each song that waits' },
  ],
  run: async ({ book }, { base = '', waiting = '' }) => {
    const rule = parsePremium(`${base} ${waiting}`);
    if (!rule.ok) return { ok: false, code: rule.error.code, text: rule.error.message, data: null };
    const off = rule.value.basePercent + rule.value.perWaitingPercent === 0;
    await book.putSetting(PREMIUM_SETTING, off ? '' : premiumText(rule.value));
    return done(off ? 'Being heard next is not sold.' : `Being heard next costs ${base} % of the price, and ${waiting} % more for each song that waits.`);
  },
};

export const guestCommands: readonly Command<CommandContext>[] = [switchGuests(true), switchGuests(false), showGuests, toPhone, setPremium];
