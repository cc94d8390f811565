import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ViewOfBox } from '../../src/cli/box-client.ts';
import { renderTerminal } from '../../src/cli/terminal-view.ts';
import { openHeadendBook } from '../../src/headend/stores/headend-book.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { dropFolders, scratchFolder } from '../fakes/headend-on-localhost.ts';
import { ackbox, BoxWatch, soundFile } from '../fakes/house.ts';
import { sampleFrame } from '../fakes/sample-view.ts';
import { launchScreenHouse, type ScreenHouse, worksOf } from '../fakes/screen-house.ts';
import { askHeadend, commandAt, ScreenPage, SOON } from './screen-house.ts';

const folder = scratchFolder();
const watch = new BoxWatch(join(folder, 'box'));
/** Packets of 20 ms: an intro, the song, an advert inside it, and the rest of the song. */
const [INTRO, SONG, ADVERT] = [100, 150, 100];
const PER_USE = `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="song-1"/><description>One play</description><pricingExpression>
<billingCycle><instantaneous/></billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="EUR" value="1.00"/></billingAttributes></basicPricing>
</pricingExpression></pricingModel>`;

let house: ScreenHouse;
let workId = '';
let screen: ScreenPage;
let phone: Page;

beforeAll(async () => {
  const library = join(folder, 'library');
  await soundFile(library, 'song.mp3', 9, 440);
  house = await launchScreenHouse(folder, 'jukebox', ['--library', library]);
  workId = (await worksOf(house.url, 1))[0]?.id ?? '';
  const { vendor } = readBook((book) => book.defaults());
  const { answer: model } = await askHeadend(folder, 'POST', `/v1/admin/vendors/${vendor}/models`, { xml: PER_USE });
  expect((await askHeadend(folder, 'PUT', `/v1/admin/vendors/${vendor}/nodes/song`, { model: model.hash })).status).toBe(200);
  const parts = [{ packets: INTRO, node: null }, { packets: SONG, node: 'song' }, { packets: ADVERT, node: null }, { node: 'song' }];
  expect((await askHeadend(folder, 'PUT', `/v1/admin/works/${workId}/prices`, { parts })).status).toBe(200);
  await commandAt(house.url, join(folder, 'box'), 'guests on');
  const link = await watch.until('a door for guests', ({ guestLink }) => guestLink);
  const page = await house.browser.newPage({ viewport: { width: 1_280, height: 720 } });
  await page.addInitScript({ path: join(import.meta.dirname, 'screen-probe.js') });
  [screen, phone] = [new ScreenPage(page), await house.browser.newPage({ ignoreHTTPSErrors: true })];
  await Promise.all([page.goto(house.url), phone.goto(link)]);
  await screen.ownFocus();
}, 90_000);

afterAll(async () => {
  await house?.stop();
  dropFolders(folder);
});

function readBook<Answer>(ask: (book: ReturnType<typeof openHeadendBook>) => Answer): Answer {
  const book = openHeadendBook(join(folder, 'headend', 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'EUR' });
  try {
    return ask(book);
  } finally {
    book.close();
  }
}

/** What each surface says of the price now, each time it says another thing. */
class Prices {
  readonly said: Record<'box' | 'live' | 'screen' | 'phone', string[]> = { box: [], live: [], screen: [], phone: [] };
  #over = false;

