import { sha256Hex } from '../../platform/crypto/digest.ts';
import { verifyEd25519 } from '../../platform/crypto/ed25519-signer.ts';
import type { OutletRow, RegistryStore, SettleOutcome } from '../../ports/headend-stores.ts';
import type { Log } from '../../ports/log.ts';
import type { Signer } from '../../ports/signer.ts';
import { fromHex, toHex } from '../../units/bytes.ts';
import type { OutboxRecord, ReportResponse } from '../../wire/http-api.ts';
import { settlementAnswerBytes } from '../../wire/settlement-answer.ts';
import type { QuarantineStore } from '../stores/usage-rows.ts';
import { readClosingStatement, type SignedStatement } from './closing-statement.ts';

export interface StatementDeps {
  readonly registry: RegistryStore;
  readonly quarantine: QuarantineStore;
  readonly signer: Signer;
  readonly log: Log;
  /** Stops what is still being sent, and makes its counts durable, before they are compared with the statement's. */
  readonly stream: { fence(sid: string): Promise<unknown> };
}

export type SettlementAnswer = ReportResponse['settlements'][number];

const REASON_MAX = 200;

/**
 * Settles the closing statements of a batch and countersigns the answers. A statement that cannot be agreed to is quarantined
 * with its reason; its record counts as delivered all the same, and the play stays open for a person (or a better statement).
 * @returns null where not even the play can be read out of the record
 */
export async function answerStatement(deps: StatementDeps, outlet: OutletRow, generation: string, record: OutboxRecord): Promise<SettlementAnswer | null> {
  const signed = readClosingStatement(record.body);
  if (!signed.ok) {
    deps.quarantine.quarantine(outlet.outlet, generation, record, 'statement-unreadable', signed.error.message);
    deps.log.warn('statement-unreadable', { outlet: outlet.outlet, sequence: record.sequence, reason: signed.error.message });
    return null;
  }
  const outcome = await settle(deps, outlet, signed.value);
  const { sid } = signed.value.statement;
  if (!outcome.agreed) {
    deps.quarantine.quarantine(outlet.outlet, generation, record, 'statement-refused', outcome.reason);
    deps.log.warn('statement-refused', { outlet: outlet.outlet, sid, reason: outcome.reason });
  }
  const answer = { sid, statementHash: sha256Hex(signed.value.text), chargedMinor: outcome.chargedMinor.toString(), agreed: outcome.agreed };
  return {
    sid,
    chargedMinor: answer.chargedMinor,
    agreed: outcome.agreed,
    reason: outcome.reason.slice(0, REASON_MAX),
    countersignature: toHex(deps.signer.sign(settlementAnswerBytes(answer))),
  };
}

async function settle(deps: StatementDeps, outlet: OutletRow, { statement, text, signature }: SignedStatement): Promise<SettleOutcome> {
  const row = deps.registry.session(statement.sid);
  // A play of another box is as unknown as one that never was.
  if (row === null || row.outlet !== outlet.outlet) return refused('This box has no such play here.');
  const bytes = fromHex(signature);
  if (bytes === null || !verifyEd25519(outlet.publicKey, new TextEncoder().encode(text), bytes))
    return refused('The statement is not signed by the key of this box.');
  if (row.state !== 'closed') await deps.stream.fence(row.sid);
  return deps.registry.settle(row.sid, statement, text, signature);
}

function refused(reason: string): SettleOutcome {
  return { agreed: false, chargedMinor: 0n, reason };
}
