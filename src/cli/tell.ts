import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BoxClient } from './box-client.ts';
import { defaultDataFolder } from './data-folder.ts';
import { EXIT, type Subcommand } from './subcommand.ts';

const help = `Runs one line of the box's console on a box of this machine.

usage: ackbox tell [--data DIR] [--as ROLE] [--json] COMMAND ...

  --data DIR   the data folder of npm start (default: .ackbox in the checkout)
  --as ROLE    customer, staff, technician (default) or collector
  --json       the typed result as JSON

ackbox tell help lists the commands. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
`;

export const tellCommand: Subcommand = {
  name: 'tell',
  summary: 'run one line of the box console',
  help,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { data: { type: 'string' }, as: { type: 'string', default: 'technician' }, json: { type: 'boolean', default: false } },
    });
    if (positionals.length === 0) {
      io.err(help);
      return EXIT.usage;
    }
    const client = await BoxClient.ofFolder(join(values.data ?? defaultDataFolder(), 'box'));
    // A line in one pair of the shell's quotes has quotes of its own where it needs them.
    const line = positionals.length === 1 ? positionals.join('') : positionals.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ');
    const outcome = await client.command(line, values.as);
    io.out(values.json ? `${JSON.stringify(outcome)}\n` : `${outcome.text}\n`);
    return outcome.ok ? EXIT.ok : EXIT.failed;
  },
};
