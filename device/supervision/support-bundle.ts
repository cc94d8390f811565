import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { limits } from '../../src/limits.ts';
import { readIfThere, writeDurably } from '../../src/platform/durable-file.ts';
import type { LogRing } from '../../src/platform/log-ring.ts';
import { projectRoot } from '../../src/platform/project-root.ts';
import { writeTar } from '../../src/wire/tar.ts';
import { XMODEM_BLOCK_BYTES } from '../../src/wire/xmodem.ts';
import type { HardwareDesk } from '../boards/hardware-desk.ts';
import { readBootOptions } from '../boot-config.ts';
import { encode } from '../screen/view-stream.ts';
import type { BoxControl } from '../session/box-view.ts';
import type { Book } from '../stores/book-port.ts';
import { withoutSecrets } from './redact.ts';

export interface BundleParts {
  readonly folder: string;
  readonly book: Book;
  readonly box: BoxControl;
  readonly hardware: HardwareDesk;
  readonly logRing: LogRing;
  readonly wallMs: number;
}

/** The last ones are kept; a card is small. */
const KEPT = 2;
const NAME = /^ackbox-[\w-]+\.tar\.gz$/;

/**
 * All that somebody far away needs to find a fault, in one file: versions, what was chosen, state, money and records as numbers, integrity,
 * the journal of commands, the last of the log. Never a key, a PIN, a token or a code: what may hold one goes through `withoutSecrets`.
 */
export async function writeSupportBundle(parts: BundleParts): Promise<{ readonly path: string; readonly name: string; readonly bytes: number }> {
  const { folder, box, wallMs } = parts;
  const name = `ackbox-${slug(box.view().name)}-${new Date(wallMs).toISOString().slice(0, 19).replaceAll(':', '-')}.tar.gz`;
  const entries = Object.entries(await contents(parts)).map(([file, text]) => ({ name: `ackbox-support/${file}`, bytes: new TextEncoder().encode(text) }));
  const packed = gzip(writeTar(entries, wallMs / 1_000));
  const shelf = join(folder, 'support');
  mkdirSync(shelf, { recursive: true, mode: 0o700 });
  writeDurably(join(shelf, name), packed);
  const older = readdirSync(shelf)
    .filter((file) => NAME.test(file) && file !== name)
    .sort()
    .reverse();
  for (const file of older.slice(KEPT - 1)) rmSync(join(shelf, file));
  return { path: join(shelf, name), name, bytes: packed.length };
}

async function contents({ folder, book, box, hardware, logRing, wallMs }: BundleParts): Promise<Readonly<Record<string, string>>> {
  const [totals, meters, cashBook, inspected] = await Promise.all([
    box.totals(),
    book.meters(),
    book.checkCashBook(),
    book.inspect(limits.supportBundleCommands),
  ]);
  const { outbox, ledger, ...process } = totals;
  const text = (value: unknown): string => `${encode(withoutSecrets(value))}\n`;
  return {
    'versions.json': text(versions(wallMs)),
    'chosen-options.json': text(Object.fromEntries(readBootOptions(folder))),
    'state.json': text({ ...box.view(), lastReceipt: null }),
    'process.json': text(process),
    'meters.json': text(meters),
    'ledger.json': text(ledger),
    'sequence-numbers.json': text(outbox),
    'integrity.json': text({ file: inspected.damage ?? 'whole', cashBook, ledger: ledger.problem ?? 'balanced' }),
    'commands.jsonl': inspected.audits
      .map(({ sequence, wallMs: at, body }) => text({ sequence, at, ...(JSON.parse(body) as Record<string, unknown>) }))
      .join(''),
    'board.json': text(hardware.board === null ? null : { title: hardware.board.title, lines: hardware.board.lines() }),
    'log.jsonl': logRing
      .lines()
      .map((line) => text(JSON.parse(line)))
      .join(''),
  };
}

function versions(wallMs: number): Readonly<Record<string, unknown>> {
  const manifest = readIfThere(join(projectRoot, 'package.json'));
  return {
    ackbox: manifest === null ? 'as packaged' : (JSON.parse(manifest) as { version?: string }).version,
    node: process.version,
    kernel: release(),
    machine: process.arch,
    system: /^PRETTY_NAME="?([^"\n]*)/m.exec(readIfThere('/etc/os-release') ?? '')?.[1] ?? 'unknown',
    bundledAt: new Date(wallMs).toISOString(),
    processSeconds: Math.round(process.uptime()),
  };
}

function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 30) || 'box'
  );
}

/** Of a length that XMODEM need not pad, so that any receiver has exactly this file: an extra field of the header (RFC 1952) fills up. */
function gzip(bytes: Uint8Array): Uint8Array {
  const packed = deflateRawSync(bytes, { level: 9 });
  const [fixed, subfield, trailer] = [12, 4, 8];
  const fill = -(fixed + subfield + packed.length + trailer) & (XMODEM_BLOCK_BYTES - 1);
  const whole = Buffer.alloc(fixed + subfield + fill + packed.length + trailer);
  whole.set([0x1f, 0x8b, 8, 0x04]);
  whole[9] = 3;
  whole.writeUInt16LE(subfield + fill, 10);
  whole.write('AB', fixed, 'latin1');
  whole.writeUInt16LE(fill, fixed + 2);
  whole.set(packed, fixed + subfield + fill);
  whole.writeUInt32LE(crc32(bytes), whole.length - 8);
  whole.writeUInt32LE(bytes.length, whole.length - 4);
  return whole;
}
