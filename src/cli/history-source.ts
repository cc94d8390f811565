import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { limits } from '../limits.ts';
import { readLines } from '../platform/json-lines.ts';
import { PriceInputError } from './price-input.ts';

/** A file of histories: JSON lines, or the USAGE.json of one user. */
export interface HistoryFile {
  readonly path: string;
  /** 0 where it is not known before reading. */
  readonly bytes: number;
  readonly whole: boolean;
}

/** What stands on one line, or in one file; a problem where it is not JSON. */
export interface HistoryEntry {
  /** `users.jsonl:17`, or a file's name. */
  readonly place: string;
  readonly read: { readonly value: unknown } | { readonly problem: string };
  /** How much of the source it takes, for the progress bar. */
  readonly bytes: number;
}

/** One file, the standard input for `-`, or in a folder all that end in .jsonl, .ndjson or .json, by name. */
export async function findHistoryFiles(path: string): Promise<readonly HistoryFile[]> {
  if (path === '-') return [{ path, bytes: 0, whole: false }];
  const found = await stat(path).catch(() => null);
  if (found === null) throw new PriceInputError(`${path} cannot be read; name a file of histories, a folder of them, or - for the standard input`);
  if (!found.isDirectory()) return [{ path, bytes: found.size, whole: found.isFile() && path.endsWith('.json') }];
  const names = (await readdir(path)).filter((name) => /\.(jsonl|ndjson|json)$/.test(name)).sort();
  if (names.length > limits.simulatedFiles) throw new PriceInputError(`${path} holds ${names.length} files; at most ${limits.simulatedFiles} are taken`);
  const files: HistoryFile[] = [];
  for (const name of names) {
    const file = join(path, name);
    const entry = await stat(file).catch(() => null);
    if (entry?.isFile()) files.push({ path: file, bytes: entry.size, whole: name.endsWith('.json') });
  }
  if (files.length === 0) throw new PriceInputError(`${path} holds no .jsonl, .ndjson or .json file`);
  return files;
}

/** The entries of all files in their order: memory for one line, or one small file. */
export async function* readHistories(files: readonly HistoryFile[]): AsyncGenerator<HistoryEntry> {
  for (const file of files) {
    if (file.whole) yield await readWhole(file);
    else yield* readByLine(file);
  }
}

async function* readByLine({ path }: HistoryFile): AsyncGenerator<HistoryEntry> {
  let line = 0;
  for await (const texts of readLines(path, limits.simulatedLineBytes)) {
    for (const text of texts) {
      line += 1;
      const place = `${path}:${line}`;
      if (text === null) yield { place, read: { problem: `a line may have ${limits.simulatedLineBytes} bytes` }, bytes: 0 };
      else if (text.trim() !== '') yield { place, read: parse(text), bytes: text.length + 1 };
    }
  }
}

/** Who has no name in the file is called as the file is. */
async function readWhole({ path, bytes }: HistoryFile): Promise<HistoryEntry> {
  if (bytes > limits.simulatedLineBytes) {
    return { place: path, read: { problem: `the file of one user may have ${limits.simulatedLineBytes} bytes; name a file of JSON lines .jsonl` }, bytes };
  }
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return { place: path, read: { problem: 'the file cannot be read' }, bytes };
  const read = parse(text);
  const named = 'value' in read && typeof read.value === 'object' ? { value: { user: basename(path, '.json'), ...read.value } } : read;
  return { place: path, read: named, bytes };
}

function parse(text: string): HistoryEntry['read'] {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: 'not JSON' };
  }
}
