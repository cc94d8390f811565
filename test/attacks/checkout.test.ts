import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptOffer } from '../../device/checkout/accept-offer.ts';
import { acceptResume } from '../../device/checkout/accept-resume.ts';
import { openExchange } from '../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../device/checkout/offer-request.ts';
import { buildAck, counts, createAckLedger, noteWindow, received } from '../../src/domain/credit/ack-ledger.ts';
import { type ClassCount, packetsOf } from '../../src/domain/credit/billing-class.ts';
import { limits } from '../../src/limits.ts';
import { sha256 } from '../../src/platform/crypto/digest.ts';
import { generateDeviceKey } from '../../src/platform/crypto/ed25519-signer.ts';
import { signRequest, verifyRequest } from '../../src/platform/request-signature.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import type { StoredWork } from '../../src/ports/headend-stores.ts';
import { toHex } from '../../src/units/bytes.ts';
import { asId, type SessionId } from '../../src/units/ids.ts';
import { packetsIn } from '../../src/units/time.ts';
import { encodeReceipt } from '../../src/wire/ack-receipt.ts';
import type { OfferResponse } from '../../src/wire/http-api.ts';
import { resumeTranscript } from '../../src/wire/resume-transcript.ts';
import { CREDIT_TERMS } from '../fakes/credit-terms.ts';
import { VirtualHeadend } from '../fakes/virtual-headend.ts';

const { signer } = generateDeviceKey();
const headend = new VirtualHeadend(systemClock);
let work: StoredWork;
let plays = 0;

beforeAll(async () => {
  headend.enrol(signer.publicKey, 'jukebox');
  work = await headend.addWork(500);
});
afterAll(() => headend.remove());

async function offer() {
  plays += 1;
  const ephemeral = openExchange(systemRandom);
  const request = offerRequest({ playId: `play-${plays}`, work, trial: false, ephemeral });
  return { request, ephemeral, answer: await headend.api().offer(request) };
}

function identity() {
  const { outlet } = headend;
  if (outlet === null) throw new Error('the box is enrolled');
  const { account, location } = outlet;
  return { account, outlet: outlet.outlet, location, currency: 'EUR', headendPublicKey: headend.signer.publicKey, caPem: '', headendUrl: '' };
}

async function opened(): Promise<{ readonly response: OfferResponse; readonly given: Awaited<ReturnType<typeof offer>> }> {
  const given = await offer();
  if (!given.answer.ok) throw new Error(given.answer.error.message);
  return { response: given.answer.value, given };
}

async function resumeRequest(sid: string, epoch: number) {
  const nonce = await headend.api().nonce(sid);
  if (!nonce.ok) throw new Error(nonce.error.message);
  const ephemeral = openExchange(systemRandom);
  return { ephemeral, request: { nonce: nonce.value.nonce, epoch, deviceEphemeral: toHex(ephemeral.publicKey), receipt: null, paidRanges: [] } };
}

/** One play of the four that may be open is ended, so that the next test can begin. */
async function close(sid: string): Promise<void> {
  headend.paid?.fence(sid);
}

describe('ruling 22: keys and resumes', () => {
  test('a foreign key signs nothing that the enrolled one would have signed', () => {
    const asked = { method: 'POST', path: '/v1/sessions', body: new Uint8Array([1]), idempotencyKey: 'play', ephemeral: 'aa'.repeat(32) };
    const foreign = generateDeviceKey().signer;
    expect(verifyRequest(signer.publicKey, asked, signRequest(signer, asked))).toBe(true);
    expect(verifyRequest(signer.publicKey, asked, signRequest(foreign, asked))).toBe(false);
    for (const spoilt of [
      { ...asked, path: '/v1/records' },
      { ...asked, idempotencyKey: 'other' },
      { ...asked, ephemeral: 'ab'.repeat(32) },
      { ...asked, body: new Uint8Array([2]) },
    ])
      expect(verifyRequest(signer.publicKey, spoilt, signRequest(signer, asked))).toBe(false);
  });

  test('an ephemeral key put in on the way is noticed: the signed terms name both', async () => {
    const { response, given } = await opened();
    const evil = openExchange(systemRandom);
    const facts = { request: given.request, identity: identity(), nowMs: 0 };
    expect(acceptOffer({ ...facts, offer: response, ephemeral: given.ephemeral }).ok).toBe(true);
    expect(acceptOffer({ ...facts, offer: { ...response, headendEphemeral: toHex(evil.publicKey) }, ephemeral: given.ephemeral }).ok).toBe(false);
    expect(acceptOffer({ ...facts, request: { ...given.request, deviceEphemeral: toHex(evil.publicKey) }, offer: response, ephemeral: evil }).ok).toBe(false);
    await close(response.sid);
  });

  test('a stale resume is refused: a used nonce, an epoch that was, an epoch too far', async () => {
    const { response } = await opened();
    const api = headend.api();
    const first = await resumeRequest(response.sid, 1);
    expect((await api.resume(response.sid, first.request)).ok).toBe(true);
    expect(await api.resume(response.sid, first.request)).toMatchObject({ ok: false, error: { problem: 'stale-nonce' } });
    for (const epoch of [1, 3, 65_535]) {
      const { request } = await resumeRequest(response.sid, epoch);
      expect(await api.resume(response.sid, request)).toMatchObject({ ok: false, error: { problem: 'stale-epoch' } });
    }
    await close(response.sid);
  });

  test('a stolen session id is as unknown to another enrolled box as a wrong one', async () => {
    const { response } = await opened();
    const own = headend.outlet;
    const { request } = await resumeRequest(response.sid, 1);
    headend.enrol(generateDeviceKey().signer.publicKey, 'jukebox');
    expect(await headend.api().nonce(response.sid)).toMatchObject({ ok: false, error: { problem: 'unknown-session' } });
    expect(await headend.api().resume(response.sid, request)).toMatchObject({ ok: false, error: { problem: 'unknown-session' } });
    headend.outlet = own;
    await close(response.sid);
  });
});

