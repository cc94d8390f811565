import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptOffer } from '../../../../device/checkout/accept-offer.ts';
import { acceptResume } from '../../../../device/checkout/accept-resume.ts';
import type { EnrolledIdentity } from '../../../../device/checkout/enrolled-identity.ts';
import { openExchange } from '../../../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../../../device/checkout/offer-request.ts';
import type { FencedWork } from '../../../../src/domain/credit/agree-paid.ts';
import { type ClassCount, packetsOf } from '../../../../src/domain/credit/billing-class.ts';
import type { Terms } from '../../../../src/domain/credit/terms.ts';
import { CheckoutDesk } from '../../../../src/headend/checkout-desk.ts';
import { ResumeDesk } from '../../../../src/headend/resume-desk.ts';
import { type HeadendBook, openHeadendBook } from '../../../../src/headend/stores/headend-book.ts';
import type { AdmittedSession, StreamHouse } from '../../../../src/headend/stream-port.ts';
import { createWorkQuote } from '../../../../src/headend/work-quote.ts';
import { limits } from '../../../../src/limits.ts';
import { generateDeviceKey } from '../../../../src/platform/crypto/ed25519-signer.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';
import { systemRandom } from '../../../../src/platform/system-random.ts';
import type { OutletRow } from '../../../../src/ports/headend-stores.ts';
import { toHex } from '../../../../src/units/bytes.ts';
import { asId, uuidv7 } from '../../../../src/units/ids.ts';
import type { OfferResponse, ResumeRequest, ResumeResponse } from '../../../../src/wire/http-api.ts';
import { encodeTerms, signedTermsBytes } from '../../../../src/wire/terms-text.ts';
import { dropFolders, scratchFolder, workOnOffer } from '../../../fakes/headend-on-localhost.ts';

const WORK = workOnOffer();
const folder = scratchFolder();
const headendKey = generateDeviceKey().signer;
const deviceKey = generateDeviceKey().signer;
const admitted: AdmittedSession[] = [];
let book: HeadendBook;
let outlet: OutletRow;
let checkout: CheckoutDesk;
let resumes: ResumeDesk;
let identity: EnrolledIdentity;

/** What the sender remembers of an epoch that it fenced. */
let left: FencedWork | null = null;
/** The streaming half, as far as the desks need it: it notes what it was given. */
const stream: StreamHouse = {
  admit: async (session) => void admitted.push(session),
  fence: async () => left,
  rtspUrl: (host) => `rtsp://${host}:554/`,
  live: async () => new Set(),
  views: async () => [],
  close: async () => {},
};

beforeAll(() => {
  book = openHeadendBook(join(folder, 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'EUR' });
  book.putWork(WORK, 'danube');
  book.putEnrolment({ devicePublicKey: deviceKey.publicKey, nonce: new Uint8Array(16), name: 'Box', profile: 'jukebox', createdAtMs: Date.now() });
  const approved = book.approveEnrolment(deviceKey.publicKey, book.defaults().account, book.defaults().location);
  if (!approved.ok) throw new Error(approved.error.message);
  outlet = approved.value;
  const shared = { registry: book, catalogue: book, credit: book, trials: book, stream, signer: headendKey, clock: systemClock, random: systemRandom };
  checkout = new CheckoutDesk({ ...shared, quote: createWorkQuote(book, book.defaults().vendor, systemClock) });
  resumes = new ResumeDesk(shared);
  identity = { ...outlet, headendPublicKey: headendKey.publicKey, caPem: '', headendUrl: '' };
});
afterAll(() => {
  book.close();
  dropFolders(folder);
});

async function agree(trial = true) {
  const ephemeral = openExchange(systemRandom);
  const playId = uuidv7(Date.now(), systemRandom.bytes(10));
  const request = offerRequest({ playId, payer: playId, work: WORK, trial, ephemeral });
  const offer = await checkout.offer(outlet, request, 'headend');
  if (!offer.ok) throw new Error(offer.error.message);
  return { offer: offer.value, request, ephemeral, identity, nowMs: 5_000 };
}

/** The offer again, with other terms that the headend (or somebody) signed. */
function withTerms(offer: OfferResponse, change: Partial<Terms>, signer = headendKey): OfferResponse {
  const terms = encodeTerms({ ...(JSON.parse(offer.terms) as Terms), ...change });
  return { ...offer, terms, signature: toHex(signer.sign(signedTermsBytes(terms))) };
}

function withCredit(offer: OfferResponse, change: Partial<Terms['credit']>): OfferResponse {
  const { credit } = JSON.parse(offer.terms) as Terms;
  return withTerms(offer, { credit: { ...credit, ...change } });
}

