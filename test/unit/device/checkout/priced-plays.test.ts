import { afterEach, describe, expect, test } from 'vitest';
import type { PriceInForce } from '../../../../device/session/play-port.ts';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import { VendorDesk } from '../../../../src/headend/pricing/vendor-desk.ts';
import type { PartsBody } from '../../../../src/wire/pricing-api.ts';
import { PlayScene } from '../../../fakes/play-scene.ts';

let scene: PlayScene | null = null;
afterEach(async () => {
  await scene?.remove();
  scene = null;
});

const model = (id: string, expression: string) =>
  `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="${id}"/><description>d</description><pricingExpression>${expression}</pricingExpression></pricingModel>`;
const PER_USE = model(
  'per-use',
  '<billingCycle><instantaneous/></billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="EUR" value="1.00"/></billingAttributes></basicPricing>',
);
/** 0.40 a use and 0.04 a second; from the third play of a month on, the use is free of charge; 5.00 a month. */
const MONTHLY = model(
  'monthly',
  `<billingCycle><monthly dayOfMonth="1"/></billingCycle><alternatePricing><billingAttributes><fixedRateUseCost currency="EUR" value="0.40"/>
   <meteredUseCost currency="EUR" value="2.40" unit="minutes"/><billingCycleCost currency="EUR" value="5.00"/></billingAttributes>
   <triggerDefinitions><instanceTrigger><triggerEntry><condition type="integer" value="2"/><billingModificationAttributes>
   <fixedRateUseCost currency="EUR" value="0"/></billingModificationAttributes></triggerEntry></instanceTrigger></triggerDefinitions></alternatePricing>`,
);
/** A free intro, the song, a free advert inside it, and its rest. */
const PARTS: PartsBody['parts'] = [{ packets: 150, node: null }, { packets: 300, node: 'song' }, { packets: 100, node: null }, { node: 'song' }];

async function open(profile: 'jukebox' | 'set-top', xml: string, parts: PartsBody['parts']): Promise<PlayScene> {
  const opened = await PlayScene.open(750, profile);
  scene = opened;
  const desk = new VendorDesk(opened.headend.book);
  const { vendor } = opened.headend.book.defaults();
  const uploaded = desk.upload(readModels, vendor, xml);
  if (!uploaded.ok) throw new Error(uploaded.error.message);
  expect(desk.pointNode(vendor, 'song', uploaded.value.hash, false).ok).toBe(true);
  expect(desk.priceWork(opened.work.id, { parts }).ok).toBe(true);
  return opened;
}

function audit({ headend }: PlayScene) {
  while (headend.book.refreshLicences(10) > 0) {}
  return headend.book.auditPricing();
}

async function whole(playing: PlayScene, playId: string): Promise<bigint> {
  const runner = await playing.bought(playId);
  await playing.clock.advance(18_000);
  const { chargedMinor } = await playing.eventually(runner.end('finished'));
  expect((await playing.upload()).at(-1)).toBe('agreed');
  return chargedMinor;
}

describe('a work with a free intro, a paid part and a free advert inside', () => {
  test('shows the price in force as it changes, and costs its price where it was heard whole', async () => {
    const playing = await open('jukebox', PER_USE, PARTS);
    const runner = await playing.bought('p1');
    const shown: (PriceInForce['billingClass'] | undefined)[] = [];
    for (let passed = 0; passed < 18_000; passed += 100) {
      await playing.clock.advance(100);
      const now = runner.view().priceInForce?.billingClass;
      if (now !== shown.at(-1)) shown.push(now);
    }
    expect(shown.filter((price) => price !== undefined)).toEqual(['free', 'paid', 'free', 'paid']);
    expect(runner.view().priceInForce).toMatchObject({ node: 'song', quoteMinor: '100' });
    expect((await playing.eventually(runner.end('finished'))).chargedMinor).toBe(100n);
    expect(await playing.upload()).toEqual(['agreed']);
    expect(await playing.earned()).toEqual({ box: 100n, headend: 100n, problem: null });
    expect(audit(playing)).toMatchObject({ licences: 1, events: 1, findings: [] });
  });

  test('costs nothing where it was stopped in the intro, and the share of what is sold where it was stopped in the advert', async () => {
    const playing = await open('jukebox', PER_USE, PARTS);
    const intro = await playing.bought('p1');
    await playing.clock.advance(2_000);
    expect((await playing.eventually(intro.end('stopped'))).chargedMinor).toBe(0n);
    const advert = await playing.bought('p2');
    // 9 s of the intro and the song, and a little of the advert; what lies in the player is of the advert too.
    await playing.clock.advance(10_300);
    expect((await playing.eventually(advert.end('stopped'))).chargedMinor).toBe(60n);
    expect(await playing.upload()).toEqual(['agreed', 'agreed']);
    expect(await playing.earned()).toEqual({ box: 60n, headend: 60n, problem: null });
    expect(audit(playing).findings).toEqual([]);
  });

  test('goes on after a crash in the advert without paying anything twice', async () => {
    const playing = await open('jukebox', PER_USE, PARTS);
    await playing.bought('p1');
    await playing.clock.advance(10_000);
    playing.crash();
    const again = await playing.eventually(playing.plays.recover('p1', playing.raise));
    if (again === null) throw new Error('the play was given up');
    await playing.clock.advance(12_000);
    expect((await playing.eventually(again.end('finished'))).chargedMinor).toBe(100n);
    expect(await playing.upload()).toEqual(['agreed']);
    expect((await playing.earned()).problem).toBeNull();
  });
});

