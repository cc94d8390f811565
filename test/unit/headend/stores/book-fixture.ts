import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClassCount } from '../../../../src/domain/credit/billing-class.ts';
import { settlePlay } from '../../../../src/domain/credit/settle-play.ts';
import type { AckReceipt, ClosingStatement } from '../../../../src/domain/credit/statements.ts';
import type { CreditTerms, Terms } from '../../../../src/domain/credit/terms.ts';
import { type HeadendBook, openHeadendBook } from '../../../../src/headend/stores/headend-book.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import type { OutletRow, PaySessionRow, SessionProgress, StoredWork } from '../../../../src/ports/headend-stores.ts';
import type { Random } from '../../../../src/ports/random.ts';
import { asId, type OutletId } from '../../../../src/units/ids.ts';
import { canonicalJson } from '../../../../src/wire/canonical-json.ts';
import type { OutboxRecord } from '../../../../src/wire/http-api.ts';
import { encodeTerms } from '../../../../src/wire/terms-text.ts';
import { CREDIT_TERMS } from '../../../fakes/credit-terms.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

export interface BookFixture {
  readonly path: string;
  readonly clock: VirtualClock;
  book: HeadendBook;
  /** Opens the file again; close the book first where the test touched the file. */
  reopen(): HeadendBook;
  remove(): void;
}

/** Counts up: repeatable, and never twice the same. */
export function countingRandom(): Random {
  let next = 0;
  return {
    bytes: (count) => {
      next += 1;
      return Uint8Array.from({ length: count }, (_, index) => (index < 4 ? (next >>> (8 * index)) & 0xff : (next * 31 + index * 7) & 0xff));
    },
  };
}

/** A real book in a folder of its own. @param busyMs how long it waits for another connection */
export function bookFixture(wallMs?: number, busyMs = 50): BookFixture {
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-book-'));
  const path = join(folder, 'headend.db');
  const clock = new VirtualClock(1_000_000_000n, wallMs);
  const options = { clock, random: countingRandom(), currency: 'EUR' as const, busyMs };
  const fixture: BookFixture = {
    path,
    clock,
    book: openHeadendBook(path, options),
    reopen: () => {
      fixture.book.close();
      fixture.book = openHeadendBook(path, options);
      return fixture.book;
    },
    remove: () => {
      fixture.book.close();
      rmSync(folder, { recursive: true });
    },
  };
  return fixture;
}

export function enrol(book: HeadendBook, keyByte = 1, profile: 'jukebox' | 'set-top' = 'jukebox'): OutletRow {
  const devicePublicKey = new Uint8Array(32).fill(keyByte);
  return enrolKey(book, devicePublicKey, profile);
}

export function enrolKey(book: HeadendBook, devicePublicKey: Uint8Array, profile: 'jukebox' | 'set-top' = 'jukebox'): OutletRow {
  const parties = book.defaults();
  book.putEnrolment({ devicePublicKey, nonce: new Uint8Array(16), name: 'Bar', profile, createdAtMs: 1_800_000_000_000 });
  const outlet = book.approveEnrolment(devicePublicKey, parties.account, parties.location);
  if (!outlet.ok) throw new Error(outlet.error.message);
  return outlet.value;
}

export function work(name: string, over: Partial<StoredWork> = {}): StoredWork {
  return {
    id: `w${sha256Hex(name).slice(0, 32)}`,
    title: name,
    artist: 'A',
    album: 'B',
    genre: '',
    year: 2001,
    durationMs: 60_000,
    channels: 2,
    preSkip: 312,
    totalSamples: 2_880_000,
    packets: 3_000,
    gainDb: -1.5,
    priceMinor: '100',
    currency: 'EUR',
    free: false,
    cover: null,
    retired: false,
    integratedLufs: -16.5,
    sourceName: `${name}.flac`,
    segments: [sha256Hex(`${name}-0`), sha256Hex(`${name}-1`)],
    ...over,
  };
}

/** As the checkout desk states them: what lies in the player counts as playout buffer too. */
const CREDIT: CreditTerms = { ...CREDIT_TERMS, playoutBufferPackets: 53 };

