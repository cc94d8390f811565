import { createCatalogueView } from '../../../src/headend/catalogue-view.ts';
import { acceptReport } from '../../../src/headend/usage/usage-gateway.ts';
import type { HeadendApi, HeadendError } from '../../../src/ports/headend-api.ts';
import type { OutletRow } from '../../../src/ports/headend-stores.ts';
import { err, type Fault, ok, type Result } from '../../../src/units/result.ts';
import type { CatalogueResponse } from '../../../src/wire/http-api.ts';
import type { Life } from './life.ts';
import type { EveningNetwork } from './network.ts';

/** The headend as a box calls it: its desks, behind the network. */
export function headendApi(network: EveningNetwork, box: Life, outlet: OutletRow): HeadendApi {
  return {
    catalogue: (known) =>
      network.call(box, 'catalogue', async ({ book, life, quote }) => {
        const { version, json } = createCatalogueView(book, { partedWorks: () => book.partedWorks(), quote }, life.clock).current(outlet);
        return ok(version === known ? 'unchanged' : (JSON.parse(json) as CatalogueResponse));
      }),
    cover: async () => err({ code: 'refused', problem: 'not-found', message: 'There are no covers here.', retryAfterMs: null }),
    offer: (request) => network.call(box, 'offer', async ({ checkout }) => refused(await checkout.offer(outlet, request, 'headend'))),
    nonce: (sid) => network.call(box, 'nonce', async ({ resumes }) => refused(resumes.nonce(outlet, sid))),
    resume: (sid, request) => network.call(box, 'resume', async ({ resumes }) => refused(await resumes.resume(outlet, sid, request, 'headend'))),
    report: (request) =>
      network.call(box, 'report', async ({ gateway }) => {
        const outcome = await acceptReport(gateway, outlet, request);
        if (outcome.ok) return outcome;
        return err({ code: 'busy', problem: outcome.error.code, message: outcome.error.message, retryAfterMs: outcome.error.retryAfterMs });
      }),
    close: async () => {},
  };
}

function refused<T>(result: Result<T, Fault>): Result<T, HeadendError> {
  return result.ok ? result : err({ code: 'refused', problem: result.error.code, message: result.error.message, retryAfterMs: null });
}
