import type { OutletRow } from '../../ports/headend-stores.ts';
import { ReportRequest, ReportResponse } from '../../wire/http-api.ts';
import { deviceRoute, type Route, reply } from './route.ts';

/** Takes a batch of a box. It resolves only after the commit in the system of record (ruling 31). */
export type TakeReport = (outlet: OutletRow, request: ReportRequest) => ReportResponse | Promise<ReportResponse>;

/**
 * Records come in: usage, cash, closing statements, audit, faults. Idempotent by (outlet, generation, sequence). A batch with something
 * that was set aside is answered 409 with the same body: it names what, and the rest of the batch is taken (ruling 30).
 */
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
      async (request, outlet) => {
        const answer = await takeReport(outlet, request.body);
        return reply(answer, answer.conflicts.length > 0 ? 409 : 200);
      },
    ),
  ];
}
