import { limits } from '../../src/limits.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { Currency } from '../../src/units/money.ts';
import type { Result } from '../../src/units/result.ts';
import type { StatusDocument } from '../../src/wire/licence-api.ts';
import type { LoanCounter } from '../loans/loan-counter.ts';
import { LOAN_CACHE_SETTING, type LoanView } from '../loans/loan-view.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { findWork } from './find-work.ts';
import { minorUnits } from './money-commands.ts';

const BYTES_PER_MEGABYTE = 1_000_000;
const MOST_MEGABYTES = Math.floor(limits.loanCacheBytes / BYTES_PER_MEGABYTE);
const who = ['customer', 'staff', 'technician', 'headend'] as const;
const TITLE = { name: 'title', kind: 'text', required: true, help: 'the id of a licence or a work, or part of a title' } as const;

/** Where something is to be paid it is said first, and done once it was agreed to. */
const FEE = { name: 'fee', kind: 'amount', required: false, help: 'the fee that is agreed to, such as 1.50' } as const;

const list: Command<CommandContext> = {
  name: 'licence list',
  help: 'the titles that are checked out, until when, and how far their download is',
  roles: who,
  guard: 'none',
  arguments: [],
  run: async ({ box, licences }) => {
    if (licences === undefined) return notHere();
    const found = await licences.licences();
    const here = box.view().loans.map(hereLine);
    if (!found.ok) return here.length === 0 ? failed(found.error) : done([...here, found.error.message].join('\n'), box.view().loans);
    const shown = found.value.licences;
    return done(shown.length === 0 ? 'Nothing was checked out yet.' : [...shown.map(line), ...here].join('\n'), shown);
  },
};

const checkout: Command<CommandContext> = {
  name: 'licence checkout',
  help: 'checks a title out, and begins to download it',
  roles: who,
  guard: 'none',
  arguments: [{ name: 'work', kind: 'text', required: true, help: 'a number of show works, an id, or part of a title' }, FEE],
  run: async ({ box, loans }, { work = '', fee = '0' }) => {
    const workId = findWork(box, work);
    if (workId === null) return { ok: false, code: 'no-such-work', text: `No work matches ${JSON.stringify(work)}; try show works.`, data: null };
    return loans === undefined ? notHere() : told(await loans.checkOut(workId, feeOf(box, fee)));
  },
};

const cache: Command<CommandContext> = {
  name: 'licence cache',
  help: 'how much of the disk checked-out titles may fill; with a number it is that: licence cache 2000',
  roles: ['technician', 'staff', 'headend'],
  guard: 'none',
  arguments: [{ name: 'megabytes', kind: 'integer', required: false, help: `1 to ${MOST_MEGABYTES}` }],
  run: async ({ book }, { megabytes }) => {
    const now = Math.min(limits.loanCacheBytes, Number((await book.getSetting(LOAN_CACHE_SETTING)) ?? limits.loanCacheBytes));
    const wanted = megabytes === undefined ? now : Number(megabytes) * BYTES_PER_MEGABYTE;
    if (wanted <= 0 || wanted > limits.loanCacheBytes)
      return { ok: false, code: 'bad-argument', text: `It is a number of megabytes from 1 to ${MOST_MEGABYTES}.`, data: null };
    if (megabytes !== undefined) await book.putSetting(LOAN_CACHE_SETTING, String(wanted));
    const words = 'What is held stays; a title that finds no room is refused.';
    return done(`Checked-out titles may fill ${Math.floor(wanted / BYTES_PER_MEGABYTE)} MB.${megabytes === undefined ? '' : ` ${words}`}`, { bytes: wanted });
  },
};

const renew: Command<CommandContext> = {
  name: 'licence renew',
  help: 'extends a checkout by one period, also after its end',
  roles: who,
  guard: 'none',
  arguments: [TITLE, FEE],
  run: (context, { title = '', fee = '0' }) => withLicence(context, title, async (loans, id) => told(await loans.renew(id, feeOf(context.box, fee)))),
};

const giveBack: Command<CommandContext> = {
  name: 'licence return',
  help: 'returns a title: it ends on this box at once, with what it was used for',
  roles: who,
  guard: 'none',
  arguments: [TITLE, { name: 'how', kind: 'text', required: false, help: 'whole: sends the content back before it is deleted here' }],
  run: (context, { title = '', how = '' }) =>
    withLicence(context, title, async (loans, id) => returned(context, id, await loans.giveBack(id, how === 'whole'))),
};

export const licenceCommands: readonly Command<CommandContext>[] = [list, checkout, cache, renew, giveBack];

function feeOf(box: CommandContext['box'], amount: string): string {
  return String(minorUnits(amount, box.view().currency as Currency) ?? 0n);
}

/** A title of the account that never came to this box is returned at the headend alone. */
async function returned({ licences }: CommandContext, id: string, outcome: Awaited<ReturnType<LoanCounter['giveBack']>>): Promise<CommandOutcome> {
  if (!outcome.ok && outcome.error.problem === 'no-such-licence' && licences !== undefined)
    return told(await licences.returnLicence(id, { uses: 0, heardMs: 0, content: 'not-there', bytes: 0, copiesFound: 0 }));
  if (!outcome.ok) return failed(outcome.error);
  const text = outcome.value === 'told' ? 'The title was returned.' : 'The title is gone from this box; the headend is told when it can be reached.';
  return done(text, { licence: id, headend: outcome.value });
}

/** By its id, by its work, or by part of its title: the newest that can still be renewed or returned comes first. */
async function withLicence(
  { box, licences, loans }: CommandContext,
  title: string,
  act: (loans: LoanCounter, licence: string) => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
  if (licences === undefined || loans === undefined) return notHere();
  const fits = (id: string, work: string, name: string): boolean => id === title || work === title || name.toLowerCase().includes(title.toLowerCase());
  // What lies here is known without the headend.
  const here = box.view().loans.find((loan) => fits(loan.licence, loan.workId, loan.title));
  if (here !== undefined) return act(loans, here.licence);
  const found = await licences.licences();
  if (!found.ok) return failed(found.error);
  const known = found.value.licences.filter(({ id, licence }) => fits(id, licence.resource, licence.title));
  const chosen = known.find(({ links }) => links.length > 1) ?? known[0];
  return chosen === undefined
    ? { ok: false, code: 'no-such-licence', text: `Nothing is checked out that matches ${JSON.stringify(title)}.`, data: null }
    : act(loans, chosen.id);
}

function told(outcome: Result<StatusDocument, HeadendError>): CommandOutcome {
  return outcome.ok ? done(`${line(outcome.value)}\n${outcome.value.message}`, outcome.value) : failed(outcome.error);
}

function line({ id, status, licence }: StatusDocument): string {
  return `${status.padEnd(10)}${(licence.end ?? 'for good').slice(0, 16).padEnd(18)}${licence.title.slice(0, 36).padEnd(38)}${id}`;
}

function hereLine({ licence, title, state, message, doneBytes, totalBytes }: LoanView): string {
  const percent = totalBytes === 0 ? 100 : Math.floor((100 * doneBytes) / totalBytes);
  return `${`here: ${state} ${percent} %`.padEnd(28)}${title.slice(0, 36).padEnd(38)}${licence}${message === '' ? '' : `\n  ${message}`}`;
}

function failed(error: HeadendError): CommandOutcome {
  return { ok: false, code: error.problem, text: error.message, data: null };
}

function notHere(): CommandOutcome {
  return { ok: false, code: 'not-here', text: 'This box has no headend to ask.', data: null };
}
