import { mkdir } from 'node:fs/promises';
import { type House, launchHouse } from './house.ts';
import { readStartOptions, startHelp } from './start-options.ts';
import { EXIT, type Subcommand } from './subcommand.ts';

/** `npm start`: the headend and one box as two processes, and a view of them. */
export const startCommand: Subcommand = {
  name: 'start',
  summary: 'the headend and one box on this machine',
  help: startHelp,
  async run(argv, io) {
    const options = readStartOptions(argv);
    await mkdir(options.data, { recursive: true, mode: 0o700 });
    const quit = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => quit.abort());
    const print = (line: string): void => io.err(`${line}\n`);
    let hear: ((line: string) => void) | null = null;
    const early: string[] = [];
    const say = (line: string): void => {
      if (hear === null) early.push(line);
      (hear ?? print)(line);
    };
    // What was printed on the way up (a damaged book, a library without sound) is painted over; its first line was only the greeting.
    const takeOver = (listener: ((line: string) => void) | null): void => {
      hear = listener;
      for (const line of early.splice(0).slice(1)) listener?.(line);
    };
    const house = await launchHouse(options, say);
    try {
      // Loaded only now: first of all the two processes must be on their way.
      const client = await (await import('./box-client.ts')).BoxClient.ofFolder(house.boxFolder);
      const live = !options.headless && process.stdin.isTTY && process.stdout.isTTY;
      // The live view has lines of its own for these; it would paint over what is printed here.
      if (!live) sayAddresses(house, say);
      if (options.headless) return await (await import('./headless-run.ts')).runHeadless({ options, house, client, io, signal: quit.signal });
      if (live) await (await import('./live-view.ts')).runLiveView(client, house, takeOver, quit.signal);
      else await untilAborted(quit.signal);
      return EXIT.ok;
    } finally {
      await house.stop();
    }
  },
};

function sayAddresses(house: House, say: (line: string) => void): void {
  say(`screen    ${house.screenUrl}`);
  say(`operator  ${house.operatorUrl}`);
  if (house.consolePath !== null) say(`console   ${house.consolePath}`);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
