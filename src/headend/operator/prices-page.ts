import type { DifferenceBar } from '../../domain/rating/difference-bars.ts';
import { html, type Markup } from '../../platform/html.ts';
import { decimalText } from '../../units/rational.ts';
import type { PriceTrial } from '../pricing/price-trial.ts';
import type { VendorResultStore } from '../stores/vendor-result-rows.ts';
import { bars } from './bars.ts';
import { formToken, table } from './layout.ts';
import type { OperatorCaller } from './operator-sessions.ts';

export interface PricesFacts {
  readonly nodes: readonly { readonly node: string; readonly modelId: string | null; readonly modelHash: string }[];
  readonly node: string;
  readonly xml: string;
  readonly said: string;
  readonly trial: PriceTrial | null;
  /** Results of triggers that only their vendors understand, the newest first. */
  readonly results: ReturnType<VendorResultStore['vendorResults']>;
  /** Proves at publishing that this very document was tried at this very node. */
  readonly seal: string;
}

/** Price nodes, and a model that is tried on what was really used before it comes into force. */
export function pricesBody({ nodes, node, xml, said, trial, results, seal }: PricesFacts, caller: OperatorCaller): Markup {
  const rows = nodes.map((row) => html`<tr><td>${row.node}</td><td>${row.modelId ?? ''}</td><td><code>${row.modelHash.slice(0, 16)}</code></td></tr>`);
  const known = nodes.map((row) => html`<option value="${row.node}">`);
  const words = said === '' ? html`` : html`<p role="status">${said}</p>`;
  return html`${words}${table('Price nodes', ['Price node', 'Model in force', 'Hash'], rows)}
<p><a href="/operator/prices/reckon">Ask about prices</a>: check, rate, explain, quote, compare and simulate what is typed in, find the cheapest model, walk a tree, and audit the book.</p>
<h2>Try a model</h2><form method="post" action="/operator/prices/try">${formToken(caller)}
<p><label>Price node <input name="node" list="nodes" value="${node}" required maxlength="64"></label><datalist id="nodes">${known}</datalist></p>
<p><label>Pricing model (XML of document 002, one model) <textarea name="xml" rows="14" cols="90" required spellcheck="false">${xml}</textarea></label></p>
<p><button>Try it on what was used</button></p></form>${trial === null ? html`` : trialPart(trial, { node, xml, seal }, caller)}${resultsPart(results)}`;
}

/** Each goes to its vendor's address until he takes it; one that waits without an error waits for an address. */
function resultsPart(results: PricesFacts['results']): Markup {
  if (results.length === 0) return html``;
  const rows = results.map(
    (result) =>
      html`<tr><td>${result.number}</td><td>${result.vendor}</td><td><code>${result.body}</code></td><td>${result.state}</td><td class="n">${result.attempts}</td><td>${result.lastError ?? ''}</td></tr>`,
  );
  return html`<h2>For vendors</h2>${table('Results of triggers for vendors', ['Number', 'Vendor', 'Result', 'State', 'Tries', 'Last error'], rows)}`;
}

function trialPart(
  trial: PriceTrial,
  { node, xml, seal }: { readonly node: string; readonly xml: string; readonly seal: string },
  caller: OperatorCaller,
): Markup {
  const { before, summary, digits, currency } = trial;
  const amount = (minor: bigint): string => `${decimalText(minor, digits)} ${currency}`;
  const differences = before?.differences.map((difference) => html`<li>${difference.words}</li>`) ?? [];
  const changes =
    before === null ? html`<p>Nothing stands at ${node} yet: nobody has paid by it.</p>` : html`<p>Against ${before.modelId}:</p><ul>${differences}</ul>`;
  const rows = trial.most.map(
    (user) =>
      html`<tr><td>${user.user}</td><td class="n">${amount(user.beforeMinor)}</td><td class="n">${amount(user.afterMinor)}</td><td class="n">${amount(user.afterMinor - user.beforeMinor)}</td></tr>`,
  );
  const left = trial.leftOut === 0 ? html`` : html`<p class="bad">${trial.leftOut} licences could not be rated under both.</p>`;
  return html`<h2>What would change</h2>${changes}
<p>${summary.users} users: ${summary.winners} would pay less, ${summary.losers} more, ${summary.unchanged} the same; together ${amount(summary.beforeMinor)} before, ${amount(summary.afterMinor)} after.</p>
${left}${bars(
  'Users by what changes for them',
  trial.bars.map((bar) => ({ label: barLabel(bar, amount), value: bar.users, words: `${bar.users} users` })),
)}
${table('Whose bill changes most', ['User', 'Before', 'After', 'Change'], rows)}
<form method="post" action="/operator/prices/publish">${formToken(caller)}<input type="hidden" name="node" value="${node}"><input type="hidden" name="xml" value="${xml}">
<input type="hidden" name="seal" value="${seal}"><p><button>Publish ${trial.modelId} at ${node}</button></p></form>`;
}

function barLabel({ kind, fromMinor, toMinor }: DifferenceBar, amount: (minor: bigint) => string): string {
  return kind === 'same' ? 'same' : kind === 'saves' ? amount(fromMinor) : amount(toMinor);
}
