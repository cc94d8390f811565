import { checkLoanUse, countLoanUse, isBeyondFloor, type LoanTerms, type LoanUse, quoteOf } from '../../domain/licence/loan-terms.ts';
import { limits } from '../../limits.ts';
import { verifyEd25519 } from '../../platform/crypto/ed25519-signer.ts';
import { fromHex } from '../../units/bytes.ts';
import { asId, type OutletId } from '../../units/ids.ts';
import type { OutboxRecord } from '../../wire/http-api.ts';
import type { LendingRule } from '../../wire/licence-api.ts';
import { parseLoanTerms, parseLoanUse, signedLoanUseBytes } from '../../wire/loan-text.ts';
import { postTransfer } from './ledger-rows.ts';
import { recordSoldUses } from './pricing-event-rows.ts';
import type { StoreContext } from './store-context.ts';

export interface LoanKey {
  readonly secret: Uint8Array;
  /** Of the last pulse; 0 before the first. */
  readonly number: number;
}

export interface IssuedTerms {
  readonly termsHash: string;
  readonly terms: string;
  readonly signature: string;
}

/** What stands behind checked-out titles: how they are lent, their keys, the terms that were signed. */
export interface LoanStore {
  lendingRule(work: string): LendingRule | null;
  putLendingRule(work: string, rule: LendingRule): void;
  /** The secret of a licence, made at the first call. */
  loanKey(licence: string): LoanKey;
  notePulse(licence: string, number: number): void;
  /** The newest terms of this licence for this box. */
  loanTerms(licence: string, outlet: string): IssuedTerms | null;
  putLoanTerms(licence: string, outlet: string, issued: IssuedTerms): void;
  noteReturnedSegment(licence: string, number: number): void;
  returnedSegments(licence: string): number;
}

const SECRET_BYTES = 32;

/** Owner of lending_rules, loan_keys, loan_terms, loan_uses and loan_returned_segments. */
export function loanRows(context: StoreContext): LoanStore {
  const { database, clock, random } = context;
  const keyOf = (licence: string): LoanKey | null => {
    const row = database.one<LoanKey>('SELECT secret, number FROM loan_keys WHERE licence = ?', licence);
    return row === null ? null : { ...row, secret: new Uint8Array(row.secret) };
  };
  return {
    lendingRule: (work) => {
      const row = database.one<{ rule: string }>('SELECT rule FROM lending_rules WHERE work = ?', work);
      return row === null ? null : (JSON.parse(row.rule) as LendingRule);
    },
    putLendingRule: (work, rule) => {
      const sql = 'INSERT INTO lending_rules (work, rule) VALUES (?, ?) ON CONFLICT (work) DO UPDATE SET rule = excluded.rule';
      database.run(sql, work, JSON.stringify(rule));
    },
    loanKey: (licence) => {
      const known = keyOf(licence);
      if (known !== null) return known;
      const secret = random.bytes(SECRET_BYTES);
      database.run('INSERT INTO loan_keys (licence, secret, number, pulsed_at_ms) VALUES (?, ?, 0, ?)', licence, Buffer.from(secret), clock.wallMs());
      return { secret, number: 0 };
    },
    notePulse: (licence, number) => database.run('UPDATE loan_keys SET number = ?, pulsed_at_ms = ? WHERE licence = ?', number, clock.wallMs(), licence),
    loanTerms: (licence, outlet) =>
      database.one<IssuedTerms>(
        'SELECT terms_hash AS termsHash, terms, signature FROM loan_terms WHERE licence = ? AND outlet = ? ORDER BY issued_at_ms DESC, rowid DESC LIMIT 1',
        licence,
        outlet,
      ),
    putLoanTerms: (licence, outlet, { termsHash, terms, signature }) => {
      const sql = 'INSERT OR IGNORE INTO loan_terms (terms_hash, licence, outlet, terms, signature, issued_at_ms) VALUES (?, ?, ?, ?, ?, ?)';
      database.run(sql, termsHash, licence, outlet, terms, signature, clock.wallMs());
    },
    noteReturnedSegment: (licence, number) =>
      void database.run('INSERT OR IGNORE INTO loan_returned_segments (licence, number) VALUES (?, ?)', licence, number),
    returnedSegments: (licence) => database.one<{ n: number }>('SELECT count(*) AS n FROM loan_returned_segments WHERE licence = ?', licence)?.n ?? 0,
  };
}

/** Of which book of which box, and what the headend had taken of it before this report; null where a person decided that it is billed. */
interface UseSource {
  readonly outlet: OutletId;
  readonly generation: string;
  readonly deliveredThrough: number | null;
}

interface RefusedUse {
  readonly code: 'use-refused' | 'beyond-floor';
  readonly reason: string;
}

interface SignedUse {
  readonly statement: string;
  readonly signature: string;
}

/**
 * Posts the use of a checked-out title that a usage record carries: ruling 9's one case of a posting from usage. Part of the
 * transaction that takes the record in, so that neither is ever there without the other.
 * @returns why it can not be agreed to, or null (also where the record carries none)
 */
