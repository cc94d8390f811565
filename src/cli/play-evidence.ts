import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOnlyRows } from '../platform/read-only-rows.ts';
import { toHex } from '../units/bytes.ts';

/** The signed terms of a play, as a file: what both sides agreed. */
export interface TermsFile {
  /** The signed text. */
  readonly terms: string;
  readonly signature: string;
  /** Raw Ed25519 key of the headend, hex; null where it is not known here: then the signature is not checked. */
  readonly headendKey: string | null;
}

/** What one side holds of a play, as a file. */
export interface ReceiptFile {
  readonly side: string;
  readonly sid: string;
  readonly deviceKey: string | null;
  readonly receipt: { readonly bytes: string; readonly signature: string } | null;
  readonly statement: { readonly text: string; readonly signature: string } | null;
  /** Minor units as decimal text. */
  readonly bookedMinor: string | null;
}

export interface PlayEvidence {
  readonly sid: string;
  readonly terms: TermsFile;
  readonly sides: readonly ReceiptFile[];
}

interface BoxCells {
  readonly sid: string;
  readonly playId: string;
  readonly terms: string;
  readonly termsSignature: string;
  readonly receipt: Uint8Array | null;
  readonly receiptSignature: Uint8Array | null;
  readonly charged: string | null;
}

interface HeadendCells {
  readonly sid: string;
  readonly terms: string;
  readonly termsSignature: string;
  readonly receipt: Uint8Array | null;
  readonly receiptSignature: Uint8Array | null;
  readonly statement: string | null;
  readonly statementSignature: string | null;
  readonly charged: string | null;
  readonly posted: string | null;
  readonly deviceKey: Uint8Array;
}

const BOX = `SELECT s.sid, s.play_id AS playId, s.terms_text AS terms, s.terms_signature AS termsSignature, s.receipt, s.receipt_signature AS receiptSignature,
  CAST(p.charged_minor AS TEXT) AS charged FROM pay_sessions s LEFT JOIN plays p ON p.play_id = s.play_id ORDER BY s.id`;
const HEADEND = `SELECT s.sid, s.terms, s.signature AS termsSignature, s.receipt_bytes AS receipt, s.receipt_signature AS receiptSignature, b.statement,
  b.signature AS statementSignature, CAST(b.charged_minor AS TEXT) AS charged, o.public_key AS deviceKey,
  CAST((SELECT sum(CASE WHEN credit = 'earned' THEN amount_minor ELSE -amount_minor END) FROM ledger_transfers t WHERE t.play_id = s.play_id) AS TEXT) AS posted
  FROM pay_sessions s JOIN outlets o ON o.outlet = s.outlet LEFT JOIN bills b ON b.sid = s.sid ORDER BY s.opened_at_ms, s.sid`;

/** Every play in the books below a data folder, from whichever of the two books are there. Opens them read-only, also while they are in use. */
export function readEvidence(data: string): readonly PlayEvidence[] {
  const plays = new Map<string, { terms: TermsFile; sides: ReceiptFile[] }>();
  const add = (sid: string, terms: TermsFile, side: ReceiptFile): void => {
    const known = plays.get(sid) ?? { terms, sides: [] };
    if (known.terms.terms !== terms.terms) throw new Error(`play ${sid}: the two sides hold different terms under one session`);
    known.sides.push(side);
    plays.set(sid, known);
  };
  const headendKey = enrolledHeadendKey(join(data, 'box'));
  for (const cells of readOnlyRows<BoxCells>(join(data, 'box', 'box.db'), BOX)) {
    const { sid, terms, termsSignature, charged } = cells;
    const deviceKey = null;
    const statement = statementOf(join(data, 'box', 'box.db'), sid);
    add(sid, { terms, signature: termsSignature, headendKey }, { side: 'box', sid, deviceKey, receipt: receiptOf(cells), statement, bookedMinor: charged });
  }
  for (const cells of readOnlyRows<HeadendCells>(join(data, 'headend', 'headend.db'), HEADEND)) {
    const { sid, terms, termsSignature, charged, posted, statement: text, statementSignature } = cells;
    const deviceKey = toHex(new Uint8Array(cells.deviceKey));
    const statement = text === null || statementSignature === null ? null : { text, signature: statementSignature };
    const bookedMinor = charged === null ? null : (posted ?? '0');
    add(sid, { terms, signature: termsSignature, headendKey }, { side: 'headend', sid, deviceKey, receipt: receiptOf(cells), statement, bookedMinor });
  }
  return [...plays].map(([sid, { terms, sides }]) => ({ sid, terms, sides: withKeys(sides) }));
}

/** The box's public key stands in the headend's book; whoever has both books can check both receipts by it. */
function withKeys(sides: readonly ReceiptFile[]): readonly ReceiptFile[] {
  const deviceKey = sides.find((side) => side.deviceKey !== null)?.deviceKey ?? null;
  return sides.map((side) => ({ ...side, deviceKey: side.deviceKey ?? deviceKey }));
}

function statementOf(path: string, sid: string): ReceiptFile['statement'] {
  const bodies = readOnlyRows<{ readonly body: string }>(path, "SELECT body FROM outbox WHERE kind = 'receipt' ORDER BY sequence DESC");
  for (const { body } of bodies) {
    const { statement, signature } = JSON.parse(body) as { readonly statement?: string; readonly signature?: string };
    if (statement?.includes(`"sid":"${sid}"`) === true && signature !== undefined) return { text: statement, signature };
  }
  return null;
}

function receiptOf({ receipt, receiptSignature }: Pick<BoxCells, 'receipt' | 'receiptSignature'>): ReceiptFile['receipt'] {
  if (receipt === null || receiptSignature === null) return null;
  return { bytes: toHex(new Uint8Array(receipt)), signature: toHex(new Uint8Array(receiptSignature)) };
}

function enrolledHeadendKey(box: string): string | null {
  const path = join(box, 'enrolment.json');
  if (!existsSync(path)) return null;
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly headendPublicKey?: string }).headendPublicKey ?? null;
}
