import { changesBetween, checkBootOptions, dropCandidate, type OptionChange, readCandidate, writeCandidate } from '../boot-candidate.ts';
import { readBootOptions } from '../boot-config.ts';
import { bootTrialMinutes, commitBootOptions, confirmBootOptions, previousBootOptions, rollBackBootOptions } from '../boot-trial.ts';
import type { CommandOutcome } from '../session/box-view.ts';
import { strandedMoney } from '../stores/stranded-money.ts';
import { withoutSecrets } from '../supervision/redact.ts';
import { type Command, type CommandContext, done } from './command.ts';

const technicians = ['technician'] as const;
/** The answer leaves before the box ends. */
const END_AFTER_MS = 1_000;
const TRIAL_MINUTES_MAX = 60;
/** Money in the box belongs to the headend and the payers of the old ones. */
const OF_MONEY: ReadonlySet<string> = new Set(['headend', 'profile']);

function refused(code: string, text: string, data: unknown = null): CommandOutcome {
  return { ok: false, code, text, data };
}

/** For a command that needs the folder of a real box. */
function withFolder(
  run: (data: string, context: CommandContext, values: Readonly<Record<string, string>>) => Promise<CommandOutcome>,
): Command<CommandContext>['run'] {
  return async (context, values) =>
    context.selfTest === undefined ? refused('not-fitted', 'A simulation has no options to set.') : await run(context.selfTest.folder, context, values);
}

function shownChanges(changes: readonly OptionChange[]): CommandOutcome {
  const hidden = (name: string, value: string): string => String((withoutSecrets({ [name]: value }) as Record<string, unknown>)[name]);
  const lines = changes.flatMap(({ name, from, to }) => [
    ...(from === null ? [] : [`- ${name}=${hidden(name, from)}`]),
    ...(to === null ? [] : [`+ ${name}=${hidden(name, to)}`]),
  ]);
  return done(lines.join('\n') || 'Nothing is changed.', withoutSecrets(Object.fromEntries(changes.map(({ name, to }) => [name, to]))));
}

const set: Command<CommandContext> = {
  name: 'set',
  help: 'changes options of the box (ackbox box --help) in a candidate; NAME= takes one back; diff shows them, commit takes them',
  roles: technicians,
  guard: 'none',
  arguments: [{ name: 'options', kind: 'pairs', required: true, help: 'such as console-port=/dev/ttyS0 name="Bar left"' }],
  run: withFolder(async (data, _context, { options = '' }) => {
    const candidate = new Map(readCandidate(data));
    for (const pair of options.split('\n')) {
      const [name = '', ...value] = pair.split('=');
      if (value.join('=') === '') candidate.delete(name);
      else candidate.set(name, value.join('='));
    }
    try {
      checkBootOptions(data, candidate);
    } catch (error) {
      return refused('bad-option', error instanceof Error ? error.message : String(error));
    }
    writeCandidate(data, candidate);
    return shownChanges(changesBetween(readBootOptions(data), candidate));
  }),
};

const showCandidate: Command<CommandContext> = {
  name: 'show candidate',
  help: 'the options as they would be after commit',
  roles: technicians,
  guard: 'none',
  arguments: [],
  run: withFolder(async (data) => {
    const options = withoutSecrets(Object.fromEntries(readCandidate(data))) as Readonly<Record<string, string>>;
    const minutes = bootTrialMinutes(data);
    const lines = Object.entries(options).map(([name, value]) => `${name}=${value}`);
    if (lines.length === 0) lines.push('Nothing was chosen here: the box takes its configuration file.');
    if (minutes !== null) lines.push(`On trial for ${minutes} min from its start: commit keeps what is in force, rollback takes it back.`);
    return done(lines.join('\n'), { options, trialMinutes: minutes });
  }),
};

const diff: Command<CommandContext> = {
  name: 'diff',
  help: 'what commit would change',
  roles: technicians,
  guard: 'none',
  arguments: [],
  run: withFolder(async (data) => shownChanges(changesBetween(readBootOptions(data), readCandidate(data)))),
};

const commit: Command<CommandContext> = {
  name: 'commit',
  help: 'keeps the candidate, for the next start (restart); while one is on trial, keeps that',
  roles: technicians,
  guard: 'refuses-while-paid-items',
  arguments: [],
  run: withFolder(async (data, context) => {
    if (bootTrialMinutes(data) !== null) {
      confirmBootOptions(data);
      return done('Kept: the options on trial stay.');
    }
    const changes = await committable(data, context);
    if ('ok' in changes) return changes;
    commitBootOptions(data, readCandidate(data), null);
    dropCandidate(data);
    return done(keptText(changes));
  }),
};

