import type { RateLimit } from '../../platform/rate-limit.ts';
import { type Clock, monotonicMs } from '../../ports/clock.ts';
import type { IntakeOutcome, OutletRow, UsageStore } from '../../ports/headend-stores.ts';
import type { CommandStore } from '../../ports/outlet-store.ts';
import { type Fault, ok, type Result } from '../../units/result.ts';
import type { ReportRequest, ReportResponse } from '../../wire/http-api.ts';
import { ProblemError } from '../http/problems.ts';
import type { TakeReport } from '../http/record-routes.ts';
import { type HeadendBookCode, HeadendBookError } from '../stores/headend-book-error.ts';
import type { ReportCommits } from './report-commits.ts';
import { answerStatement, type SettlementAnswer, type StatementDeps } from './statement-desk.ts';

export interface GatewayDeps extends StatementDeps {
  readonly usage: UsageStore;
  readonly commands: CommandStore;
  readonly clock: Clock;
  /** Lets reports share transactions; absent: each has its own. */
  readonly commits?: ReportCommits;
  /** Records of one box a second; absent: as many as it likes. */
  readonly quota?: RateLimit;
}

/** Nothing of the batch was acknowledged; the box keeps it and sends it again. */
export interface ReportFault extends Fault<HeadendBookCode | 'quota-used-up'> {
  readonly retryAfterMs: number;
}

const RETRY_AFTER_MS = 5_000;

/**
 * The usage gateway (document 003, U-9): takes a batch of a box, stores it, settles the closing statements in it. It answers only
 * after the commit (ruling 31). Statements of records that were delivered before are answered again: their first answer
 * may have been lost on the way, and settling is idempotent.
 */
export async function acceptReport(deps: GatewayDeps, outlet: OutletRow, request: ReportRequest): Promise<Result<ReportResponse, ReportFault>> {
  const waitMs = deps.quota?.take(outlet.outlet, monotonicMs(deps.clock), request.records.length) ?? 0;
  if (waitMs > 0)
    return { ok: false, error: { code: 'quota-used-up', message: 'This box delivers more than its quota; it waits a little.', retryAfterMs: waitMs } };
  try {
    return ok(await takeBatch(deps, outlet, request));
  } catch (thrown) {
    if (!(thrown instanceof HeadendBookError)) throw thrown;
    deps.log.warn('report-not-stored', { outlet: outlet.outlet, code: thrown.code, todo: thrown.message });
    return { ok: false, error: { code: thrown.code, message: thrown.message, retryAfterMs: RETRY_AFTER_MS } };
  }
}

/** The gateway as the HTTP routes call it: a book that cannot write answers 503 with Retry-After, and nothing is lost. */
export function takeReportsInto(deps: GatewayDeps): TakeReport {
  return async (outlet, request) => {
    const outcome = await acceptReport(deps, outlet, request);
    if (outcome.ok) return outcome.value;
    const { code, message, retryAfterMs } = outcome.error;
    throw new ProblemError({ code: code === 'quota-used-up' ? 'too-many-requests' : 'busy', message, retryAfterMs });
  };
}

async function takeBatch(deps: GatewayDeps, outlet: OutletRow, request: ReportRequest): Promise<ReportResponse> {
  const nowMs = deps.clock.wallMs();
  const store = (): IntakeOutcome => {
    const outcome = deps.usage.intake(outlet.outlet, request.generation, request.records, nowMs);
    deps.usage.putStatus(outlet.outlet, request.status, nowMs);
    for (const result of request.commandResults) deps.commands.putCommandResult(outlet.outlet, result);
    return outcome;
  };
  const stored = deps.commits === undefined ? deps.usage.together(store) : await deps.commits.commit(request.records.length, store);
  const { acknowledgedThrough, conflicts } = stored;
  if (conflicts.length > 0) deps.log.warn('records-quarantined', { outlet: outlet.outlet, sequences: conflicts.join(' ') });
  const statements = request.records.filter(
    (record) => record.kind === 'receipt' && record.sequence <= acknowledgedThrough && !conflicts.includes(record.sequence),
  );
  const settlements: SettlementAnswer[] = [];
  for (const record of statements) {
    const answer = await answerStatement(deps, outlet, request.generation, record);
    if (answer !== null) settlements.push(answer);
  }
  return {
    acknowledgedThrough,
    conflicts: [...conflicts],
    settlements,
    commands: deps.commands.openCommands(outlet.outlet).map((command) => ({ ...command })),
  };
}
