import { Value } from '@sinclair/typebox/value';
import { html, type Markup } from '../platform/html.ts';
import { createRateLimit, type RateLimit } from '../platform/rate-limit.ts';
import { type Clock, monotonicMs } from '../ports/clock.ts';
import type { GuestHouse } from '../ports/guest-house.ts';
import type { Random } from '../ports/random.ts';
import { toHex } from '../units/bytes.ts';
import { uuidv7 } from '../units/ids.ts';
import { CheapestPlan } from '../wire/account-api.ts';
import { GUEST_REFUSALS, type GuestAnswer, type GuestRefusal, type GuestWish } from '../wire/guest-api.ts';
import { GUEST_HEADERS, type GuestPaper, guestDocument, homePage, pricesPage, quotePage, songsPage } from './guest-html.ts';
import { GuestPasses } from './guest-pass.ts';
import { type GuestLanguage, type GuestText, guestLanguage, guestText, refusalText } from './guest-texts.ts';

/** What a web server passes on, whichever it is. */
export interface GuestRequest {
  readonly method: 'GET' | 'POST';
  /** Behind the host, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of a posted form; empty otherwise. */
  readonly form: URLSearchParams;
  readonly cookies: string;
  readonly acceptLanguage: string;
  readonly peer: string;
}

export interface GuestReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface GuestPagesParts {
  readonly house: GuestHouse;
  readonly clock: Clock;
  readonly random: Random;
  /** 32 bytes: the seal of the guests' passes. */
  readonly key: Uint8Array;
  /** Over TLS; on the local network of a venue there is none. */
  readonly secure: boolean;
}

type WishOf<Kind extends GuestWish['kind']> = Omit<Extract<GuestWish, { readonly kind: Kind }>, 'id' | 'guestId'>;
type Asked = WishOf<'look'> | WishOf<'find'> | WishOf<'quote'> | WishOf<'queue'> | WishOf<'cheapest'> | WishOf<'redeem'>;

interface Guest {
  readonly outlet: string;
  readonly guestId: string;
  readonly language: GuestLanguage;
  readonly paper: GuestPaper;
}

/** Stands in the form until somebody types another. */
const USUAL_PLAN: CheapestPlan = { playsAMonth: 10, minutes: 3, months: 12 };
const COOKIE = 'ackbox-guest';
const OUTLET = /^[\w-]{1,64}$/;
const TOKEN = /^[A-Z2-9]{16}$/;
const WISH_ID = /^[0-9a-f-]{36}$/;

/**
 * The pages of guests with phones: no app, no account, no script. Whoever brings the code of the screen gets a pass for half a day; every
 * page asks the box itself, and all that a page can ask for is a GuestWish.
 */
export class GuestPages {
  readonly #parts: GuestPagesParts;
  readonly #passes: GuestPasses;
  /** A venue's guests often share one address: these are bounds for a crowd, not for one. */
  readonly #joins: RateLimit = createRateLimit(60, 2, 10_000);
  readonly #wishes: RateLimit = createRateLimit(20, 1, 10_000);
  readonly #codes: RateLimit = createRateLimit(5, 1 / 60, 10_000);
  readonly #codesOfBox: RateLimit = createRateLimit(30, 0.5, 10_000);

  constructor(parts: GuestPagesParts) {
    this.#parts = parts;
    this.#passes = new GuestPasses(parts.key);
  }

  /** Answers whatever is asked under `/g/`. Never throws for what a phone can send. */
  async handle(request: GuestRequest): Promise<GuestReply> {
    const language = guestLanguage(request.acceptLanguage);
    const [, , outlet = '', page = '', detail = ''] = request.path.split('/');
    if (!OUTLET.test(outlet)) return message(language, 404, 'scan');
    const joins = request.method === 'GET' && TOKEN.test(page);
    const waitMs = this.#limited(joins ? this.#joins : this.#wishes, joins ? request.peer : this.#keyOf(outlet, request));
    if (waitMs > 0) return message(language, 429, 'slower', { 'retry-after': String(Math.ceil(waitMs / 1_000)) });
    if (joins) return this.#join(outlet, page, request, language);
    const guest = this.#guest(outlet, request, language);
    if (guest === null) return message(language, 401, 'scan');
    if (request.method === 'POST') return await this.#act(guest, page, request.form);
    return await this.#show(guest, page, detail, request.query);
  }

