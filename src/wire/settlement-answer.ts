/**
 * What the headend countersigns: its answer to one closing statement. With it both sides hold a two-signed statement; the
 * purpose comes first, so that a signature over one kind of text is never one over another.
 * @param statementHash SHA-256 over the statement's canonical JSON, hex
 * @param chargedMinor minor units as decimal text
 */
export function settlementAnswerBytes(answer: {
  readonly sid: string;
  readonly statementHash: string;
  readonly chargedMinor: string;
  readonly agreed: boolean;
}): Uint8Array {
  const verdict = answer.agreed ? 'agreed' : 'refused';
  return new TextEncoder().encode(`ackbox-settlement/1\n${answer.sid}\n${answer.statementHash}\n${answer.chargedMinor}\n${verdict}`);
}
