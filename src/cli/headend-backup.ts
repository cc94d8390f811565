import { parseArgs } from 'node:util';
import { backUpHeadend, restoreHeadend } from '../headend/stores/headend-backup.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

/** `ackbox headend backup --to DIR` and `ackbox headend restore --from DIR`. */
export async function copyHeadend(what: 'backup' | 'restore', argv: readonly string[], defaultData: string, io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string', default: defaultData },
      to: { type: 'string' },
      from: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const other = what === 'backup' ? values.to : values.from;
  if (other === undefined) {
    io.err(`ackbox headend ${what}: ${what === 'backup' ? '--to' : '--from'} DIR is needed.\n`);
    return EXIT.usage;
  }
  const outcome = what === 'backup' ? await backUpHeadend(values.data, other, Date.now()) : await restoreHeadend(other, values.data);
  if (!outcome.ok) {
    io.err(`ackbox headend ${what}: ${outcome.error.message}\n`);
    return EXIT.failed;
  }
  const { files, bytes } = outcome.value;
  const words = what === 'backup' ? `${values.data} is kept in ${other}` : `${other} is back in ${values.data}`;
  io.out(values.json ? `${JSON.stringify({ what, files, bytes })}\n` : `${words}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB, each with its hash.\n`);
  return EXIT.ok;
}
