import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptOffer } from '../../device/checkout/accept-offer.ts';
import { acceptResume } from '../../device/checkout/accept-resume.ts';
import { openExchange } from '../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../device/checkout/offer-request.ts';
import type { RunningHeadend } from '../../src/headend/headend.ts';
import { limits } from '../../src/limits.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import type { HeadendApi } from '../../src/ports/headend-api.ts';
import type { StoredWork } from '../../src/ports/headend-stores.ts';
import { fromHex, toHex } from '../../src/units/bytes.ts';
import { asId, uuidv7 } from '../../src/units/ids.ts';
import { encodeReceipt } from '../../src/wire/ack-receipt.ts';
import type { CatalogueWork, OfferRequest } from '../../src/wire/http-api.ts';
import { type BoxUnderTest, dropFolders, enrolledBox, headendOn, scratchFolder, workOnOffer } from '../fakes/headend-on-localhost.ts';

const PAID = workOnOffer();
const FREE = workOnOffer({ id: `w${'2'.repeat(32)}`, title: 'Free', priceMinor: '0', free: true });
const SHORT = workOnOffer({ id: `w${'3'.repeat(32)}`, title: 'Short', packets: 1_000, durationMs: 20_000, totalSamples: 960_000 });
let folders: string[] = [];
let headend: RunningHeadend;
let box: BoxUnderTest;
let stranger: BoxUnderTest;

beforeAll(async () => {
  folders = [scratchFolder(), scratchFolder(), scratchFolder()];
  const [house = '', first = '', second = ''] = folders;
  headend = await headendOn(house);
  for (const work of [PAID, FREE, SHORT]) headend.book.putWork(work, work.title);
  box = await enrolledBox(headend, house, first);
  stranger = await enrolledBox(headend, house, second);
});
afterAll(async () => {
  await Promise.all([box.api.close(), stranger.api.close()]);
  await headend.close();
  dropFolders(...folders);
});
// Every test begins with no stream under way, as after a TEARDOWN.
beforeEach(async () => {
  for (const view of await headend.stream.views()) await headend.stream.fence(view.sid);
});

const streamOf = async (sid: string) => (await headend.stream.views()).find((view) => view.sid === sid);

function play(work: StoredWork = PAID, change: Partial<OfferRequest> = {}, trial = true) {
  const ephemeral = openExchange(systemRandom);
  const shown: CatalogueWork = work;
  const playId = uuidv7(Date.now(), systemRandom.bytes(10));
  const request = { ...offerRequest({ playId, payer: playId, work: shown, trial, ephemeral }), ...change };
  return { request, ephemeral };
}

async function openPlay(work: StoredWork = PAID, trial = true) {
  const { request, ephemeral } = play(work, {}, trial);
  const offer = await box.api.offer(request);
  if (!offer.ok) throw new Error(offer.error.message);
  const accepted = acceptOffer({ offer: offer.value, request, ephemeral, identity: box.identity, nowMs: Date.now() });
  if (!accepted.ok) throw new Error(accepted.error.message);
  return { request, ephemeral, offer: offer.value, accepted: accepted.value };
}

async function resumeOf(sid: string, epoch: number, api: HeadendApi = box.api) {
  const nonce = await api.nonce(sid);
  if (!nonce.ok) throw new Error(nonce.error.message);
  const ephemeral = openExchange(systemRandom);
  return { ephemeral, request: { nonce: nonce.value.nonce, epoch, deviceEphemeral: toHex(ephemeral.publicKey), receipt: null, paidRanges: [] } };
}

