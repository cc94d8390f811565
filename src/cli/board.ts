import { parseArgs } from 'node:util';
import { findChip, readLines } from '../../device/boards/gpiod-pins.ts';
import { GPIO_BOARDS, isGpioBoard, linesOf, PANEL_BOARD, SIMULATED_WIRING, type Wiring } from '../../device/boards/wiring.ts';
import { boardRows } from '../../device/commands/hardware-commands.ts';
import { type CommandIo, EXIT, type Subcommand } from './subcommand.ts';

const help = `Says what is wired where on a board, and how its lines stand.

usage: ackbox board check --board NAME [--json]

  --board NAME  pi3, pi4, pi5, zero2w: also reads the levels, with libgpiod's tools (apt-get install gpiod); a line that a program holds,
                such as a running box, has its name instead of a level. panel, simulated: the wiring alone
  --json        {"board", "chip", "lines": [{"pin", "direction", "purpose", "high", "holder"}]}

Of a box that runs: ackbox tell board check. Exit codes: 0 read, 1 not this board, 2 wrong usage.
`;

export const boardCommand: Subcommand = {
  name: 'board',
  summary: 'what is wired where, and the levels of a board’s lines',
  help,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { board: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
    const name = values.board ?? '';
    const known = isGpioBoard(name) || name === 'panel' || name === 'simulated';
    if (positionals.join(' ') !== 'check' || !known) {
      io.err(help);
      return EXIT.usage;
    }
    return isGpioBoard(name) ? await checkGpio(name, values.json, io) : checkWiring(name, name === 'panel' ? PANEL_BOARD : SIMULATED_WIRING, values.json, io);
  },
};

async function checkGpio(name: keyof typeof GPIO_BOARDS, json: boolean, io: CommandIo): Promise<number> {
  const board = GPIO_BOARDS[name];
  const wired = linesOf(board.wiring);
  const chip = await findChip(board);
  const read = await readLines(
    chip,
    wired.filter(({ direction }) => direction === 'in').map(({ pin }) => pin),
  );
  const lines = wired.map((line) => ({ ...line, ...(read.find(({ pin }) => pin === line.pin) ?? { high: null, holder: null }) }));
  const title = `${board.title}, ${chip.name} [${board.chipLabel}], libgpiod ${chip.version}`;
  io.out(json ? `${JSON.stringify({ board: board.title, chip: chip.name, lines })}\n` : `${[title, ...boardRows(lines)].join('\n')}\n`);
  return EXIT.ok;
}

function checkWiring(name: string, wiring: Wiring, json: boolean, io: CommandIo): number {
  const lines = linesOf(wiring).map((line) => ({ ...line, high: null, holder: null }));
  io.out(json ? `${JSON.stringify({ board: name, chip: null, lines })}\n` : `${[name, ...boardRows(lines)].join('\n')}\n`);
  return EXIT.ok;
}
