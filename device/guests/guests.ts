import type { GuestPages } from '../../src/guests/guest-pages.ts';
import { type Clock, every } from '../../src/ports/clock.ts';
import type { GuestApi } from '../../src/ports/guest-api.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Random } from '../../src/ports/random.ts';
import { fromHex, toHex } from '../../src/units/bytes.ts';
import type { GuestAnswer, GuestWish } from '../../src/wire/guest-api.ts';
import { CatalogueIndex } from '../screen/catalogue-index.ts';
import type { CatalogueView } from '../session/box-parts.ts';
import type { BoxView } from '../session/box-view.ts';
import type { Book } from '../stores/book-port.ts';
import { GuestDesk, type GuestDeskParts } from './guest-desk.ts';
import { GuestLine } from './guest-line.ts';
import type { GuestServer } from './guest-server.ts';
import { GuestTokens } from './guest-tokens.ts';

const GUESTS_SETTING = 'guests';
/** Seals the passes of guests that the box itself serves. */
const KEY_SETTING = 'guest-key';
const KEY_BYTES = 32;
const LOOK_MS = 60_000;

export interface GuestsParts {
  readonly outlet: string;
  readonly headendUrl: string;
  /** Where the box itself serves the pages on the local network; null: it does not. */
  readonly port: number | null;
  readonly api: GuestApi;
  readonly book: Book;
  readonly catalogue: CatalogueView;
  readonly view: () => BoxView;
  readonly cheapest: GuestDeskParts['cheapest'];
  readonly queued: () => Promise<void>;
  /** Where guests come in is another address now. */
  readonly changed: () => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Guests with phones: whether they may come in, by which address, and who answers them. */
export class Guests {
  readonly #parts: GuestsParts;
  readonly #tokens: GuestTokens;
  readonly #desk: GuestDesk;
  #line: GuestLine | null = null;
  #server: GuestServer | null = null;
  #base: string | null = null;
  #link: string | null = null;
  #stopLooking: () => void = () => {};

  constructor(parts: GuestsParts) {
    this.#parts = parts;
    this.#tokens = new GuestTokens(parts.clock, parts.random);
    this.#desk = new GuestDesk({ ...parts, index: new CatalogueIndex(parts.clock, () => parts.catalogue.works()) });
  }

  async start(): Promise<void> {
    if ((await this.#parts.book.getSetting(GUESTS_SETTING)) === 'on') await this.#open();
  }

  async switch(on: boolean): Promise<void> {
    await this.#parts.book.putSetting(GUESTS_SETTING, on ? 'on' : '');
    if (!on) void this.#line?.shut();
    await this.stop();
    if (on) await this.#open();
  }

  async stop(): Promise<void> {
    this.#stopLooking();
    this.#line?.stop();
    this.#line = null;
    await this.#server?.close();
    this.#server = null;
    this.#base = null;
    this.#show();
  }

  /** What the code on the screen holds; null while guests can not come in. */
  link(): string | null {
    return this.#link;
  }

  async #open(): Promise<void> {
    const { port, book, clock, random, log, api, headendUrl } = this.#parts;
    if (port !== null) this.#server = await this.#serve(port);
    this.#line = new GuestLine({
      ...{ clock, random, log },
      turn: (turn) => api.guestTurn(turn),
      tokens: () => this.#tokens.valid(),
      answer: (wish) => this.#desk.answer(wish),
      reached: (base, away) => {
        this.#base = away ? null : (base ?? headendUrl);
        this.#show();
      },
    });
    this.#stopLooking = every(
      clock,
      LOOK_MS,
      () => void book.closeIdleGuests().catch((error: unknown) => log.warn('guests-not-closed', { why: String(error) })),
    );
    this.#show();
  }

  /** Through the headend where it is there: the network for guests seldom lets them reach the box. */
  #show(): void {
    const base = this.#base ?? this.#server?.base ?? null;
    const link = base === null ? null : `${base.replace(/\/$/, '')}/g/${this.#parts.outlet}/${this.#tokens.valid()[0] ?? ''}`;
    if (link === this.#link) return;
    this.#link = link;
    this.#parts.changed();
  }

  async #serve(port: number): Promise<GuestServer> {
    const { clock, random, outlet } = this.#parts;
    const [{ GuestPages }, { openGuestServer }] = await Promise.all([import('../../src/guests/guest-pages.ts'), import('./guest-server.ts')]);
    const house = {
      admits: (wanted: string, token: string): boolean => wanted === outlet && this.#tokens.valid().includes(token),
      ask: (wanted: string, wish: GuestWish): Promise<GuestAnswer | null> => (wanted === outlet ? this.#desk.answer(wish) : Promise.resolve(null)),
    };
    const pages: GuestPages = new GuestPages({ house, clock, random, key: await this.#key(), secure: false });
    return await openGuestServer(pages, port);
  }

  /** The same after a restart: a guest keeps his pass. */
  async #key(): Promise<Uint8Array> {
    const { book, random } = this.#parts;
    const kept = fromHex((await book.getSetting(KEY_SETTING)) ?? '');
    if (kept?.length === KEY_BYTES) return kept;
    const key = random.bytes(KEY_BYTES);
    await book.putSetting(KEY_SETTING, toHex(key));
    return key;
  }
}
