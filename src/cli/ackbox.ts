import { type CommandIo, EXIT, type Subcommand } from './subcommand.ts';

/** Loaded one at a time, so that `ackbox --help` costs nothing. */
const SUBCOMMANDS: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Subcommand> }>> = {
  start: { summary: 'the headend and one box on this machine, with a live view', load: async () => (await import('./start.ts')).startCommand },
  ingest: { summary: 'turn a folder of sound files and films into works', load: async () => (await import('./ingest.ts')).ingestCommand },
  headend: { summary: 'run a headend alone, back it up, or restore it', load: async () => (await import('./headend.ts')).headendCommand },
  box: { summary: 'run a box alone, configure it, or enrol one', load: async () => (await import('./box.ts')).boxCommand },
  board: { summary: 'what is wired where, and the levels of a board’s lines', load: async () => (await import('./board.ts')).boardCommand },
  usage: { summary: 'usage records: add up, trace, report', load: async () => (await import('./usage.ts')).usageCommand },
  price: { summary: 'check, rate, explain, compare, simulate and audit pricing models', load: async () => (await import('./price.ts')).priceCommand },
  operator: { summary: 'say who may sign in at the pages of a headend', load: async () => (await import('./operator.ts')).operatorCommand },
  consumer: {
    summary: 'what is kept about a consumer: export, erase, and for how long',
    load: async () => (await import('./consumer.ts')).consumerCommand,
  },
  gateway: { summary: 'bring usage, orders and bills to outside entities', load: async () => (await import('./gateway.ts')).gatewayCommand },
  checkout: { summary: 'say how works are lent; walk a checkout, renewal or return', load: async () => (await import('./checkout.ts')).checkoutCommand },
  monitor: { summary: 'replay a trace through the credit monitor', load: async () => (await import('./monitor.ts')).monitorCommand },
  verify: { summary: 'recompute bills from signed terms and receipts', load: async () => (await import('./verify.ts')).verifyCommand },
  console: { summary: 'a terminal for the serial console of a box', load: async () => (await import('./console.ts')).consoleCommand },
  tell: { summary: 'run one line of the box console: ackbox tell show status', load: async () => (await import('./tell.ts')).tellCommand },
};

const io: CommandIo = { out: (text) => void process.stdout.write(text), err: (text) => void process.stderr.write(text) };

function usage(): string {
  const rows = Object.entries(SUBCOMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`);
  return `Ackbox: a box that pays as it plays.\n\nusage: ackbox SUBCOMMAND [options]\n\n${rows.join('\n')}\n\nackbox SUBCOMMAND --help says more. Exit codes: 0 well, 1 failed, 2 wrong usage, 3 partly done.\n`;
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.out(usage());
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const entry = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  if (entry === undefined) {
    io.err(`ackbox: there is no subcommand ${JSON.stringify(name)}.\n\n${usage()}`);
    return EXIT.usage;
  }
  const command = await entry.load();
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(command.help);
    return EXIT.ok;
  }
  return await command.run(rest, io);
}

/** Wrong options are the caller's: say which, and how to get help. Anything else is ours: say it in one line, details with ACKBOX_DEBUG=1. */
function explain(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  const wrongOption = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  io.err(`ackbox: ${message}\n${wrongOption ? 'See ackbox SUBCOMMAND --help.\n' : ''}`);
  if (process.env.ACKBOX_DEBUG === '1' && error instanceof Error) io.err(`${error.stack}\n`);
  return wrongOption ? EXIT.usage : EXIT.failed;
}

process.exitCode = await main(process.argv.slice(2)).catch(explain);
