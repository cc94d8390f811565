import { type Comparison, compareBills, type HeldEvidence } from '../domain/credit/compare-bills.ts';
import type { AckReceipt, ClosingStatement } from '../domain/credit/statements.ts';
import type { Terms } from '../domain/credit/terms.ts';
import { sha256Hex } from '../platform/crypto/digest.ts';
import { verifyEd25519 } from '../platform/crypto/ed25519-signer.ts';
import { fromHex, toHex } from '../units/bytes.ts';
import { decodeReceipt } from '../wire/ack-receipt.ts';
import { parseTerms, signedTermsBytes } from '../wire/terms-text.ts';
import type { PlayEvidence, ReceiptFile } from './play-evidence.ts';

export interface Verdict {
  readonly sid: string;
  readonly agrees: boolean;
  readonly currency: string | null;
  readonly bills: Comparison['bills'];
  readonly differences: readonly string[];
  /** What could not be checked, and why. */
  readonly notes: readonly string[];
}

/** Checks every signature and hash of a play, recomputes its bills and says in words what does not fit. */
export function verifyPlay({ sid, terms: file, sides }: PlayEvidence): Verdict {
  const problems: string[] = [];
  const notes: string[] = [];
  const parsed = parseTerms(file.terms);
  if (!parsed.ok) return { sid, agrees: false, currency: null, bills: [], differences: [parsed.error.message], notes };
  const terms = parsed.value;
  if (file.headendKey === null) notes.push('the signature of the terms was not checked: no enrolment names the key of the headend');
  else if (!isSigned(file.headendKey, signedTermsBytes(file.terms), file.signature)) problems.push('the terms are not signed by the headend of this box');
  const termsHash = sha256Hex(file.terms);
  const held = sides.map((side): HeldEvidence => {
    const receipt = openReceipt(side, terms, termsHash, problems);
    const statement = openStatement(side, terms, termsHash, problems);
    if (side.deviceKey === null && (receipt ?? statement) !== null)
      notes.push(`${side.side}: signatures of the box were not checked: its key is not known here`);
    if (receipt === null && statement === null) notes.push(`${side.side}: holds neither a receipt nor a closing statement`);
    return { side: side.side, receipt, statement, bookedMinor: side.bookedMinor === null ? null : BigInt(side.bookedMinor) };
  });
  const { bills, differences } = compareBills(terms, held);
  const all = [...problems, ...differences];
  return { sid, agrees: all.length === 0, currency: terms.currency, bills, differences: all, notes };
}

function openReceipt({ side, receipt, deviceKey }: ReceiptFile, terms: Terms, termsHash: string, problems: string[]): AckReceipt | null {
  if (receipt === null) return null;
  const bytes = fromHex(receipt.bytes);
  const decoded = bytes === null ? null : decodeReceipt(bytes);
  if (bytes === null || decoded?.ok !== true) {
    problems.push(`${side}: the receipt cannot be read`);
    return null;
  }
  if (deviceKey !== null && !isSigned(deviceKey, bytes, receipt.signature)) problems.push(`${side}: the receipt is not signed by the key of the box`);
  if (decoded.value.sid !== terms.sid) problems.push(`${side}: the receipt belongs to play ${decoded.value.sid}`);
  if (toHex(decoded.value.termsHash) !== termsHash.slice(0, 32)) problems.push(`${side}: the receipt was given under other terms`);
  return decoded.value;
}

function openStatement({ side, statement, deviceKey }: ReceiptFile, terms: Terms, termsHash: string, problems: string[]): ClosingStatement | null {
  if (statement === null) return null;
  if (deviceKey !== null && !isSigned(deviceKey, new TextEncoder().encode(statement.text), statement.signature))
    problems.push(`${side}: the closing statement is not signed by the key of the box`);
  try {
    const value = JSON.parse(statement.text) as ClosingStatement;
    if (value.sid !== terms.sid || value.termsHash !== termsHash) problems.push(`${side}: the closing statement is about another play or other terms`);
    return value;
  } catch {
    problems.push(`${side}: the closing statement cannot be read`);
    return null;
  }
}

function isSigned(key: string, bytes: Uint8Array, signature: string): boolean {
  return verifyEd25519(fromHex(key) ?? new Uint8Array(), bytes, fromHex(signature) ?? new Uint8Array());
}
