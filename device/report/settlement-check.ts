import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import { verifyEd25519 } from '../../src/platform/crypto/ed25519-signer.ts';
import { fromHex } from '../../src/units/bytes.ts';
import type { OutboxRecord, ReportResponse } from '../../src/wire/http-api.ts';
import { settlementAnswerBytes } from '../../src/wire/settlement-answer.ts';
import type { SettlementRow } from '../stores/book-port.ts';

export type HeadendSettlement = ReportResponse['settlements'][number];
type Judged = Omit<SettlementRow, 'title'>;

interface Statement {
  readonly sid: string;
  readonly playId: string;
  readonly chargedMinor: string;
}

/**
 * What the headend's answer to a closing statement is worth: it counts only under the key that was pinned at enrolment, over
 * exactly the statement that was sent, and with the charge that both compute.
 * @param settlements the answers of the report that carried the record
 * @returns null for a record that holds no statement
 */
export function judgeSettlement(record: OutboxRecord, settlements: readonly HeadendSettlement[], headendPublicKey: Uint8Array): Judged | null {
  const sent = readStatement(record.body);
  if (sent === null) return null;
  const { statement, text } = sent;
  const answer = settlements.find(({ sid }) => sid === statement.sid) ?? null;
  const row = { sid: statement.sid, playId: statement.playId, statementHash: sha256Hex(text), chargedMinor: statement.chargedMinor };
  if (answer === null) {
    return { ...row, verdict: 'unanswered', reason: 'The headend took the closing statement and did not answer it.', countersignature: null };
  }
  const { countersignature } = answer;
  if (!isSigned(answer, row.statementHash, headendPublicKey)) {
    return { ...row, verdict: 'unproven', reason: 'The countersignature is not by the key of this headend over this statement.', countersignature };
  }
  if (!answer.agreed) return { ...row, verdict: 'refused', reason: answer.reason, countersignature };
  if (answer.chargedMinor !== statement.chargedMinor) {
    const reason = `The headend billed ${answer.chargedMinor} minor units, the statement says ${statement.chargedMinor}.`;
    return { ...row, verdict: 'refused', reason, countersignature };
  }
  return { ...row, verdict: 'agreed', reason: '', countersignature };
}

const SAID: Readonly<Record<Exclude<SettlementRow['verdict'], 'agreed'>, string>> = {
  refused: 'was not agreed to by the headend',
  unproven: 'has an answer that proves nothing',
  unanswered: 'was never answered',
};

/** For the fault record and whoever reads it: what is wrong, and what to do; null where all is well. */
export function settlementWords(judged: Judged): string | null {
  if (judged.verdict === 'agreed') return null;
  const what = `The closing statement of play ${judged.playId} (session ${judged.sid}, charged ${judged.chargedMinor} minor units) ${SAID[judged.verdict]}.`;
  return `${what} ${judged.reason} Compare it with the bill on the operator page of the headend.`;
}

function isSigned(answer: HeadendSettlement, statementHash: string, headendPublicKey: Uint8Array): boolean {
  const { sid, chargedMinor, agreed } = answer;
  const signature = fromHex(answer.countersignature);
  return signature !== null && verifyEd25519(headendPublicKey, settlementAnswerBytes({ sid, statementHash, chargedMinor, agreed }), signature);
}

/** Our own writing: the body of a `receipt` record. A stand-in for a record that the headend refused holds none. */
function readStatement(body: string): { readonly statement: Statement; readonly text: string } | null {
  try {
    const { statement: text } = JSON.parse(body) as { readonly statement?: string };
    if (text === undefined) return null;
    const { sid, playId, chargedMinor } = JSON.parse(text) as Partial<Statement>;
    return sid === undefined || playId === undefined || chargedMinor === undefined ? null : { statement: { sid, playId, chargedMinor }, text };
  } catch {
    return null;
  }
}
