import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

export const ROOT = normalize(join(import.meta.dirname, '..', '..'));

/** One source file of ours, with the modules it imports: repository paths for ours, bare names for packages. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly string[];
}

/** All TypeScript (of the page, with its elements) below the given folders of the repository. */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders.flatMap((folder) => filesBelow(join(ROOT, folder))).map(readSource);
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesBelow(path);
    return /\.tsx?$/.test(path) ? [path] : [];
  });
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const named = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  const imports = named.map((name) => (name.startsWith('.') ? relative(ROOT, join(dirname(path), name)) : name));
  return { path: relative(ROOT, path), text, lines: text.split('\n').length - 1, imports };
}

/** `src/domain/credit` of `src/domain/credit/terms.ts`; `src/domain` at depth 2. */
export function folderOf(path: string, depth: number): string {
  return path.split('/').slice(0, depth).join('/');
}