describe('an offer', () => {
  test('brings signed terms in packets, a trial, and the same keys on both sides', async () => {
    const { accepted } = await openPlay();
    expect(accepted.terms.credit).toMatchObject({
      creditWindowPackets: 50,
      receiptWindowPackets: 250,
      ackEveryPackets: 10,
      ackIntervalMs: 200,
      playoutBufferPackets: 53,
    });
    expect(accepted.terms).toMatchObject({ trial: { mode: 'restrict', packets: 1_500 }, afterTrial: 'restart', packets: 6_000 });
    expect(accepted.terms.nodes.map((node) => node.quoteMinor)).toEqual(['50']);
    expect(headend.book.priceModel(accepted.terms.nodes[0]?.modelHash ?? '')).toContain('"fixedRateUseCost":{"prePaidPercentage":"0","value":"0.50"}');
    expect(accepted.rtspUrl).toBe(headend.rtspUrl);
    expect(accepted.sdp).toContain(`sid=${accepted.sid}`);
    expect(await streamOf(accepted.sid)).toMatchObject({ epoch: 0 });
    expect(headend.book.session(asId(accepted.sid))).toMatchObject({ state: 'offered', termsText: accepted.termsText, termsHash: accepted.termsHash });
  });

  test('gives no trial that was not asked for, none on free works, and half of a short one', async () => {
    expect((await openPlay(PAID, false)).accepted.terms.trial).toBeNull();
    expect((await openPlay(FREE, true)).accepted.terms).toMatchObject({ trial: null, nodes: [{ quoteMinor: '0' }] });
    expect((await openPlay(SHORT, true)).accepted.terms.trial?.packets).toBe(SHORT.packets / 2);
  });

  test('is the same answer for the same play, and opens one session', async () => {
    const { request, offer } = await openPlay();
    expect(await box.api.offer(request)).toEqual({ ok: true, value: offer });
    expect(headend.book.openSessions().filter((row) => row.playId === request.playId)).toHaveLength(1);
  });

  test('refuses the same play id with another exchange', async () => {
    const { request } = await openPlay();
    const other = toHex(openExchange(systemRandom).publicKey);
    expect(await box.api.offer({ ...request, deviceEphemeral: other })).toMatchObject({ ok: false, error: { code: 'refused', problem: 'conflict' } });
    expect(await stranger.api.offer(request)).toMatchObject({ ok: false, error: { problem: 'conflict' } });
  });

  test.each([
    ['a price above what was shown', { maxQuoteMinor: '49' }, 'quote-above-max'],
    ['another currency', { currency: 'USD' }, 'currency'],
    ['a work that is gone', { work: `w${'9'.repeat(32)}` }, 'work-gone'],
    ['a public key of small order', { deviceEphemeral: '0'.repeat(64) }, 'bad-request'],
    ['an SDP without Opus', { sdp: 'v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n' }, 'bad-request'],
  ])('refuses %s, and opens nothing', async (_what, change, problem) => {
    const before = headend.book.openSessions().length;
    expect(await box.api.offer(play(PAID, change).request)).toMatchObject({ ok: false, error: { code: 'refused', problem } });
    expect(headend.book.openSessions()).toHaveLength(before);
  });

  test('answers 406 with the limits where a box asks for a window that cannot work', async () => {
    const { request } = play();
    const small = request.sdp.replace(/R=\d+/, 'R=100');
    expect(small).not.toBe(request.sdp);
    expect(await box.api.offer({ ...request, sdp: small })).toMatchObject({
      ok: false,
      error: { problem: 'limits', message: expect.stringContaining('R=200') },
    });
  });

  test('grants a smaller window where that works', async () => {
    const { request, ephemeral } = play();
    const offer = await box.api.offer({ ...request, sdp: request.sdp.replace(/W=\d+/, 'W=40') });
    if (!offer.ok) throw new Error(offer.error.message);
    const accepted = acceptOffer({ offer: offer.value, request, ephemeral, identity: box.identity, nowMs: Date.now() });
    expect(accepted).toMatchObject({ ok: true, value: { terms: { credit: { creditWindowPackets: 40, receiptWindowPackets: 250 } } } });
  });

  test('is refused while too many plays of the box are under way, and taken again when one ended', async () => {
    const open = [];
    for (let count = 0; count < limits.openSessionsPerOutlet; count += 1) open.push((await openPlay()).accepted.sid);
    expect(await box.api.offer(play().request)).toMatchObject({ ok: false, error: { code: 'busy', problem: 'too-many-sessions' } });
    await headend.stream.fence(open[0] ?? '');
    expect(await box.api.offer(play().request)).toMatchObject({ ok: true });
  });
});

