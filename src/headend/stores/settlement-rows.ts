import { findShareProblem, type Share } from '../../domain/ledger/split-amount.ts';
import { readSetting, writeSetting } from './party-rows.ts';
import type { StoreContext } from './store-context.ts';
import type { ReportPeriod } from './usage-report-rows.ts';

/** What was billed at one location from one source of money. `location` is empty for what belongs to none. */
export interface Takings {
  readonly location: string;
  readonly name: string;
  /** As the box reported it; `not-reported` where the record of the play has not come yet. */
  readonly fundingSource: string;
  readonly plays: number;
  readonly heardMs: number;
  readonly grossMinor: string;
  readonly currency: string;
}

/** All that was heard of one recording. */
export interface Performances {
  readonly work: string;
  readonly title: string;
  readonly artist: string;
  readonly album: string;
  readonly isrc: string;
  readonly durationMs: number;
  /** Bought or free, and pre-listens; each as far as anything was heard. */
  readonly plays: number;
  readonly trials: number;
  readonly heardMs: number;
  readonly firstDay: string;
  readonly lastDay: string;
}

/** What returns to collecting societies are headed with. */
export const RETURN_SETTINGS = ['service-name', 'transmission-category'] as const;
export type ReturnSetting = (typeof RETURN_SETTINGS)[number];

export interface SettlementStore {
  takings(period: ReportPeriod): readonly Takings[];
  performances(period: ReportPeriod): readonly Performances[];
  /** By id or name. */
  locationCalled(name: string): string | null;
  /** The rule of this location, or the one of all; where nobody made one, all of it is the operator's. */
  splitRule(location: string): readonly Share[];
  /** @param location null for all that have no rule of their own. @returns what is wrong with it, or null where it is kept */
  putSplitRule(location: string | null, shares: readonly Share[]): string | null;
  returnSetting(name: ReturnSetting): string;
  putReturnSetting(name: ReturnSetting, value: string): void;
}

/** What was posted without a play (cycles, discounts) belongs to no location, and stands there all the same: the sum is what was earned. */
const TAKINGS = `WITH funded AS (
    SELECT json_extract(body, '$.playId') AS play_id, max(json_extract(body, '$.fundingSource')) AS source FROM usage_records
    WHERE kind = 'usage' AND body LIKE '%"fundingSource":%' GROUP BY 1)
  SELECT coalesce(l.location, '') AS location, coalesce(l.name, '') AS name, coalesce(f.source, 'not-reported') AS fundingSource, count(*) AS plays,
    sum(b.heard_ms) AS heardMs, CAST(sum(b.charged_minor) AS TEXT) AS grossMinor, b.currency
  FROM billed_plays b LEFT JOIN funded f ON f.play_id = b.play_id LEFT JOIN outlets o ON o.outlet = b.outlet LEFT JOIN locations l ON l.location = o.location
  WHERE b.billed_at_ms >= ? AND b.billed_at_ms < ? GROUP BY 1, 3, b.currency
  UNION ALL SELECT '', '', 'beside-plays', 0, 0,
    CAST(sum(CASE WHEN credit = 'earned' THEN amount_minor ELSE -amount_minor END) AS TEXT), currency FROM ledger_transfers
  WHERE play_id IS NULL AND 'earned' IN (debit, credit) AND posted_at_ms >= ? AND posted_at_ms < ? GROUP BY currency
  ORDER BY 1, 3, 7`;

const PERFORMANCES = `SELECT w.work, w.title, w.artist, w.album, coalesce(i.value, '') AS isrc, w.duration_ms AS durationMs,
    sum(json_extract(r.body, '$.kind') <> 'prelisten') AS plays, sum(json_extract(r.body, '$.kind') = 'prelisten') AS trials,
    sum(json_extract(r.body, '$.heardMs')) AS heardMs, strftime('%Y-%m-%d', min(r.wall_ms) / 1000, 'unixepoch') AS firstDay,
    strftime('%Y-%m-%d', max(r.wall_ms) / 1000, 'unixepoch') AS lastDay
  FROM usage_records r JOIN works w ON w.work = substr(json_extract(r.body, '$.TitleDomain'), 6) LEFT JOIN work_identifiers i ON i.work = w.work AND i.scheme = 'isrc'
  WHERE r.kind = 'usage' AND r.body LIKE '%"heardMs":%' AND json_extract(r.body, '$.heardMs') > 0 AND r.wall_ms >= ? AND r.wall_ms < ?
  GROUP BY w.work ORDER BY w.artist, w.title, w.work`;

const ALL_THE_OPERATORS: readonly Share[] = [{ party: 'operator', perMille: 1_000 }];

export function settlementRows(context: StoreContext): SettlementStore {
  const { database } = context;
  const ruleOf = (location: string): readonly Share[] | null => {
    const rule = readSetting(context, `split/${location}`);
    return rule === null ? null : (JSON.parse(rule) as readonly Share[]);
  };
  return {
    takings: ({ fromMs, toMs }) => database.all<Takings>(TAKINGS, fromMs, toMs, fromMs, toMs),
    performances: ({ fromMs, toMs }) => database.all<Performances>(PERFORMANCES, fromMs, toMs),
    locationCalled: (name) =>
      database.one<{ location: string }>('SELECT location FROM locations WHERE ? IN (location, name) ORDER BY location <> ?', name, name)?.location ?? null,
    splitRule: (location) => ruleOf(location) ?? ruleOf('') ?? ALL_THE_OPERATORS,
    putSplitRule: (location, shares) => {
      const problem = findShareProblem(shares);
      if (problem === null) writeSetting(context, `split/${location ?? ''}`, JSON.stringify(shares));
      return problem;
    },
    returnSetting: (name) => readSetting(context, `return/${name}`) ?? '',
    putReturnSetting: (name, value) => writeSetting(context, `return/${name}`, value),
  };
}
