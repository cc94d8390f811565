import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CatalogueStore } from '../../ports/headend-stores.ts';
import type { OutletStore } from '../../ports/outlet-store.ts';
import { auditPrices } from '../pricing/price-audit.ts';
import type { ReadXml } from '../pricing/price-calls.ts';
import { tryPrice } from '../pricing/price-trial.ts';
import { VendorDesk } from '../pricing/vendor-desk.ts';
import type { OperatorAccountStore } from '../stores/operator-account-rows.ts';
import type { PriceTrialStore } from '../stores/price-trial-rows.ts';
import type { PricingStore } from '../stores/pricing-rows.ts';
import type { PricingStateStore } from '../stores/pricing-state-rows.ts';
import type { PricingTreeStore } from '../stores/pricing-tree-rows.ts';
import type { VendorResultStore } from '../stores/vendor-result-rows.ts';
import { operatorPage } from './layout.ts';
import { field, type OperatorGate } from './operator-gate.ts';
import type { OperatorCaller } from './operator-sessions.ts';
import { RECKONINGS, type ReckoningForm, reckon } from './price-reckoning.ts';
import { type ReckoningFacts, reckoningBody } from './price-reckoning-page.ts';
import { type PricesFacts, pricesBody } from './prices-page.ts';

export type PricesBook = PriceTrialStore &
  Pick<VendorResultStore, 'vendorResults'> &
  Pick<PricingStateStore, 'auditPricing' | 'refreshLicences'> &
  PricingStore &
  PricingTreeStore &
  Pick<CatalogueStore, 'work'> &
  Pick<OutletStore, 'defaults'> &
  Pick<OperatorAccountStore, 'noteOperatorAction'>;

const RESULTS_SHOWN = 20;

export interface PricesRoutesDeps {
  readonly book: PricesBook;
  readonly clock: Clock;
  /** Loads the reader and libxml2 with the first model. */
  readonly loadReader: () => Promise<ReadXml>;
}

/** Prices are tried before they are published: the button stands under the trial, and its seal is of the document that was tried. */
export function pricesRoutes(app: FastifyInstance, gate: OperatorGate, { book, clock, loadReader }: PricesRoutesDeps): void {
  const show = (caller: OperatorCaller, answer: FastifyReply, facts: Partial<PricesFacts>): FastifyReply => {
    const whole: PricesFacts = {
      node: '',
      xml: '',
      said: '',
      trial: null,
      seal: '',
      ...facts,
      nodes: book.priceNodes(),
      results: book.vendorResults(RESULTS_SHOWN),
    };
    return answer.type('text/html; charset=utf-8').send(operatorPage({ path: '/operator/prices', title: 'Prices', caller }, pricesBody(whole, caller)));
  };
  const given = (request: FastifyRequest) => ({ node: field(request, 'node').trim().slice(0, 64), xml: field(request, 'xml') });
  app.get(
    '/operator/prices',
    gate.guarded('manage-prices', (caller, _request, answer) => show(caller, answer, {})),
  );
  reckoningRoutes(app, gate, { book, clock, loadReader });
  app.post(
    '/operator/prices/try',
    gate.guarded('manage-prices', async (caller, request, answer) => {
      const { node, xml } = given(request);
      const tried = tryPrice(await loadReader(), book, node, xml, clock.wallMs());
      if (!tried.ok) return show(caller, answer.code(400), { node, xml, said: tried.error.message });
      return show(caller, answer, { node, xml, trial: tried.value, seal: sealOf(caller, node, xml) });
    }),
  );
  app.post(
    '/operator/prices/publish',
    gate.guarded('manage-prices', async (caller, request, answer) => {
      const { node, xml } = given(request);
      if (field(request, 'seal') !== sealOf(caller, node, xml)) return show(caller, answer.code(400), { node, xml, said: 'Try this model first.' });
      const said = publish(await loadReader(), new VendorDesk(book), book.defaults().vendor, node, xml);
      book.noteOperatorAction({ who: caller.name, role: caller.role, action: 'publish price', about: node, outcome: said.ok ? said.words : 'refused' });
      return show(caller, answer.code(said.ok ? 200 : 400), said.ok ? { said: said.words } : { node, xml, said: said.words });
    }),
  );
}

const NOTHING_TYPED: ReckoningFacts['form'] = {
  ...{ xml: '', other: '', usage: '', until: '', seconds: '', lenient: false },
  ...{ plays: '', minutes: '', months: '', tree: '', licences: '', use: '' },
};

function reckoningRoutes(app: FastifyInstance, gate: OperatorGate, { book, clock, loadReader }: PricesRoutesDeps): void {
  const path = '/operator/prices/reckon';
  const show = (caller: OperatorCaller, answer: FastifyReply, facts: ReckoningFacts): FastifyReply =>
    answer.type('text/html; charset=utf-8').send(operatorPage({ path: '/operator/prices', title: 'Ask about prices', caller }, reckoningBody(facts, caller)));
  app.get(
    path,
    gate.guarded('manage-prices', (caller, _request, answer) => show(caller, answer, { form: NOTHING_TYPED, said: '', answer: null })),
  );
  app.post(
    path,
    gate.guarded('manage-prices', async (caller, request, answer) => {
      const form = typedForm(request);
      const what = RECKONINGS.find((one) => one === field(request, 'what')) ?? 'check';
      const reckoned =
        what === 'audit' ? { answer: { ...(await auditPrices(book, clock)) }, said: '' } : reckon(await loadReader(), what, form, clock.wallMs());
      return show(caller, answer.code(reckoned.answer === null ? 400 : 200), { form, ...reckoned });
    }),
  );
}

function typedForm(request: FastifyRequest): ReckoningForm {
  const typed = (name: keyof ReckoningForm): string => field(request, name);
  return {
    ...{ xml: typed('xml'), other: typed('other'), usage: typed('usage'), until: typed('until').trim(), seconds: typed('seconds').trim() },
    ...{ plays: typed('plays').trim(), minutes: typed('minutes').trim(), months: typed('months').trim() },
    ...{ tree: typed('tree'), licences: typed('licences'), use: typed('use'), lenient: typed('lenient') === 'yes' },
  };
}

function publish(read: ReadXml, desk: VendorDesk, vendor: string, node: string, xml: string): { readonly ok: boolean; readonly words: string } {
  const uploaded = desk.upload(read, vendor, xml);
  if (!uploaded.ok) return { ok: false, words: uploaded.error.message };
  const pointed = desk.pointNode(vendor, node, uploaded.value.hash, false);
  return pointed.ok ? { ok: true, words: `${uploaded.value.id} is in force at ${node}.` } : { ok: false, words: pointed.error.message };
}

/** Of one sign-in: the form token is in it. */
function sealOf({ formToken }: OperatorCaller, node: string, xml: string): string {
  return sha256Hex(JSON.stringify(['ackbox-price-trial/1', formToken, node, xml]));
}
