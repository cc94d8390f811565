import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { reportCsv } from '../usage/report-csv.ts';
import { type ReportStore, readPeriod, reportUsage, type UsageReport } from '../usage/usage-reporter.ts';
import { operatorPage } from './layout.ts';
import { type OperatorGate, queryOf } from './operator-gate.ts';
import type { OperatorCaller } from './operator-sessions.ts';
import { readReportName, usageBody } from './usage-page.ts';

/** The reports of the usage reporter, for people and their spreadsheets. */
export function usageRoutes(app: FastifyInstance, gate: OperatorGate, { book }: { readonly book: ReportStore }): void {
  const asked = (request: FastifyRequest) => {
    const [from, to] = [queryOf(request, 'from') ?? '', queryOf(request, 'to') ?? ''];
    const period = readPeriod(from || undefined, to || undefined);
    return period === null ? null : { from, to, report: reportUsage(book, readReportName(queryOf(request, 'report')), period) };
  };
  const reported = (
    show: (asked: { readonly from: string; readonly to: string; readonly report: UsageReport }, caller: OperatorCaller, answer: FastifyReply) => unknown,
  ) =>
    gate.guarded('see-usage', (caller, request, answer) => {
      const found = asked(request);
      return found === null ? answer.code(400).type('text/plain').send('A time is such as 2026-11-01 or 2026-11-01T12:00:00Z.\n') : show(found, caller, answer);
    });
  app.get(
    '/operator/usage',
    reported(({ report, from, to }, caller, answer) =>
      answer.type('text/html; charset=utf-8').send(operatorPage({ path: '/operator/usage', title: 'Usage', caller }, usageBody(report, { from, to }))),
    ),
  );
  app.get(
    '/operator/usage.csv',
    reported(({ report }, _caller, answer) =>
      answer.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${report.report}.csv"`).send(reportCsv(report.rows)),
    ),
  );
  app.get(
    '/operator/usage.json',
    reported(({ report }, _caller, answer) => answer.type('application/json; charset=utf-8').send(JSON.stringify(report))),
  );
}
