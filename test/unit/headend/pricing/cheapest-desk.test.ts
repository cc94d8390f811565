import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import { flatPriceModel } from '../../../../src/domain/rating/flat-price.ts';
import { CheapestDesk } from '../../../../src/headend/pricing/cheapest-desk.ts';
import { VendorDesk } from '../../../../src/headend/pricing/vendor-desk.ts';
import { limits } from '../../../../src/limits.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import type { CheapestQuestion } from '../../../../src/wire/account-api.ts';
import { encodeModel } from '../../../../src/wire/model-json.ts';
import { workOnOffer } from '../../../fakes/headend-on-localhost.ts';
import { type BookFixture, bookFixture } from '../stores/book-fixture.ts';

let fixture: BookFixture;
let desks: VendorDesk;
beforeEach(() => {
  fixture = bookFixture();
  desks = new VendorDesk(fixture.book);
});
afterEach(() => fixture.remove());

const NOW = Date.UTC(2026, 4, 10, 12);
const DAY = 86_400_000;
const document = (id: string, cycle: string, attributes: string): string =>
  `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="${id}"/><description>By ${id}</description><pricingExpression><billingCycle>${cycle}</billingCycle><basicPricing><billingAttributes>${attributes}</billingAttributes></basicPricing></pricingExpression></pricingModel>`;
const use = (value: string): string => `<fixedRateUseCost currency="EUR" value="${value}"/>`;
const MONTHLY = '<monthly dayOfMonth="1"/>';

/** A work sold under this price. @returns the hash of the model */
function sold(node: string, xml: string, shared = false): string {
  const { book } = fixture;
  const { vendor } = book.defaults();
  const uploaded = desks.upload(readModels, vendor, xml);
  if (!uploaded.ok) throw new Error(uploaded.error.message);
  expect(desks.pointNode(vendor, node, uploaded.value.hash, shared).ok).toBe(true);
  const work = workOnOffer({ id: `w${node.padEnd(32, '0')}` });
  book.putWork(work, node);
  expect(desks.priceWork(work.id, { parts: [{ node }] }).ok).toBe(true);
  return uploaded.value.hash;
}

/** Names and minor units, the cheapest first. */
function ask(question: CheapestQuestion, profile: 'jukebox' | 'set-top' = 'set-top'): readonly (readonly [string, string, string])[] {
  const desk = new CheapestDesk({ store: fixture.book, wallMs: () => NOW });
  const found = desk.ask({ account: fixture.book.defaults().account, currency: 'EUR', profile }, question);
  if (!found.ok) throw new Error(found.error.message);
  return found.value.prices.map(({ name, singleMinor, amountMinor, moreMinor }) => [singleMinor ?? name, amountMinor, moreMinor]);
}

describe('which price is cheapest', () => {
  beforeEach(() => {
    fixture.book.putWork(workOnOffer({ id: `w${'9'.repeat(32)}`, priceMinor: '50' }), 'flat');
    sold('song', document('song', '<instantaneous/>', use('0.40')));
    sold('club', document('club', MONTHLY, '<billingCycleCost currency="EUR" value="3.00"/>'));
    sold('all', document('all', MONTHLY, `${use('0.10')}<billingCycleCost currency="EUR" value="5.00"/>`), true);
    sold('gratis', '<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="gratis"/><description/><pricingExpression/></pricingModel>');
  });

  test('depends on how much is planned; each bill goes on to the close of its last cycle', () => {
    // From 10 May for two months: cycles of May, June and July.
    expect(ask({ playsAMonth: 20, minutes: 3, months: 2 })).toEqual([
      ['By club', '900', '0'],
      ['By song', '1600', '700'],
      ['By all', '1900', '1000'],
      ['50', '2000', '1100'],
    ]);
    expect(ask({ playsAMonth: 1, minutes: 3, months: 1 }).map(([name, minor]) => [name, minor])).toEqual([
      ['By song', '40'],
      ['50', '50'],
      ['By club', '600'],
      ['By all', '1010'],
    ]);
  });

  test('for coins: single plays only, each on its own', () => {
    expect(ask({ playsAMonth: 20, minutes: 3, months: 2 }, 'jukebox')).toEqual([
      ['By song', '1600', '0'],
      ['50', '2000', '400'],
    ]);
  });

  test('for what was played: each work on its own, but where works share a price; what was free counts nowhere', () => {
    const { book } = fixture;
    const { account } = book.defaults();
    const modelHash = book.priceNode('song')?.modelHash ?? '';
    const played = { kind: 'use', playId: null, userId: account, currency: 'EUR', standing: true, durationMs: 180_000, amountMinor: 40n } as const;
    const free = encodeModel(flatPriceModel('0.00', 'EUR'));
    const freeHash = sha256Hex(free);
    book.putPriceModel({ hash: freeHash, modelId: 'ackbox:free', vendor: book.defaults().vendor, text: free, source: null });
    book.recordUses([
      { ...played, modelHash, resourceId: 'work-d', event: 'd1', startMs: NOW - 100 * DAY },
      { ...played, modelHash, resourceId: 'work-a', event: 'a1', startMs: NOW - 3 * DAY },
      { ...played, modelHash, resourceId: 'work-a', event: 'a2', startMs: NOW - 2 * DAY },
      { ...played, modelHash, resourceId: 'work-b', event: 'b1', startMs: NOW - DAY },
      { ...played, modelHash: freeHash, resourceId: 'work-c', event: 'c1', startMs: NOW - DAY },
      { ...played, modelHash, resourceId: 'work-a', event: 'e1', startMs: NOW - DAY, userId: 'somebody else' },
    ]);
    expect(ask({ lastMonths: 1 })).toEqual([
      ['By song', '120', '0'],
      ['50', '150', '30'],
      ['By all', '530', '410'],
      ['By club', '600', '480'],
    ]);
  });

  test('is said of the choices that a stream offers, as long as none is licensed', () => {
    const { vendor } = fixture.book.defaults();
    const nodes = { id: 'shelf', children: [{ id: 'song' }, { id: 'club' }], choices: [{ id: 'either', choices: ['song', 'club'] }] };
    expect(desks.putTree(readModels, vendor, nodes).ok).toBe(true);
    const work = workOnOffer({ id: `w${'8'.repeat(32)}` });
    fixture.book.putWork(work, 'either');
    expect(desks.priceWork(work.id, { parts: [{ node: 'either' }] }).ok).toBe(true);
    expect(ask({ playsAMonth: 20, minutes: 3, months: 2 }).map(([name]) => name)).toEqual(['By club', 'By song', 'By all', '50']);
  });

  test('is refused where more is planned than can be reckoned at once', () => {
    const desk = new CheapestDesk({ store: fixture.book, wallMs: () => NOW });
    const payer = { ...fixture.book.defaults(), currency: 'EUR', profile: 'set-top' } as const;
    const months = Math.ceil(limits.plannedUsesOnline / 800) + 1;
    expect(desk.ask(payer, { playsAMonth: 800, minutes: 3, months })).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });
});

test('nothing on offer has a price', () => {
  expect(ask({ playsAMonth: 1, minutes: 1, months: 1 })).toEqual([]);
});
