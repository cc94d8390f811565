import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findUnsafeWindow } from '../../device/checkout/check-windows.ts';
import type { CreditWish } from '../../device/checkout/credit-wish.ts';
import { offerRequest } from '../../device/checkout/offer-request.ts';
import { withinLease } from '../../src/domain/credit/account-credit.ts';
import { leastWindowPackets } from '../../src/domain/credit/negotiate-credit.ts';
import { ACK_AUTHS, type CreditTerms, LOSS_POLICIES, type WindowAdaptation } from '../../src/domain/credit/terms.ts';
import { grantStream } from '../../src/headend/checkout-terms.ts';
import { limits } from '../../src/limits.ts';
import { generateEphemeral } from '../../src/platform/crypto/key-agreement.ts';
import { packetMsOf } from '../../src/units/time.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import { parseOffer } from '../../src/wire/sdp.ts';
import { workOf } from '../fakes/paid-scene.ts';

const RENDITIONS = [{ name: 'h264-720', codec: 'h264' as const, width: 1_280, height: 720 }];
const SONG: CatalogueWork = workOf(6_000, []);
const works = fc.oneof(
  fc.constant(SONG),
  fc.constant({ ...SONG, channel: { number: 7 } }),
  fc.constantFrom(...limits.videoPacketMs).map((packetMs): CatalogueWork => ({ ...SONG, video: { packetMs, renditions: RENDITIONS } })),
);
const count = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const adaptation: fc.Arbitrary<WindowAdaptation> = fc.record({
  minPackets: count(600),
  maxPackets: count(3_000),
  stepPackets: count(100),
  afterPackets: count(1_000),
  afterMs: fc.nat({ max: 5_000 }),
});
/** Whatever a box may be set to ask for, and its usual terms. */
const wishes: fc.Arbitrary<CreditWish> = fc
  .record(
    {
      creditWindowPackets: count(3_000),
      receiptWindowPackets: count(9_000),
      transitWindowPackets: count(9_000),
      lossAllowancePerMille: fc.nat({ max: 1_000 }),
      ackEveryPackets: count(600),
      ackIntervalMs: count(3_000),
      receiptIntervalMs: count(9_000),
      prebufferMs: fc.nat({ max: 1_000 }),
      playoutBufferPackets: count(2_000),
      ackAuth: fc.constantFrom(...ACK_AUTHS),
      policy: fc.constantFrom(...LOSS_POLICIES),
      adaptation,
    },
    { requiredKeys: [] },
  )
  .map((credit) => ({ credit, trial: {} }));

const ephemeral = generateEphemeral();

/** What the box asked for, and what the honest headend makes of it; null where it refuses with its limits. */
function negotiate(work: CatalogueWork, wish: CreditWish, trial: boolean, profile: 'jukebox' | 'set-top', leasedPackets = Number.MAX_SAFE_INTEGER) {
  const decodes = [{ codec: 'h264' as const, height: 1_080 }];
  const request = offerRequest({ playId: 'p1', work, trial, ephemeral, decodes, wish });
  const asked = parseOffer(request.sdp);
  if (!asked.ok) throw new Error(asked.error.message);
  const granted = grantStream(request.sdp, { ...workOf(6_000, []), ...work }, { profile });
  if (!granted.ok) return null;
  const packetMs = packetMsOf(work);
  const { credit } = granted.value;
  const least = Math.min(credit.creditWindowPackets, leastWindowPackets(credit, packetMs));
  const lease = { packets: Math.max(leasedPackets, least) };
  const rendition = granted.value.rendition === null ? {} : { rendition: granted.value.rendition };
  return { asked: asked.value.ackpay.credit, terms: { packets: 6_000, packetMs, ...rendition, credit: withinLease(credit, lease) } };
}

const plays = fc.tuple(works, wishes, fc.boolean(), fc.constantFrom('jukebox' as const, 'set-top' as const), fc.integer({ min: 10, max: 2_000 }));

/** Of each bound a wish for more than asked; what the headend may raise is not among them. */
const RAISED: readonly (keyof CreditTerms &
  ('receiptWindowPackets' | 'lossAllowancePerMille' | 'receiptIntervalMs' | 'prebufferMs' | 'playoutBufferPackets'))[] = [
  'receiptWindowPackets',
  'lossAllowancePerMille',
  'receiptIntervalMs',
  'prebufferMs',
  'playoutBufferPackets',
];

describe('the box and the answer to its offer', () => {
  test('takes whatever an honest headend makes of any offer: song, channel or film, on a jukebox or a set-top, with little left of the account', () => {
    let agreed = 0;
    fc.assert(
      fc.property(plays, ([work, wish, trial, profile, leasedPackets]) => {
        const made = negotiate(work, wish, trial, profile, leasedPackets);
        if (made === null) return;
        agreed += 1;
        expect(findUnsafeWindow(made.terms, made.asked)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
    expect(agreed).toBeGreaterThan(200);
  });

  test('takes the usual terms of every kind of work', () => {
    const kinds: readonly CatalogueWork[] = [
      SONG,
      { ...SONG, channel: { number: 7 } },
      ...limits.videoPacketMs.map((packetMs) => ({ ...SONG, video: { packetMs, renditions: RENDITIONS } })),
    ];
    for (const work of kinds) {
      for (const profile of ['jukebox', 'set-top'] as const) {
        const made = negotiate(work, { credit: {}, trial: {} }, true, profile);
        if (made === null) throw new Error(`the usual terms were refused: ${JSON.stringify(work)}`);
        expect(findUnsafeWindow(made.terms, made.asked)).toBeNull();
      }
    }
  });

  test('refuses each bound that is raised above what it asked for, by however little', () => {
    fc.assert(
      fc.property(plays, fc.constantFrom(...RAISED), count(1_000_000), ([work, wish, trial, profile], field, more) => {
        const made = negotiate(work, wish, trial, profile);
        if (made === null) return;
        const credit = { ...made.terms.credit, [field]: made.asked[field] + more };
        expect(findUnsafeWindow({ ...made.terms, credit }, made.asked)).toBeTypeOf('string');
      }),
    );
  });
});
