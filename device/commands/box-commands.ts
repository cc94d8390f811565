import type { CommandOutcome } from '../session/box-view.ts';
import { accountCommands } from './account-commands.ts';
import { audioCommands } from './audio-commands.ts';
import { capCommands } from './cap-commands.ts';
import { cashCommands } from './cash-commands.ts';
import { type Command, type CommandContext, done, type Role } from './command.ts';
import { type LineFault, parseLine, usageOf } from './command-line.ts';
import { configCommands } from './config-commands.ts';
import { guestCommands } from './guest-commands.ts';
import { hardwareCommands } from './hardware-commands.ts';
import { ladderCommands } from './ladder-commands.ts';
import { licenceCommands } from './licence-commands.ts';
import { liveCommands } from './live-commands.ts';
import { logCommands } from './log-commands.ts';
import { moneyCommands } from './money-commands.ts';
import { networkCommands } from './network-commands.ts';
import { playCommands } from './play-commands.ts';
import { resetCommands } from './reset-commands.ts';
import { sellingCommands } from './selling-commands.ts';
import { serviceCommands } from './service-commands.ts';
import { showCommands } from './show-commands.ts';
import { signInCommands } from './sign-in-commands.ts';
import { taxCommands } from './tax-commands.ts';
import { testCommands } from './test-commands.ts';
import { venueCommands } from './venue-commands.ts';
import { viewerCommands } from './viewer-commands.ts';
import { volumeCommands } from './volume-commands.ts';
import { watchCommands } from './watch-commands.ts';

const helpCommand: Command<CommandContext> = {
  name: 'help',
  help: 'lists the commands',
  roles: ['customer', 'staff', 'technician', 'collector', 'headend'],
  guard: 'none',
  arguments: [],
  run: async () =>
    done(
      boxCommands.map((command) => `${`${command.name} ${command.arguments.length === 0 ? '' : usageOf(command)}`.padEnd(34)}${command.help}`).join('\n'),
      boxCommands.map(({ name, help }) => ({ name, help })),
    ),
};

/** The one registry (ruling 35): console, screen, command line and headend all come through here. */
export const boxCommands: readonly Command<CommandContext>[] = [
  ...showCommands,
  ...sellingCommands,
  ...playCommands,
  ...moneyCommands,
  ...accountCommands,
  ...licenceCommands,
  ...serviceCommands,
  ...cashCommands,
  ...hardwareCommands,
  ...networkCommands,
  ...audioCommands,
  ...volumeCommands,
  ...venueCommands,
  ...ladderCommands,
  ...taxCommands,
  ...guestCommands,
  ...viewerCommands,
  ...capCommands,
  ...watchCommands,
  ...resetCommands,
  ...signInCommands,
  ...testCommands,
  ...logCommands,
  ...liveCommands,
  ...configCommands,
  helpCommand,
];

/** Parses, checks the role, runs, and journals who did what. Never throws for what a person can cause. */
export async function runLine(context: Omit<CommandContext, 'role'>, line: string, role: Role, surface: string): Promise<CommandOutcome> {
  const parsed = parseLine(line, boxCommands, role);
  if (!parsed.ok) return refused(parsed.error);
  const { command, values } = parsed.value;
  const outcome = await command
    .run({ ...context, role }, values)
    .catch((error: unknown): CommandOutcome => ({ ok: false, code: 'failed', text: error instanceof Error ? error.message : String(error), data: null }));
  if (command.name.startsWith('show ') || command.name === 'help') return outcome;
  await context.book.recordAudit({ event: 'command', facts: { command: command.name, by: context.by, role, surface, ok: outcome.ok, code: outcome.code } });
  return outcome;
}

function refused(error: LineFault): CommandOutcome {
  return { ok: false, code: error.code, text: error.message, data: null };
}
