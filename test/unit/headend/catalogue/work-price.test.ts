import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DEFAULT_PRICE, PriceBook, parsePrice, taggedPrice } from '../../../../src/headend/catalogue/work-price.ts';

const root = mkdtempSync(join(tmpdir(), 'ackbox-price-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function folder(name: string, sidecar: string | null): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  if (sidecar !== null) writeFileSync(join(path, 'ackbox.json'), sidecar);
  return path;
}

test('without a word about it, a work has the standard price', async () => {
  expect(await new PriceBook(root).of(join(folder('plain', null), 'a.mp3'))).toEqual({ ok: true, value: DEFAULT_PRICE });
});

test('a file goes before its folder, and a folder before the one above', async () => {
  const above = folder('above', '{"priceMinor": "120", "currency": "CHF"}');
  const below = folder('above/below', '{"priceMinor": "80", "files": {"a.mp3": {"free": true}, "b.mp3": {"priceMinor": "0099"}}}');
  const book = new PriceBook(root);
  expect(await book.of(join(above, 'x.mp3'))).toMatchObject({ value: { priceMinor: '120', currency: 'CHF', free: false } });
  expect(await book.of(join(below, 'x.mp3'))).toMatchObject({ value: { priceMinor: '80', currency: 'CHF', free: false } });
  expect(await book.of(join(below, 'a.mp3'))).toMatchObject({ value: { priceMinor: '0', currency: 'CHF', free: true } });
  expect(await book.of(join(below, 'b.mp3'))).toMatchObject({ value: { priceMinor: '99', currency: 'CHF', free: false } });
});

test.each(['{', '[]', '{"priceMinor": 50}', '{"priceMinor": "-5"}', '{"currency": "XXX"}', '{"prize": "5"}', '{"files": {"a": {"priceMinor": "1e3"}}}'])(
  'the sidecar %j is refused instead of guessed at',
  async (text) => {
    const path = folder(`bad-${Buffer.from(text).toString('hex')}`, text);
    expect(await new PriceBook(root).of(join(path, 'a.mp3'))).toMatchObject({ ok: false, error: { code: 'price-unclear' } });
  },
);

test('a tag states free, or minor units and a currency', () => {
  expect(taggedPrice(new Map([['ackbox_price', 'Free']]), DEFAULT_PRICE)).toMatchObject({ value: { priceMinor: '0', free: true } });
  expect(taggedPrice(new Map([['ackbox_price', '75 GBP']]), DEFAULT_PRICE)).toMatchObject({ value: { priceMinor: '75', currency: 'GBP', free: false } });
  expect(taggedPrice(new Map(), DEFAULT_PRICE)).toEqual({ ok: true, value: DEFAULT_PRICE });
  expect(taggedPrice(new Map([['ackbox_price', 'cheap']]), DEFAULT_PRICE)).toMatchObject({ ok: false });
  expect(parsePrice('0.50 EUR')).toBeNull();
});