describe('ruling 7: what was paid is not sold again, and only what was paid', () => {
  async function resumeWith(response: OfferResponse, counts: readonly ClassCount[], paidRanges: number[][]) {
    const { request } = await resumeRequest(response.sid, 1);
    const termsHash = sha256(new TextEncoder().encode(response.terms)).subarray(0, 16);
    const sid = asId<SessionId>(response.sid);
    const bytes = encodeReceipt({ sid, epoch: 0, ackCounter: 1, base: 0, counts, termsHash, confirmEventId: new Uint8Array(16), wallMs: 0 });
    const receipt = { bytes: toHex(bytes), signature: toHex(signer.sign(bytes)) };
    return await headend.api().resume(response.sid, { ...request, receipt, paidRanges });
  }

  test.each([
    ['paid', 7, 500],
    ['free', 7, 1],
    ['free', 8, 1],
    ['regrant', 255, 1],
    ['paid', 0, 501],
  ] as const)('a receipt of %s packets under price %d that no terms have, %d of them, buys nothing and stops nobody', async (billingClass, node, packets) => {
    const { response } = await opened();
    expect(await resumeWith(response, [{ node, billingClass, packets }], [[0, 500]])).toMatchObject({ ok: false, error: { problem: 'bad-receipt' } });
    expect(headend.book.session(asId(response.sid))).toMatchObject({ counts: [], receipt: null, epoch: 0 });
    const { request } = await resumeRequest(response.sid, 1);
    expect((await headend.api().resume(response.sid, request)).ok).toBe(true);
    await close(response.sid);
  });
});

describe('ruling 27: a lying headend', () => {
  test('that signs a higher count than the box can have acknowledged since its receipt is cut to one receipt interval', async () => {
    const { response, given } = await opened();
    const accepted = acceptOffer({ offer: response, request: given.request, ephemeral: given.ephemeral, identity: identity(), nowMs: 0 });
    if (!accepted.ok) throw new Error(accepted.error.message);
    const { terms, termsHash } = accepted.value;
    const { request, ephemeral } = await resumeRequest(response.sid, 1);
    const resumed = await headend.api().resume(response.sid, request);
    if (!resumed.ok) throw new Error(resumed.error.message);
    const unsigned = { ...resumed.value, counts: [{ node: 0, billingClass: 'paid' as const, packets: 400 }] };
    const told = { request, ephemeral, identity: identity(), terms, termsHash, ownCounts: [], ownRanges: [] };
    expect(acceptResume({ ...told, response: unsigned })).toMatchObject({ ok: false, error: { code: 'bad-signature' } });
    const { nonce, deviceEphemeral } = request;
    const transcript = resumeTranscript({ sid: terms.sid, termsHash, nonce, deviceEphemeral, response: unsigned });
    const lie = { ...unsigned, signature: toHex(headend.signer.sign(transcript)) };
    const most = [{ node: 0, billingClass: 'paid', packets: packetsIn(limits.receiptIntervalMs) + limits.ackEveryPackets }];
    expect(acceptResume({ ...told, response: lie })).toMatchObject({ ok: true, value: { counts: most, countsCut: true } });
    await close(response.sid);
  });

  test('that never lets a receipt become durable gets one receipt interval acknowledged, whatever its WINDOWs say', () => {
    const ledger = createAckLedger(CREDIT_TERMS);
    const lie = { type: 'window', epoch: 0, counter: 1, phase: 'stream', abandonedBelow: 0, nextSequence: 3_000, creditWindowPackets: 65_535 } as const;
    const more = {
      acknowledgedPaid: 900_000,
      receiptedPaid: 900_000,
      receiptCounter: 0,
      lostPaid: 0,
      challengeAnswered: -1,
      confirmEventId: new Uint8Array(16),
    };
    noteWindow(ledger, { ...lie, ...more, spans: [{ sequence: 0, packetIndex: 0, billingClass: 'paid', node: 0 }] });
    for (let sequence = 0; sequence < 3_000; sequence += 1) received(ledger, sequence, sequence);
    for (let count = 0; count < 100; count += 1) buildAck(ledger);
    expect(packetsOf(counts(ledger), 'paid')).toBeLessThanOrEqual(packetsIn(CREDIT_TERMS.receiptIntervalMs) + CREDIT_TERMS.ackEveryPackets);
    expect(packetsOf(counts(ledger), 'paid')).toBeGreaterThan(0);
  });
});

describe('rulings 2, 20: many sessions of one account at once', () => {
  test('no more than four plays of a box are open, however fast it asks', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => offer()));
    const sids = answers.flatMap(({ answer }) => (answer.ok ? [answer.value.sid] : []));
    expect(sids.length).toBe(limits.openSessionsPerOutlet);
    for (const { answer } of answers) if (!answer.ok) expect(answer.error.problem).toBe('too-many-sessions');
  });
});
