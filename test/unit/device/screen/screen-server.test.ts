import { afterEach, describe, expect, test } from 'vitest';
import { ScreenKeys } from '../../../../device/screen/screen-keys.ts';
import { openScreen, type RunningScreen } from '../../../../device/screen/screen-server.ts';
import { Speech } from '../../../../device/screen/speech.ts';
import type { BoxControl } from '../../../../device/session/box-view.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';
import { ok } from '../../../../src/units/result.ts';
import { type AccountAnswer, type AccountStanding, PAYMENT_METHODS } from '../../../../src/wire/account-api.ts';
import { someWork } from '../../../fakes/many-works.ts';
import { sampleView } from '../../../fakes/sample-view.ts';

const TOKEN = 'a'.repeat(48);
const works = [someWork({ id: 'w1', title: 'One</script>' }), someWork({ id: 'w2', title: 'Two' })];
const settings = new Map<string, string>();
let screen: RunningScreen | null = null;

const OWES: AccountStanding = {
  ...{ state: 'late', owedMinor: '1500', overdueMinor: '1500', overdueSince: '2026-11-01T00:00:00.000Z', currency: 'EUR', text: '' },
  topUp: { suggestedMinor: ['1500'], methods: [...PAYMENT_METHODS] },
};

afterEach(async () => {
  await screen?.close();
  settings.clear();
});

async function open(part: Partial<typeof sampleView> = {}, keys = new ScreenKeys()): Promise<string> {
  const view = { ...sampleView, ...part };
  const box = { view: () => view, works: () => works, onChange: () => () => {} } as unknown as BoxControl;
  const book = {
    mostPlayed: async () => [
      { workId: 'w2', plays: 7 },
      { workId: 'gone', plays: 5 },
      { workId: 'w1', plays: 2 },
    ],
    getSetting: async (name: string) => settings.get(name) ?? null,
    putSetting: async (name: string, value: string) => void settings.set(name, value),
    spendingCaps: async () => [{ who: 'account', name: 'account', capMinor: null, spentMinor: 0n }],
    putSpendingCap: async () => 'ok' as const,
    recordAudit: async () => {},
  };
  const account = {
    look: async () => ok<AccountAnswer>({ ...OWES, charges: [], cycles: [], payments: [], lines: [], through: 0 }),
    topUp: async ({ key }: { readonly key: string }) => ok({ key, state: 'pending' as const, reason: '' }),
    cheapest: async () => ok({ uses: 1, from: '', until: '', currency: 'EUR', prices: [] }),
  };
  screen = await openScreen({
    box,
    book,
    account,
    keys,
    clock: systemClock,
    cover: async () => null,
    host: '127.0.0.1',
    port: 0,
    lastUrl: null,
    localToken: TOKEN,
  });
  return screen.url;
}

const post = (url: string, body: unknown, token?: string): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });

describe('the account', () => {
  test('of a household is on its screen, with the form; what a venue owes is shown to its staff only', async () => {
    const form = { key: 'top-up-0001', amountMinor: '1500', method: 'card' };
    const home = await open({ profile: 'set-top' });
    expect(await (await fetch(`${home}api/account`)).json()).toMatchObject({ state: 'late', owedMinor: '1500' });
    expect(await (await post(`${home}api/account/top-ups`, form)).json()).toEqual({ key: 'top-up-0001', state: 'pending', reason: '' });
    expect((await post(`${home}api/account/top-ups`, { ...form, amountMinor: '-1' })).status).toBe(400);
    await screen?.close();
    const venue = await open();
    expect((await fetch(`${venue}api/account`)).status).toBe(401);
    expect((await post(`${venue}api/account/top-ups`, form)).status).toBe(401);
    expect((await post(`${venue}api/account/top-ups`, form, TOKEN)).status).toBe(200);
  });
});

describe('the page', () => {
  test('has its first view in it, and no title can end the element that it stands in', async () => {
    const html = await (await fetch(await open({ focus: works[0] ?? null }))).text();
    const first = html.match(/id="first">(.*?)<\/script>/s)?.[1] ?? '';
    expect(JSON.parse(first)).toMatchObject({ view: { name: 'Jukebox', focus: { title: 'One</script>' } }, preferences: { language: 'en' }, trialSeconds: 30 });
  });

  test('is one script below 150 kB, and no code may come from elsewhere', async () => {
    const url = await open();
    const script = await fetch(`${url}page.js`);
    expect((await script.arrayBuffer()).byteLength).toBeLessThan(150_000);
    expect(script.headers.get('content-security-policy')).toContain("script-src 'self'");
  });
});

test('charts stand in the order of plays; what left the catalogue is left out', async () => {
  const { works: charts } = (await (await fetch(`${await open()}api/charts`)).json()) as {
    readonly works: readonly { readonly id: string; readonly plays: number }[];
  };
  expect(charts.map(({ id, plays }) => [id, plays])).toEqual([
    ['w2', 7],
    ['w1', 2],
  ]);
});

describe('wishes', () => {
  const wish = { language: 'de', textSize: 'large', tick: false, switchAccess: true };

  test('of a household are kept', async () => {
    const url = await open({ profile: 'set-top' });
    expect((await post(`${url}api/preferences`, wish)).status).toBe(200);
    expect(await (await fetch(url)).text()).toContain('"textSize":"large"');
  });

  test('of a guest in a venue are not, without the token of the box', async () => {
    const url = await open();
    expect((await post(`${url}api/preferences`, wish)).status).toBe(401);
    expect((await post(`${url}api/preferences`, wish, TOKEN)).status).toBe(200);
    expect((await post(`${url}api/preferences`, { ...wish, language: 'xx' }, TOKEN)).status).toBe(400);
  });
});

describe('keys of the box', () => {
  test('steer the page on its own screen while one is open; sound and volume stay with the box', async () => {
    const keys = new ScreenKeys();
    const url = await open({}, keys);
    expect(keys.take('KEY_DOWN', 'short')).toBe(false);
    const ended = new AbortController();
    const events = await fetch(`${url}api/events?keys=box`, { signal: ended.signal });
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    await reader?.read();
    expect([keys.take('KEY_VOLUMEUP', 'short'), keys.take('KEY_OK', 'long'), keys.take('KEY_DOWN', 'repeat')]).toEqual([false, false, true]);
    expect((await reader?.read())?.value).toBe('event: key\ndata: KEY_DOWN\n\n');
    ended.abort();
    await expect.poll(() => keys.take('KEY_DOWN', 'short')).toBe(false);
  });
});

describe('the voice', () => {
  test('says a prompt as a sound file, and the same again without asking twice', async () => {
    const url = await open();
    const answer = await fetch(`${url}api/speech?language=de&text=${encodeURIComponent('Night Tram, 0,50 EUR')}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'audio/wav']);
    expect(
      Buffer.from(await answer.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('RIFF');
  });

  test('is silent where its program is not installed', async () => {
    expect(await new Speech(systemClock, '/nowhere/espeak-ng').say('en', 'hello')).toBeNull();
  });
});
