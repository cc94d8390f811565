import { limits } from '../limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { OutletRow } from '../ports/headend-stores.ts';
import type { TrialStore } from '../ports/trial-store.ts';
import type { Fault } from '../units/result.ts';
import type { OfferRequest } from '../wire/http-api.ts';

/**
 * Spends one pre-listen of a work: of the coin session on a jukebox, of the box where nobody has paid yet, of the account on a
 * set-top (ruling 2). @returns why there is none left today
 */
export function spendTrial(deps: { readonly trials: TrialStore; readonly clock: Clock }, outlet: OutletRow, request: OfferRequest): Fault<'trial-used'> | null {
  const day = new Date(deps.clock.wallMs()).toISOString().slice(0, 10);
  const most = limits.trialsPerWorkPerPayer;
  if (deps.trials.grantTrial(holderOf(outlet, request.payer), request.work, day, most)) return null;
  return { code: 'trial-used', message: `This work was heard ${most} times today without being bought; buy it, or choose another one.` };
}

function holderOf({ profile, account, outlet }: OutletRow, payer: string | undefined): string {
  if (profile === 'set-top') return `account/${account}`;
  return payer === undefined ? `outlet/${outlet}` : `payer/${outlet}/${payer}`;
}
