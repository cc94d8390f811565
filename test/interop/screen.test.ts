import { encode } from 'uqr';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openScreenHouse, type ScreenHouse, type ScreenPage, SOON } from './screen-house.ts';

const ENTRIES = ['songs', 'search', 'artists', 'albums', 'genres', 'charts', 'queue', 'receipt', 'prices', 'settings'];

interface SeenWork {
  readonly id: string;
  readonly free: boolean;
  readonly durationMs: number;
}

let house: ScreenHouse;
let screen: ScreenPage;
let paid: readonly SeenWork[];

beforeAll(async () => {
  house = await openScreenHouse('jukebox', ['--zones', 'bar=1-2,terrace=3-4']);
  const { works } = (await (await fetch(`${house.url}/api/works`)).json()) as { readonly works: readonly SeenWork[] };
  paid = works.filter((work) => !work.free);
  screen = await house.page();
}, 90_000);

afterAll(async () => await house?.close());

const view = async (): Promise<{
  readonly playback: string;
  readonly creditMinor: string;
  readonly lastReceipt: { readonly text: string; readonly playId: string };
  readonly said: { readonly notice: { readonly message: string } | null };
}> => (await (await fetch(`${house.url}/api/view`)).json()) as never;
const playback = async (): Promise<string> => (await view()).playback;
const credit = (): Promise<string> => screen.text('#credit');

async function openWork(place: number): Promise<void> {
  await screen.open('songs');
  await expect.poll(() => screen.focus(), SOON).toMatch(/^work:/);
  await screen.goTo(`work:${paid[place]?.id}`);
  await screen.press('Enter');
  await expect.poll(() => screen.focus(), SOON).toBe('choose');
}

describe('every screen', () => {
  test('begins with the focus on its first song, and draws within the first answer', async () => {
    await expect.poll(() => screen.focus(), SOON).toMatch(/^work:/);
    expect(await screen.ask('smallestText()')).toBeGreaterThanOrEqual(16);
  });

  test.each(ENTRIES)('%s is reached by arrows, whole, and sound to axe; Back leads out of it', async (entry) => {
    await screen.open(entry);
    await expect.poll(() => screen.ask('imagesDrawn()'), SOON).toBe(true);
    await screen.isSound(entry);
    await screen.press('Escape', 'Escape', 'Escape');
    await screen.oneFocus();
    expect(await screen.text('h1')).toBe('Songs');
  });

  test('an artist leads to the songs of the artist, and Back to the artist again', async () => {
    await screen.open('artists');
    await expect.poll(() => screen.focus(), SOON).toMatch(/^artist:/);
    await screen.press('ArrowRight');
    const artist = await screen.focus();
    await screen.press('Enter');
    await expect.poll(() => screen.text('h1'), SOON).toBe(artist.slice('artist:'.length));
    await expect.poll(() => screen.focus(), SOON).toMatch(/^work:/);
    await screen.press('Escape');
    await expect.poll(() => screen.focus(), SOON).toBe(artist);
  });

  test('what is typed, by keys on the screen or on a keyboard, is found at once', async () => {
    await screen.open('search');
    await expect.poll(() => screen.focus(), SOON).toBe('key:a');
    await screen.goTo('key:n');
    await screen.press('Enter');
    await screen.page.keyboard.type('ight tr');
    expect(await screen.text('.typed')).toBe('night tr');
    await expect.poll(() => screen.page.locator('.search .card').count(), SOON).toBe(1);
    expect(await screen.text('.card .title')).toBe('Night Tram');
    await screen.press('Backspace');
    expect(await screen.text('.typed')).toBe('night t');
    await screen.goTo('key:clear');
    await screen.press('Enter');
  });
});