  constructor() {
    onTestFinished(() => {
      this.#over = true;
    });
    void this.#follow('screen', () => screen.page.evaluate<string>(`document.querySelector('#price-now')?.textContent ?? ''`));
    void this.#follow('phone', async () => {
      await phone.reload();
      return /Price now: (free|\S+ EUR)/.exec((await phone.textContent('main')) ?? '')?.[1] ?? '';
    });
  }

  see(view: ViewOfBox): void {
    const { nowPlaying } = view;
    // A pre-listen comes first, and is free.
    if (nowPlaying?.play.phase !== 'paid') return;
    this.#note('box', nowPlaying.play.priceInForce?.billingClass ?? '');
    this.#note('live', /price now (free|\S+ EUR)/.exec(renderTerminal(view, sampleFrame).join('\n'))?.[1] ?? '');
  }

  #note(where: keyof Prices['said'], price: string): void {
    if (price !== '' && this.said[where].at(-1) !== price) this.said[where].push(price);
  }

  async #follow(where: 'screen' | 'phone', look: () => Promise<string>): Promise<void> {
    while (!this.#over) {
      this.#note(where, await look().catch(() => ''));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** At the screen: pre-listens, sees the quote, and buys; the song begins again. */
async function buy(): Promise<void> {
  await watch.coin();
  await screen.open('songs');
  await screen.goTo(`work:${workId}`);
  await screen.press('Enter');
  await expect.poll(() => screen.focus(), SOON).toBe('choose');
  await screen.press('Enter');
  await expect.poll(() => screen.focus(), SOON).toBe('yes');
  expect(await screen.text('main')).toContain('1.00 EUR');
  expect((await watch.view()).question).toMatchObject({ priceMinor: '100' });
  await screen.press('Enter');
}

async function auditOfBook(): Promise<Readonly<Record<string, unknown>>> {
  const { code, out, err } = await ackbox('price', 'audit', '--data', join(folder, 'headend'), '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Readonly<Record<string, unknown>>;
}

interface Counted {
  readonly earned: number;
  readonly credit: number;
  readonly booked: number;
  readonly licences: number;
  readonly events: number;
  readonly lastPlay: string | null;
}

/** What both sides have counted so far, when nothing plays and everything is delivered. */
async function counted(): Promise<Counted> {
  const { lastReceipt } = await watch.until('nothing that plays', (view) => (view.playback === 'browse' ? view : null));
  const { ledger } = await watch.deliveredTotals();
  const { licences, events, findings } = await auditOfBook();
  expect([ledger.problem, findings]).toEqual([null, []]);
  const booked = Number(readBook((book) => book.ledgerTotalMinor()));
  const [earned, credit] = [Number(ledger.earnedMinor), Number(ledger.patronCreditMinor)];
  return { earned, credit, booked, licences: Number(licences), events: Number(events), lastPlay: lastReceipt?.playId ?? null };
}

/** The same with one play more. */
function onePlayOn({ earned, credit, booked, licences, events }: Counted, play: { readonly earned: number; readonly credit: number }): unknown {
  const both = { earned: earned + play.earned, credit: credit + play.credit, booked: booked + play.earned };
  return { ...both, licences: licences + 1, events: events + 1, lastPlay: expect.any(String) };
}

function receiptAfter({ lastPlay }: Counted, see: (view: ViewOfBox) => void = () => {}): Promise<NonNullable<ViewOfBox['lastReceipt']>> {
  return watch.until('a receipt', (view) => {
    see(view);
    return view.lastReceipt?.playId === lastPlay ? null : view.lastReceipt;
  });
}

describe('a work with a free intro, a paid part and a free advert inside, in a house that runs', () => {
  test('shows the price as it changes on screen, live view and phone, and costs its quote where it was heard whole', { timeout: 60_000 }, async () => {
    const before = await counted();
    const prices = new Prices();
    await buy();
    const receipt = await receiptAfter(before, (view) => prices.see(view));
    expect(prices.said.box).toEqual(['free', 'paid', 'free', 'paid']);
    expect(prices.said.live).toEqual(['free', '1.00 EUR', 'free', '1.00 EUR']);
    // Page and phone look in at their own times, and see the pre-listen as well, which is free like the intro.
    expect(prices.said.screen).toEqual(['free', '1.00 EUR', 'free', '1.00 EUR']);
    expect(prices.said.phone).toEqual(['free', '1.00 EUR', 'free', '1.00 EUR']);
    expect(receipt.text).toContain('charged 1.00 EUR');
    await expect.poll(counted, SOON).toEqual(onePlayOn(before, { earned: 100, credit: 0 }));
  });

  test('costs the share of what is sold that was heard where it is skipped in the advert, and gives the rest back', { timeout: 60_000 }, async () => {
    const before = await counted();
    await buy();
    let wasPaid = false;
    await watch.until('the advert', ({ nowPlaying }) => {
      const now = nowPlaying?.play.phase === 'paid' ? nowPlaying.play.priceInForce?.billingClass : undefined;
      wasPaid ||= now === 'paid';
      return wasPaid && now === 'free' ? now : null;
    });
    await watch.press('intent.skip');
    const receipt = await receiptAfter(before);
    // What is sold of it: all but intro and advert.
    const sold = readBook((book) => book.works()[0]?.packets ?? 0) - INTRO - ADVERT;
    const charged = Math.round((100 * SONG) / sold);
    expect(receipt.text).toContain('skipped');
    expect(receipt.text).toContain(`charged 0.${charged} EUR`);
    expect(receipt.text).toContain(`Refunded 0.${100 - charged} EUR`);
    await expect.poll(counted, SOON).toEqual(onePlayOn(before, { earned: charged, credit: 100 - charged }));
  });
});
