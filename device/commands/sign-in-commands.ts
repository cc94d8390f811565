import { CONSOLE_ROLES } from '../console/console-keys.ts';
import { type Command, type CommandContext, done } from './command.ts';

const code: Command<CommandContext> = {
  name: 'sign-in code',
  help: 'a one-time code with which a role without a PIN chooses one at the console; forget= takes the PIN of a role that forgot it',
  roles: ['technician'],
  guard: 'none',
  arguments: [{ name: 'forget', kind: 'text', required: false, help: CONSOLE_ROLES.join(', ') }],
  run: async ({ hardware }, { forget }) => {
    const keys = hardware?.consoleKeys ?? null;
    if (keys === null) return { ok: false, code: 'not-fitted', text: 'No console here asks for a PIN: start the box with --console-port.', data: null };
    const role = CONSOLE_ROLES.find((one) => one === forget);
    if (forget !== undefined && role === undefined) return { ok: false, code: 'bad-argument', text: `forget is ${CONSOLE_ROLES.join(', ')}.`, data: null };
    if (role !== undefined) await keys.forgetPin(role);
    const oneTime = keys.newCode();
    return done(`The next who signs in without a PIN is asked for this code, once: ${oneTime}`, { code: oneTime });
  },
};

export const signInCommands: readonly Command<CommandContext>[] = [code];
