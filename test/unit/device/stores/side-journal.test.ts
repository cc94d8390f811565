import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noFaults } from '../../../../device/stores/book-options.ts';
import type { JournalEntry } from '../../../../device/stores/journal-record.ts';
import { decodeJournalEntry, encodeJournalEntry, JOURNAL_RECORD_BYTES } from '../../../../device/stores/journal-record.ts';
import { SideJournal } from '../../../../device/stores/side-journal.ts';

const GENERATION = '01a1fc29-9701-7844-b696-841fe9a7c7de';
const ENTRIES: readonly JournalEntry[] = [
  { type: 'coin', generation: GENERATION, coin: { source: 'Münzprüfer-1', counterEpoch: 2 ** 40, counter: 3, valueMinor: 200n, funding: 'card' } },
  {
    type: 'totals',
    generation: GENERATION,
    totals: {
      cashBoxMinor: 200n,
      staffGrantsMinor: 0n,
      accountDebtMinor: 7n,
      patronCreditMinor: 100n,
      heldMinor: 100n,
      earnedMinor: 7n,
      refundedMinor: 0n,
      unclaimedMinor: 0n,
      cardMinor: 9n,
      collectedMinor: 10n,
      unexplainedMinor: 11n,
    },
  },
  { type: 'acknowledged', generation: GENERATION, through: 41 },
];

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-journal-'));
  path = join(folder, 'cash-journal.bin');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(): Buffer {
  const journal = new SideJournal(path, noFaults);
  for (const entry of ENTRIES) journal.append(entry);
  journal.close();
  return readFileSync(path);
}

describe('the cash journal', () => {
  test('gives back what was written', () => {
    write();
    const journal = new SideJournal(path, noFaults);
    expect(journal.read()).toEqual({ entries: ENTRIES, damagedRecords: 0, tornBytes: 0 });
    journal.close();
  });

  test('torn at any byte keeps every whole record, and the next one is readable behind it', () => {
    const whole = write();
    for (let bytes = 0; bytes <= whole.length; bytes += 1) {
      writeFileSync(path, whole.subarray(0, bytes));
      const journal = new SideJournal(path, noFaults);
      const kept = Math.floor(bytes / JOURNAL_RECORD_BYTES);
      expect(journal.read()).toEqual({ entries: ENTRIES.slice(0, kept), damagedRecords: 0, tornBytes: bytes % JOURNAL_RECORD_BYTES });
      journal.note({ type: 'acknowledged', generation: GENERATION, through: 99 });
      expect(journal.read().entries.at(-1)).toEqual({ type: 'acknowledged', generation: GENERATION, through: 99 });
      journal.close();
    }
  });

  test('with any one byte rotten loses that record only, and says so', () => {
    const whole = write();
    for (let position = 0; position < whole.length; position += 1) {
      const rotten = Buffer.from(whole);
      rotten[position] = (rotten[position] ?? 0) ^ 0x40;
      writeFileSync(path, rotten);
      const journal = new SideJournal(path, noFaults);
      const { entries, damagedRecords } = journal.read();
      journal.close();
      expect(damagedRecords).toBe(1);
      expect(entries).toEqual(ENTRIES.filter((_, index) => index !== Math.floor(position / JOURNAL_RECORD_BYTES)));
    }
  });

  test('a note whose bytes a power cut took, but not its length, is no damage', () => {
    const whole = write();
    const gap = Buffer.alloc(JOURNAL_RECORD_BYTES);
    writeFileSync(path, Buffer.concat([whole.subarray(0, JOURNAL_RECORD_BYTES), gap, whole.subarray(JOURNAL_RECORD_BYTES), gap]));
    const journal = new SideJournal(path, noFaults);
    expect(journal.read()).toEqual({ entries: ENTRIES, damagedRecords: 0, tornBytes: 0 });
    journal.close();
  });

  test('has records of one size', () => {
    write();
    expect(statSync(path).size).toBe(ENTRIES.length * JOURNAL_RECORD_BYTES);
    for (const entry of ENTRIES) expect(decodeJournalEntry(encodeJournalEntry(entry))).toEqual(entry);
  });
});
