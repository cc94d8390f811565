import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkBootOptions } from '../../device/boot-candidate.ts';
import { readBootOptions } from '../../device/boot-config.ts';
import { commitBootOptions } from '../../device/boot-trial.ts';
import { withoutSecrets } from '../../device/supervision/redact.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

/** `ackbox box configure`: shows or changes the options that a box takes at its next start. */
export async function configureBox(argv: readonly string[], defaultData: string, io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { data: { type: 'string', default: defaultData }, json: { type: 'boolean', default: false } },
  });
  actAsOwner(values.data);
  const options = new Map(readBootOptions(values.data));
  for (const word of positionals) {
    const [, name = '', value] = /^([a-z][a-z-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (value === undefined) {
      io.err(`ackbox box configure: ${JSON.stringify(word)} is not NAME=VALUE; NAME= takes an option back.\n`);
      return EXIT.usage;
    }
    if (value === '') options.delete(name);
    else options.set(name, value);
  }
  if (positionals.length > 0) {
    // As the box will read them, so that a slip is told now and not at the next boot.
    checkBootOptions(values.data, options);
    commitBootOptions(values.data, options, null);
  }
  const shown = withoutSecrets(Object.fromEntries(options)) as Readonly<Record<string, string>>;
  if (values.json) io.out(`${JSON.stringify(shown)}\n`);
  else
    io.out(
      Object.entries(shown)
        .map(([name, value]) => `${name}=${value}\n`)
        .join('') || 'Nothing was chosen here: the box takes its configuration file.\n',
    );
  return EXIT.ok;
}

/** The box must be able to read what root wrote for it. */
function actAsOwner(folder: string): void {
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (process.getuid?.() !== 0 || owner === undefined || owner.uid === 0) return;
  process.setegid?.(owner.gid);
  process.seteuid?.(owner.uid);
}
