import { type Currency, formatMoney } from '../../src/units/money.ts';
import { strandedMoney } from '../stores/stranded-money.ts';
import { type Command, type CommandContext, done } from './command.ts';

/** The answer leaves before the box ends. */
const END_AFTER_MS = 1_000;

const factoryReset: Command<CommandContext> = {
  name: 'factory-reset',
  help: 'starts the box with a new book, the old one kept aside; alone it says what that means, and refuses while money is unreported',
  roles: ['technician'],
  guard: 'refuses-while-paid-items',
  arguments: [{ name: 'confirm', kind: 'text', required: false, help: 'the name of this box, typed by whoever means it' }],
  run: async (context, { confirm }) => {
    const { box, book, raise, clock, startAfresh } = context;
    const { name, loans } = box.view();
    if (startAfresh === undefined || clock === undefined)
      return { ok: false, code: 'not-fitted', text: 'There is no process here to start again.', data: null };
    const checkedOut = loans.length === 0 ? [] : [`${loans.length} titles checked out: return them first`];
    const stranded = [...(await strandedMoney(book, 'all')), ...checkedOut];
    if (stranded.length > 0)
      return { ok: false, code: 'money-unreported', text: `Not while this would be lost:\n${stranded.map((item) => `  ${item}`).join('\n')}`, data: stranded };
    if (confirm === undefined) return { ok: false, code: 'confirm-needed', text: await consequences(context, name), data: null };
    if (confirm !== name) return { ok: false, code: 'bad-argument', text: `This box is called ${JSON.stringify(name)}; nothing was done.`, data: null };
    // No coin may fall between this look and the end.
    raise({ type: 'cash.fault', code: 'factory-reset' });
    clock.after(END_AFTER_MS, startAfresh);
    return done('The box ends now, keeps its book aside and starts with a new one.');
  },
};

async function consequences({ book }: CommandContext, name: string): Promise<string> {
  const [ledger, meters] = await Promise.all([book.ledger(), book.meters()]);
  const amount = (minor: bigint): string => formatMoney({ minor, currency: ledger.currency as Currency });
  const uncollected = meters.find((meter) => meter.name === 'cash')?.sinceCollection ?? 0n;
  return [
    'The new book will know nothing of: plays, receipts, claim codes, meters, collections, PINs, and the settings of the venue.',
    ...(uncollected > 0n ? [`In the cash box lie ${amount(uncollected)} that were not collected: collect begin.`] : []),
    ...(ledger.unclaimedMinor > 0n ? [`Claim codes and differences of ${amount(ledger.unclaimedMinor)} will stand in the old book only.`] : []),
    'Kept: the old book, in a dated folder beside the new one; the key and enrolment of the box, its catalogue, remotes, and boot configuration.',
    `To do it: factory-reset confirm=${/\s/.test(name) ? `"${name}"` : name}`,
  ].join('\n');
}

export const resetCommands: readonly Command<CommandContext>[] = [factoryReset];
