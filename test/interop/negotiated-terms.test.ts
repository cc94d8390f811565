import { afterEach, describe, expect, test } from 'vitest';
import { parseCreditWish } from '../../device/checkout/credit-wish.ts';
import { openExchange } from '../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../device/checkout/offer-request.ts';
import { limits } from '../../src/limits.ts';
import { parseOffer } from '../../src/wire/sdp.ts';
import { parseTerms } from '../../src/wire/terms-text.ts';
import { PlayScene } from '../fakes/play-scene.ts';

/** The real desk, monitor, registry and box agree on each of these terms, and a whole play goes by under them. */
let scene: PlayScene;
afterEach(() => scene.remove());

function agreed() {
  const [row] = scene.headend.book.recentSessions(1);
  if (row === undefined) throw new Error('no play was agreed');
  return { row, terms: row.terms, view: scene.headend.paid?.view(row.sid) };
}

async function offerOf(wish: string, trial = true) {
  const parsed = parseCreditWish(wish);
  if (parsed === null) throw new Error(`${wish} cannot be read`);
  const request = offerRequest({ playId: `play ${wish}`, work: scene.work, trial, ephemeral: openExchange(scene.headend.random), wish: parsed });
  return { request, answer: await scene.headend.api().offer(request) };
}

describe('a pre-listen, in the mode that was agreed', () => {
  test.each([
    ['restrict', 'trial=restrict,within=30000', 'rate'],
    ['large-window', 'trial=large-window,policy=literal,T=200', 'literal'],
    ['deferred', 'trial=deferred,grow=30-80+5/100', 'rate'],
  ] as const)('%s: ends at its bound, is confirmed, and the work is paid from its start', async (mode, wish, policy) => {
    scene = await PlayScene.open(900, 'jukebox', wish);
    const runner = await scene.trial('p1');
    await scene.clock.advance(12_000);
    expect(scene.told).toEqual(['opened', 'sound', 'trial-over']);
    const { terms, view } = agreed();
    expect(terms.trial).toMatchObject({ mode, packets: 450 });
    expect(terms.credit.policy ?? 'rate').toBe(policy);
    expect(view).toMatchObject({ packetsSent: 450, packetsPaid: 0, unpaidPackets: 0 });
    await scene.coin();
    await scene.eventually(runner.confirm());
    await scene.clock.advance(21_000);
    expect(scene.told).toEqual(['opened', 'sound', 'trial-over', 'confirmed', 'finished']);
    const outcome = await scene.eventually(runner.end('finished'));
    expect(outcome).toMatchObject({ chargedMinor: 100n, refundMinor: 0n });
    expect(outcome.view.paidPackets).toBe(900);
    expect(await scene.upload()).toEqual(['agreed']);
    expect(await scene.earned()).toEqual({ box: 100n, headend: 100n, problem: null });
    // What `deferred` does not count stands in nobody's books.
    const trialPackets = agreed().row.receipt?.counts.find(({ billingClass }) => billingClass === 'trial')?.packets ?? 0;
    expect(trialPackets).toBe(mode === 'deferred' ? 0 : 450);
  });

  test('a set-top goes on where the large window ended', async () => {
    scene = await PlayScene.open(900, 'set-top', 'trial=large-window');
    const runner = await scene.trial('p1');
    await scene.clock.advance(4_000);
    await scene.eventually(runner.confirm());
    await scene.clock.advance(18_000);
    expect(scene.told).toEqual(['opened', 'sound', 'confirmed', 'finished']);
    const outcome = await scene.eventually(runner.end('finished'));
    expect(outcome.view.paidPackets).toBeLessThan(900);
    expect(outcome.chargedMinor).toBe(100n);
  });

  test('lapses where nobody confirms in the time that was agreed: a yes that comes later buys nothing', async () => {
    scene = await PlayScene.open(900, 'jukebox', 'within=5000');
    const runner = await scene.trial('p1');
    await scene.clock.advance(9_200 + 8_000);
    await scene.coin();
    void runner.confirm();
    await scene.clock.advance(3_000);
    expect(scene.told).not.toContain('confirmed');
    expect(agreed().view).toMatchObject({ packetsSent: 450, suspended: true });
  });
});

