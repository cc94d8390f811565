import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelWork } from '../../src/headend/channels/channel-work.ts';
import type { HeadendBook } from '../../src/headend/stores/headend-book.ts';
import type { NewEvent } from '../../src/headend/stores/pricing-event-rows.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import type { OutletRow } from '../../src/ports/headend-stores.ts';
import { asId } from '../../src/units/ids.ts';
import { encodeModel } from '../../src/wire/model-json.ts';
import { modelOf } from '../fakes/price-scene.ts';
import { enrol, work } from '../unit/headend/stores/book-fixture.ts';
import type { DurableBook } from './headend-desks.contract.ts';

const song = work('song');
const DAY_MS = 86_400_000;
/** 5.00 each thirty days, and 0.40 a use. */
const MONTHLY = encodeModel(
  modelOf(
    '<billingCycle><timePeriod days="30"/></billingCycle><alternatePricing><billingAttributes><fixedRateUseCost currency="EUR" value="0.40"/><billingCycleCost currency="EUR" value="5.00"/></billingAttributes></alternatePricing>',
  ),
);
const HASH = sha256Hex(MONTHLY);

/** What the stores of prices and of who may have what promise, whatever they are made of: each promise holds over a restart. */
export function headendPricesContract(name: string, make: () => DurableBook): void {
  describe(`stores of prices on ${name}`, () => {
    let subject: DurableBook;
    let outlet: OutletRow;
    let vendor: string;
    const book = (): HeadendBook => subject.book();
    const keep = (modelId = 'monthly', hash = HASH) => book().putPriceModel({ hash, modelId, vendor, text: MONTHLY, source: null });
    const use = (event: string, startMs: number): NewEvent => ({
      ...{ event, kind: 'use', playId: null, userId: outlet.account, resourceId: song.id, modelHash: HASH, currency: 'EUR', standing: true },
      ...{ startMs, durationMs: 0, amountMinor: 40n },
    });

    beforeEach(() => {
      subject = make();
      outlet = enrol(book(), 1, 'set-top');
      book().putWork(song, 'song');
      ({ vendor } = book().defaults());
    });
    afterEach(() => subject.remove());

    it('PricingStore keeps a model for ever under its id, and points nodes and parts of works to it', () => {
      expect([keep(), keep(), keep('monthly', 'f'.repeat(64))]).toMatchObject([{ ok: true }, { ok: true }, { error: { code: 'model-id-taken' } }]);
      const node = { node: 'n1', vendor, modelHash: HASH, shared: true };
      expect(book().putPriceNode(node)).toMatchObject({ ok: true });
      expect(book().putPriceNode({ ...node, vendor: 'another' })).toMatchObject({ error: { code: 'node-taken' } });
      book().putWorkParts(song.id, [
        { packets: 100, node: null },
        { packets: 2_900, node: 'n1' },
      ]);
      subject.reopen();
      expect([book().priceModel(HASH), book().priceModel('none'), book().priceModels(vendor).length]).toEqual([MONTHLY, null, 1]);
      expect(book().priceNode('n1')).toEqual(node);
      expect([book().workParts(song.id).length, [...book().partedWorks()], book().hasVendor('nobody')]).toEqual([2, [song.id], false]);
      book().putWorkParts(song.id, []);
      expect([...book().partedWorks()]).toEqual([]);
    });

    it('PricingEventStore records a use once by its key, and begins its licence; a licence under another model ends', () => {
      keep();
      expect(book().recordUses([use('a', 10), use('a', 10), use('b', 20)]).size).toBe(1);
      subject.reopen();
      expect(book().recordUses([use('b', 20)]).size).toBe(0);
      const licence = book().pricingLicence(outlet.account, song.id, HASH);
      expect(licence).toMatchObject({ startMs: 10, endedMs: null, standing: true });
      expect(
        book()
          .pricingEvents(licence?.licence ?? 0)
          .map(({ event }) => event),
      ).toEqual(['a', 'b']);
      expect(book().recordedUses(['a', 'z']).get('a')).toMatchObject({ amountMinor: 40n });
      expect(book().ledgerTotalMinor()).toBe(80n);
      const other = modelOf(
        '<billingCycle><instantaneous/></billingCycle><alternatePricing><billingAttributes><fixedRateUseCost currency="EUR" value="1"/></billingAttributes></alternatePricing>',
      );
      const text = encodeModel(other);
      book().putPriceModel({ hash: sha256Hex(text), modelId: 'other', vendor, text, source: null });
      book().openPricingLicence({ userId: outlet.account, resourceId: song.id, modelHash: sha256Hex(text), currency: 'EUR', startMs: 30, timeZone: 'UTC' });
      expect(book().pricingLicence(outlet.account, song.id, HASH)).toMatchObject({ endedMs: 30 });
      expect(() =>
        book().asOneCommit(() => {
          book().recordUses([use('c', 40)]);
          throw new Error('broken');
        }),
      ).toThrow('broken');
      expect(book().recordedUses(['c']).size).toBe(0);
    });

    it('PricingStateStore brings every licence up to now, once, and its audit replays to the same; AccountLineStore tells the box, AccountStatementStore the account', () => {
      keep();
      const nowMs = subject.nowMs();
      book().recordUses([use('a', nowMs - 40 * DAY_MS)]);
      while (book().refreshLicences(10) > 0) {}
      const total = book().ledgerTotalMinor();
      // One use, two cycles that have begun: what is charged when a cycle opens or closes is the rater's business; it is charged once.
      subject.reopen();
      while (book().refreshLicences(10) > 0) {}
      expect(book().ledgerTotalMinor()).toBe(total);
      expect(total).toBeGreaterThanOrEqual(540n);
      expect(book().auditPricing()).toMatchObject({ findings: [] });
      const lines = book().accountLinesAfter(outlet.outlet, 0, 10);
      expect(lines.reduce((sum, { minor }) => sum + minor, 40n)).toBe(total);
      expect(book().accountLinesAfter(outlet.outlet, book().newestAccountLine(), 10)).toEqual([]);
      expect(
        book()
          .accountLines(outlet.account, 10)
          .reduce((sum, { minor }) => sum + minor, 0n),
      ).toBe(total);
      expect(book().openCycles(outlet.account, 10)).toMatchObject([{ title: song.title }]);
      const licence = book().pricingLicence(outlet.account, song.id, HASH);
      expect(licence === null ? [] : book().cycleInvoices(licence)).toHaveLength(1);
      expect(licence === null ? [] : book().cycleAdjustments(licence)).toEqual([]);
      expect(book().auditLedger()).toBeNull();
    });

    it('PriceTrialStore and CheapestStore read back what was used and what is offered', () => {
      keep();
      book().putPriceNode({ node: 'n1', vendor, modelHash: HASH, shared: false });
      book().putWorkParts(song.id, [{ packets: 3_000, node: 'n1' }]);
      book().recordUses([use('a', 10), use('b', 20)]);
      subject.reopen();
      expect(book().usageUnder(HASH, 1_000, 9)).toMatchObject([{ history: { startMs: 10, events: [{ id: 'a', quote: null }, { id: 'b' }] } }]);
      expect(book().priceNodes()).toEqual([{ node: 'n1', modelHash: HASH, modelId: 'monthly' }]);
      expect(book().offeredNodes(9)).toEqual(['n1']);
      expect(book().accountUses(outlet.account, 15, 9)).toHaveLength(1);
      expect(book().offeredPrices('EUR', 9)).toEqual([]);
    });

    it('PricingTreeStore keeps the trees of a vendor in the place of those before, and who is licensed for a node until when', () => {
      keep();
      book().putPriceNode({ node: 'a', vendor, modelHash: HASH, shared: false });
      const leaf = { id: 'a', kind: 'terminal', parent: 'all', price: HASH, below: [], override: null } as const;
      const root = { id: 'all', kind: 'containing', parent: null, price: null, below: ['a'], override: null } as const;
      expect(book().putPricingTree(vendor, [root, leaf])).toMatchObject({ ok: true });
      const nowMs = subject.nowMs();
      book().grantNode(outlet.account, 'a', nowMs + 500);
      book().grantNode(outlet.account, 'for-good', null);
      subject.reopen();
      expect([book().isInTree('a'), book().isInTree('none'), book().pricingTree().nodes.size]).toEqual([true, false, 2]);
      expect([[...book().heldNodes(outlet.account, nowMs + 499)].sort(), [...book().heldNodes(outlet.account, nowMs + 500)]]).toEqual([
        ['a', 'for-good'],
        ['for-good'],
      ]);
      expect(book().putPricingTree(vendor, [])).toMatchObject({ ok: true });
      expect(book().pricingTree().nodes.size).toBe(0);
    });

    it('PolicyStore keeps every row that ever held, and ends one once', () => {
      const row = { kind: 'refuse', account: outlet.account, outlet: null, work: song.id, value: 0, fromMs: 1, untilMs: null, reason: 'no' } as const;
      const added = book().addPolicy(row);
      if (!added.ok) throw new Error(added.error.message);
      expect(book().addPolicy({ ...row, work: 'none' })).toMatchObject({ ok: false, error: { code: 'not-found' } });
      subject.reopen();
      expect(book().policies()).toEqual([added.value]);
      expect([book().endPolicy(added.value.number, 9)?.untilMs, book().endPolicy(added.value.number, 10), book().endPolicy(99, 1)]).toEqual([9, null, null]);
      expect(book().playsSince(outlet.account, 0)).toBe(0);
    });

    it('ChannelStore gives a number to one channel, and a channel to one number', () => {
      const picture = { codec: 'h264', height: 720, packetMs: 4 } as const;
      const channel = (id: string, number: number) => channelWork({ id, number, title: id, price: { free: true, priceMinor: '0', currency: 'EUR' }, picture });
      expect([book().addChannel(channel('c1', 3), 'udp://a:1'), book().addChannel(channel('c2', 3), 'udp://a:1')]).toEqual([true, false]);
      expect(book().addChannel(channel('c2', 4), 'udp://a:2')).toBe(true);
      expect([book().renumberChannel(3, 4), book().renumberChannel(9, 5), book().renumberChannel(3, 7)]).toEqual(['number-taken', 'unknown-channel', 'moved']);
      book().noteChannelState('c1', 'on-air');
      subject.reopen();
      expect(
        book()
          .channels()
          .map(({ work: id, number, state }) => [id, number, state]),
      ).toEqual([
        ['c2', 4, 'waiting'],
        ['c1', 7, 'on-air'],
      ]);
      expect([book().removeChannel(7), book().removeChannel(7), book().channelState('c1')]).toEqual([true, false, null]);
      expect(book().work(asId('c1'))).toMatchObject({ retired: true });
    });

    it('VendorResultStore has nothing due where no vendor gave an address', () => {
      book().putVendorAddress(vendor, 'http://127.0.0.1:9/results');
      book().putVendorAddress(vendor, null);
      subject.reopen();
      expect([book().vendorResultsDue(9), book().vendorResults(9)]).toEqual([[], []]);
    });
  });
}
