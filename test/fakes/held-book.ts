import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const HOLD = `
  const Database = require('better-sqlite3');
  const book = new Database(process.argv[1], { timeout: 10000 });
  book.exec('BEGIN EXCLUSIVE');
  process.stdout.write('held');
  process.stdin.resume().on('end', () => process.exit(0));
`;

/** Another program that has a transaction open on a book, as a database browser may. Resolves when it holds it. */
export async function holdBook(path: string): Promise<{ release(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, ['-e', HOLD, path], { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  if (child.stdout !== null) await once(child.stdout, 'data');
  return {
    async release() {
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
    },
  };
}