describe('from a coin to the receipt, with arrows and OK alone', () => {
  test('a coin is credit at once', async () => {
    await screen.open('songs');
    await screen.goTo('coin');
    await screen.press('Enter');
    await expect.poll(credit, SOON).toBe('1.00 EUR');
  });

  test('a work says its price and when it starts, before anybody pays', async () => {
    await openWork(1);
    expect(await screen.text('.terms')).toContain('0.50 EUR');
    expect(await screen.text('#starts')).toBe('at once');
    await screen.isSound('work');
  });

  test('the pre-listen counts down beside the price, and OK is the answer that has the focus', async () => {
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('yes');
    await expect.poll(playback, SOON).toBe('preListen');
    expect(await screen.text('#question-price')).toBe('0.50 EUR');
    const before = Number(await screen.text('#seconds'));
    expect(before).toBeGreaterThan(20);
    await expect.poll(async () => Number(await screen.text('#seconds')), SOON).toBeLessThan(before);
    await screen.isSound('question');
  });

  test('Back declines, and nothing is charged', async () => {
    await screen.press('Escape');
    await expect.poll(playback, SOON).toBe('browse');
    await expect.poll(() => screen.focus(), SOON).toBe('choose');
    expect(await credit()).toBe('1.00 EUR');
  });

  test('OK plays it: the position moves, the credit window breathes, what is paid grows', async () => {
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('yes');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('pause');
    expect(await screen.text('.kicker')).toMatch(/^Playing /);
    await expect.poll(credit, SOON).toBe('0.50 EUR');
    const unpaid = new Set<string>();
    await expect.poll(async () => unpaid.add(await screen.text('#unpaid')).size, SOON).toBeGreaterThan(1);
    await expect.poll(() => screen.text('#paid-so-far'), SOON).toMatch(/^0\.0[1-9] EUR$/);
    await screen.isSound('playing');
  });

  test('another choice joins the queue, its start told before it is paid', async () => {
    await openWork(2);
    expect(await screen.text('#starts')).toMatch(/^in (about [12] min|less than a minute)$/);
    expect(await screen.text('[data-focus="choose"]')).toBe('Queue it for 0.50 EUR');
    await screen.press('Enter');
    await expect.poll(() => screen.text('h1'), SOON).toBe('Queue');
    await expect.poll(() => screen.page.locator('.rows .row').count(), SOON).toBe(1);
    await expect.poll(credit, SOON).toBe('0.00 EUR');
    await screen.isSound('queue with a song');
  });

  test('who has no credit is told how much is missing', async () => {
    await openWork(3);
    expect(await screen.text('.note')).toBe('0.50 EUR more are needed for this.');
    await house.command('premium set 50 10');
    await expect.poll(() => screen.text('[data-focus="next"]'), SOON).toBe('Hear it next for 0.80 EUR');
    await screen.isSound('being heard next');
    await screen.goTo('next');
    await screen.press('Enter');
    await expect.poll(async () => (await view()).said.notice?.message, SOON).toContain('please insert a coin');
    await house.command('premium set 0 0');
  });

  test('the window fills to the brim when ACKs are held back, and flows again after', async () => {
    await screen.open('songs');
    await screen.goTo('now-playing');
    await screen.press('Enter');
    await screen.goTo('suppress');
    await screen.press('Enter');
    await expect.poll(() => screen.text('#unpaid'), SOON).toBe('50 of 50 packets');
    await expect.poll(() => screen.text('.kicker'), SOON).toContain('The credit window is closed');
    await screen.press('Enter');
    await expect.poll(() => screen.text('.kicker'), SOON).toMatch(/^Playing /);
  });

  test('what was played is taken up again after the box died', async () => {
    const before = house.complaints.length;
    process.kill(house.boxPid(), 'SIGKILL');
    await expect.poll(() => screen.text('.kicker'), SOON).toContain('restarting');
    await screen.oneFocus();
    await expect.poll(() => screen.text('.kicker'), SOON).toMatch(/^Playing /);
    await screen.oneFocus();
    // While the box was away the browser itself noted that it could not connect.
    house.complaints.splice(before);
  });

  test('Skip gives back what was not heard, and the next one plays', async () => {
    await screen.goTo('skip');
    const first = (await view()).lastReceipt?.playId;
    await screen.press('Enter');
    await expect.poll(async () => (await view()).lastReceipt?.playId, SOON).not.toBe(first);
    await expect.poll(() => screen.text('.kicker'), SOON).toMatch(/^Playing /);
    await expect.poll(credit, SOON).toMatch(/^0\.(4\d|50) EUR$/);
  });

  test('the receipt says what was charged and what came back, in words and as a code', async () => {
    await screen.goTo('skip');
    await screen.press('Enter');
    await expect.poll(() => screen.text('h1'), SOON).toBe('Receipt');
    const { text, playId } = (await view()).lastReceipt;
    await expect.poll(() => screen.text('#receipt-text'), SOON).toBe(text);
    expect(text).toMatch(/charged 0\.0\d EUR\nRefunded 0\.(4\d|50) EUR to your credit/);
    const { data } = encode(`${text}\n${playId}`, { ecc: 'M', border: 2 });
    const dark = data.flat().filter(Boolean).length;
    expect((await screen.page.locator('.code path').getAttribute('d'))?.split('M').length).toBe(dark + 1);
    await screen.isSound('receipt');
  });

  test('what was heard stands in the charts', async () => {
    await screen.open('charts');
    await expect.poll(() => screen.page.locator('.card .rank').count(), SOON).toBeGreaterThanOrEqual(1);
  });

  test('what was heard three times is sold outright, with the reason', async () => {
    for (const _ of [1, 2]) {
      await openWork(1);
      await screen.press('Enter');
      await expect.poll(playback, SOON).toMatch(/preListen|outright/);
      if ((await playback()) === 'outright') break;
      await screen.press('Escape');
      await expect.poll(playback, SOON).toBe('browse');
    }
    await openWork(1);
    if ((await playback()) === 'browse') await screen.press('Enter');
    await expect.poll(playback, SOON).toBe('outright');
    await expect.poll(() => screen.text('.kicker'), SOON).toMatch(/^You have heard the start of .* three times\./);
    expect(await screen.text('[data-focus="yes"]')).toBe('OK, buy it');
    await screen.isSound('outright');
    await screen.press('Escape');
    await expect.poll(playback, SOON).toBe('browse');
  });
});