describe('an offer', () => {
  test('gives both sides the same keys, and the box an expiry on its own clock', async () => {
    const given = await agree();
    const accepted = acceptOffer(given);
    if (!accepted.ok) throw new Error(accepted.error.message);
    expect(accepted.value.keys).toEqual(admitted.at(-1)?.keys);
    expect(accepted.value.keys.epoch).toBe(0);
    expect(accepted.value.expiresAtMs).toBe(5_000 + accepted.value.terms.expiresAtMs - accepted.value.terms.issuedAtMs);
    expect(accepted.value.termsHash).toBe(admitted.at(-1)?.row.termsHash);
  });

  test('gives other keys for every play', async () => {
    const [first, second] = [acceptOffer(await agree()), acceptOffer(await agree())];
    expect(first.ok && second.ok && toHex(first.value.keys.deviceTag) !== toHex(second.value.keys.deviceTag)).toBe(true);
  });

  test('is not believed from another headend, nor with one byte changed', async () => {
    const given = await agree();
    const other = generateDeviceKey().signer;
    expect(acceptOffer({ ...given, offer: withTerms(given.offer, {}, other) })).toMatchObject({ ok: false, error: { code: 'bad-signature' } });
    const changed = { ...given.offer, terms: given.offer.terms.replace('"packets":6000', '"packets":6001') };
    expect(acceptOffer({ ...given, offer: changed })).toMatchObject({ ok: false, error: { code: 'bad-signature' } });
  });

  test.each<readonly [string, Partial<Terms>, string]>([
    ['another account', { account: asId('someone') }, 'not-for-us'],
    ['another box', { outlet: asId('other') }, 'not-for-us'],
    ['another work', { work: asId('w2') }, 'not-for-us'],
    ['another currency', { currency: 'USD' }, 'not-for-us'],
    ['an older exchange of ours', { deviceEphemeral: 'a'.repeat(64) }, 'not-for-us'],
    ['another session', { sid: asId('b'.repeat(32)) }, 'not-for-us'],
    ['terms that ended before they began', { expiresAtMs: 0 }, 'bad-terms'],
    ['a trial of an hour', { trial: { mode: 'restrict', packets: 180_000 } }, 'bad-terms'],
  ])('is refused where its signed terms name %s', async (_what, change, code) => {
    const given = await agree();
    expect(acceptOffer({ ...given, offer: withTerms(given.offer, change) })).toMatchObject({ ok: false, error: { code } });
  });

  test.each<readonly [string, Partial<Terms['credit']>]>([
    ['is too small for its ACK rate', { creditWindowPackets: 15 }],
    ['is wider than we would ever owe', { creditWindowPackets: 5_000, receiptWindowPackets: 9_000 }],
    ['leaves no room for a receipt', { receiptWindowPackets: 120 }],
    ['forgives any loss', { lossAllowancePerMille: 900 }],
  ])('is refused where its window %s', async (_what, change) => {
    const given = await agree();
    expect(acceptOffer({ ...given, offer: withCredit(given.offer, change) })).toMatchObject({ ok: false, error: { code: 'unsafe-window' } });
  });

  test.each<readonly [string, Partial<Terms['credit']>, string]>([
    ['a receipt interval of an hour', { receiptIntervalMs: 3_600_000, receiptWindowPackets: 200_000 }, '200000 packets of receipt window, where at most 250'],
    ['a receipt interval of 4 s, which R would bear', { receiptIntervalMs: 4_000 }, '4000 ms to a receipt, where at most 2000'],
    ['an R of the whole work', { receiptWindowPackets: WORK.packets }, `${WORK.packets} packets of receipt window, where at most 250`],
    ['a W of a thousand packets', { creditWindowPackets: 1_000, receiptWindowPackets: 2_000 }, '1000 packets of credit window, where at most 50'],
    ['10 % of losses to forgive', { lossAllowancePerMille: 100 }, '100 per mille of losses to forgive, where at most 15'],
    ['an ACK each half second', { ackEveryPackets: 25, ackIntervalMs: 500 }, '25 packets to an ACK, where at most 10'],
    ['another rule of losses', { policy: 'literal' }, 'another rule than the one asked for'],
  ])('of a lying headend is refused with %s', async (_what, change, words) => {
    const given = await agree();
    const refused = acceptOffer({ ...given, offer: withCredit(given.offer, change) });
    expect(refused).toMatchObject({ ok: false, error: { code: 'unsafe-window', message: expect.stringContaining(words) } });
  });

  test('is taken where its bounds are narrower than what was asked for', async () => {
    const given = await agree();
    const narrower = { creditWindowPackets: 40, receiptWindowPackets: 200, lossAllowancePerMille: 0, receiptIntervalMs: 1_000, ackIntervalMs: 100 };
    expect(acceptOffer({ ...given, offer: withCredit(given.offer, narrower) }).ok).toBe(true);
  });

  test('is refused above the price that was shown, however the price is spread, and with a negative part', async () => {
    const given = await agree();
    const [node] = (JSON.parse(given.offer.terms) as Terms).nodes;
    if (node === undefined) throw new Error('no node');
    const spread = withTerms(given.offer, { nodes: [node, { ...node, quoteMinor: '1' }] });
    expect(acceptOffer({ ...given, offer: spread })).toMatchObject({ ok: false, error: { code: 'quote-above-max' } });
    const negative = withTerms(given.offer, { nodes: [node, { ...node, quoteMinor: '-1' }] });
    expect(acceptOffer({ ...given, offer: negative })).toMatchObject({ ok: false, error: { code: 'bad-terms' } });
  });

  test('is refused where the price does not follow from its model and the pricing state: higher, lower, or made of others', async () => {
    const given = await agree();
    const [node] = (JSON.parse(given.offer.terms) as Terms).nodes;
    if (node === undefined) throw new Error('no node');
    const cheaper = withTerms(given.offer, { nodes: [{ ...node, quoteMinor: '1' }] });
    expect(acceptOffer({ ...given, offer: cheaper })).toMatchObject({
      ok: false,
      error: { code: 'wrong-quote', message: expect.stringContaining('by its model it is') },
    });
    const { pricing } = given.offer;
    const [model = ''] = pricing.models;
    const dearer = { ...pricing, models: [model.replace('"value":"', '"value":"1')] };
    expect(acceptOffer({ ...given, offer: { ...given.offer, pricing: dearer } })).toMatchObject({ ok: false, error: { code: 'wrong-quote' } });
    const otherState = { ...pricing, snapshot: pricing.snapshot.replace('"uses":[]', '"uses":[[1,1,1]]') };
    expect(acceptOffer({ ...given, offer: { ...given.offer, pricing: otherState } })).toMatchObject({ ok: false, error: { code: 'wrong-quote' } });
    const shorter = withTerms(given.offer, { packets: WORK.packets - 1 });
    expect(acceptOffer({ ...given, offer: shorter })).toMatchObject({ ok: false, error: { code: 'wrong-quote', message: expect.stringContaining('length') } });
  });

  test('is refused with a trial nobody asked for, and with terms that say more than we know', async () => {
    const given = await agree(false);
    const trial = withTerms(given.offer, { trial: { mode: 'restrict', packets: 100 } });
    expect(acceptOffer({ ...given, offer: trial })).toMatchObject({ ok: false, error: { code: 'bad-terms' } });
    const unknown = withTerms(given.offer, { subscription: 'yes' } as Partial<Terms>);
    expect(acceptOffer({ ...given, offer: unknown })).toMatchObject({ ok: false, error: { code: 'bad-terms', message: expect.stringContaining('update') } });
  });
});