  #join(outlet: string, token: string, request: GuestRequest, language: GuestLanguage): GuestReply {
    const { house, clock, random, secure } = this.#parts;
    if (!house.admits(outlet, token)) return message(language, 403, 'scan');
    const path = `/g/${outlet}`;
    // Who comes again keeps his credit.
    const guestId = this.#guestId(outlet, request) ?? toHex(random.bytes(16));
    const { pass, lifeSeconds } = this.#passes.give(outlet, guestId, clock.wallMs());
    const cookie = `${this.#cookieName()}=${pass}; Path=${path}; Max-Age=${lifeSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
    const code = request.query.get('code');
    return seeOther(code === null ? path : `${path}?code=${encodeURIComponent(code.slice(0, 20))}`, { 'set-cookie': cookie });
  }

  async #show(guest: Guest, page: string, detail: string, query: URLSearchParams): Promise<GuestReply> {
    const { language, paper } = guest;
    if (page === 'songs') {
      const search = (query.get('search') ?? '').slice(0, 100);
      const answer = await this.#ask(guest, { kind: 'find', search });
      if (answer?.view == null) return unanswered(language, answer);
      return shown(songsPage(paper, answer.view, search, answer.works ?? []));
    }
    if (page === 'song') {
      const answer = await this.#ask(guest, { kind: 'quote', workId: decoded(detail) || '-' });
      if (answer?.view == null) return unanswered(language, answer);
      return answer.quote === undefined ? this.#home(guest, answer.refusal ?? 'work-gone') : shown(quotePage(paper, answer.view, answer.quote));
    }
    if (page === 'prices') return await this.#prices(guest, query);
    if (page !== '') return message(language, 404, 'scan');
    const code = query.get('code');
    if (code !== null) return shown(claimPage(paper, code.slice(0, 20)));
    return await this.#home(guest, query.get('said'));
  }

  async #prices(guest: Guest, query: URLSearchParams): Promise<GuestReply> {
    const asked = query.has('plays');
    const number = (name: string): number => Number(query.get(name) ?? Number.NaN);
    const plan = { playsAMonth: number('plays'), minutes: number('minutes'), months: number('months') };
    if (!asked || !Value.Check(CheapestPlan, plan)) return shown(pricesPage(guest.paper, USUAL_PLAN, null));
    const answer = await this.#ask(guest, { kind: 'cheapest', plan });
    return answer?.cheapest === undefined ? unanswered(guest.language, answer) : shown(pricesPage(guest.paper, plan, answer.cheapest));
  }

  /** @param said what became of the last wish: a refusal, `queued` or `taken` */
  async #home(guest: Guest, said: string | null): Promise<GuestReply> {
    const answer = await this.#ask(guest, { kind: 'look' });
    if (answer?.view == null) return unanswered(guest.language, answer);
    return shown(homePage(guest.paper, answer.view, saidOf(guest.language, said)));
  }

  async #act(guest: Guest, page: string, form: URLSearchParams): Promise<GuestReply> {
    const { outlet, guestId, language, paper } = guest;
    const field = (name: string, most: number): string => (form.get(name) ?? '').slice(0, most);
    const id = field('id', 36);
    if (!this.#passes.isFormToken(outlet, guestId, field('token', 64)) || !WISH_ID.test(id)) return message(language, 403, 'oldForm');
    if (page === 'queue') {
      const premiumMinor = form.has('premium') ? minorOf(field('premium', 15)) : null;
      const workId = field('work', 64) || '-';
      return told(paper, 'queued', await this.#ask(guest, { kind: 'queue', workId, quoteMinor: minorOf(field('quote', 15)), premiumMinor }, id));
    }
    if (page !== 'redeem') return message(language, 404, 'scan');
    const waitMs = Math.max(this.#limited(this.#codes, `${outlet}/${guestId}`), this.#limited(this.#codesOfBox, outlet));
    if (waitMs > 0) return message(language, 429, 'slower', { 'retry-after': String(Math.ceil(waitMs / 1_000)) });
    return told(paper, 'taken', await this.#ask(guest, { kind: 'redeem', code: field('code', 20) }, id));
  }

  async #ask({ outlet, guestId }: Guest, asked: Asked, id: string = this.#newId()): Promise<GuestAnswer | null> {
    return await this.#parts.house.ask(outlet, { ...asked, id, guestId } as GuestWish);
  }

  #guest(outlet: string, request: GuestRequest, language: GuestLanguage): Guest | null {
    const guestId = this.#guestId(outlet, request);
    if (guestId === null) return null;
    const paper = { language, path: `/g/${outlet}`, formToken: this.#passes.formToken(outlet, guestId), wishId: this.#newId() };
    return { outlet, guestId, language, paper };
  }

  #guestId(outlet: string, { cookies }: GuestRequest): string | null {
    const name = `${this.#cookieName()}=`;
    const pass = cookies
      .split(';')
      .map((cookie) => cookie.trim())
      .find((cookie) => cookie.startsWith(name));
    return pass === undefined ? null : this.#passes.guestOf(outlet, pass.slice(name.length), this.#parts.clock.wallMs());
  }

