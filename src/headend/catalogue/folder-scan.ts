import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

export interface FoundFile {
  /** Inside the folder, as the file system spells it, with `/`. */
  readonly name: string;
  readonly path: string;
  /** The folder the file lies in. */
  readonly folder: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface FolderScan {
  /** The folder's true absolute path. */
  readonly root: string;
  /** In the order of their names. */
  readonly files: readonly FoundFile[];
  /** What could not be looked into: nothing below it may be taken for vanished. */
  readonly unreadable: readonly { readonly name: string; readonly reason: string }[];
}

/** Files that belong to a work or to the system, not works themselves. */
const SIDECARS = /^(ackbox\.json|thumbs\.db|desktop\.ini)$/i;

/**
 * Every regular file of a folder tree. Links are followed, but no folder is entered twice; names that begin with a dot are
 * left alone.
 */
export async function scanFolder(folder: string): Promise<Result<FolderScan, Fault<'folder-missing' | 'folder-too-large'>>> {
  let root: string;
  try {
    root = await realpath(folder);
    if (!(await stat(root)).isDirectory()) return fault('folder-missing', `${folder} is not a folder; name the folder that holds your music`);
  } catch {
    return fault('folder-missing', `the folder ${folder} is not there, or may not be read; check its name and its permissions`);
  }
  const walk = { root, files: [] as FoundFile[], unreadable: [] as { name: string; reason: string }[], entered: new Set<string>() };
  await enter(walk, root, '', 0);
  if (walk.files.length > limits.libraryFilesMax) {
    return fault('folder-too-large', `${folder} holds more than ${limits.libraryFilesMax} files; ingest its folders one by one`);
  }
  walk.files.sort((left, right) => (left.name < right.name ? -1 : 1));
  return ok(walk);
}

interface Walk {
  readonly files: FoundFile[];
  readonly unreadable: { name: string; reason: string }[];
  readonly entered: Set<string>;
}

async function enter(walk: Walk, path: string, name: string, depth: number): Promise<void> {
  if (depth > limits.ingestFolderDepth || walk.files.length > limits.libraryFilesMax) return;
  let entries: readonly Dirent[];
  try {
    const actual = await realpath(path);
    if (walk.entered.has(actual)) return;
    walk.entered.add(actual);
    entries = await readdir(path, { withFileTypes: true });
  } catch {
    walk.unreadable.push({ name: name || '.', reason: 'the folder cannot be read; check its permissions' });
    return;
  }
  for (const entry of entries) {
    if (entry.name.startsWith('.') || SIDECARS.test(entry.name)) continue;
    await meet(walk, path, join(path, entry.name), name === '' ? entry.name : `${name}/${entry.name}`, depth);
  }
}

async function meet(walk: Walk, folder: string, path: string, name: string, depth: number): Promise<void> {
  let facts: Stats;
  try {
    facts = await stat(path);
  } catch {
    const reason = name.includes('\ufffd') ? 'its name is not valid UTF-8; rename it' : 'it cannot be read; check the link or its permissions';
    walk.unreadable.push({ name, reason });
    return;
  }
  if (facts.isDirectory()) await enter(walk, path, name, depth + 1);
  else if (facts.isFile()) walk.files.push({ name, path, folder, bytes: facts.size, modifiedMs: Math.floor(facts.mtimeMs) });
}
