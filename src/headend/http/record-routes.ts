import type { OutletRow } from '../../ports/headend-stores.ts';
import { ReportRequest, ReportResponse } from '../../wire/http-api.ts';
import { deviceRoute, type Route, reply } from './route.ts';

/** Takes a batch of a box. It resolves only after the commit in the system of record (ruling 31). */
export type TakeReport = (outlet: OutletRow, request: ReportRequest) => ReportResponse | Promise<ReportResponse>;

/** Records come in: usage, cash, closing statements, audit, faults. Idempotent by (outlet, generation, sequence). */
export function recordRoutes(takeReport: TakeReport): readonly Route[] {
  return [
    deviceRoute(
      {
        method: 'POST',
        path: '/v1/records',
        summary: 'A batch of consecutive outbox records, and the status of the box',
        body: ReportRequest,
        response: ReportResponse,
      },
      async (request, outlet) => reply(await takeReport(outlet, request.body)),
    ),
  ];
}
