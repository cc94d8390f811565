import type { CommandIo } from './subcommand.ts';

/** One action of `ackbox price`, in a file of its own: price-NAME.ts. Resolves to the exit code. */
export type PriceAction = (argv: readonly string[], io: CommandIo) => Promise<number>;
