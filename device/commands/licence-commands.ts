import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { LicenceApi } from '../../src/ports/licence-api.ts';
import type { Result } from '../../src/units/result.ts';
import type { StatusDocument } from '../../src/wire/licence-api.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import { type Command, type CommandContext, done } from './command.ts';
import { findWork } from './find-work.ts';

const who = ['customer', 'staff', 'technician', 'headend'] as const;
const TITLE = { name: 'title', kind: 'text', required: true, help: 'the id of a licence or a work, or part of a title' } as const;

const list: Command<CommandContext> = {
  name: 'licence list',
  help: 'the titles that are checked out, and until when',
  roles: who,
  guard: 'none',
  arguments: [],
  run: async ({ licences }) => {
    if (licences === undefined) return notHere();
    const found = await licences.licences();
    if (!found.ok) return failed(found.error);
    const shown = found.value.licences;
    return done(shown.length === 0 ? 'Nothing was checked out yet.' : shown.map(line).join('\n'), shown);
  },
};

const checkout: Command<CommandContext> = {
  name: 'licence checkout',
  help: 'checks a title out',
  roles: who,
  guard: 'none',
  arguments: [{ name: 'work', kind: 'text', required: true, help: 'a number of show works, an id, or part of a title' }],
  run: async ({ box, licences }, { work = '' }) => {
    const workId = findWork(box, work);
    if (workId === null) return { ok: false, code: 'no-such-work', text: `No work matches ${JSON.stringify(work)}; try show works.`, data: null };
    if (licences === undefined) return notHere();
    const made = await licences.checkOut(workId);
    // Registering is a hint to the provider: a failure changes nothing for the customer (LSD 1.0, 3.3).
    return told(made.ok && made.value.status === 'ready' ? await orElse(licences.registerLicence(made.value.id), made) : made);
  },
};

const renew: Command<CommandContext> = {
  name: 'licence renew',
  help: 'extends a checkout by one period, also after its end',
  roles: who,
  guard: 'none',
  arguments: [TITLE],
  run: (context, { title = '' }) => withLicence(context, title, async (licences, { id }) => told(await licences.renewLicence(id))),
};

const giveBack: Command<CommandContext> = {
  name: 'licence return',
  help: 'returns a title, with what it was used for; it ends at once',
  roles: who,
  guard: 'none',
  arguments: [TITLE],
  run: (context, { title = '' }) =>
    withLicence(context, title, async (licences, known) => told(await licences.returnLicence(known.id, await broughtBack(context, known)))),
};

export const licenceCommands: readonly Command<CommandContext>[] = [list, checkout, renew, giveBack];

const RECEIPTS_READ = 1_000;

/** What this box knows of the title since its checkout. Nothing is kept of a streamed title, so there is nothing to delete and no copy to find. */
async function broughtBack({ book }: CommandContext, { licence }: StatusDocument) {
  const receipts = (await book.receipts(RECEIPTS_READ)).filter((receipt) => receipt.title === licence.title);
  const heardMs = receipts.reduce((sum, receipt) => sum + receipt.heardMs, 0);
  return { uses: receipts.length, heardMs: Math.floor(heardMs), content: 'not-there', bytes: 0, copiesFound: 0 } as const;
}

/** By its id, by its work, or by part of its title: the newest that can still be renewed or returned comes first. */
async function withLicence(
  { licences }: CommandContext,
  title: string,
  act: (licences: LicenceApi, known: StatusDocument) => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
  if (licences === undefined) return notHere();
  const found = await licences.licences();
  if (!found.ok) return failed(found.error);
  const fits = found.value.licences.filter(
    ({ id, licence }) => id === title || licence.resource === title || licence.title.toLowerCase().includes(title.toLowerCase()),
  );
  const known = fits.find(({ links }) => links.length > 1) ?? fits[0];
  return known === undefined
    ? { ok: false, code: 'no-such-licence', text: `Nothing is checked out that matches ${JSON.stringify(title)}.`, data: null }
    : act(licences, known);
}

async function orElse(asked: Promise<Result<StatusDocument, HeadendError>>, made: Result<StatusDocument, HeadendError>): Promise<typeof made> {
  const outcome = await asked;
  return outcome.ok ? outcome : made;
}

function told(outcome: Result<StatusDocument, HeadendError>): CommandOutcome {
  return outcome.ok ? done(`${line(outcome.value)}\n${outcome.value.message}`, outcome.value) : failed(outcome.error);
}

function line({ id, status, licence }: StatusDocument): string {
  return `${status.padEnd(10)}${(licence.end ?? 'for good').slice(0, 16).padEnd(18)}${licence.title.slice(0, 36).padEnd(38)}${id}`;
}

function failed(error: HeadendError): CommandOutcome {
  return { ok: false, code: error.problem, text: error.message, data: null };
}

function notHere(): CommandOutcome {
  return { ok: false, code: 'not-here', text: 'This box has no headend to ask.', data: null };
}
