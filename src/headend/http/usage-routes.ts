import { Type } from '@sinclair/typebox';
import type { UsageTraceStore } from '../stores/usage-trace-rows.ts';
import { reportCsv } from '../usage/report-csv.ts';
import { REPORTS, type ReportName, type ReportStore, readPeriod, reportUsage } from '../usage/usage-reporter.ts';
import { traceUsage } from '../usage/usage-trace.ts';
import { httpFault } from './problems.ts';
import { openRoute, type Route, reply } from './route.ts';

export interface UsageRoutesDeps {
  readonly usage: ReportStore & UsageTraceStore;
}

const Row = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]));
const Report = Type.Object({
  report: Type.String(),
  from: Type.String(),
  to: Type.String(),
  rows: Type.Array(Row),
  gaps: Type.Array(Row),
  behind: Type.Integer(),
});
const Traced = Type.Object({ id: Type.String(), records: Type.Array(Type.Unknown()), reason: Type.Union([Type.String(), Type.Null()]) });

/** The usage reporter and the trace, for the operator. */
export function usageRoutes({ usage }: UsageRoutesDeps): readonly Route[] {
  return [
    openRoute(
      {
        method: 'GET',
        path: '/v1/admin/usage/reports/:report',
        summary: `A usage report (${Object.keys(REPORTS).join(', ')}); ?from= and ?to= as ISO 8601, ?format=csv`,
        access: 'operator',
        body: null,
        response: Report,
      },
      ({ params, query }) => {
        const name = params.report ?? '';
        if (!Object.hasOwn(REPORTS, name)) return httpFault('not-found', `There is no report ${name}; there are ${Object.keys(REPORTS).join(', ')}.`);
        const period = readPeriod(query.from, query.to);
        if (period === null) return httpFault('bad-request', 'from and to are ISO 8601 times.');
        const report = reportUsage(usage, name as ReportName, period);
        return query.format === 'csv'
          ? { ok: true, value: { status: 200, body: reportCsv(report.rows), contentType: 'text/csv; charset=utf-8' } }
          : reply(report);
      },
    ),
    openRoute(
      { method: 'GET', path: '/v1/admin/usage/trace/:id', summary: 'What became of a usage record', access: 'operator', body: null, response: Traced },
      ({ params }) => reply(traceUsage(usage, params.id ?? '')),
    ),
  ];
}