describe('the window that was agreed', () => {
  test('grows as agreed while all goes well, and never beyond', async () => {
    scene = await PlayScene.open(1_500, 'jukebox', 'W=30,grow=30-60+10/100');
    const runner = await scene.bought('p1');
    await scene.clock.advance(500);
    const windows = new Set<number>();
    for (let second = 0; second < 20; second += 1) {
      await scene.clock.advance(1_000);
      windows.add(runner.view().creditWindowPackets);
    }
    expect([...windows].sort((left, right) => left - right)).toEqual([30, 40, 50, 60]);
  });

  test('is what a silent box is stopped after, whatever else was agreed', async () => {
    scene = await PlayScene.open(900, 'jukebox', 'W=24,T=300,policy=literal,e=10');
    const runner = await scene.bought('p1');
    await scene.clock.advance(3_000);
    runner.suppressAcks(true);
    await scene.clock.advance(4_000);
    expect(agreed().view?.unpaidPackets).toBe(24);
  });
});

describe('what cannot be agreed is refused with the limits (406)', () => {
  test.each([
    ['W=10', 'W=10 is too small; with this ACK rate at least W=20 is needed.'],
    ['R=120', 'R=120 is too small; with this W and receipt interval at least R=200 is needed.'],
    ['T=40', 'T=40 is too small; for a packet to be sent again in time at least T=60 is needed.'],
    ['grow=10-80+5/100', 'min=10 is too small; with this ACK rate at least min=20 is needed.'],
    ['within=200', 'within=200 is too short; a person needs at least within=5000.'],
    ['confirm=implicit-eof', 'A pre-listen is bought by the button only; name button among the ways to confirm.'],
  ])('%s', async (wish, words) => {
    scene = await PlayScene.open(900);
    expect((await offerOf(wish)).answer).toMatchObject({ ok: false, error: { problem: 'limits', message: words } });
  });

  test('a deferred window on a set-top, which goes on where the pre-listen ended', async () => {
    scene = await PlayScene.open(900, 'set-top');
    expect((await offerOf('trial=deferred')).answer).toMatchObject({ ok: false, error: { problem: 'limits' } });
  });

  test('a box that cannot tell the billing classes apart', async () => {
    scene = await PlayScene.open(900);
    const { request } = await offerOf('W=50');
    const sdp = request.sdp.replace(/(a=ackpay-loss:.*)/, '$1\r\na=ackpay-classes:paid free');
    expect(parseOffer(sdp)).toMatchObject({ ok: true, value: { ackpay: { classes: ['paid', 'free'] } } });
    const answer = await scene.headend.api().offer({ ...request, playId: 'other', sdp });
    expect(answer).toMatchObject({ ok: false, error: { problem: 'limits', message: expect.stringContaining('trial, regrant are needed') } });
  });

  test('a window that would outgrow what receipts bear is lowered, not refused', async () => {
    scene = await PlayScene.open(900);
    const { answer } = await offerOf('grow=30-900+5/100', false);
    const terms = answer.ok ? parseTerms(answer.value.terms) : answer;
    // R - (receipt interval + a second for the way and the disk)
    expect(terms).toMatchObject({ ok: true, value: { credit: { adaptation: { minPackets: 30, maxPackets: 100 } } } });
  });
});

describe('pre-listens of a day (ruling 2)', () => {
  test('are counted for each coin session of a jukebox, and refused in words when they are used up', async () => {
    scene = await PlayScene.open(900);
    const offer = async (playId: string, payer?: string) => {
      const request = offerRequest({ playId, work: scene.work, trial: true, ephemeral: openExchange(scene.headend.random), ...(payer && { payer }) });
      const answer = await scene.headend.api().offer(request);
      const [row] = scene.headend.book.recentSessions(1);
      if (answer.ok && row !== undefined) scene.headend.paid?.fence(row.sid);
      return answer.ok ? 'granted' : answer.error.problem;
    };
    for (let time = 0; time < limits.trialsPerWorkPerPayer; time += 1) expect(await offer(`a${time}`, 'anna')).toBe('granted');
    expect(await offer('a9', 'anna')).toBe('trial-used');
    expect(await offer('b0', 'bert')).toBe('granted');
    expect(await offer('n0')).toBe('granted');
    await scene.clock.advance(86_400_000);
    expect(await offer('a10', 'anna')).toBe('granted');
  });

  test('are counted for the account on a set-top, whoever says to listen', async () => {
    scene = await PlayScene.open(900, 'set-top');
    const problems: string[] = [];
    for (let time = 0; time < 5; time += 1) {
      const request = offerRequest({ playId: `s${time}`, work: scene.work, trial: true, payer: `p${time}`, ephemeral: openExchange(scene.headend.random) });
      const answer = await scene.headend.api().offer(request);
      if (answer.ok) scene.headend.paid?.fence(answer.value.sid);
      problems.push(answer.ok ? 'granted' : answer.error.problem);
    }
    expect(problems).toEqual(['granted', 'granted', 'granted', 'trial-used', 'trial-used']);
  });
});
