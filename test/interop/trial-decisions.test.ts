import { afterEach, describe, expect, test } from 'vitest';
import { openExchange } from '../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../device/checkout/offer-request.ts';
import { TRIAL_MODES } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';
import { PlayScene } from '../fakes/play-scene.ts';

/** The decision tree of a pre-listen (document 001, P16-P19, P24), by the real desk, registry, monitor and box. */
let scene: PlayScene;
afterEach(() => scene.remove());

const PACKETS = 900;
/** Half of a short work. */
const TRIAL_PACKETS = 450;
const TRIAL_MS = TRIAL_PACKETS * limits.packetMs;

function session() {
  const [row] = scene.headend.book.recentSessions(1);
  if (row === undefined) throw new Error('no play was agreed');
  return { row, view: scene.headend.paid?.view(row.sid) };
}

async function expectBilled(minor: bigint): Promise<void> {
  expect(await scene.upload()).toEqual(['agreed']);
  expect(await scene.earned()).toEqual({ box: minor, headend: minor, problem: null });
}

describe.each(TRIAL_MODES)('a pre-listen of mode %s', (mode) => {
  const preListen = async (wish = '') => {
    scene = await PlayScene.open(PACKETS, 'jukebox', `trial=${mode}${wish}`);
    await scene.coin();
    const runner = await scene.eventually(scene.trial('p1'));
    await scene.clock.advance(2_000);
    return runner;
  };

  test('confirmed early: the work begins again, is paid once, and the rest of the pre-listen is never sent', async () => {
    const runner = await preListen();
    await scene.eventually(runner.confirm());
    await scene.clock.advance(20_000);
    expect(scene.told).toEqual(['opened', 'sound', 'confirmed', 'finished']);
    const { view } = await scene.eventually(runner.end('finished'));
    expect(view.paidPackets).toBe(PACKETS);
    expect(session().row.counts.find(({ billingClass }) => billingClass === 'trial')?.packets ?? 0).toBeLessThan(TRIAL_PACKETS);
    await expectBilled(100n);
  });

  test('confirmed late, when all of it was heard: the work is paid from its start', async () => {
    const runner = await preListen();
    await scene.clock.advance(TRIAL_MS);
    expect(scene.told).toEqual(['opened', 'sound', 'trial-over']);
    await scene.eventually(runner.confirm());
    await scene.clock.advance(20_000);
    const { view } = await scene.eventually(runner.end('finished'));
    expect(view.paidPackets).toBe(PACKETS);
    await expectBilled(100n);
  });

  test('confirmed twice: one yes, one price, one pass', async () => {
    const runner = await preListen();
    await scene.eventually(Promise.all([runner.confirm(), runner.confirm()]));
    await scene.clock.advance(5_000);
    await scene.eventually(runner.confirm());
    await scene.clock.advance(16_000);
    expect(scene.told).toEqual(['opened', 'sound', 'confirmed', 'finished']);
    expect((await scene.eventually(runner.end('finished'))).view.paidPackets).toBe(PACKETS);
    await expectBilled(100n);
  });

  test('confirmed after the time for it: it has lapsed, nothing is sent any more, and nothing is owed', async () => {
    const runner = await preListen(',within=5000');
    await scene.clock.advance(TRIAL_MS + 6_000);
    void runner.confirm();
    await scene.clock.advance(3_000);
    expect(scene.told).not.toContain('confirmed');
    expect(session().view).toMatchObject({ packetsSent: TRIAL_PACKETS, packetsPaid: 0, suspended: true });
    expect(session().row.confirmEventId).toBeNull();
    expect((await scene.eventually(runner.end('failed'))).chargedMinor).toBe(0n);
    await expectBilled(0n);
  });

  test('declined while it sounds: it ends, and nothing is owed', async () => {
    const runner = await preListen();
    expect(await scene.eventually(runner.end('trial-declined'))).toMatchObject({ chargedMinor: 0n, refundMinor: 0n });
    expect(session().view).toBeNull();
    await expectBilled(0n);
  });

  test('declined after the yes: what was heard of the paid pass is paid, the rest is given back', async () => {
    const runner = await preListen();
    await scene.eventually(runner.confirm());
    await scene.clock.advance(9_500);
    const { chargedMinor, refundMinor } = await scene.eventually(runner.end('stopped'));
    expect(chargedMinor).toBeGreaterThan(30n);
    expect(chargedMinor).toBeLessThan(70n);
    expect(chargedMinor + refundMinor).toBe(100n);
    await expectBilled(chargedMinor);
  });

  test('nobody answers: it stops after exactly its packets, and nothing is owed', async () => {
    const runner = await preListen();
    await scene.clock.advance(TRIAL_MS + 20_000);
    expect(session().view).toMatchObject({ packetsSent: TRIAL_PACKETS, packetsPaid: 0, unpaidPackets: 0 });
    await scene.eventually(runner.end('trial-declined'));
    await expectBilled(0n);
  });

  test('asked for shorter: it ends there', async () => {
    scene = await PlayScene.open(PACKETS, 'jukebox', `trial=${mode}`);
    const wish = { credit: {}, trial: { mode, packets: 100 } };
    const ephemeral = openExchange(scene.headend.random);
    const answer = await scene.headend.api().offer(offerRequest({ playId: 'short', work: scene.work, trial: true, ephemeral, wish }));
    expect(answer.ok && JSON.parse(answer.value.terms)).toMatchObject({ trial: { mode, packets: 100 } });
  });

  test('silent after the yes: it costs exactly W, whatever the pre-listen granted', async () => {
    const runner = await preListen();
    await scene.eventually(runner.confirm());
    await scene.clock.advance(1_000);
    runner.suppressAcks(true);
    await scene.clock.advance(8_000);
    expect(session().view?.unpaidPackets).toBe(session().row.terms.credit.creditWindowPackets);
  });

  test('without credit: the yes is refused in words, and counts once there is a coin', async () => {
    scene = await PlayScene.open(PACKETS, 'jukebox', `trial=${mode}`);
    const runner = await scene.eventually(scene.trial('p1'));
    await scene.clock.advance(2_000);
    await scene.eventually(runner.confirm());
    expect(scene.told).toEqual(['opened', 'sound', 'refused']);
    await scene.coin();
    await scene.eventually(runner.confirm());
    await scene.clock.advance(2_000);
    expect(scene.told).toContain('confirmed');
  });
});