describe('an evening with an event', () => {
  /** From this minute on for half an hour, on the clock of a venue that lives in UTC. */
  async function plan(words: string): Promise<void> {
    const [date = '', from = ''] = new Date().toISOString().split('T');
    const to = new Date(Date.now() + 30 * 60_000).toISOString().slice(11, 16);
    const [name, kind] = words.split(' ');
    await house.command('calendar zone UTC');
    expect(await house.command(`calendar add ${name} ${kind} ${date} ${from.slice(0, 5)} ${to}`)).toMatch(new RegExp(`${kind} +${name}`));
  }
  const coins = async (count: number): Promise<void> => {
    for (let coin = 0; coin < count; coin += 1) {
      const before = (await view()).creditMinor;
      await screen.open('songs');
      await screen.goTo('coin');
      await screen.press('Enter');
      await expect.poll(async () => (await view()).creditMinor, SOON).not.toBe(before);
    }
  };

  test('holds what was paid for and says until when, takes no coin, and plays on when it is over', { timeout: 90_000 }, async () => {
    await coins(2);
    await openWork(1);
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('yes');
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('pause');
    await openWork(2);
    const waiting = await screen.text('h1');
    await screen.press('Enter');
    await expect.poll(() => screen.text('h1'), SOON).toBe('Queue');

    await plan('quiz event');
    await expect.poll(() => screen.text('main ~ *, .bar'), SOON).toMatch(/Out of service: quiz until \d\d:\d\d: what you paid for waits/);
    await expect.poll(playback, SOON).toBe('browse');
    await expect.poll(async () => (await view()).lastReceipt.text, SOON).toContain('Refunded');
    const { creditMinor } = await view();
    await screen.open('queue');
    expect(await screen.page.locator('.rows .row').count()).toBe(1);
    await screen.isSound('queue that is held');
    await fetch(`${house.url}/api/coin`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"valueMinor":"100"}' });
    await openWork(3);
    await screen.press('Enter');
    await screen.oneFocus();
    expect(await view()).toMatchObject({ creditMinor, playback: 'browse', queue: [{ title: waiting }] });

    await house.command('calendar remove quiz');
    await expect.poll(playback, SOON).toBe('playing.flowing');
    expect(await view()).toMatchObject({ nowPlaying: { title: waiting }, queue: [] });
    await screen.open('songs');
    await screen.goTo('now-playing');
    await screen.press('Enter');
    await expect.poll(() => screen.text('.kicker'), SOON).toBe(`Playing ${waiting}.`);
    await screen.goTo('skip');
    await screen.press('Enter');
    await expect.poll(playback, SOON).toBe('browse');
  });

  test('gives songs away in a free hour, and sells them again after it', { timeout: 60_000 }, async () => {
    const { creditMinor } = await view();
    await plan('party free');
    await openWork(4);
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('yes');
    await screen.press('Enter');
    await expect.poll(playback, SOON).toBe('playing.flowing');
    expect((await view()).creditMinor).toBe(creditMinor);
    await house.command('skip');
    await expect.poll(playback, SOON).toBe('browse');
    expect((await view()).creditMinor).toBe(creditMinor);
    await house.command('calendar remove party');
    await openWork(3);
    await screen.press('Enter');
    await expect.poll(() => screen.focus(), SOON).toBe('yes');
    expect(await screen.text('#question-price')).toBe('0.50 EUR');
    await screen.press('Escape');
    await expect.poll(playback, SOON).toBe('browse');
  });
});

