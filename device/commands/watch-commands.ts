import { type Command, type CommandContext, done } from './command.ts';

const NOT_HERE = { ok: false, code: 'no-viewers', text: 'Only a set-top asks whether anybody watches.', data: null } as const;
const HOURS_MAX = 24;
const MINUTES_MAX = 720;

const sleep: Command<CommandContext> = {
  name: 'sleep in',
  help: 'stops what plays after so many minutes; 0 takes the timer away: sleep in 30',
  roles: ['customer', 'staff', 'technician'],
  guard: 'none',
  arguments: [{ name: 'minutes', kind: 'integer', required: true, help: `0 to ${MINUTES_MAX}` }],
  run: async ({ home }, { minutes = '0' }) => {
    const wanted = Number(minutes);
    if (home === undefined) return NOT_HERE;
    if (wanted < 0 || wanted > MINUTES_MAX) return { ok: false, code: 'bad-argument', text: `Minutes are a number from 0 to ${MINUTES_MAX}.`, data: null };
    home.sleepIn(wanted);
    return done(wanted === 0 ? 'The sleep timer is off.' : `What plays stops in ${wanted} minutes.`, { minutes: home.guard.sleepLeftMinutes() });
  },
};

const stillWatching: Command<CommandContext> = {
  name: 'still-watching after',
  help: 'asks whether anybody watches after so many hours without a key; 0: never',
  roles: ['staff', 'technician'],
  guard: 'none',
  arguments: [{ name: 'hours', kind: 'integer', required: true, help: `0 to ${HOURS_MAX}` }],
  run: async ({ home }, { hours = '0' }) => {
    const wanted = Number(hours);
    if (home === undefined) return NOT_HERE;
    if (wanted < 0 || wanted > HOURS_MAX) return { ok: false, code: 'bad-argument', text: `Hours are a number from 0 to ${HOURS_MAX}.`, data: null };
    await home.guard.askAfterHours(wanted);
    return done(wanted === 0 ? 'Nobody is asked.' : `It is asked after ${wanted} hours without a key.`);
  },
};

export const watchCommands: readonly Command<CommandContext>[] = [sleep, stillWatching];
