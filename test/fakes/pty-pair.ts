import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A cable: two pseudo terminals, of which each brings what the other is given. May be pulled out and put in again. */
export class PtyPair {
  readonly ours: string;
  readonly theirs: string;
  #socat: ChildProcess | null = null;

  constructor(folder: string) {
    this.ours = join(folder, 'box-end');
    this.theirs = join(folder, 'cable-end');
  }

  async plug(): Promise<void> {
    this.#socat = spawn('socat', [`pty,raw,echo=0,link=${this.ours}`, `pty,raw,echo=0,link=${this.theirs}`], { stdio: 'ignore' });
    while (!existsSync(this.ours) || !existsSync(this.theirs)) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async pull(): Promise<void> {
    const gone = new Promise((resolve) => this.#socat?.once('exit', resolve));
    this.#socat?.kill();
    await gone;
    this.#socat = null;
  }
}
