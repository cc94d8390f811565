import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../tidy/source-tree.ts';

/** One thing a person types in a walk of the README, and what the README says is seen then. */
export interface WalkStep {
  readonly kind: 'shell' | 'console' | 'keys';
  readonly typed: string;
  readonly seen: readonly string[];
}

const FENCE = /^```(sh|keys) walk=([a-z]+)\n([\s\S]*?)^```$/gm;

/** All steps of one walk, in the order of the README: fences that begin with "sh walk=NAME" or "keys walk=NAME". */
export function readWalk(name: string, readme: string = readFileSync(join(ROOT, 'README.md'), 'utf8')): readonly WalkStep[] {
  return [...readme.matchAll(FENCE)]
    .filter((fence) => fence[2] === name)
    .flatMap((fence) => (fence[1] === 'keys' ? keysOf(fence[3] ?? '') : linesOf(fence[3] ?? '')));
}

function keysOf(block: string): readonly WalkStep[] {
  return block
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [typed = '', ...seen] = line.split(/ {2,}/);
      return { kind: 'keys', typed, seen };
    });
}

/** A line that begins with a prompt is typed; the lines below it are seen. */
function linesOf(block: string): readonly WalkStep[] {
  const steps: { kind: WalkStep['kind']; typed: string; seen: string[] }[] = [];
  for (const line of block.split('\n').filter((text) => text !== '')) {
    const prompt = /^(\$|ackbox>) (.*)$/.exec(line);
    if (prompt !== null) steps.push({ kind: prompt[1] === '$' ? 'shell' : 'console', typed: prompt[2] ?? '', seen: [] });
    else steps.at(-1)?.seen.push(line);
  }
  return steps;
}

/** Where the console breaks a long line, the rest stands below it, far to the right. */
const BROKEN = /\r?\n {4,}(?=\S)/g;

/** What of `seen` is missing in `shown`, in order; null where all is there. An ellipsis stands for anything on that line. */
export function missing(seen: readonly string[], shown: string): string | null {
  const lines = shown.replace(BROKEN, ' ').split('\n').map(tidy);
  let from = 0;
  for (const expected of seen) {
    const pattern = new RegExp(tidy(expected).split(/ ?… ?/).map(literally).join('.*'));
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
    if (at < 0) return expected;
    from = at;
  }
  return null;
}

function tidy(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
