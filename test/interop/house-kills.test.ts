import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ViewOfBox } from '../../src/cli/box-client.ts';
import { balance, RunningHouse, scratch, soundFile } from '../fakes/house.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';

const VICTIMS = ['box', 'headend', 'sender'] as const;
const KILLS_EACH = 4;
const COIN_MINOR = 100;
const seed = Number(process.env.ACKBOX_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** The evening of one guest who does not notice, or wait for, the deaths around him. */
class Guest {
  readonly #house: RunningHouse;
  readonly #random: SeededRandom;
  coinsAnswered = 0;
  coinsTried = 0;

  constructor(house: RunningHouse, random: SeededRandom) {
    this.#house = house;
    this.#random = random;
  }

  async visit(): Promise<void> {
    await this.#coin();
    const works = await this.#try(async () => await (await this.#house.client()).works());
    const work = works?.[Math.floor(this.#random.fraction() * works.length)];
    await this.#try(() => this.#house.press('intent.ok', { workId: work?.id ?? '' }));
    // Answers the question where one comes; where something plays, the work was queued.
    await this.#try(() => this.#house.until('an answer', (view) => (view.question !== null || view.playback.startsWith('playing') ? true : null), 1_500));
    await this.#try(() => this.#house.press('intent.ok'));
    if (this.#random.fraction() < 0.2) await this.#try(() => this.#house.press('intent.skip'));
  }

  async #coin(): Promise<void> {
    this.coinsTried += 1;
    await this.#try(async () => {
      await this.#house.coin(BigInt(COIN_MINOR));
      this.coinsAnswered += 1;
    });
  }

  async #try<Answer>(act: () => Promise<Answer>): Promise<Answer | null> {
    return await act().catch(() => null);
  }
}

/** A moment that is not the guest's own: after so much more of the song, where one plays. */
async function heardOn(house: RunningHouse, aheadMs: number): Promise<void> {
  let from: number | null = null;
  const arrived = (view: ViewOfBox): true | null => {
    const heardMs = view.nowPlaying?.play.heardMs ?? null;
    if (heardMs === null) return null;
    from = Math.min(from ?? heardMs, heardMs);
    return heardMs - from >= aheadMs ? true : null;
  };
  await house.until('a moment', arrived, 2_000).catch(() => {});
}

/** Coins that fell, by the absolute counter of the acceptor, which nobody else writes. */
function coinsFallen(house: RunningHouse): number {
  return (JSON.parse(readFileSync(join(house.folder, 'simulated-acceptor.json'), 'utf8')) as { counter: number }).counter;
}

describe(`an evening of kill -9, seed ${seed} (ACKBOX_SEED repeats it)`, () => {
  const data = scratch();
  let house: RunningHouse;
  beforeAll(async () => {
    const library = join(data, 'library');
    await Promise.all([soundFile(library, 'short.mp3', 3, 440), soundFile(library, 'middle.flac', 6, 550), soundFile(library, 'long.opus', 30, 660)]);
    house = new RunningHouse(data, ['--library', library]);
    await house.until('three works for sale', (view) => (view.cash === 'accepting' && view.catalogueSize === 3 ? true : null), 40_000);
  }, 60_000);
  afterAll(() => house.stop());

  test('loses and doubles no coin, no play, no record, and both books agree', { timeout: 90_000 }, async () => {
    const random = new SeededRandom(seed);
    const guest = new Guest(house, random);
    for (const victim of Array.from({ length: KILLS_EACH }, () => VICTIMS).flat()) {
      // From views of its own, so that the moment falls anywhere in what the guest does.
      const visit = guest.visit();
      await heardOn(house, 1_500 * random.fraction());
      expect(house.kill(victim), `${victim} processes`).toBeGreaterThanOrEqual(1);
      await visit;
      await house.until(
        `the house after the death of the ${victim}`,
        (view) => (view.connectivity === 'online' && view.playback !== 'recovering' ? true : null),
        15_000,
      );
    }
    await house.until('coins taken again', (view) => (view.cash === 'accepting' ? true : null));
    await (await house.client()).command('evening end', 'staff');
    await house.until('silence', (view) => (view.nowPlaying === null && view.playback === 'browse' && view.queue.length === 0 ? true : null), 20_000);
    const { ledger, outbox } = await house.deliveredTotals();
    const fallen = coinsFallen(house);
    expect(fallen).toBeGreaterThanOrEqual(guest.coinsAnswered);
    expect(fallen).toBeLessThanOrEqual(guest.coinsTried);
    expect(ledger).toMatchObject({ problem: null, heldMinor: '0', cashBoxMinor: String(fallen * COIN_MINOR) });
    expect(Number(ledger.earnedMinor)).toBeGreaterThan(0);
    expect(outbox).toMatchObject({ quarantined: 0, usageAcknowledged: outbox.usageWritten });
    const operator = await house.operator();
    expect(operator.ledger.problem).toBeNull();
    expect(balance(operator, 'earned')).toBe(ledger.earnedMinor);
    expect(operator.openSessions).toEqual([]);
    expect(operator.quarantined).toEqual([]);
    for (const victim of VICTIMS) expect(house.said.match(new RegExp(`the ${victim} died`, 'g'))).toHaveLength(KILLS_EACH);
  });
});