describe('an account that pays by the month', () => {
  test('is quoted each play from what it played before, and billed the month beside them', async () => {
    const playing = await open('set-top', MONTHLY, [{ node: 'song' }]);
    // 0.40 + 15 s x 0.04; the third play is above two uses.
    expect([await whole(playing, 'p1'), await whole(playing, 'p2'), await whole(playing, 'p3')]).toEqual([100n, 100n, 60n]);
    expect(audit(playing)).toMatchObject({ licences: 1, events: 3, findings: [] });
    expect((await playing.earned()).headend).toBe(260n);
    await playing.clock.advance(40 * 86_400_000);
    expect(audit(playing)).toMatchObject({ events: 3, findings: [] });
    // The month is over: 2.60 of uses, which are posted, and 5.00 for the month.
    expect(await playing.earned()).toMatchObject({ headend: 760n, problem: null });
  });

  test('is not offered to a coin', async () => {
    const playing = await open('jukebox', MONTHLY, [{ node: 'song' }]);
    const runner = await playing.bought('p1');
    await playing.clock.advance(20_000);
    expect(playing.events).toContainEqual(expect.objectContaining({ type: 'play.failed' }));
    expect((await playing.eventually(runner.end('failed'))).chargedMinor).toBe(0n);
  });
});

describe('a work whose price hangs in a tree', () => {
  const perUse = (id: string, value: string) => ({ xml: PER_USE.replace('per-use', id).replace('"1.00"', `"${value}"`) });
  /** Whoever has both pays a fifth less for each, and another vendor's subscribers half of that. */
  const TREE = {
    id: 'ours',
    override: { quantifier: 'ANY', of: ['rival.X'], modification: { fixedRateUseCost: { reduceByPercent: '50' } } },
    children: [
      {
        id: 'bundle',
        override: { quantifier: 'ALL', of: ['A', 'B'], modification: { fixedRateUseCost: { reduceByPercent: '20' } } },
        children: [
          { id: 'A', model: perUse('a', '1.00') },
          { id: 'B', model: perUse('b', '0.50') },
        ],
      },
    ],
    choices: [{ id: 'either', choices: ['B', 'A'] }],
  };

  async function hung(part: string): Promise<PlayScene> {
    const opened = await PlayScene.open(750, 'jukebox');
    scene = opened;
    const { book } = opened.headend;
    const desk = new VendorDesk(book);
    expect(desk.putTree(readModels, book.defaults().vendor, TREE)).toEqual({ ok: true, value: { nodes: 5 } });
    expect(desk.priceWork(opened.work.id, { parts: [{ node: part }] }).ok).toBe(true);
    return opened;
  }
  const grant = ({ headend }: PlayScene, ...nodes: readonly string[]): void => {
    for (const node of nodes) headend.book.grantNode(headend.book.defaults().account, node, null);
  };

  test('is quoted and billed by what the tree makes of it, for what the account is licensed at that moment', async () => {
    const playing = await hung('A');
    expect(await whole(playing, 'p1')).toBe(100n);
    grant(playing, 'A', 'B');
    expect(await whole(playing, 'p2')).toBe(80n);
    grant(playing, 'rival.X');
    expect(await whole(playing, 'p3')).toBe(40n);
    expect(await playing.earned()).toEqual({ box: 220n, headend: 220n, problem: null });
    expect(audit(playing)).toMatchObject({ events: 3, findings: [] });
  });

  test('is sold by the node of a choice that is licensed, and not at all before one is', async () => {
    const playing = await hung('either');
    const runner = await playing.bought('p1');
    await playing.clock.advance(20_000);
    expect(playing.events).toContainEqual(expect.objectContaining({ type: 'play.failed', message: expect.stringContaining('choose one of B, A first') }));
    expect((await playing.eventually(runner.end('failed'))).chargedMinor).toBe(0n);
    grant(playing, 'B');
    expect(await whole(playing, 'p2')).toBe(50n);
    expect(playing.headend.book.pricingTree().nodes.get('either')?.below).toEqual(['B', 'A']);
  });

  test('keeps what it had where a tree is refused: circular conditions, other vendors’ nodes, terminals without a model', async () => {
    const playing = await hung('A');
    const { book } = playing.headend;
    const desk = new VendorDesk(book);
    const { vendor } = book.defaults();
    const refusal = (tree: unknown) => {
      const outcome = desk.putTree(readModels, vendor, tree);
      return outcome.ok ? null : outcome.error.code;
    };
    const condition = (of: string) => ({ quantifier: 'ANY', of: [of], modification: {} });
    const round = { id: 'x', override: condition('y'), children: [{ id: 'y', override: condition('x'), children: [{ id: 'A' }] }] };
    expect(refusal(round)).toBe('reference-cycle');
    expect(refusal({ id: 'x', override: condition('A'), children: [{ id: 'unheard-of' }] })).toBe('bad-request');
    expect(refusal({ id: 'x', override: { quantifier: 'SOME' } })).toBe('bad-request');
    expect(desk.putTree(readModels, 'nobody', TREE)).toMatchObject({ ok: false, error: { code: 'not-found' } });
    grant(playing, 'A', 'B');
    expect(await whole(playing, 'p1')).toBe(80n);
    // The same again changes nothing.
    expect(refusal(TREE)).toBeNull();
    expect(await whole(playing, 'p2')).toBe(80n);
  });
});