/** A session as the checkout desk opens it: 100 minor units for 3,000 packets, after a trial of 1,500. */
export function offeredSession(outlet: OutletRow, name: string, over: Partial<Terms> = {}): PaySessionRow {
  const sid = sha256Hex(name).slice(0, 32);
  const terms: Terms = {
    version: 1,
    sid: asId(sid),
    account: outlet.account,
    outlet: outlet.outlet,
    location: outlet.location,
    licence: asId(`licence-${sid}`),
    work: asId(work(name).id),
    packets: 3_000,
    packetMs: 20,
    currency: 'EUR',
    nodes: [{ id: asId(`node-${sid}`), vendor: asId('vendor'), modelHash: sha256Hex('model'), quoteMinor: '100' }],
    pricingStateHash: sha256Hex('state'),
    credit: CREDIT,
    trial: { mode: 'restrict', packets: 1_500 },
    afterTrial: 'restart',
    deviceEphemeral: '1'.repeat(64),
    headendEphemeral: '2'.repeat(64),
    issuedAtMs: 1_800_000_000_000,
    expiresAtMs: 1_800_000_900_000,
    ...over,
  };
  const termsText = encodeTerms(terms);
  return {
    sid: terms.sid,
    playId: asId(`play-${name}`),
    outlet: outlet.outlet,
    account: outlet.account,
    work: terms.work,
    termsText,
    terms,
    termsHash: sha256Hex(termsText),
    signature: '3'.repeat(128),
    epoch: 0,
    state: 'offered',
    counts: [],
    lostPaid: 0,
    nextSequence: 0,
    paidRanges: [],
    confirmEventId: null,
    receipt: null,
    openedAtMs: terms.issuedAtMs,
  };
}

export const EVENT_ID = 'e'.repeat(32);

export function countsOf(trial: number, paid: number): readonly ClassCount[] {
  return [
    { node: 0, billingClass: 'trial', packets: trial },
    { node: 0, billingClass: 'paid', packets: paid },
  ];
}

export function progressOf(row: PaySessionRow, trial: number, paid: number, sent = trial + paid): SessionProgress {
  return { sid: row.sid, epoch: row.epoch, counts: countsOf(trial, paid), lostPaid: 0, nextSequence: sent, paidRanges: [[0, paid]] };
}

export function receiptOf(row: PaySessionRow, trial: number, paid: number, ackCounter: number): AckReceipt {
  return {
    sid: row.sid,
    epoch: row.epoch,
    ackCounter,
    base: trial + paid,
    counts: countsOf(trial, paid),
    termsHash: new Uint8Array(16),
    confirmEventId: new Uint8Array(16),
    wallMs: 0,
  };
}

/** The statement that a truthful box makes of these counts. */
export function statementOf(row: PaySessionRow, trial: number, paid: number, over: Partial<ClosingStatement> = {}): ClosingStatement {
  const heard = { counts: over.counts ?? countsOf(trial, paid), unheardPaidPackets: over.unheardPaidPackets ?? 0, lostPackets: over.lostPackets ?? 0 };
  const settlement = settlePlay(row.terms, heard);
  return {
    version: 1,
    sid: row.sid,
    playId: row.playId,
    epoch: row.epoch,
    ...heard,
    heardMs: paid * 20,
    confirmEventId: paid > 0 ? EVENT_ID : null,
    chargedMinor: settlement.chargedMinor.toString(),
    refundMinor: settlement.refundMinor.toString(),
    endReason: 'stopped',
    termsHash: row.termsHash,
    wallMs: 1_800_000_000_000,
    ...over,
  };
}

export function settleWith(book: HeadendBook, statement: ClosingStatement): ReturnType<HeadendBook['settle']> {
  return book.settle(statement.sid, statement, canonicalJson(statement), '4'.repeat(128));
}

export function record(sequence: number, body: string = canonicalJson({ n: sequence }), kind: OutboxRecord['kind'] = 'usage'): OutboxRecord {
  return { sequence, bootId: 'boot', kind, monotonicNs: '1', wallMs: 1_800_000_000_000, wallQuality: 'synced', body, bodyHash: sha256Hex(body) };
}

export function records(from: number, to: number): readonly OutboxRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => record(from + index));
}

export const ANY_OUTLET: OutletId = asId('outlet');
