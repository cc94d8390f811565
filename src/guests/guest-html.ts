import { createHash } from 'node:crypto';
import { html, type Markup } from '../platform/html.ts';
import { type Currency, formatMoney, money } from '../units/money.ts';
import type { CheapestPlan, CheapestPrices } from '../wire/account-api.ts';
import type { GuestAnswer, GuestPlay, GuestView, GuestWork } from '../wire/guest-api.ts';
import { type GuestLanguage, type GuestText, guestText } from './guest-texts.ts';

const STYLE = `
:root { color-scheme: light dark; font: 18px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 34rem; padding: 1rem 1rem 4rem; }
h1 { font-size: 1.3rem; margin: 0 0 .5rem; }
h2 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
p.said { border-left: .3rem solid #14673f; padding: .4rem .8rem; font-weight: 600; }
p.said.bad { border-color: #b3161b; }
dl { display: grid; grid-template-columns: 1fr auto; gap: .2rem 1rem; margin: 0; }
dd { margin: 0; font-weight: 700; text-align: right; }
ol, ul { list-style: none; margin: 0; padding: 0; }
li { border-bottom: 1px solid #8886; padding: .55rem 0; display: flex; justify-content: space-between; gap: 1rem; }
li a { flex: 1; color: inherit; }
small { opacity: .8; }
form.line { display: flex; gap: .5rem; }
input { flex: 1; min-width: 0; }
input, button { font: inherit; padding: .6rem .8rem; min-height: 3rem; }
button.wide { width: 100%; margin: .4rem 0; font-weight: 600; }
a.back { display: inline-block; margin-top: 1.5rem; padding: .6rem 0; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export const GUEST_HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  // The address holds a token that lets in.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-type': 'text/html; charset=utf-8',
} as const;

/** What every form and link of one guest's page needs. */
export interface GuestPaper {
  readonly language: GuestLanguage;
  /** `/g/OUTLET`. */
  readonly path: string;
  readonly formToken: string;
  /** For this one form: sent twice, it counts once. */
  readonly wishId: string;
}

export function guestDocument(language: GuestLanguage, title: string, body: Markup): string {
  return html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>${body}</main></body></html>`.text;
}

/** @param said what became of the last wish */
export function homePage(paper: GuestPaper, view: GuestView, said: Markup): string {
  const { language } = paper;
  const t = (key: GuestText, values: Readonly<Record<string, string>> = {}): string => guestText(language, key, values);
  const body = html`${said}
<dl><dt>${t('credit')}</dt><dd>${amount(view.creditMinor, view.currency)}</dd><dt>${t('code')}</dt><dd>${view.code}</dd></dl>
${view.sells ? html`` : html`<p class="said bad">${t('closed')}</p>`}
${searchForm(paper, '')}
<h2>${t('nowPlaying')}</h2><p><a href="${paper.path}">${t('renew')}</a></p><p>${view.nowPlaying === null ? t('nothingPlays') : nameOf(view.nowPlaying)}</p>${priceNow(paper, view)}
<h2>${t('waiting')}</h2>${view.queue.length === 0 ? html`<p>${t('nobodyWaits')}</p>` : html`<ol>${view.queue.map((entry) => html`<li><span>${nameOf(entry)}${entry.mine ? html` <small>(${t('yours')})</small>` : html``}</span><small>${whenText(language, entry.startsInMs)}</small></li>`)}</ol>`}
${view.plays.length === 0 ? html`` : html`<h2>${t('yourSongs')}</h2><ul>${view.plays.map((play) => playLine(language, play, view.currency))}</ul>`}
<p><a href="${paper.path}/prices">${t('prices')}</a></p>
<h2>${t('claim')}</h2>
<form class="line" method="post" action="${paper.path}/redeem">${hidden(paper)}<input name="code" aria-label="${t('claim')}" autocomplete="off" maxlength="20" required><button>${t('take')}</button></form>
<p><small>${t('codeHint')}</small></p>`;
  return guestDocument(language, view.box, body);
}

export function songsPage(paper: GuestPaper, view: GuestView, search: string, works: readonly GuestWork[]): string {
  const { language, path } = paper;
  const lines = works.map(
    (work) =>
      html`<li><a href="${path}/song/${encodeURIComponent(work.id)}">${nameOf(work)}</a><small>${priceText(language, work.priceMinor, view.currency)}</small></li>`,
  );
  const found = works.length === 0 ? html`<p>${guestText(language, 'nothingFound')}</p>` : html`<ul>${lines}</ul>`;
  return guestDocument(language, view.box, html`${searchForm(paper, search)}${found}${backLink(paper)}`);
}

