import { createHash } from 'node:crypto';
import { mayOperator, type Permission } from '../../domain/access/operator-roles.ts';
import { html, type Markup } from '../../platform/html.ts';
import { type Currency, formatMoney, money } from '../../units/money.ts';
import type { OperatorCaller } from './operator-sessions.ts';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; background: #fff; color: #16181d; }
a { color: #0b4fb3; }
body { margin: 0 auto 3rem; max-width: 80rem; padding: 0 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem .8rem; align-items: baseline; border-bottom: 2px solid #8886; padding: .9rem 0 .6rem; }
header strong { margin-right: auto; } header span { font-size: .85rem; }
a[aria-current] { font-weight: 700; text-decoration: none; color: inherit; }
h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
div.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; padding: .3rem 1.6rem .3rem 0; border-bottom: 1px solid #8886; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; } td.n, td.t { white-space: nowrap; }
td ul { margin: 0; padding-left: 1.1rem; }
code { font-size: .85em; word-break: break-all; }
form.line { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: .5rem 0; }
label { display: grid; gap: .15rem; font-size: .85rem; }
input, select, button { font: inherit; padding: .35rem .6rem; min-height: 2.4rem; box-sizing: border-box; } form.line input, form.line select { height: 2.4rem; }
svg { max-width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
.good { color: #14673f; } .bad { color: #b3161b; font-weight: 600; }
@media (prefers-color-scheme: dark) { :root { background: #14161b; color: #eceff4; } a { color: #8cb8ff; } .good { color: #5fd39b; } .bad { color: #ff8f8f; } }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** No script at all, no frame, and forms go to this very headend only. */
export const PAGE_HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

interface Tab {
  readonly path: string;
  readonly title: string;
  readonly permission: Permission;
}

export const TABS: readonly Tab[] = [
  { path: '/operator', title: 'Boxes', permission: 'see-fleet' },
  { path: '/operator/money', title: 'Money', permission: 'see-money' },
  { path: '/operator/collections', title: 'Collections', permission: 'see-money' },
  { path: '/operator/usage', title: 'Usage', permission: 'see-usage' },
  { path: '/operator/music', title: 'Music', permission: 'manage-music' },
  { path: '/operator/prices', title: 'Prices', permission: 'manage-prices' },
  { path: '/operator/alerts', title: 'Alerts', permission: 'manage-alerts' },
  { path: '/operator/records', title: 'Records', permission: 'see-audit' },
  { path: '/operator/actions', title: 'Actions', permission: 'see-audit' },
];

export interface PageOptions {
  readonly path: string;
  readonly title: string;
  readonly caller: OperatorCaller;
  /** Whoever watches may have it renewed; null: not now. Absent where somebody types. */
  readonly renew?: Renewal | null;
}

/** How often a page that somebody watches is asked for again: only where he chose so, as it takes the place and the words from whoever reads. */
export const RENEWALS = [10, 60] as const;
export type Renewal = (typeof RENEWALS)[number];

/** One page with its tabs: what a role may not see it is not offered. */
export function operatorPage({ path, title, caller, renew }: PageOptions, body: Markup): string {
  const tabs = TABS.filter(({ permission }) => mayOperator(caller.role, permission)).map((tab) =>
    tab.path === path ? html`<a href="${tab.path}" aria-current="page">${tab.title}</a> ` : html`<a href="${tab.path}">${tab.title}</a> `,
  );
  const out = html`<form method="post" action="/operator/sign-out">${formToken(caller)}<button>Sign out</button></form>`;
  return document(
    title,
    html`<header><strong>Ackbox headend</strong>${tabs}<span>${caller.name} (${caller.role})</span>${out}</header><main><h1>${title}</h1>${renew === undefined ? '' : renewal(path, renew)}${body}</main>`,
  );
}

function renewal(path: string, renew: Renewal | null): Markup {
  const choices = [null, ...RENEWALS].map((seconds) => {
    const words = seconds === null ? 'when I ask' : `every ${seconds} s`;
    const address = seconds === null ? path : `${path}?renew=${seconds}`;
    return seconds === renew ? html`<strong>${words}</strong> ` : html`<a href="${address}">${words}</a> `;
  });
  return html`<p><a href="${renew === null ? path : `${path}?renew=${renew}`}">Renew now</a>. Renewed: ${choices}</p>`;
}

/** A page without tabs, for whoever is not signed in. */
export function document(title: string, body: Markup): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} - Ackbox</title><style>${trustedStyle()}</style></head>
<body>${body}</body></html>`.text;
}

function trustedStyle(): Markup {
  // The style is ours and holds no character that HTML would read: escaping leaves it as it is.
  return html`${STYLE}`;
}

export function formToken({ formToken: token }: OperatorCaller): Markup {
  return html`<input type="hidden" name="token" value="${token}">`;
}

export function table(label: string, heads: readonly string[], rows: readonly Markup[]): Markup {
  if (rows.length === 0) return html`<p>None.</p>`;
  const head = heads.map((text) => html`<th scope="col">${text}</th>`);
  // What is wider than the window is rolled, by keys as well.
  return html`<div class="wide" role="region" tabindex="0" aria-label="${label}"><table aria-label="${label}"><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

export function amountText(minor: string | number | bigint, currency: string): string {
  return formatMoney(money(BigInt(minor), currency as Currency));
}

/** ISO 8601 to the second; a clock that was never set may say anything, and the page shows that too. */
export function timeText(wallMs: number): string {
  const time = new Date(wallMs);
  return Number.isNaN(time.getTime()) ? 'unknown' : time.toISOString().replace(/\.\d+Z$/, 'Z');
}

export function ageText(ageMs: number): string {
  const seconds = Math.max(0, Math.round(ageMs / 1_000));
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3_600)} h ago`;
}
