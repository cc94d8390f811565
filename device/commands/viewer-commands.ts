import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import { addPerson, changePerson, readLock, removePerson } from '../session/people.ts';
import { HOUSEHOLD_AGE_SETTING, HOUSEHOLD_PIN_SETTING } from '../session/viewer-desk.ts';
import type { ViewerRow } from '../stores/viewer-port.ts';
import { type Command, type CommandContext, done } from './command.ts';

/** Names of a household are nothing that a headend asks for. */
const HOUSEHOLD = ['staff', 'technician'] as const;
const EVERYONE = ['customer', 'staff', 'technician'] as const;

const NAME = { name: 'name', kind: 'text', required: true, help: 'what the screen calls somebody' } as const;
const PIN = { name: 'pin', kind: 'text', required: false, help: 'four digits, or none' } as const;
const AGE = { name: 'age', kind: 'text', required: false, help: 'from this age rating on the PIN of the household is asked for; or none' } as const;

type Values = Readonly<Record<string, string>>;

function refused({ code, message }: Fault): CommandOutcome {
  return { ok: false, code, text: message, data: null };
}

/** For a household's box only. */
function atHome(
  run: (context: CommandContext & { readonly viewers: NonNullable<CommandContext['home']>['viewers'] }, values: Values) => Promise<CommandOutcome>,
): Command<CommandContext>['run'] {
  return async (context, values) =>
    context.home === undefined
      ? refused({ code: 'no-viewers', message: 'Only a set-top knows who is watching.' })
      : await run({ ...context, viewers: context.home.viewers }, values);
}

async function named({ book }: CommandContext, name: string): Promise<Result<ViewerRow, Fault>> {
  const viewer = (await book.viewers()).find((one) => one.name.toLowerCase() === name.trim().toLowerCase());
  return viewer === undefined ? fault('no-such-viewer', `Nobody here is called ${name}; show viewers lists who is.`) : ok(viewer);
}

async function told(context: CommandContext, outcome: Promise<Result<ViewerRow, Fault>>): Promise<CommandOutcome> {
  const kept = await outcome;
  context.household?.();
  return kept.ok ? done(wordsOf(kept.value), dataOf(kept.value)) : refused(kept.error);
}

function wordsOf({ name, pin, belowAge }: ViewerRow): string {
  return `${name}: ${pin === null ? 'no PIN' : 'with a PIN'}${belowAge === null ? '' : `, the PIN of the household from age ${belowAge} on`}`;
}

function dataOf({ viewerId, name, pin, belowAge }: ViewerRow): unknown {
  return { id: viewerId, name, locked: pin !== null, belowAge };
}

const add: Command<CommandContext> = {
  name: 'viewer add',
  help: 'somebody of the household: viewer add Anna pin=1234, viewer add Tim age=12',
  roles: HOUSEHOLD,
  guard: 'none',
  arguments: [NAME, PIN, AGE, { name: 'id', kind: 'text', required: false, help: "the headend's consumer, where there is one" }],
  run: atHome((context, { name, pin, age, id }) => told(context, addPerson(context, { name, pin, age, id }))),
};

const change: Command<CommandContext> = {
  name: 'viewer change',
  help: 'another PIN, age or name: viewer change Tim age=16',
  roles: HOUSEHOLD,
  guard: 'none',
  arguments: [NAME, PIN, AGE, { name: 'to', kind: 'text', required: false, help: 'a new name' }],
  run: atHome(async (context, { name = '', to, pin, age }) => {
    const found = await named(context, name);
    return found.ok ? await told(context, changePerson(context, found.value.viewerId, { name: to, pin, age })) : refused(found.error);
  }),
};

const remove: Command<CommandContext> = {
  name: 'viewer remove',
  help: 'takes somebody off the list; what is recorded stays recorded',
  roles: HOUSEHOLD,
  guard: 'none',
  arguments: [NAME],
  run: atHome(async (context, { name = '' }) => {
    const found = await named(context, name);
    if (!found.ok) return refused(found.error);
    await removePerson(context, found.value.viewerId);
    context.household?.();
    return done(`${found.value.name} is not on the list any more.`);
  }),
};

const choose: Command<CommandContext> = {
  name: 'viewer choose',
  help: 'says who is watching: viewer choose Anna pin=1234, viewer choose guest',
  roles: EVERYONE,
  guard: 'none',
  arguments: [NAME, PIN],
  run: atHome(async ({ viewers, box }, { name = '', pin }) => {
    const chosen = await viewers.choose(name.trim(), pin ?? null);
    return chosen.ok ? done(`${box.view().viewer.current?.name ?? 'Nobody'} is watching.`) : refused(chosen.error);
  }),
};

const ask: Command<CommandContext> = {
  name: 'viewer ask',
  help: 'asks at the screen who is watching',
  roles: EVERYONE,
  guard: 'none',
  arguments: [],
  run: atHome(async ({ viewers, box }) => {
    viewers.ask();
    return done(box.view().sentence);
  }),
};

const show: Command<CommandContext> = {
  name: 'show viewers',
  help: 'who of the household has a name here, and who is watching',
  roles: EVERYONE,
  guard: 'none',
  arguments: [],
  run: atHome(async ({ book, box }) => {
    const [viewers, { current, state }] = [await book.viewers(), box.view().viewer];
    const watching = current === null ? (state === 'alone' ? 'Nobody has a name here.' : 'Nobody said who is watching.') : `${current.name} is watching.`;
    return done([...viewers.map(wordsOf), watching].join('\n'), { viewers: viewers.map(dataOf), current });
  }),
};

const parental: Command<CommandContext> = {
  name: 'parental set',
  help: 'the PIN of the household, and the age from which guests are asked for it: parental set pin=4711 age=16',
  roles: HOUSEHOLD,
  guard: 'none',
  arguments: [PIN, AGE],
  run: atHome(async ({ book, viewers }, values) => {
    const lock = await readLock(values);
    if (!lock.ok) return refused(lock.error);
    const { pin, belowAge } = lock.value;
    if (pin === undefined && belowAge === undefined)
      return refused({ code: 'missing-argument', message: 'Say pin=, age= or both: parental set pin=4711 age=16.' });
    if (pin !== undefined) await book.putSetting(HOUSEHOLD_PIN_SETTING, pin ?? '');
    if (belowAge !== undefined) await book.putSetting(HOUSEHOLD_AGE_SETTING, belowAge === null ? '' : String(belowAge));
    await viewers.load();
    return done('It is so from now on.');
  }),
};

export const viewerCommands: readonly Command<CommandContext>[] = [add, change, remove, choose, ask, show, parental];