describe('whoever is in front of it', () => {
  test.each([
    ['de', 'Titel', 'Guthaben'],
    ['fr', 'Titres', 'Crédit'],
    ['en', 'Songs', 'Credit'],
  ])('chooses a language: all of the screen is in %s, and whole', async (language, songs, creditWord) => {
    await screen.open('settings');
    await screen.goTo(`language:${language}`);
    await screen.press('Enter');
    await screen.isSound(`settings in ${language}`);
    await screen.open('songs');
    expect(await screen.text('h1')).toBe(songs);
    expect(await screen.text('.credit')).toContain(creditWord);
    expect(await screen.page.evaluate('document.documentElement.lang')).toBe(language);
  });

  test.each(['largest', 'normal'])('chooses how large the text is (%s), on both usual sizes of a screen', async (size) => {
    await screen.open('settings');
    await screen.goTo(`size:${size}`);
    await screen.press('Enter');
    for (const [width, height] of [
      [1_920, 1_080],
      [1_280, 720],
    ] as const) {
      await screen.page.setViewportSize({ width, height });
      for (const entry of ['songs', 'search', 'settings']) {
        await screen.open(entry);
        await screen.isSound(`${entry} ${size} ${width}`);
      }
    }
  });

  test('turns one sound zone by arrows alone, as far as the venue allows; the keys of the volume turn all of them', async () => {
    const zones = async () =>
      ((await (await fetch(`${house.url}/api/view`)).json()) as { volumeZones: { percent: number }[] }).volumeZones.map((one) => one.percent);
    expect(await house.command('volume terrace 90')).toBe('volume terrace 90 %');
    await house.command('volume limits terrace 20-95');
    await screen.open('settings');
    await screen.goTo('louder:terrace');
    await screen.press('Enter', 'Enter');
    await expect.poll(async () => (await view()).said.notice?.message, SOON).toBe('terrace: 95 % is the most that is allowed here.');
    expect(await zones()).toEqual([100, 95]);
    expect(await screen.text('fieldset:has([data-focus="louder:terrace"]) legend')).toBe('terrace: Volume 95 %, 20 to 95 % is allowed now');
    await screen.press('AudioVolumeDown');
    await expect.poll(zones, SOON).toEqual([95, 90]);
    expect(await house.command('volume')).toBe('volume bar 95 %\nvolume terrace 90 % (20 to 95 % now)');
    expect(await house.command('volume roof 3')).toContain('the zones of this box are bar, terrace');
  });

  test('finds the screen as it was made for everybody, once the one before is gone', async () => {
    const other = await house.page('/', { stoppedClock: true });
    await other.open('settings');
    await other.goTo('language:de');
    await other.press('Enter');
    await other.page.clock.runFor(95_000);
    await expect.poll(() => other.focus(), SOON).toBe('wake');
    await expect.poll(() => other.page.locator('.slide').count(), SOON).toBe(5);
    expect(await other.ask('everything()')).toEqual(['wake']);
    await other.isWhole('attract');
    await other.press('ArrowDown');
    await expect.poll(() => other.text('h1'), SOON).toBe('Songs');
    await other.page.close();
  });

  test('can do everything with one button and eyes closed: what the focus walks to is spoken', async () => {
    const other = await house.page('/', { stoppedClock: true });
    const spoken: string[] = [];
    other.page.on('response', (response) => {
      const { pathname, searchParams } = new URL(response.url());
      if (pathname === '/api/speech' && response.ok()) spoken.push(searchParams.get('text') ?? '');
    });
    await other.open('settings');
    await other.goTo('switch:on');
    await other.press('Enter');
    /** Lets the walk go on until the focus is there, and presses the one button. */
    const choose = async (wanted: RegExp): Promise<void> => {
      for (let step = 0; step < 40; step += 1) {
        await other.page.clock.runFor(2_250);
        const label: string = await other.page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent');
        if (wanted.test(label)) return await other.press('Space');
      }
      throw new Error(`the walk never came to ${wanted}`);
    };
    await choose(/^Menu$/);
    await choose(/^Songs$/);
    await expect.poll(() => other.text('h1'), SOON).toBe('Songs');
    await choose(/^Songs$/);
    await choose(/^Slow Tide/);
    await expect.poll(() => other.text('h1'), SOON).toBe('Slow Tide');
    await expect.poll(() => spoken.some((words) => words.startsWith('Slow Tide, Inland Sea, 0.50 EUR')), SOON).toBe(true);
    await other.page.close();
  });
});

test('pages said nothing to their consoles, and asked no other host', () => {
  expect(house.complaints).toEqual([]);
  expect(house.strangers).toEqual([]);
});
