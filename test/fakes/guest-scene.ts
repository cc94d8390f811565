import { GuestDesk } from '../../device/guests/guest-desk.ts';
import { CatalogueIndex } from '../../device/screen/catalogue-index.ts';
import { GuestPages, type GuestReply } from '../../src/guests/guest-pages.ts';
import { ok } from '../../src/units/result.ts';
import type { CheapestPrices } from '../../src/wire/account-api.ts';
import { seededRandom } from './book-folder.ts';
import { BoxScene } from './box-scene.ts';

export const OUTLET = 'outlet-1';
export const TOKEN = 'ABCDEFGHJKLMNPQR';

/** As a headend answers. */
const COMPARED: CheapestPrices = {
  ...{ uses: 0, from: '2026-01-01T00:00:00.000Z', until: '2027-01-01T00:00:00.000Z', currency: 'EUR' },
  prices: [
    { name: 'By the evening', singleMinor: null, amountMinor: '500', moreMinor: '0' },
    { name: '', singleMinor: '50', amountMinor: '1200', moreMinor: '700' },
  ],
};

/** A phone: it keeps its cookie, follows where it is sent, and fills in the forms that stand on a page. */
export class Phone {
  readonly #pages: GuestPages;
  readonly #peer: string;
  #cookie = '';
  /** Of the page that was shown last. */
  html = '';
  status = 0;

  constructor(pages: GuestPages, peer = '192.0.2.7') {
    this.#pages = pages;
    this.#peer = peer;
  }

  async scan(token = TOKEN, query = ''): Promise<this> {
    return await this.open(`/g/${OUTLET}/${token}${query}`);
  }

  async open(address: string): Promise<this> {
    return await this.#follow(await this.#send('GET', address, new URLSearchParams()));
  }

  /** Presses the button with these words, with what was typed into its form. */
  async press(words: string, typed: Readonly<Record<string, string>> = {}): Promise<this> {
    const form = this.form(words);
    for (const [name, value] of Object.entries(typed)) form.fields.set(name, value);
    return await this.post(form.action, form.fields);
  }

  async post(action: string, fields: URLSearchParams): Promise<this> {
    return await this.#follow(await this.#send('POST', action, fields));
  }

  /** The form that this button sends. */
  form(words: string): { readonly action: string; readonly fields: URLSearchParams } {
    const all = [...this.html.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)];
    const [, attributes = '', inner = ''] = all.find(([, , body = '']) => body.includes(words)) ?? [];
    if (inner === '') throw new Error(`no button says ${words}: ${this.text()}`);
    const fields = new URLSearchParams();
    for (const [, name = '', value = ''] of inner.matchAll(/name="([^"]*)"[^>]*? value="([^"]*)"/g)) fields.set(name, value);
    return { action: /action="([^"]*)"/.exec(attributes)?.[1] ?? '', fields };
  }

  link(words: string): string {
    return new RegExp(`<a [^>]*href="([^"]*)"[^>]*>[^<]*${words}`).exec(this.html)?.[1] ?? '';
  }

  text(): string {
    return this.html
      .replaceAll(/<style>.*?<\/style>/gs, '')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ');
  }

  async #follow(reply: GuestReply): Promise<this> {
    const [given] = (reply.headers['set-cookie'] ?? '').split(';');
    if (given !== undefined && given !== '') this.#cookie = given;
    if (reply.status === 303) return await this.open(reply.headers.location ?? '');
    this.html = reply.body;
    this.status = reply.status;
    return this;
  }

  async #send(method: 'GET' | 'POST', address: string, form: URLSearchParams): Promise<GuestReply> {
    const { pathname: path, searchParams: query } = new URL(address, 'https://headend');
    return await this.#pages.handle({ method, path, query, form, cookies: this.#cookie, acceptLanguage: 'en-GB,en;q=0.9', peer: this.#peer });
  }
}

/** A box over a real book, and the guests' pages straight in front of it. */
export class GuestScene {
  readonly box = new BoxScene();
  readonly pages: GuestPages;
  readonly #desk: GuestDesk;

  constructor() {
    const { box } = this;
    const { clock } = box.folder;
    this.#desk = new GuestDesk({
      book: box.book,
      catalogue: box.venue.catalogue,
      index: new CatalogueIndex(clock, () => box.venue.catalogue.works()),
      view: () => box.box.view(),
      queued: () => box.box.queued(),
      cheapest: async ({ playsAMonth, months }) => ok({ ...COMPARED, uses: playsAMonth * months }),
      log: { info() {}, warn() {} },
    });
    const house = {
      admits: (outlet: string, token: string) => outlet === OUTLET && token === TOKEN,
      ask: (_outlet: string, wish: Parameters<GuestDesk['answer']>[0]) => this.#desk.answer(wish),
    };
    this.pages = new GuestPages({ house, clock, random: seededRandom(7), key: new Uint8Array(32).fill(3), secure: true });
  }

  phone(peer?: string): Phone {
    return new Phone(this.pages, peer);
  }

  /** Coins at the box, moved to a phone. */
  async giveCredit(phone: Phone, valueMinor: bigint): Promise<void> {
    await this.box.coin(valueMinor);
    const outcome = await this.box.box.command('credit to-phone', { role: 'customer', surface: 'screen' });
    const { claimCode } = outcome.data as { readonly claimCode: string };
    await (await phone.scan(TOKEN, `?code=${claimCode}`)).press('Take it');
  }

  remove(): void {
    this.box.remove();
  }
}
