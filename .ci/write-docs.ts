// npm run docs: writes REFERENCE.md and the generated parts of ARCHITECTURE.md, between their markers.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boxCommands } from '../device/commands/box-commands.ts';
import { usageOf } from '../device/commands/command-line.ts';
import { createBoxMachine } from '../device/session/box-machine.ts';
import { drawMachine } from '../device/session/draw-machine.ts';
import { boardCommand } from '../src/cli/board.ts';
import { boxCommand } from '../src/cli/box.ts';
import { checkoutCommand } from '../src/cli/checkout.ts';
import { consoleCommand } from '../src/cli/console.ts';
import { consumerCommand } from '../src/cli/consumer.ts';
import { gatewayCommand } from '../src/cli/gateway.ts';
import { headendCommand } from '../src/cli/headend.ts';
import { ingestCommand } from '../src/cli/ingest.ts';
import { monitorCommand } from '../src/cli/monitor.ts';
import { priceCommand } from '../src/cli/price.ts';
import { startCommand } from '../src/cli/start.ts';
import { tellCommand } from '../src/cli/tell.ts';
import { usageCommand } from '../src/cli/usage.ts';
import { verifyCommand } from '../src/cli/verify.ts';
import { limits } from '../src/limits.ts';

const ROOT = join(import.meta.dirname, '..');

/** What each folder is for. A folder without a line here stops the writing. */
const FOLDERS: Readonly<Record<string, string>> = {
  'src/authoring': 'pricing models from XML: read, repaired, checked, compiled',
  'src/cli': 'the command `ackbox`: set-up, start, ingest, enrolment, the live view',
  'src/domain': 'the rules, pure: credit, ledger, cash, queue, rating, usage, licence',
  'src/guests': 'the pages of guests with phones, whoever serves them: passes, texts, markup',
  'src/limits': 'the bounds that `src/limits.ts` gathers, by what they bound',
  'src/headend': 'the headend: checkout, streaming, registry, bills, catalogue, trust, operator page',
  'src/platform': 'adapters to Node: clock, randomness, cryptography, SRTP, durable files, migrations',
  'src/ports': 'interfaces between the rules and the adapters',
  'src/units': 'money, time, bytes, ids, results, assertions',
  'src/wire': 'what travels, pure: ackpay, RTP, RTCP, RTSP, SDP, Ogg Opus, JSON bodies',
  'device/boards': 'boards as data: Raspberry Pi by libgpiod’s tools, the panel board, the simulated one; johnny-five on each',
  'device/cash': 'where money comes from: pulses, ccTalk coins and bills, the simulated acceptor; the coin feed',
  'device/checkout': 'the device side of a PaySession: offer, terms, ACKs, receipts, closing statement',
  'device/commands': 'the one command registry',
  'device/console': 'the serial console',
  'device/first-boot': 'the first start: its questions on every surface, the tune that every box brings along',
  'device/firmware': 'the panel board’s own program, in C for an ATmega328P',
  'device/input': 'keys by the kernel’s names, the press grammar, and what each means',
  'device/loans': 'checked-out titles: download, keys, offline plays, return',
  'device/media': 'packets in, sound out: receiver, playout buffer, mpv',
  'device/network': 'the network of the machine: what was chosen, the files for it, what the kernel has',
  'device/panel': 'what the front panel shows, and the panel on its serial line',
  'device/report': 'the uploader of the outbox',
  'device/screen': 'the page and the local API',
  'device/screen/page': 'the page of the box’s screen, as a browser runs it',
  'device/session': 'the statechart and what carries out its actions',
  'device/stores': 'the book of the box: one SQLite file and the side journal',
  'device/television': 'the television at the HDMI output, by CEC',
  'device/texts': 'what the box says, in each of its languages',
  'device/supervision': 'what systemd hears: up, stopping, and a watchdog fed from evidence',
  'device/usage': 'usage records',
  'device/guests': 'guests with phones: who comes in, and what a box answers to their wishes',
  'device/venue': 'what a venue decides: its calendar, its filters and its price ladder',
};

function foldersBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(ROOT, folder, entry.name)).length > 0)
    .map((entry) => `${folder}/${entry.name}`)
    .sort();
}

function folderList(): string {
  const rows = [...foldersBelow('src'), ...foldersBelow('device')].map((folder) => {
    const purpose = FOLDERS[folder];
    if (purpose === undefined) throw new Error(`${folder} has no line in .ci/write-docs.ts: say there what it is for.`);
    return `| \`${folder}/\` | ${purpose} |`;
  });
  return ['| Folder | For |', '|---|---|', ...rows].join('\n');
}

function commandTable(): string {
  const rows = boxCommands.map((command) => {
    const typed = `${command.name}${command.arguments.length === 0 ? '' : ` ${usageOf(command)}`}`;
    return `| \`${typed}\` | ${command.help} | ${command.roles.join(', ')} | ${command.guard} |`;
  });
  return ['| Command | What it does | Who may | Money guard |', '|---|---|---|---|', ...rows].join('\n');
}

function limitsTable(): string {
  return ['| Limit | Value |', '|---|---|', ...Object.entries(limits).map(([name, value]) => `| \`${name}\` | ${value} |`)].join('\n');
}

function subcommands(): string {
  const all = [startCommand, ingestCommand, headendCommand, boxCommand, boardCommand, consoleCommand, tellCommand, usageCommand, priceCommand, checkoutCommand, gatewayCommand, consumerCommand, monitorCommand, verifyCommand];
  return all.map(({ name, help }) => `### ackbox ${name}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\``).join('\n\n');
}

function reference(): string {
  const head = '# Reference\n\nWritten by `npm run docs` from the code; edit the code.';
  const parts = [`## Subcommands\n\n${subcommands()}`, `## Commands of the box\n\n${commandTable()}`, `## Limits\n\nFrom \`src/limits.ts\`.\n\n${limitsTable()}`];
  return `${[head, ...parts].join('\n\n')}\n`;
}

function putBetween(text: string, name: string, part: string): string {
  const [open, close] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`ARCHITECTURE.md has no markers for ${name}: put ${open} and ${close} there.`);
  return `${text.slice(0, from + open.length)}\n\n${part}\n\n${text.slice(to)}`;
}

/** Every document with a generated part, as it should stand. */
export function freshDocuments(): Readonly<Record<string, string>> {
  const architecture = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const withFolders = putBetween(architecture, 'folders', folderList());
  return { 'ARCHITECTURE.md': putBetween(withFolders, 'statechart', drawMachine(createBoxMachine().root)), 'REFERENCE.md': reference() };
}

if (import.meta.main) for (const [path, text] of Object.entries(freshDocuments())) writeFileSync(join(ROOT, path), text);