describe('a resume', () => {
  interface Resumed {
    readonly response: ResumeResponse;
    readonly request: ResumeRequest;
    readonly ephemeral: ReturnType<typeof openExchange>;
    readonly terms: Terms;
    readonly termsHash: string;
  }

  async function resume(sentCounts: readonly ClassCount[] = [], paidRanges: ResumeRequest['paidRanges'] = []): Promise<Resumed> {
    const opened = acceptOffer(await agree());
    if (!opened.ok) throw new Error(opened.error.message);
    const { sid, terms, termsHash } = opened.value;
    const progress = {
      sid: asId<never>(sid),
      epoch: 0,
      counts: sentCounts,
      lostPaid: 1,
      nextSequence: 900,
      paidRanges: [[0, packetsOf(sentCounts, 'paid')] as const],
    };
    if (sentCounts.length > 0) book.mergeProgress([progress]);
    const nonce = resumes.nonce(outlet, sid);
    if (!nonce.ok) throw new Error(nonce.error.message);
    const ephemeral = openExchange(systemRandom);
    const request = { nonce: nonce.value.nonce, epoch: 1, deviceEphemeral: toHex(ephemeral.publicKey), receipt: null, paidRanges };
    const response = await resumes.resume(outlet, sid, request, 'headend');
    if (!response.ok) throw new Error(response.error.message);
    return { response: response.value, request, ephemeral, terms, termsHash };
  }

  test('gives both sides the same new keys, and the counts to go on from', async () => {
    const counts: ClassCount[] = [{ node: 0, billingClass: 'paid', packets: 90 }];
    const resumed = await resume(counts);
    const accepted = acceptResume({ ...resumed, identity, ownCounts: [{ node: 0, billingClass: 'paid', packets: 60 }], ownRanges: [[0, 60]] });
    expect(accepted).toMatchObject({
      ok: true,
      value: { counts, countsCut: false, lostPaid: 1, nextSequence: 900 + limits.sequenceReservePackets, paidRanges: [[0, 90]] },
    });
    expect(accepted.ok && accepted.value.keys).toEqual(admitted.at(-1)?.keys);
    expect(admitted.at(-1)?.epoch).toBe(1);
  });

  test('says one number of losses everywhere: packets given up that the box names as come are lost neither in the answer nor to the monitor', async () => {
    left = { lostPaid: 8, paidRanges: [[0, 60]], exposed: [[68, 12]] };
    const resumed = await resume(
      [{ node: 0, billingClass: 'paid', packets: 60 }],
      [
        [0, 66],
        [68, 10],
      ].map((range) => [...range]),
    );
    left = null;
    // Sent: 80. Given up and never come: 66 and 67. The last two were under way.
    expect(resumed.response).toMatchObject({ lostPaid: 2, counts: [{ packets: 76 }] });
    expect(admitted.at(-1)?.row).toMatchObject({ lostPaid: 2, paidRanges: resumed.response.paidRanges });
    expect(book.session(resumed.terms.sid)).toMatchObject({ lostPaid: 2 });
  });

  test('takes no count beyond one receipt interval above the own receipt', async () => {
    const resumed = await resume([
      { node: 0, billingClass: 'paid', packets: 5_000 },
      { node: 0, billingClass: 'trial', packets: 1_500 },
    ]);
    const accepted = acceptResume({ ...resumed, identity, ownCounts: [{ node: 0, billingClass: 'paid', packets: 60 }], ownRanges: [[0, 60]] });
    const expected = [
      { node: 0, billingClass: 'trial', packets: 1_500 },
      { node: 0, billingClass: 'paid', packets: 60 + 100 + 10 },
    ];
    expect(accepted).toMatchObject({ ok: true, value: { counts: expected, countsCut: true } });
  });

  test('counts nothing that the terms do not have: no more trial than agreed, no price of its own', async () => {
    const resumed = await resume([
      { node: 0, billingClass: 'trial', packets: 9_000 },
      { node: 0, billingClass: 'paid', packets: 70 },
      { node: 1, billingClass: 'paid', packets: 80 },
    ]);
    const accepted = acceptResume({ ...resumed, identity, ownCounts: [{ node: 0, billingClass: 'paid', packets: 60 }], ownRanges: [[0, 60]] });
    const expected = [
      { node: 0, billingClass: 'trial', packets: resumed.terms.trial?.packets ?? 0 },
      { node: 0, billingClass: 'paid', packets: 70 },
    ];
    expect(accepted).toMatchObject({ ok: true, value: { counts: expected } });
  });

  test('is not believed where anything in it was changed after it was signed', async () => {
    const resumed = await resume([{ node: 0, billingClass: 'paid', packets: 90 }]);
    const changes: readonly Partial<ResumeResponse>[] = [
      { counts: [{ node: 0, billingClass: 'paid', packets: 91 }] },
      { nextSequence: 901 },
      { lostPaid: 0 },
      { paidRanges: [[0, 91]] },
      { confirmEventId: '1'.repeat(32) },
      { headendEphemeral: toHex(openExchange(systemRandom).publicKey) },
    ];
    for (const change of changes) {
      const accepted = acceptResume({ ...resumed, response: { ...resumed.response, ...change }, identity, ownCounts: [], ownRanges: [] });
      expect(accepted, JSON.stringify(change)).toMatchObject({ ok: false, error: { code: 'bad-signature' } });
    }
    const otherNonce = acceptResume({ ...resumed, request: { ...resumed.request, nonce: 'f'.repeat(32) }, identity, ownCounts: [], ownRanges: [] });
    expect(otherNonce).toMatchObject({ ok: false, error: { code: 'bad-signature' } });
    const otherEpoch = acceptResume({ ...resumed, response: { ...resumed.response, epoch: 2 }, identity, ownCounts: [], ownRanges: [] });
    expect(otherEpoch).toMatchObject({ ok: false, error: { code: 'wrong-epoch' } });
  });

  test('is refused where the headend forgot what it had a receipt for', async () => {
    const resumed = await resume([{ node: 0, billingClass: 'paid', packets: 10 }]);
    const accepted = acceptResume({ ...resumed, identity, ownCounts: [{ node: 0, billingClass: 'paid', packets: 60 }], ownRanges: [[0, 60]] });
    expect(accepted).toMatchObject({ ok: false, error: { code: 'count-below-receipt' } });
  });
});