describe('a set-top, which goes on where the pre-listen ended', () => {
  test.each(['restrict', 'large-window'] as const)('mode %s, confirmed early: what was heard free stays free', async (mode) => {
    scene = await PlayScene.open(PACKETS, 'set-top', `trial=${mode}`);
    const runner = await scene.eventually(scene.trial('p1'));
    await scene.clock.advance(3_000);
    await scene.eventually(runner.confirm());
    await scene.clock.advance(17_000);
    const { view, chargedMinor } = await scene.eventually(runner.end('finished'));
    const trialPackets = session().row.counts.find(({ billingClass }) => billingClass === 'trial')?.packets ?? 0;
    expect(trialPackets).toBeGreaterThan(100);
    expect(view.paidPackets + trialPackets).toBe(PACKETS);
    expect(chargedMinor).toBe(100n);
  });
});

describe('pre-listens that the headend counts as used up', () => {
  test('are no fault: the box is told to sell the work outright, nothing is left of the play, and the work can be bought', async () => {
    scene = await PlayScene.open(PACKETS);
    await scene.coin();
    const payer = (await scene.book.currentPayer())?.payerId;
    for (let time = 0; time < limits.trialsPerWorkPerPayer; time += 1) {
      const ephemeral = openExchange(scene.headend.random);
      const answer = await scene.headend
        .api()
        .offer(offerRequest({ playId: `other${time}`, work: scene.work, trial: true, ephemeral, ...(payer && { payer }) }));
      if (answer.ok) scene.headend.paid?.fence(answer.value.sid);
    }
    await scene.trial('p1');
    await scene.clock.advance(1_000);
    expect(scene.told).toEqual(['trial-used']);
    expect(await scene.book.play('p1')).toMatchObject({ state: 'declined' });
    const runner = await scene.eventually(scene.bought('p2'));
    await scene.clock.advance(20_000);
    expect(scene.told).toEqual(['trial-used', 'opened', 'sound', 'finished']);
    expect((await scene.eventually(runner.end('finished'))).chargedMinor).toBe(100n);
    await expectBilled(100n);
  });
});

describe('what says that a bought work was received well (P24)', () => {
  const listen = async (wish: string) => {
    scene = await PlayScene.open(300, 'jukebox', wish);
    const runner = await scene.eventually(scene.bought('p1'));
    await scene.clock.advance(8_000);
    expect(scene.told).toEqual(['opened', 'sound', 'finished']);
    const { view } = await scene.eventually(runner.end('finished'));
    expect(view.paidPackets).toBe(300);
    await expectBilled(100n);
    return session().row;
  };

  test.each([
    ['implicit-eof', 'that all of it was delivered'],
    ['player-end', 'that the player came to its end'],
  ])('%s: %s; told under one event id, that stands in the last receipt, and nothing is paid twice by it', async (mode) => {
    const row = await listen(`confirm=${mode}`);
    expect(row.terms.confirmModes).toEqual([mode]);
    expect(row.confirmEventId).toMatch(/^[0-9a-f]{32}$/);
    expect((await scene.book.play('p1'))?.confirmEventId).toBe(row.confirmEventId);
  });

  test('the button alone, where nothing else was agreed: the end of a work says nothing', async () => {
    expect((await listen('confirm=button')).confirmEventId).toBeNull();
    await scene.remove();
    expect((await listen('')).confirmEventId).toBeNull();
  });

  test('a work that is stopped was not delivered: nothing is said', async () => {
    scene = await PlayScene.open(900, 'jukebox', 'confirm=implicit-eof+player-end');
    const runner = await scene.eventually(scene.bought('p1'));
    await scene.clock.advance(4_000);
    await scene.eventually(runner.end('stopped'));
    await scene.upload();
    expect(session().row.confirmEventId).toBeNull();
  });

  test('in a pre-listen only the button: a work that was merely let run is not bought', async () => {
    scene = await PlayScene.open(PACKETS, 'jukebox', 'confirm=button+implicit-eof+player-end');
    await scene.coin();
    const runner = await scene.eventually(scene.trial('p1'));
    await scene.clock.advance(TRIAL_MS + 5_000);
    expect(scene.told).toEqual(['opened', 'sound', 'trial-over']);
    expect(session().row.confirmEventId).toBeNull();
    expect((await scene.eventually(runner.end('trial-declined'))).chargedMinor).toBe(0n);
    await expectBilled(0n);
  });
});
