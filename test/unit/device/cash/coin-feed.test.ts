import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CoinFeed } from '../../../../device/cash/coin-feed.ts';
import { inhibitReasons } from '../../../../device/cash/inhibit-rule.ts';
import { SimulatedAcceptor } from '../../../../device/cash/simulated-acceptor.ts';
import { limits } from '../../../../src/limits.ts';
import { BookFolder, seededRandom } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';

let folder: BookFolder;
let book: InlineBook;
let feed: CoinFeed | null;
let faults: string[];
let credits: bigint[];

beforeEach(() => {
  folder = new BookFolder('jukebox', true);
  book = folder.open();
  feed = null;
  faults = [];
  credits = [];
});
afterEach(async () => {
  await feed?.stop();
  book.abandon();
  folder.remove();
});

const acceptor = (seed = 1): SimulatedAcceptor => new SimulatedAcceptor({ folder: folder.path, clock: folder.clock, random: seededRandom(seed) });
const carry = (device: SimulatedAcceptor): CoinFeed => {
  feed = new CoinFeed({
    device,
    book,
    clock: folder.clock,
    log: { info() {}, warn() {} },
    onCredit: ({ creditMinor }) => credits.push(creditMinor),
    onFault: (code) => faults.push(code),
  });
  return feed;
};

describe('the simulated acceptor', () => {
  test('is inhibited after a boot, accepts while it is told to, and falls back by itself', async () => {
    const device = acceptor();
    expect(device.insert(100n)).toBeNull();
    device.accept();
    expect(device.insert(100n)).toMatchObject({ counter: 1 });
    await folder.clock.advance(limits.acceptLeaseMs);
    expect(device.accepting()).toBe(false);
    expect(device.insert(100n)).toBeNull();
    device.accept();
    device.inhibit();
    expect(device.insert(100n)).toBeNull();
  });

  test('counts on after a restart, in the same epoch', () => {
    const first = acceptor(1);
    first.accept();
    first.insert(100n);
    const second = acceptor(2);
    expect(second.reading()).toEqual(first.reading());
    second.accept();
    expect(second.insert(50n)?.counter).toBe(2);
  });

  test.each(['lost', 'damaged'])('begins a new epoch when its memory is %s', (how) => {
    const first = acceptor(1);
    first.accept();
    first.insert(100n);
    const path = join(folder.path, 'simulated-acceptor.json');
    if (how === 'lost') rmSync(path);
    else writeFileSync(path, '{"counter":');
    const second = acceptor(2);
    expect(second.reading().counter).toBe(0);
    expect(second.reading().counterEpoch).not.toBe(first.reading().counterEpoch);
  });
});

describe('the coin feed', () => {
  test('books each coin and tells of the credit afterwards', async () => {
    const device = acceptor();
    const running = carry(device);
    device.accept();
    device.insert(100n);
    device.insert(50n);
    await running.settled();
    expect(credits).toEqual([100n, 150n]);
    expect(running.waiting()).toBe(0);
  });

  test('books coins that fell while the box was away, once', async () => {
    const device = acceptor();
    device.accept();
    device.insert(100n);
    await carry(device).settled();
    await feed?.stop();
    device.insert(50n);
    await carry(acceptor()).settled();
    expect((await book.ledger()).cashBoxMinor).toBe(150n);
    expect(credits).toEqual([100n, 150n]);
  });

  test('keeps a coin that the book cannot take, and books it when it can', async () => {
    let usedBytes = 950;
    book.abandon();
    book = folder.open({ diskSpace: () => ({ totalBytes: 1_000, usedBytes, freeBytes: 1_000 - usedBytes }) });
    const device = acceptor();
    const running = carry(device);
    device.accept();
    device.insert(100n);
    await folder.clock.advance(2_500);
    expect(faults).toContain('storage-low');
    expect(running.waiting()).toBe(1);
    usedBytes = 100;
    await folder.clock.advance(1_000);
    await running.settled();
    expect((await book.ledger()).cashBoxMinor).toBe(100n);
  });

  test('shows a coin that can never be booked and goes on with the next', async () => {
    const device = acceptor();
    const running = carry(device);
    device.accept();
    device.insert(BigInt(limits.coinMaxMinor) + 1n);
    device.insert(100n);
    await running.settled();
    expect(faults).toEqual(['coin-invalid']);
    expect((await book.ledger()).cashBoxMinor).toBe(100n);
  });
});

describe('the inhibit rule', () => {
  const facts = { bookWritable: true, storageLow: false, playable: true, inService: true, creditMinor: 0n, coinsWaiting: 0 };

  test('takes coins only while each of them can become music', () => {
    expect(inhibitReasons(facts)).toEqual([]);
    expect(inhibitReasons({ ...facts, bookWritable: false })).toEqual(['book-not-writable']);
    expect(inhibitReasons({ ...facts, storageLow: true })).toEqual(['storage-low']);
    expect(inhibitReasons({ ...facts, playable: false })).toEqual(['nothing-playable']);
    expect(inhibitReasons({ ...facts, inService: false })).toEqual(['out-of-service']);
    expect(inhibitReasons({ ...facts, creditMinor: BigInt(limits.patronCreditMaxMinor) })).toEqual(['credit-full']);
    expect(inhibitReasons({ ...facts, coinsWaiting: 1 })).toEqual(['coins-waiting']);
  });
});