describe('a resume', () => {
  test('makes new keys over the nonce, strictly in the next epoch, and fences the old one', async () => {
    const { accepted } = await openPlay();
    const { request, ephemeral } = await resumeOf(accepted.sid, 1);
    const response = await box.api.resume(accepted.sid, request);
    if (!response.ok) throw new Error(response.error.message);
    const { terms, termsHash } = accepted;
    const resumed = acceptResume({ response: response.value, request, ephemeral, identity: box.identity, terms, termsHash, ownCounts: [], ownRanges: [] });
    expect(resumed).toMatchObject({
      ok: true,
      value: { epoch: 1, nextSequence: limits.sequenceReservePackets, paidRanges: [], confirmEventId: null },
    });
    expect(resumed.ok && toHex(resumed.value.keys.rtsp)).not.toBe(toHex(accepted.keys.rtsp));
    expect(await streamOf(accepted.sid)).toMatchObject({ epoch: 1 });
    expect(await box.api.offer((await openPlay()).request)).toMatchObject({ ok: true });
  });

  test('is refused when it is replayed: a nonce is good once', async () => {
    const { accepted } = await openPlay();
    const { request } = await resumeOf(accepted.sid, 1);
    expect(await box.api.resume(accepted.sid, request)).toMatchObject({ ok: true });
    expect(await box.api.resume(accepted.sid, request)).toMatchObject({ ok: false, error: { problem: 'stale-nonce' } });
    expect(headend.book.session(asId(accepted.sid))?.epoch).toBe(1);
  });

  test.each([0, 2, 7])('is refused for epoch %i while epoch 0 is in force and 1 must follow', async (epoch) => {
    const { accepted } = await openPlay();
    const { request } = await resumeOf(accepted.sid, Math.max(1, epoch));
    const wrong = epoch === 0 ? { ...request, nonce: '0'.repeat(32) } : request;
    expect(await box.api.resume(accepted.sid, wrong)).toMatchObject({ ok: false, error: { problem: epoch === 0 ? 'stale-nonce' : 'stale-epoch' } });
    expect(await streamOf(accepted.sid)).toMatchObject({ epoch: 0 });
  });

  test('has one winner where two come at once', async () => {
    const { accepted } = await openPlay();
    const requests = await Promise.all([1, 2, 3].map(() => resumeOf(accepted.sid, 1)));
    const answers = await Promise.all(requests.map(({ request }) => box.api.resume(accepted.sid, request)));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    for (const answer of answers) if (!answer.ok) expect(answer.error.problem).toBe('stale-epoch');
    expect(await streamOf(accepted.sid)).toMatchObject({ epoch: 1 });
  });

  test('is not for another box: a stolen session id is as unknown as a wrong one', async () => {
    const { accepted } = await openPlay();
    const { request } = await resumeOf(accepted.sid, 1);
    const unknown = { ok: false, error: { code: 'refused', problem: 'unknown-session' } };
    expect(await stranger.api.nonce(accepted.sid)).toMatchObject(unknown);
    expect(await box.api.nonce('f'.repeat(32))).toMatchObject(unknown);
    expect(await stranger.api.resume(accepted.sid, request)).toMatchObject(unknown);
    expect(headend.book.session(asId(accepted.sid))?.epoch).toBe(0);
  });

  test('merges the receipt the box holds, and believes only its own signature', async () => {
    const { accepted } = await openPlay(PAID, false);
    const bytes = encodeReceipt({
      sid: asId(accepted.sid),
      epoch: 0,
      ackCounter: 5,
      base: 40,
      counts: [{ node: 0, billingClass: 'paid', packets: 40 }],
      termsHash: (fromHex(accepted.termsHash) ?? new Uint8Array()).subarray(0, 16),
      confirmEventId: new Uint8Array(16),
      wallMs: 0,
    });
    const forged = { bytes: toHex(bytes), signature: toHex(stranger.signer.sign(bytes)) };
    const bad = await resumeOf(accepted.sid, 1);
    expect(await box.api.resume(accepted.sid, { ...bad.request, receipt: forged })).toMatchObject({ ok: false, error: { problem: 'bad-receipt' } });
    const unnamed = await resumeOf(accepted.sid, 1);
    const receipt = { bytes: toHex(bytes), signature: toHex(box.signer.sign(bytes)) };
    expect(await box.api.resume(accepted.sid, { ...unnamed.request, receipt })).toMatchObject({ ok: false, error: { problem: 'bad-claim' } });
    const good = await resumeOf(accepted.sid, 1);
    expect(await box.api.resume(accepted.sid, { ...good.request, receipt, paidRanges: [[0, 40]] })).toMatchObject({
      ok: true,
      value: { counts: [{ node: 0, billingClass: 'paid', packets: 40 }], paidRanges: [[0, 40]] },
    });
  });
});

describe('after a restart of the headend', () => {
  test('an open play is told to resume, and does', async () => {
    const { accepted, request } = await openPlay();
    const port = headend.httpPort;
    await headend.close();
    headend = await headendOn(folders[0] ?? '', port);
    expect(await box.api.offer(request)).toMatchObject({ ok: false, error: { problem: 'resume-required' } });
    const again = await resumeOf(accepted.sid, 1);
    expect(await box.api.resume(accepted.sid, again.request)).toMatchObject({ ok: true, value: { epoch: 1 } });
  });
});