export function quotePage(paper: GuestPaper, view: GuestView, quote: NonNullable<GuestAnswer['quote']>): string {
  const { language } = paper;
  const { work, startsInMs, premiumMinor } = quote;
  const t = (key: GuestText, values: Readonly<Record<string, string>> = {}): string => guestText(language, key, values);
  const credit = BigInt(view.creditMinor);
  const offer = (key: 'queueFor' | 'nextFor', premium: bigint | null): Markup => {
    const cost = BigInt(work.priceMinor) + (premium ?? 0n);
    const price = priceText(language, String(cost), view.currency);
    if (credit < cost) return html`<p>${t(key, { price })}: <small>${t('short', { credit: amount(view.creditMinor, view.currency), price })}</small></p>`;
    return html`<form method="post" action="${paper.path}/queue">${hidden(paper)}<input type="hidden" name="work" value="${work.id}"><input type="hidden" name="quote" value="${work.priceMinor}">${premium === null ? html`` : html`<input type="hidden" name="premium" value="${String(premium)}">`}<button class="wide">${t(key, { price })}</button></form>`;
  };
  const next = premiumMinor === null || view.queue.length === 0 ? html`` : offer('nextFor', BigInt(premiumMinor));
  const body = html`<p>${work.artist}</p><p>${t('starts', { when: whenText(language, startsInMs) })}</p>${offer('queueFor', null)}${next}${backLink(paper)}`;
  return guestDocument(language, work.title, body);
}

/** What somebody plans, and what each price on offer would come to for it. @param found null: nothing was asked yet */
export function pricesPage(paper: GuestPaper, plan: CheapestPlan, found: CheapestPrices | null): string {
  const { language, path } = paper;
  const t = (key: GuestText, values: Readonly<Record<string, string>> = {}): string => guestText(language, key, values);
  const field = (name: string, key: GuestText, value: number, most: number): Markup =>
    html`<p><label>${t(key)} <input type="number" name="${name}" value="${value}" min="1" max="${most}" required></label></p>`;
  const fields = html`${field('plays', 'playsAMonth', plan.playsAMonth, 800)}${field('minutes', 'minutesEach', plan.minutes, 600)}${field('months', 'months', plan.months, 24)}`;
  const form = html`<form method="get" action="${path}/prices">${fields}<button class="wide">${t('compare')}</button></form>`;
  return guestDocument(language, t('prices'), html`${form}${found === null ? html`` : comparedPrices(t, found)}${backLink(paper)}`);
}

function comparedPrices(t: (key: GuestText, values?: Readonly<Record<string, string>>) => string, { prices, currency }: CheapestPrices): Markup {
  if (prices.length === 0) return html`<p role="status">${t('nothingPriced')}</p>`;
  const lines = prices.map(({ name, singleMinor, amountMinor, moreMinor }) => {
    const what = singleMinor === null ? name : t('single', { price: amount(singleMinor, currency) });
    const more = moreMinor === '0' ? t('cheapest') : t('more', { price: amount(moreMinor, currency) });
    return html`<li><span>${what} <small>(${more})</small></span><strong>${amount(amountMinor, currency)}</strong></li>`;
  });
  return html`<div role="status"><ol>${lines}</ol></div>`;
}

function searchForm({ language, path }: GuestPaper, search: string): Markup {
  const label = guestText(language, 'search');
  return html`<h2>${label}</h2><form class="line" method="get" action="${path}/songs"><input type="search" name="search" aria-label="${label}" value="${search}" maxlength="100"><button>${guestText(language, 'find')}</button></form>`;
}

function backLink({ language, path }: GuestPaper): Markup {
  return html`<a class="back" href="${path}">${guestText(language, 'back')}</a>`;
}

function hidden({ formToken, wishId }: GuestPaper): Markup {
  return html`<input type="hidden" name="token" value="${formToken}"><input type="hidden" name="id" value="${wishId}">`;
}

function playLine(language: GuestLanguage, play: GuestPlay, currency: string): Markup {
  const t = (key: GuestText, values: Readonly<Record<string, string>> = {}): string => guestText(language, key, values);
  const facts = [
    play.startsInMs === null ? t(play.state as GuestText) : whenText(language, play.startsInMs),
    ...(play.chargedMinor === null ? [] : [t('cost', { price: amount(play.chargedMinor, currency) })]),
    ...(play.refundMinor === null || play.refundMinor === '0' ? [] : [t('givenBack', { price: amount(play.refundMinor, currency) })]),
  ];
  return html`<li><span>${nameOf(play)}</span><small>${facts.join(', ')}</small></li>`;
}

/** Of the part that sounds: it changes inside a work. */
function priceNow({ language }: GuestPaper, { nowPlaying, currency }: GuestView): Markup {
  const minor = nowPlaying?.priceNowMinor ?? null;
  return minor === null ? html`` : html`<p><small>${guestText(language, 'priceNow', { price: priceText(language, minor, currency) })}</small></p>`;
}

function nameOf({ title, artist }: { readonly title: string; readonly artist: string }): string {
  return artist === '' ? title : `${title} - ${artist}`;
}

/** Rounded up: nobody is told too little. */
function whenText(language: GuestLanguage, startsInMs: number): string {
  return startsInMs <= 0 ? guestText(language, 'atOnce') : guestText(language, 'inMinutes', { minutes: String(Math.ceil(startsInMs / 60_000)) });
}

function priceText(language: GuestLanguage, minor: string, currency: string): string {
  return minor === '0' ? guestText(language, 'free') : amount(minor, currency);
}

function amount(minor: string, currency: string): string {
  return formatMoney(money(BigInt(minor), currency as Currency));
}
