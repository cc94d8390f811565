import { KeptLine } from '../../device/console/kept-line.ts';
import { systemClock } from '../platform/system-clock.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

const CTRL_C = 0x03;
const CTRL_BRACKET = 0x1d;

/** A person at the console: keys go to the box, what the box says comes to the screen, until Ctrl-]. The box edits, echoes and completes. */
export async function runTerminal(path: string, io: CommandIo): Promise<number> {
  const { stdin, stdout } = process;
  let told = '';
  let ended = (): void => {};
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const line = new KeptLine({
    path,
    clock: systemClock,
    onUp() {
      io.err(`[${path}, 115200 8N1: Ctrl-] ends]\r\n`);
      told = '';
      // Shows the prompt of a console that said its own long ago.
      line.write('\r');
    },
    onDown(why) {
      if (told !== why) io.err(`\r\n[${path} is gone (${why}): waiting for it; Ctrl-C or Ctrl-] ends]\r\n`);
      told = why;
    },
  });
  line.on('data', (bytes: Buffer) => stdout.write(bytes));
  stdin.setRawMode(true);
  stdin.on('data', (keys: Buffer) => {
    const at = keys.findIndex((key) => key === CTRL_BRACKET || (key === CTRL_C && !line.isUp));
    if (at >= 0) ended();
    else line.write(keys);
  });
  // The terminal is given back as it was, also to whoever ends this from outside.
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.once(signal, ended);
  await end;
  stdin.setRawMode(false);
  stdin.pause();
  await new Promise((resolve) => line.once('close', resolve).destroy());
  io.err('\r\n');
  return EXIT.ok;
}
