import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type CommandIo, EXIT } from './subcommand.ts';

export interface ForegroundProgram {
  readonly script: string;
  readonly args: readonly string[];
  /** Pass its lines of JSON on, and its log; otherwise `tell` puts them into words. */
  readonly json: boolean;
  tell(event: Readonly<Record<string, unknown>>): void | Promise<void>;
}

/** Runs one of our programs until it ends or is asked to (Ctrl-C, SIGTERM). Resolves to its exit code. */
export async function runInForeground(program: ForegroundProgram, io: CommandIo): Promise<number> {
  const stdio = ['ignore', 'pipe', program.json ? 'inherit' : 'ignore'] as const;
  const child = spawn(process.execPath, [program.script, ...program.args], { stdio: [...stdio] });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void child.kill(signal));
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => (program.json ? io.out(`${line}\n`) : void program.tell(JSON.parse(line))));
  }
  return await new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? EXIT.failed));
  });
}
