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
  simulate: {
    summary: 'what changes for whom where one model follows another, on the histories of many users',
    usage: '--models OLD.xml,NEW.xml --history FILE_OR_DIR [--until TIME] [--csv OUT.csv] [--plot OUT.svg] [--strict] [--json]',
    load: async () => (await import('./price-simulate.ts')).priceSimulate,
  },
  cheapest: {
    summary: 'which model is cheapest for a history, or for so many plays a month',
    usage:
      '--models A.xml,B.xml,... (--usage USAGE.json [--until TIME] | --plays-a-month N [--minutes M] --months K [--start TIME] [--time-zone ZONE]) [--strict] [--json]',
    load: async () => (await import('./price-cheapest.ts')).priceCheapest,
  },
  audit: {
    summary: "replay every licence in the headend's book, and say where what stands there differs",
    usage: '[--data FOLDER] [--json]',
    load: async () => (await import('./price-audit.ts')).priceAudit,
  },
};

const help = `Works with pricing models (document 002).

usage: ackbox price ACTION ...

${Object.entries(ACTIONS)
  .map(([name, { summary, usage }]) => `  ${name} ${usage}\n      ${summary}`)
  .join('\n')}

simulate reads JSON lines, one licence of a user a line, and - is the standard input:

  {"user": "u1", "licence": {"start": "2026-01-28T00:00:00Z"}, "currency": "USD", "time_zone": "UTC", "usage_history": [...]}

that is a USAGE.json of rate, on one line, with "user" (or licence.user_id) before it. Of a folder all files *.jsonl, *.ndjson and
*.json are read; a .json holds one user, who has the file's name unless it says another. A user with two lines holds two licences, and counts
twice. What cannot be rated is named with its file and line on standard error, and left out. Each user is charged exactly what rate
--until TIME says (default: now). The difference is what the new model charges more; below 0 the user saves. p50 is the smallest
difference that at least 50 of 100 users do not exceed, p95 likewise. --csv writes every user, --plot a histogram.

cheapest goes on to the close of the cycle that is under way at the end, so that nothing used remains unbilled under any model. A
plan begins on the first of this month unless --start says when, and its plays are --minutes long (default: 3).

Exit codes: 0 well, 1 failed or invalid, 2 wrong usage, 3 simulated, but some lines were left out, 130 a simulation was stopped by
Ctrl-C: files that it had begun are gone.
`;

export const priceCommand: Subcommand = {
  name: 'price',
  summary: 'check, rate, explain, compare and simulate pricing models',
  help,
  async run(argv, io) {
    const [name, ...rest] = argv;
    const entry = name !== undefined && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (entry === undefined) {
      io.err(name === undefined ? help : `ackbox price: there is no action ${JSON.stringify(name)}.\n\n${help}`);
      return EXIT.usage;
    }
    return await (await entry.load())(rest, io);
  },
};
