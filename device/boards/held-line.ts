import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Runs a tool for as long as this process lives, whatever ends it: the tool's own standard input says nothing, so a shell reads ours, and
 * its end is the tool's end. Then `after` runs. Without this a killed box would leave lines held, and a coin slot open.
 * Arguments: how many words the tool's command has, its words, then the words of `after` (none: nothing).
 */
const WHILE_WE_LIVE = `exec 3<&0
count=$1; shift
tool=''; at=0
for word in "$@"; do at=$((at+1)); [ $at -le $count ] && tool="$tool '$word'"; done
eval "exec $tool" <&- 3<&- & child=$!
{ read -r _ <&3; kill $child; } >&- 2>&- & guard=$!
wait $child 2>&-; status=$?
kill $guard 2>&-
shift $count
[ $# -gt 0 ] && "$@"
exit $status`;

/** @param after a command for the end, such as one that puts the line back to its safe level */
export function spawnWhileWeLive(command: readonly string[], after: readonly string[] = []): ChildProcess {
  return spawn('sh', ['-c', WHILE_WE_LIVE, 'sh', String(command.length), ...command, ...after], { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** A driven line: a process holds it while it is high; low is the end of that process, so that a dead box is a low line. */
export class HeldLine {
  readonly #hold: readonly string[];
  readonly #leaveLow: readonly string[];
  readonly #onTrouble: (message: string) => void;
  #holder: ChildProcess | null = null;
  #wanted = false;
  #ended: () => void = () => {};

  constructor(commands: { readonly hold: readonly string[]; readonly leaveLow: readonly string[] }, onTrouble: (message: string) => void) {
    this.#hold = commands.hold;
    this.#leaveLow = commands.leaveLow;
    this.#onTrouble = onTrouble;
  }

  get high(): boolean {
    return this.#wanted;
  }

  set(high: boolean): void {
    this.#wanted = high;
    if (!high) this.#holder?.stdin?.end();
    else if (this.#holder === null) this.#start();
  }

  /** Low, and nobody holds the line any more. */
  close(): Promise<void> {
    this.set(false);
    return new Promise((resolve) => {
      if (this.#holder === null) resolve();
      else this.#ended = resolve;
    });
  }

  #start(): void {
    const holder = spawnWhileWeLive(this.#hold, this.#leaveLow);
    this.#holder = holder;
    let said = '';
    holder.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-200);
    });
    holder.stdin?.on('error', () => {});
    holder.on('error', (error) => this.#onTrouble(error.message));
    holder.on('close', () => {
      this.#holder = null;
      this.#ended();
      if (!this.#wanted) return;
      // Ended by itself: somebody else has the line. Taken back while it was ending: hold it again.
      if (said === '') this.#start();
      else {
        this.#wanted = false;
        this.#onTrouble(said.trim());
      }
    });
  }
}
