import { createHash } from 'node:crypto';
import { chownSync, createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import Database from 'better-sqlite3';
import { readIfThere, writeDurably } from '../../platform/durable-file.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { guardFolder } from './folder-guard.ts';
import { RESTORED_SETTING } from './party-rows.ts';

const BOOK = 'headend.db';
const LIST = 'backup.json';
/** Made anew by whoever needs them, or of one running process. */
const LEFT_OUT = /^(headend\.db(-.*|\.new.*)?|(headend|sender)\.guard.*|backup\.json.*|compiled\/.*|ingest\/.*|.*\.new)$/;
const WHOLE_BOOK_PAGES = 0x7fff_ffff;

interface Listed {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface BackupFacts {
  readonly files: number;
  readonly bytes: number;
}

export type BackupFault = Fault<'no-headend' | 'not-a-backup' | 'backup-damaged' | 'not-empty' | 'already-running' | 'folder-unusable'>;

/**
 * Copies a headend, running or not: keys, segments, and its book by SQLite's online backup, whole as of one moment. Segments are
 * copied before and after the book, so that whatever it names is there. The list of files, with their hashes, is written last: a folder
 * without one is no backup. Into the folder of an earlier backup, only new segments are copied. Throws what the file system throws.
 */
export async function backUpHeadend(data: string, into: string, wallMs: number): Promise<Result<BackupFacts, BackupFault>> {
  if (!existsSync(join(data, BOOK))) return fault('no-headend', `There is no ${BOOK} in ${data}; name the folder of a headend with --data.`);
  mkdirSync(into, { recursive: true, mode: 0o700 });
  rmSync(join(into, LIST), { force: true });
  await copyNew(data, into);
  await copyBook(join(data, BOOK), join(into, BOOK));
  await copyNew(data, into);
  const files = await Promise.all(filesOf(into).map((path) => listed(into, path)));
  const all = [...files, await listed(into, BOOK)];
  writeDurably(join(into, LIST), `${JSON.stringify({ format: 1, takenAtMs: wallMs, files: all })}\n`);
  return ok(facts(all));
}

/** Puts a backup where no headend is yet. Every file is checked against its hash; the book comes last, so that half a restore is no headend. */
export async function restoreHeadend(from: string, data: string): Promise<Result<BackupFacts, BackupFault>> {
  const text = readIfThere(join(from, LIST));
  if (text === null) return fault('not-a-backup', `${from} holds no ${LIST}: it is no backup, or one that was not finished.`);
  const { files } = JSON.parse(text) as { readonly files: readonly Listed[] };
  if (existsSync(join(data, BOOK))) return fault('not-empty', `${data} holds a headend already; move it aside first, it may know more than the backup.`);
  const guard = guardFolder(data);
  if (!guard.ok) return guard;
  const senderGuard = guardFolder(data, 'sender');
  if (!senderGuard.ok) {
    guard.value.release();
    return senderGuard;
  }
  try {
    for (const file of [...files].sort((left, right) => Number(left.path === BOOK) - Number(right.path === BOOK))) {
      if ((await listed(from, file.path)).sha256 !== file.sha256) return fault('backup-damaged', `${file.path} of the backup is damaged; take another backup.`);
      if (file.path !== BOOK) await copyDurably(join(from, file.path), join(data, file.path));
    }
    await putBook(join(from, BOOK), join(data, BOOK));
    giveToOwner(data, files);
    return ok(facts(files));
  } finally {
    senderGuard.value.release();
    guard.value.release();
  }
}

/** In one step: a reader of a write-ahead log keeps nobody from writing, and no write makes it begin again. */
async function copyBook(from: string, to: string): Promise<void> {
  rmSync(`${to}.new`, { force: true });
  const book = new Database(from, { fileMustExist: true });
  try {
    await book.backup(`${to}.new`, { progress: () => WHOLE_BOOK_PAGES });
  } finally {
    book.close();
  }
  await sync(`${to}.new`);
  renameSync(`${to}.new`, to);
}

/** It says of itself that it was restored, before it is there. */
async function putBook(from: string, to: string): Promise<void> {
  await copyFile(from, `${to}.new`);
  const book = new Database(`${to}.new`);
  try {
    book.pragma('journal_mode = DELETE');
    book
      .prepare(
        'INSERT INTO settings (name, value) SELECT ?, max(opened_at_ms) FROM pay_sessions WHERE true GROUP BY 1 ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      )
      .run(RESTORED_SETTING);
  } finally {
    book.close();
  }
  await sync(`${to}.new`);
  renameSync(`${to}.new`, to);
}

async function copyNew(from: string, to: string): Promise<void> {
  for (const path of filesOf(from)) {
    const there = statSync(join(to, path), { throwIfNoEntry: false });
    // A segment is named by its content: one of its size is it. A key may have been made again.
    if (path.startsWith('segments/') && there?.size === statSync(join(from, path), { throwIfNoEntry: false })?.size) continue;
    await copyDurably(join(from, path), join(to, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !LEFT_OUT.test(path));
}

async function copyDurably(from: string, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to);
  await sync(to);
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function listed(folder: string, path: string): Promise<Listed> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(join(folder, path))) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { path, bytes, sha256: hash.digest('hex') };
}

/** Root restores for the service, which runs as the owner of its folder. */
function giveToOwner(data: string, files: readonly Listed[]): void {
  const { uid, gid } = statSync(data);
  if (process.getuid?.() !== 0 || uid === 0) return;
  const folders = readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of [...folders, join(data, 'headend.guard'), join(data, 'sender.guard'), ...files.map((file) => join(data, file.path))])
    chownSync(path, uid, gid);
}

function facts(files: readonly Listed[]): BackupFacts {
  return { files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
}
