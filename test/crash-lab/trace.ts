/** One thing that a process did to its files, or said about them, in the order of its doing. */
export type Deed =
  | { readonly kind: 'write'; readonly path: string; readonly offset: number | null; readonly bytes: Buffer }
  | { readonly kind: 'cut'; readonly path: string; readonly length: number }
  | { readonly kind: 'sync'; readonly path: string }
  | { readonly kind: 'said'; readonly text: string };

/** How strace is asked: the whole of every buffer as hexadecimal, descriptors with their paths. The traced program writes from one thread. */
export const STRACE = ['-f', '-y', '-xx', '-s', '1048576', '-e', 'trace=pwrite64,write,fsync,fdatasync,ftruncate', '-e', 'signal=none'] as const;

/**
 * Reads what strace wrote. Only files below `folder` and standard output count; a call that failed, or has no answer, stops the reading,
 * as the lab would lie otherwise.
 */
export function readTrace(text: string, folder: string): readonly Deed[] {
  return wholeCalls(text).flatMap((line) => {
    const deed = readLine(line, folder);
    return deed === null ? [] : [deed];
  });
}

/** A call during which another thread made one stands on two lines: it is put where it ended. */
function wholeCalls(text: string): readonly string[] {
  const begun = new Map<string, string>();
  return text.split('\n').flatMap((line) => {
    const [, thread = '', start] = /^(\d+) +(.*) <unfinished \.\.\.>$/.exec(line) ?? [];
    if (start !== undefined) {
      begun.set(thread, `${thread} ${start}`);
      return [];
    }
    const [, again = '', end] = /^(\d+) +<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? [];
    return [end === undefined ? line : `${begun.get(again) ?? ''}${end}`];
  });
}

function readLine(line: string, folder: string): Deed | null {
  const call = /^\d+ +(pwrite64|write|fsync|fdatasync|ftruncate)\((\d+)<((?:\\x[0-9a-f]{2})*)>/.exec(line);
  if (call === null) return null;
  const [, name = '', descriptor, encoded = ''] = call;
  const path = unescaped(encoded).toString();
  const told = name === 'write' && descriptor === '1';
  if (!told && !path.startsWith(`${folder}/`)) return null;
  const rest = line.slice(call[0].length);
  const answer = /\) += (\d+)$/.exec(rest)?.[1];
  if (answer === undefined) throw new Error(`the trace holds a call without an answer: ${line.slice(0, 80)} ... ${line.slice(-80)}`);
  if (name === 'fsync' || name === 'fdatasync') return { kind: 'sync', path };
  if (name === 'ftruncate') return { kind: 'cut', path, length: Number(/^, (\d+)/.exec(rest)?.[1]) };
  const bytes = unescaped(/^, "((?:\\x[0-9a-f]{2})*)"/.exec(rest)?.[1] ?? '');
  if (bytes.length !== Number(answer)) throw new Error(`a write of ${answer} bytes shows ${bytes.length} in the trace`);
  if (told) return { kind: 'said', text: bytes.toString() };
  return { kind: 'write', path, offset: name === 'pwrite64' ? Number(/, (\d+)\) += \d+$/.exec(rest)?.[1]) : null, bytes };
}

function unescaped(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}
