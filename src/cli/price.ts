import type { PriceAction } from './price-action.ts';
import { EXIT, type Subcommand } from './subcommand.ts';

interface Entry {
  readonly summary: string;
  /** What follows `ackbox price NAME`. */
  readonly usage: string;
  readonly load: () => Promise<PriceAction>;
}

const ACTIONS: Readonly<Record<string, Entry>> = {
  rate: {
    summary: 'what a usage history costs under a model, cycle by cycle; repairs a model as --lenient does, unless --strict',
    usage: '--model MODEL.xml --usage USAGE.json --until TIME [--strict] [--json]',
    load: async () => (await import('./price-rate.ts')).priceRate,
  },
  explain: {
    summary: 'the same in words: every cent, down to the events and the lines of the model',
    usage: '--model MODEL.xml --usage USAGE.json --until TIME [--strict] [--json]',
    load: async () => (await import('./price-explain.ts')).priceExplain,
  },
  quote: {
    summary: 'what the next use will cost at most, before it is confirmed',
    usage: '--model MODEL.xml --usage USAGE.json --at TIME [--seconds N] [--strict] [--json]',
    load: async () => (await import('./price-quote.ts')).priceQuote,
  },
  tree: {
    summary: 'the price of a node in a tree of models, for the licences of a user',
    usage: '--tree TREE.json --use NODE [--licences A,B] [--json]',
    load: async () => (await import('./price-tree.ts')).priceTree,
  },
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