  /** Whoever has a pass is counted by it; anybody else by his address. */
  #keyOf(outlet: string, request: GuestRequest): string {
    return `${outlet}/${this.#guestId(outlet, request) ?? request.peer}`;
  }

  #limited(limit: RateLimit, key: string): number {
    return limit.take(key, monotonicMs(this.#parts.clock));
  }

  /** The prefix keeps a page without TLS from setting it (RFC 6265bis, 4.1.3.1). */
  #cookieName(): string {
    return this.#parts.secure ? `__Secure-${COOKIE}` : COOKIE;
  }

  #newId(): string {
    return uuidv7(this.#parts.clock.wallMs(), this.#parts.random.bytes(10));
  }
}

/** Credit that came with the scanned code: taken by a press, never by opening a page. */
function claimPage({ language, path, formToken, wishId }: GuestPaper, code: string): string {
  const button = html`<button class="wide">${guestText(language, 'take')}</button>`;
  const fields = html`<input type="hidden" name="token" value="${formToken}"><input type="hidden" name="id" value="${wishId}"><input type="hidden" name="code" value="${code}">`;
  return guestDocument(language, code, html`<form method="post" action="${path}/redeem">${fields}${button}</form>`);
}

function told({ path }: GuestPaper, well: 'queued' | 'taken', answer: GuestAnswer | null): GuestReply {
  const said = answer === null ? 'away' : (answer.refusal ?? well);
  return seeOther(`${path}?said=${said}`);
}

function saidOf(language: GuestLanguage, said: string | null): Markup {
  if (said === 'queued' || said === 'taken') return html`<p class="said" role="status">${guestText(language, said === 'queued' ? 'done' : 'taken')}</p>`;
  const refusal = GUEST_REFUSALS.find((code) => code === said);
  if (refusal === undefined && said !== 'away') return html``;
  return html`<p class="said bad" role="alert">${refusal === undefined ? guestText(language, 'away') : refusalText(language, refusal)}</p>`;
}

function unanswered(language: GuestLanguage, answer: GuestAnswer | null): GuestReply {
  if (answer?.refusal == null) return message(language, 503, 'away', { 'retry-after': '5' });
  return plain(language, 503, refusalText(language, answer.refusal as GuestRefusal), {});
}

function message(language: GuestLanguage, status: number, key: GuestText, headers: Readonly<Record<string, string>> = {}): GuestReply {
  return plain(language, status, guestText(language, key), headers, key === 'scan' ? guestText(language, 'scanWhy') : '');
}

function plain(language: GuestLanguage, status: number, title: string, headers: Readonly<Record<string, string>>, why = ''): GuestReply {
  return { status, headers: { ...GUEST_HEADERS, ...headers }, body: guestDocument(language, title, html`<p>${why}</p>`) };
}

function shown(body: string): GuestReply {
  return { status: 200, headers: GUEST_HEADERS, body };
}

function seeOther(location: string, headers: Readonly<Record<string, string>> = {}): GuestReply {
  return { status: 303, headers: { ...GUEST_HEADERS, ...headers, location }, body: '' };
}

/** A form that somebody wrote himself may hold anything: what is no amount is one that no price has. */
function minorOf(text: string): string {
  return /^\d{1,15}$/.test(text) ? text : '0';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text).slice(0, 64);
  } catch {
    return '';
  }
}
