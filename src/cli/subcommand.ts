/** Where a subcommand writes: results to `out`, everything else to `err`. */
export interface CommandIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** One subcommand of `ackbox`, in a file of its own. `run` resolves to the exit code. */
export interface Subcommand {
  readonly name: string;
  readonly summary: string;
  /** The whole `--help` text, exit codes included. */
  readonly help: string;
  run(argv: readonly string[], io: CommandIo): Promise<number>;
}

/** Exit codes that every subcommand shares. */
export const EXIT = { ok: 0, failed: 1, usage: 2, partly: 3, stopped: 130 } as const;
