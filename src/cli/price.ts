import type { PriceAction } from './price-action.ts';
import { EXIT, type Subcommand } from './subcommand.ts';

interface Entry {
  readonly summary: string;
  /** What follows `ackbox price NAME`. */
  readonly usage: string;
  readonly load: () => Promise<PriceAction>;
}

const ACTIONS: Readonly<Record<string, Entry>> = {
  check: {
    summary: 'say whether a document is a pricing model, and what to do where it is not; --lenient repairs what document 002 prints wrongly',
    usage: 'MODEL.xml [--lenient] [--json]',
    load: async () => (await import('./price-check.ts')).priceCheck,
  },
  compare: {
    summary: 'say in words what one model charges differently from another',
    usage: 'A.xml B.xml [--lenient] [--json]',
    load: async () => (await import('./price-compare.ts')).priceCompare,
  },
};

const help = `Works with pricing models (document 002).

usage: ackbox price ACTION ...

${Object.entries(ACTIONS)
  .map(([name, { summary, usage }]) => `  ${name} ${usage}\n      ${summary}`)
  .join('\n')}

Exit codes: 0 well, 1 failed or invalid, 2 wrong usage.
`;

export const priceCommand: Subcommand = {
  name: 'price',
  summary: 'check, rate, explain and compare pricing models',
  help,
  async run(argv, io) {
    const [name, ...rest] = argv;
    const entry = name !== undefined && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (entry === undefined) {
      io.err(help);
      return EXIT.usage;
    }
    return await (await entry.load())(rest, io);
  },
};
