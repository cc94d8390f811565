import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultDataFolder } from './data-folder.ts';
import { type PlayEvidence, type ReceiptFile, readEvidence, type TermsFile } from './play-evidence.ts';
import { type CommandIo, EXIT, type Subcommand } from './subcommand.ts';
import { verifyCashBook } from './verify-cash-book.ts';
import { type Verdict, verifyPlay } from './verify-play.ts';

const help = `Recomputes the bill of every play from its signed terms and last receipts alone, and says in words where two sides differ.

usage: ackbox verify [--data DIR] [--sid SID] [--export FOLDER] [--json]
       ackbox verify --cash-book [--data DIR] [--json]
       ackbox verify --terms TERMS.json --receipt SIDE.json [--receipt OTHER.json] [--json]

  --data DIR      the data folder of npm start (default: .ackbox in the checkout); its books are only read, also while they are in use
  --sid SID       this play only
  --cash-book     the seals of the box's cash book instead: each page with the one before it
  --export FOLDER writes SID.terms.json, SID.box.json and SID.headend.json: the evidence as files, to be checked anywhere
  --terms FILE    {"terms": the signed text, "signature": hex, "headendKey": hex or null}
  --receipt FILE  {"side": a name, "sid", "deviceKey": hex or null, "receipt": {"bytes", "signature"} in hex or null,
                   "statement": {"text", "signature"} or null, "bookedMinor": decimal text or null}
  --json          one JSON object a play: {sid, agrees, currency, bills, differences, notes}

Exit codes: 0 all agrees, 1 something differs or cannot be read, 2 wrong usage.
`;

export const verifyCommand: Subcommand = {
  name: 'verify',
  summary: 'recompute bills from signed terms and receipts',
  help,
  async run(argv, io) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        sid: { type: 'string' },
        'cash-book': { type: 'boolean', default: false },
        export: { type: 'string' },
        terms: { type: 'string' },
        receipt: { type: 'string', multiple: true },
        json: { type: 'boolean', default: false },
      },
    });
    const receipts = values.receipt ?? [];
    if (positionals.length > 0 || (values.terms === undefined) !== (receipts.length === 0)) {
      io.err(help);
      return EXIT.usage;
    }
    if (values['cash-book']) return verifyCashBook(values.data ?? defaultDataFolder(), values.json, io);
    const all = values.terms === undefined ? readEvidence(values.data ?? defaultDataFolder()) : [fromFiles(values.terms, receipts)];
    const plays = all.filter((play) => values.sid === undefined || play.sid === values.sid);
    if (plays.length === 0) {
      io.err('ackbox: there is no such play here; name the data folder with --data.\n');
      return EXIT.failed;
    }
    if (values.export !== undefined) for (const play of plays) exportPlay(values.export, play);
    const verdicts = plays.map(verifyPlay);
    for (const verdict of verdicts) io.out(values.json ? `${asJson(verdict)}\n` : inWords(verdict));
    return conclude(verdicts, values.json, io);
  },
};

function conclude(verdicts: readonly Verdict[], json: boolean, io: CommandIo): number {
  const differing = verdicts.filter((verdict) => !verdict.agrees).length;
  const plays = `${verdicts.length} ${verdicts.length === 1 ? 'play' : 'plays'}`;
  if (!json) io.out(differing === 0 ? `${plays} checked: all agree.\n` : `${plays} checked: ${differing} do not agree.\n`);
  return differing === 0 ? EXIT.ok : EXIT.failed;
}

function fromFiles(termsPath: string, receiptPaths: readonly string[]): PlayEvidence {
  const terms = readJson<TermsFile>(termsPath, ['terms', 'signature']);
  const sides = receiptPaths.map((path) => readJson<ReceiptFile>(path, ['side', 'sid']));
  const filled = sides.map((side) => ({
    ...side,
    deviceKey: side.deviceKey ?? null,
    receipt: side.receipt ?? null,
    statement: side.statement ?? null,
    bookedMinor: side.bookedMinor ?? null,
  }));
  return { sid: sides[0]?.sid ?? '', terms: { ...terms, headendKey: terms.headendKey ?? null }, sides: filled };
}

function readJson<T>(path: string, names: readonly string[]): T {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const missing = names.find((name) => typeof value !== 'object' || value === null || typeof Reflect.get(value, name) !== 'string');
  if (missing !== undefined) throw new Error(`${path}: ${JSON.stringify(missing)} is missing; ackbox verify --help shows the format`);
  return value as T;
}

function exportPlay(folder: string, { sid, terms, sides }: PlayEvidence): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, value: unknown): void => writeFileSync(join(folder, `${sid}.${name}.json`), `${JSON.stringify(value, null, 2)}\n`);
  write('terms', terms);
  for (const side of sides) write(side.side, side);
}

function inWords({ sid, agrees, currency, bills, differences, notes }: Verdict): string {
  const lines = bills.map(({ side, byReceiptMinor, byReceiptMostMinor, byStatementMinor, bookedMinor, paidPackets }) => {
    const most = byStatementMinor === null && byReceiptMostMinor !== byReceiptMinor ? ` to ${byReceiptMostMinor}` : '';
    const parts = [
      `${paidPackets} paid packets`,
      ...(byReceiptMinor === null ? [] : [`last receipt worth ${byReceiptMinor}${most}`]),
      ...(byStatementMinor === null ? ['not closed'] : [`closing statement worth ${byStatementMinor}`]),
      ...(bookedMinor === null ? ['nothing booked'] : [`booked ${bookedMinor}`]),
    ];
    return `  ${side.padEnd(8)} ${parts.join(', ')}`;
  });
  const words = [...lines, ...differences.map((words) => `  DIFFERS  ${words}`), ...notes.map((note) => `  note     ${note}`)];
  return `play ${sid}: ${agrees ? 'agrees' : 'DOES NOT AGREE'} (minor units of ${currency ?? '?'})\n${words.join('\n')}\n`;
}

function asJson(verdict: Verdict): string {
  return JSON.stringify(verdict, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