export function postLoanUse(context: StoreContext, source: UseSource, record: OutboxRecord): RefusedUse | null {
  // Most records carry none, and are many: they are not parsed.
  if (record.kind !== 'usage' || !record.body.includes('"loanUse"')) return null;
  const signed = readSigned(record.body);
  if (signed === null) return null;
  const { outlet } = source;
  const parsed = parseLoanUse(signed.statement);
  if (!parsed.ok) return refused(parsed.error.message);
  const use = parsed.value;
  const known = context.database.one<{ terms: string; outlet: string }>('SELECT terms, outlet FROM loan_terms WHERE terms_hash = ?', use.termsHash);
  const terms = known === null ? null : parseLoanTerms(known.terms);
  if (known === null || terms === null || !terms.ok || known.outlet !== outlet || terms.value.licence !== use.licence)
    return refused('The use names terms that this box was never given.');
  if (!isSigned(context, outlet, signed)) return refused('The use is not signed by the key of this box.');
  const checked = checkLoanUse(terms.value, use);
  if (!checked.ok) return refused(checked.error.message);
  const twice = context.database.one<{ n: number }>('SELECT count(*) AS n FROM billed_plays WHERE play_id = ?', use.playId)?.n ?? 0;
  if (twice > 0) return refused('This play was billed before.');
  const beyond = beyondFloor(context, source, { sequence: record.sequence, terms: terms.value, use });
  if (beyond !== null) return beyond;
  insertUse(context, { ...source, sequence: record.sequence, signed, terms: terms.value, use, chargedMinor: checked.value });
  return null;
}

function refused(reason: string): RefusedUse {
  return { code: 'use-refused', reason };
}

/** What is neither billed nor lost: the account agreed to owe no more than the floor before the headend hears of it, so a person decides. */
function beyondFloor(
  { database }: StoreContext,
  { outlet, generation, deliveredThrough }: UseSource,
  { sequence, terms, use }: { readonly sequence: number; readonly terms: LoanTerms; readonly use: LoanUse },
): RefusedUse | null {
  if (deliveredThrough === null) return null;
  if (database.one<{ profile: string }>('SELECT profile FROM outlets WHERE outlet = ?', outlet)?.profile !== 'set-top') return null;
  // A box can not have been answered what had not been delivered before this report.
  const heardThrough = Math.min(use.heardThrough ?? deliveredThrough, deliveredThrough);
  const owed = database.one<{ minor: string }>(
    `SELECT CAST(coalesce(sum(charged_minor), 0) AS TEXT) AS minor FROM loan_uses WHERE outlet = ? AND generation = ? AND sequence > ? AND sequence < ?
       AND coalesce(json_extract(statement, '$.onAccount'), 1) = 1`,
    ...[outlet, generation, heardThrough, sequence],
  );
  const owedMinor = BigInt(owed?.minor ?? '0');
  if (!isBeyondFloor(terms, use, owedMinor)) return null;
  const reason = `The box owed ${owedMinor} unheard of and took ${use.chargedMinor} more; its floor is ${terms.floorMinor}. It is not billed; a person decides.`;
  return { code: 'beyond-floor', reason };
}

function readSigned(body: string): SignedUse | null {
  try {
    const value = (JSON.parse(body) as { readonly loanUse?: Partial<SignedUse> }).loanUse;
    return typeof value?.statement === 'string' && typeof value.signature === 'string' ? { statement: value.statement, signature: value.signature } : null;
  } catch {
    return null;
  }
}

function isSigned({ database }: StoreContext, outlet: OutletId, { statement, signature }: SignedUse): boolean {
  const row = database.one<{ key: Uint8Array }>('SELECT public_key AS key FROM outlets WHERE outlet = ?', outlet);
  const bytes = fromHex(signature);
  return row !== null && bytes !== null && verifyEd25519(new Uint8Array(row.key), signedLoanUseBytes(statement), bytes);
}

interface PostedUse {
  readonly outlet: OutletId;
  readonly generation: string;
  readonly sequence: number;
  readonly signed: SignedUse;
  readonly terms: LoanTerms;
  readonly use: LoanUse;
  readonly chargedMinor: bigint;
}

function insertUse(context: StoreContext, { outlet, generation, sequence, signed, terms, use, chargedMinor }: PostedUse): void {
  const quoteMinor = quoteOf(terms);
  context.database.run(
    `INSERT INTO loan_uses (outlet, generation, sequence, play_id, licence, terms_hash, account, work, currency, quote_minor, charged_minor, paid_packets,
       heard_ms, end_reason, statement, signature, posted_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[outlet, generation, sequence, use.playId, use.licence, use.termsHash],
    ...[terms.account, terms.work, terms.currency, quoteMinor, chargedMinor, use.paidPackets, use.heardMs, use.endReason],
    ...[signed.statement, signed.signature, context.clock.wallMs()],
  );
  const key = `use:${outlet}:${generation}:${sequence}`;
  recordLoanUse(context, key, terms, use);
  if (chargedMinor === 0n) return;
  const { currency, account } = terms;
  postTransfer(context, {
    key,
    debit: 'account-debt',
    credit: 'earned',
    amountMinor: chargedMinor,
    currency,
    party: account,
    playId: use.playId,
    reason: 'bill',
  });
}

/**
 * To the rater a use of a loan is a use like any other, so that one model covers what is lent and what is streamed. The box's clock says
 * when it was, within what is possible: after its terms were signed, and not after now.
 */
function recordLoanUse(context: StoreContext, key: string, terms: LoanTerms, use: LoanUse): void {
  const startMs = Math.max(terms.issuedAtMs, Math.min(Math.floor(use.wallMs), Math.floor(context.clock.wallMs())));
  recordSoldUses(
    context,
    { key, playId: use.playId, outlet: terms.outlet, startMs, packetMs: terms.film?.packetMs ?? limits.packetMs, terms: { ...terms, sid: asId(use.playId) } },
    countLoanUse(terms, use),
  );
}