const commitConfirm: Command<CommandContext> = {
  name: 'commit confirm',
  help: 'starts the box with the candidate and goes back by itself, also after a power cut, unless commit follows in time: commit confirm 5m',
  roles: technicians,
  guard: 'refuses-while-paid-items',
  arguments: [{ name: 'within', kind: 'text', required: false, help: 'minutes, 1m to 60m (5m)' }],
  run: withFolder(async (data, context, { within = '5m' }) => {
    const minutes = Number(/^(\d{1,2})m?$/.exec(within)?.[1] ?? 0);
    if (minutes < 1 || minutes > TRIAL_MINUTES_MAX) return refused('bad-argument', `within is 1m to ${TRIAL_MINUTES_MAX}m; got ${within.slice(0, 20)}.`);
    if (bootTrialMinutes(data) !== null) return refused('on-trial', 'Options are on trial already: commit keeps them, rollback takes them back.');
    const changes = await committable(data, context);
    if ('ok' in changes) return changes;
    commitBootOptions(data, readCandidate(data), minutes);
    dropCandidate(data);
    return endSoon(
      context,
      `The box starts again with: ${changes.map(({ name }) => name).join(', ')}. Type commit within ${minutes} min, or they are taken back.`,
    );
  }),
};

const rollback: Command<CommandContext> = {
  name: 'rollback',
  help: 'takes back: options on trial at once; else what was set and not committed; else proposes what was before the last commit',
  roles: technicians,
  guard: 'none',
  arguments: [],
  run: withFolder(async (data, context) => {
    if (rollBackBootOptions(data)) return endSoon(context, 'Taken back. The box starts again with the options of before.');
    if (changesBetween(readBootOptions(data), readCandidate(data)).length > 0) {
      dropCandidate(data);
      return done('What was set and not committed is dropped.');
    }
    const previous = previousBootOptions(data);
    if (previous === null) return refused('nothing-to-undo', 'Nothing was ever committed here.');
    writeCandidate(data, previous);
    return shownChanges(changesBetween(readBootOptions(data), previous));
  }),
};

const restart: Command<CommandContext> = {
  name: 'restart',
  help: 'ends the box, which is started again by its service or npm start; what is paid plays on from where it was heard',
  roles: technicians,
  guard: 'none',
  arguments: [],
  run: async (context) => endSoon(context, 'The box starts again.'),
};

/** What would be committed, or why it is not. */
async function committable(data: string, { book }: CommandContext): Promise<readonly OptionChange[] | CommandOutcome> {
  const changes = changesBetween(readBootOptions(data), readCandidate(data));
  if (changes.length === 0) return refused('nothing-changed', 'Nothing is changed: set NAME=VALUE first.');
  const ofMoney = changes.filter(({ name }) => OF_MONEY.has(name)).map(({ name }) => name);
  const stranded = ofMoney.length === 0 ? [] : await strandedMoney(book, 'money');
  if (stranded.length === 0) return changes;
  return refused('money-unreported', `Not ${ofMoney.join(' and ')} while this would be lost:\n${stranded.map((item) => `  ${item}`).join('\n')}`, stranded);
}

/** The network is the machine's: it does not wait for the box. */
function keptText(changes: readonly OptionChange[]): string {
  const names = changes.map(({ name }) => name);
  const ofMachine = names.filter((name) => /^(net|wifi)-/.test(name));
  const ofBox = names.filter((name) => !ofMachine.includes(name));
  return [
    'Kept.',
    ...(ofMachine.length === 0 ? [] : [`At once, where ackbox-network.service runs: ${ofMachine.join(', ')}.`]),
    ...(ofBox.length === 0 ? [] : [`At the next start (restart): ${ofBox.join(', ')}.`]),
  ].join(' ');
}

function endSoon({ clock, startAgain }: CommandContext, text: string): CommandOutcome {
  if (clock === undefined || startAgain === undefined) return refused('not-fitted', 'There is no process here to start again.');
  clock.after(END_AFTER_MS, startAgain);
  return done(text);
}

export const configCommands: readonly Command<CommandContext>[] = [set, showCandidate, diff, commit, commitConfirm, rollback, restart];
