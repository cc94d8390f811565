import type { ClosingStatement } from '../../domain/credit/statements.ts';
import { verifyEd25519 } from '../../platform/crypto/ed25519-signer.ts';
import { fromHex } from '../../units/bytes.ts';
import type { OutletId } from '../../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { OutboxRecord } from '../../wire/http-api.ts';
import { readClosingStatement, type SignedStatement } from '../usage/closing-statement.ts';
import { postTransfer } from './ledger-rows.ts';
import { operatorAccountRows } from './operator-account-rows.ts';
import type { StoreContext } from './store-context.ts';

/** The closing statement of a play that this headend does not know, as it is set aside. Amounts are minor units as decimal text. */
export interface UnknownPlay {
  /** `outlet:generation:sequence`, as {@link UnknownPlayStore.settleUnknownPlay} takes it. */
  readonly record: string;
  readonly playId: string;
  readonly currency: string;
  readonly chargedMinor: string;
  readonly heardMs: number;
  readonly decision: Decision | null;
}

/** What a person decided: it is owed as the box signed it, or it is not. */
export type Decision = 'billed' | 'waived';

export interface RecordName {
  readonly outlet: OutletId;
  readonly generation: string;
  readonly sequence: number;
}

export interface UnknownPlayStore {
  /** Newest first. */
  unknownPlays(limit: number): readonly UnknownPlay[];
  /**
   * A headend that was restored from an older backup has no terms of what was sold after it: a person decides on the box's signed word.
   * Billed once for each play, whatever is called again; noted among the actions in the same transaction.
   * @returns `not-set-aside` where no such statement lies under that name; `not-settled` says why it can not be
   */
  settleUnknownPlay(name: RecordName, decision: Decision): Result<UnknownPlay, Fault<'not-set-aside' | 'not-settled'>>;
}

interface Aside {
  readonly outlet: OutletId;
  readonly generation: string;
  readonly sequence: number;
  readonly code: string;
  readonly record: string;
  readonly account: string;
  readonly currency: string;
  readonly publicKey: Uint8Array;
}

const REFUSED = 'statement-refused';
const CODES: Readonly<Record<Decision, string>> = { billed: 'billed-statement', waived: 'waived-statement' };
const ASIDE = `SELECT q.outlet, q.generation, q.sequence, q.code, q.record, o.account, a.currency, o.public_key AS publicKey FROM quarantined_records q
  JOIN outlets o ON o.outlet = q.outlet JOIN accounts a ON a.account = o.account
  WHERE q.code IN ('${REFUSED}', '${CODES.billed}', '${CODES.waived}')`;

/** Owner of settled_statements. */
export function unknownPlayRows(context: StoreContext): UnknownPlayStore {
  const { database } = context;
  return {
    unknownPlays: (limit) =>
      database.all<Aside>(`${ASIDE} ORDER BY q.rowid DESC LIMIT ?`, limit).flatMap((aside) => {
        const signed = signedIn(aside);
        return signed === null || isKnown(context, signed.statement) ? [] : [describe(aside, signed.statement)];
      }),
    settleUnknownPlay: (name, decision) => database.transaction(() => settle(context, name, decision)),
  };
}

function settle(context: StoreContext, name: RecordName, decision: Decision): ReturnType<UnknownPlayStore['settleUnknownPlay']> {
  const { database } = context;
  const where = 'q.outlet = ? AND q.generation = ? AND q.sequence = ?';
  const aside = database.one<Aside>(`${ASIDE} AND ${where}`, name.outlet, name.generation, name.sequence);
  if (aside === null) return fault('not-set-aside', 'No statement of that number is set aside.');
  const signed = signedIn(aside);
  const problem = signed === null ? 'The statement is not kept any more: its time was over.' : objection(context, aside, signed);
  if (signed === null || problem !== null) return fault('not-settled', problem ?? '');
  if (decision === 'billed') post(context, aside, signed);
  database.run(
    `UPDATE quarantined_records SET code = ? WHERE outlet = ? AND generation = ? AND sequence = ? AND code = '${REFUSED}'`,
    ...[CODES[decision], aside.outlet, aside.generation, aside.sequence],
  );
  const { playId, chargedMinor } = signed.statement;
  const about = `${playId}, ${chargedMinor} minor units ${aside.currency}`;
  operatorAccountRows(context).noteOperatorAction({ who: 'owner', role: 'owner', action: `${decision} unknown play`, about, outcome: 'ok' });
  return ok({ ...describe(aside, signed.statement), decision });
}

