import { limits } from '../../src/limits.ts';
import type { Random } from '../../src/ports/random.ts';
import type { BookDatabase } from './book-database.ts';
import type { Funds } from './funds.ts';
import { fundsText, parseFunds } from './funds.ts';

export interface Claim {
  readonly code: string;
  readonly amountMinor: bigint;
  readonly funds: Funds;
  readonly redeemedBy: string | null;
}

/** Without letters and digits that are taken for each other on a small printer. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** Eight random characters (40 bits) in two groups: `K7QM-2XWD`. */
export function makeClaimCode(random: Random): string {
  const text = letters(random, limits.claimCodeCharacters);
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/** Four characters that a guest says aloud: `K7QM`. */
export function makeSpokenCode(random: Random): string {
  return letters(random, 4);
}

function letters(random: Random, count: number): string {
  return Array.from(random.bytes(count), (byte) => ALPHABET[byte % ALPHABET.length] ?? '2').join('');
}

/** As people type it: lower case, without the dash, with spaces. */
export function normalizeClaimCode(text: string): string {
  const letters = text.toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** Owner of `claims`. */
export class ClaimRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  get(code: string): Claim | null {
    const row = this.#database.one<{ code: string; amount_minor: bigint; funds: string; redeemed_by: string | null }>(
      'SELECT * FROM claims WHERE code = ?',
      code,
    );
    return row === null ? null : { code: row.code, amountMinor: row.amount_minor, funds: parseFunds(row.funds), redeemedBy: row.redeemed_by };
  }

  issue(
    claim: { readonly code: string; readonly amountMinor: bigint; readonly funds: Funds; readonly payerId: string; readonly playId: string | null },
    nowMs: number,
  ): void {
    this.#database.write(
      'claim-issue',
      'INSERT INTO claims (code, amount_minor, funds, payer_id, play_id, issued_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
      ...[claim.code, claim.amountMinor, fundsText(claim.funds), claim.payerId, claim.playId, nowMs],
    );
  }

  redeem(code: string, payerId: string, nowMs: number): void {
    this.#database.write('claim-redeem', 'UPDATE claims SET redeemed_by = ?, redeemed_at_ms = ? WHERE code = ?', payerId, nowMs, code);
  }
}
