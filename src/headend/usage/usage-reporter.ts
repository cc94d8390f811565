import { tracePaths } from '../../domain/usage/navigation.ts';
import { readIsoTime } from '../../units/iso-time.ts';
import type { SettlementStore } from '../stores/settlement-rows.ts';
import type { UsageProcessingStore } from '../stores/usage-processing-rows.ts';
import type { ReportPeriod, ReportRow, UsageReportStore } from '../stores/usage-report-rows.ts';
import { prsRowsOf, settlementRowsOf, soundExchangeRowsOf } from './settlement-reports.ts';

/** Every report of the usage reporter ([0038]), and what it says. */
export const REPORTS = {
  titles: 'use of each title: times accessed, time, plays billed, revenue',
  paths: 'the paths that were walked through titles and places, and how often',
  days: 'behaviour over a period: sessions, titles and time a day',
  plays: 'the play log for rights holders: each play with ISRC, funding source and what was heard',
  revenue: 'what was billed, by day and title',
  tax: 'receipts that boxes gave, by box, month and rate: their numbers, gross, net and tax',
  profiles: 'usage accumulated over sessions, by account, consumer and domain',
  settlement: 'what each location took, by source of money, and each party’s share of it (ackbox usage split)',
  prs: 'a return as PRS for Music asks for it: titles, performers, durations, plays',
  soundexchange: 'a report of use with the elements of 37 CFR 370.4: recordings and their performances',
  gaps: 'what is missing or was set aside, as sequence ranges',
  conservation: 'every delivered record, by what became of it',
} as const;
export type ReportName = keyof typeof REPORTS;

/** @returns the period that two ISO 8601 times name, either of them left out; null where one is no time. Without an end it has none: a box's clock may be ahead. */
export function readPeriod(from: string | undefined, to: string | undefined): ReportPeriod | null {
  const period = { fromMs: from === undefined ? 0 : readIsoTime(from), toMs: to === undefined ? FAR_MS : readIsoTime(to) };
  return Number.isNaN(period.fromMs + period.toMs) ? null : period;
}

const FAR_MS = Date.UTC(9999, 11, 31);

/** All that reports are made from. */
export type ReportStore = UsageReportStore & UsageProcessingStore & SettlementStore;

export interface UsageReport {
  readonly report: ReportName;
  readonly from: string;
  readonly to: string;
  readonly rows: readonly ReportRow[];
  /** Beside every report: nothing is estimated for these. */
  readonly gaps: readonly ReportRow[];
  /** Sources whose newest records are not processed yet. */
  readonly behind: number;
}

/** Reads what is processed so far; `processUsage` before it brings that up to date. Days are UTC. */
export function reportUsage(store: ReportStore, report: ReportName, period: ReportPeriod): UsageReport {
  const behind = store.unprocessedSources().length;
  return { report, from: iso(period.fromMs), to: iso(period.toMs), rows: rowsOf(store, report, period), gaps: store.gaps(), behind };
}

function rowsOf(store: ReportStore, report: ReportName, period: ReportPeriod): readonly ReportRow[] {
  switch (report) {
    case 'titles':
      return store.titleUse(period);
    case 'paths':
      return pathRows(store, period);
    case 'days':
      return store.dayUse(period);
    case 'plays':
      return store.playLog(period);
    case 'revenue':
      return store.revenue(period);
    case 'tax':
      return store.tax(period);
    case 'profiles':
      return store.profiles();
    case 'settlement':
      return settlementRowsOf(store, period);
    case 'prs':
      return prsRowsOf(store, period);
    case 'soundexchange':
      return soundExchangeRowsOf(store, period);
    case 'gaps':
      return store.gaps();
    case 'conservation':
      return store.conservation();
  }
}

function pathRows(store: UsageReportStore, period: ReportPeriod): readonly ReportRow[] {
  const times = new Map<string, number>();
  for (const records of store.usageIn(period)) {
    for (const { places } of tracePaths(records)) {
      const path = places.join(' > ');
      times.set(path, (times.get(path) ?? 0) + 1);
    }
  }
  return [...times].sort(([, left], [, right]) => right - left).map(([path, walked]) => ({ path, walked }));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