/** @returns why a person can not decide on it, or null */
function objection(context: StoreContext, aside: Aside, { statement, text, signature }: SignedStatement): string | null {
  const decided = decisionOf(aside);
  if (decided !== null) return `The play was ${decided} before.`;
  if (isKnown(context, statement)) return 'This headend knows the play: its terms decide, and they refused the statement.';
  const twice = context.database.one<{ n: number }>('SELECT count(*) AS n FROM billed_plays WHERE play_id = ?', statement.playId)?.n ?? 0;
  if (twice > 0) return 'The play was billed before.';
  const bytes = fromHex(signature);
  if (bytes === null || !verifyEd25519(new Uint8Array(aside.publicKey), new TextEncoder().encode(text), bytes))
    return 'The statement is not signed by the key of this box.';
  return BigInt(statement.chargedMinor) < 0n || BigInt(statement.refundMinor) < 0n ? 'The statement charges less than nothing.' : null;
}

function post(context: StoreContext, aside: Aside, { statement, text, signature }: SignedStatement): void {
  const { playId, sid, heardMs, endReason } = statement;
  const chargedMinor = BigInt(statement.chargedMinor);
  context.database.run(
    `INSERT INTO settled_statements (play_id, sid, outlet, account, work, currency, quote_minor, charged_minor, heard_ms, end_reason, statement, signature,
       posted_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[playId, sid, aside.outlet, aside.account, workOf(context, aside, playId), aside.currency],
    ...[chargedMinor + BigInt(statement.refundMinor), chargedMinor, heardMs, endReason, text, signature, context.clock.wallMs()],
  );
  if (chargedMinor === 0n) return;
  const sides = { debit: 'account-debt', credit: 'earned', reason: 'bill' } as const;
  postTransfer(context, { ...sides, key: `unknown-play:${playId}`, amountMinor: chargedMinor, currency: aside.currency, party: aside.account, playId });
}

/** The usage records of the play came in all the same, and name what was heard. */
function workOf({ database }: StoreContext, { outlet, generation }: Aside, playId: string): string {
  const row = database.one<{ work: string }>(
    `SELECT substr(json_extract(body, '$.TitleDomain'), 6) AS work FROM usage_records WHERE outlet = ? AND generation = ? AND kind = 'usage'
       AND instr(body, ?) > 0 AND json_extract(body, '$.playId') = ? AND json_extract(body, '$.TitleDomain') LIKE 'work:%' LIMIT 1`,
    ...[outlet, generation, playId, playId],
  );
  return row?.work ?? '';
}

function isKnown({ database }: StoreContext, { sid, playId }: ClosingStatement): boolean {
  return (database.one<{ n: number }>('SELECT count(*) AS n FROM pay_sessions WHERE sid = ? OR play_id = ?', sid, playId)?.n ?? 0) > 0;
}

function signedIn({ record }: Aside): SignedStatement | null {
  // Empty where its time was over, `{}` where a consumer was erased.
  const { body } = JSON.parse(record === '' ? '{}' : record) as Partial<OutboxRecord>;
  const signed = body === undefined ? null : readClosingStatement(body);
  return signed?.ok === true ? signed.value : null;
}

function describe(aside: Aside, { playId, chargedMinor, heardMs }: ClosingStatement): UnknownPlay {
  const record = `${aside.outlet}:${aside.generation}:${aside.sequence}`;
  return { record, playId, currency: aside.currency, chargedMinor, heardMs, decision: decisionOf(aside) };
}

function decisionOf({ code }: Aside): Decision | null {
  return code === CODES.billed ? 'billed' : code === CODES.waived ? 'waived' : null;
}
