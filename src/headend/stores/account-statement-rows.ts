import type { CycleBill } from '../../domain/rating/cycle-bill.ts';
import type { CHARGE_KINDS } from '../../wire/account-api.ts';
import { replayLicence } from './licence-replay.ts';
import { type PricingLicence, readEvents, readLicences } from './pricing-event-rows.ts';
import type { StoreContext } from './store-context.ts';

/** A posting about an account; minor units, negative where it owes less by it. */
export interface StatementLine {
  readonly number: number;
  readonly atMs: number;
  readonly kind: (typeof CHARGE_KINDS)[number];
  readonly title: string;
  readonly minor: bigint;
}

/** A cycle under way, as its bill would be if nothing more were used. */
export interface OpenCycle {
  readonly title: string;
  /** The id of the model, as its vendor named it. */
  readonly model: string;
  readonly bill: CycleBill;
}

/** What an account is told of its charges. */
export interface AccountStatementStore {
  /** Newest first. */
  accountLines(account: string, limit: number): readonly StatementLine[];
  openCycles(account: string, limit: number): readonly OpenCycle[];
}

/** Reads only; the tables have owners of their own. */
export function accountStatementRows(context: StoreContext): AccountStatementStore {
  return {
    accountLines: (account, limit) => readLines(context, account, limit),
    openCycles: (account, limit) =>
      context.database.transaction(() =>
        readLicences(context, 'user_id = ? AND standing = 1 AND next_boundary_ms IS NOT NULL ORDER BY licence DESC LIMIT ?', account, limit).flatMap(
          (licence) => openCycle(context, licence) ?? [],
        ),
      ),
  };
}

function readLines(context: StoreContext, account: string, limit: number): readonly StatementLine[] {
  const rows = context.database.all<Pick<StatementLine, 'number' | 'atMs'> & Record<'key' | 'minor' | 'resource' | 'event', string>>(
    `SELECT t.number, t.key, t.posted_at_ms AS atMs, CAST(CASE WHEN t.debit = 'account-debt' THEN t.amount_minor ELSE -t.amount_minor END AS TEXT) AS minor,
       coalesce(p.work, l.resource_id, d.resource_id, o.resource_id, v.work, f.resource, '') AS resource, coalesce(e.event, '') AS event
     FROM ledger_transfers t LEFT JOIN billed_plays p ON p.play_id = t.play_id
       LEFT JOIN pricing_licences l ON t.key GLOB 'cycle:*' AND l.licence = CAST(substr(t.key, 7) AS INTEGER)
       LEFT JOIN usage_events e ON t.key GLOB 'debit:#*' AND e.number = CAST(substr(t.key, 8) AS INTEGER)
       LEFT JOIN pricing_licences d ON d.licence = e.licence
       -- Books of before named the event itself; no event begins with #.
       LEFT JOIN usage_events b ON t.key GLOB 'debit:[^#]*' AND b.event = substr(t.key, 7)
       LEFT JOIN pricing_licences o ON o.licence = b.licence
       LEFT JOIN bills v ON t.key GLOB 'advert:*' AND v.sid = substr(t.key, 8)
       LEFT JOIN checkouts f ON t.key GLOB 'fee:*' AND f.licence = substr(t.key, 5, instr(t.key, '/') - 5)
     WHERE t.party = ? AND 'account-debt' IN (t.debit, t.credit) ORDER BY t.number DESC LIMIT ?`,
    account,
    limit,
  );
  return rows.map(({ key, minor, resource, event, ...row }) => ({
    ...row,
    kind: kindOf(event.startsWith('fee:') ? event : key),
    title: titleOfResource(context, resource),
    minor: BigInt(minor),
  }));
}

const KINDS: Readonly<Record<string, StatementLine['kind']>> = {
  bill: 'play',
  use: 'loan',
  debit: 'use',
  cycle: 'cycle',
  payment: 'payment',
  advert: 'advert',
  fee: 'fee',
};

function kindOf(key: string): StatementLine['kind'] {
  return KINDS[key.slice(0, key.indexOf(':'))] ?? 'use';
}

/** Periods of scopes may end before the cycle does: they are gone through. */
const BOUNDARIES_MAX = 16;

function openCycle(context: StoreContext, licence: PricingLicence): OpenCycle | null {
  const nowMs = Math.max(licence.startMs, Math.floor(context.clock.wallMs()));
  const events = readEvents(context, licence.licence);
  let atMs = nowMs;
  for (let tries = 0; tries < BOUNDARIES_MAX; tries += 1) {
    const replay = replayLicence(context, licence, events, atMs);
    const bill = replay?.bills.at(-1);
    if (bill !== undefined && bill.endMs > nowMs) return { ...namesOf(context, licence), bill };
    if (replay === null || !Number.isFinite(replay.nextBoundaryMs)) return null;
    atMs = replay.nextBoundaryMs;
  }
  return null;
}

function namesOf(context: StoreContext, { resourceId, modelHash }: PricingLicence): Pick<OpenCycle, 'title' | 'model'> {
  const model =
    context.database.one<{ model: string }>("SELECT coalesce(pricing_model_id, '') AS model FROM pricing_models WHERE hash = ?", modelHash)?.model ?? '';
  return { title: titleOfResource(context, resourceId), model };
}

/** Of the work, whose part under a price it may be; works that share a price are named by its node. */
export function titleOfResource({ database }: StoreContext, resource: string): string {
  const [work = ''] = resource.split('/');
  return database.one<{ title: string }>('SELECT title FROM works WHERE work = ?', work)?.title ?? resource;
}
