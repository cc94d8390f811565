import type { CreditTerms, TrialTerms } from '../../../src/domain/credit/terms.ts';
import { TRIAL_MODES } from '../../../src/domain/credit/terms.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

export type Side = 'device' | 'headend';

/** Chances are of one. */
export interface Weather {
  readonly untilMs: number;
  readonly loss: number;
  /** Chance for each datagram that a burst begins, in which all are lost for so many datagrams. */
  readonly burst: number;
  readonly burstDatagrams: number;
  readonly duplicate: number;
  readonly corrupt: number;
  readonly callLoss: number;
  readonly delayMs: number;
  readonly jitterMs: number;
}

/** A process dies: at its n-th write, before or after it; or at a moment. It comes back after `downMs`. */
export interface Kill {
  readonly side: Side;
  readonly write: number | null;
  readonly afterWrite: boolean;
  readonly atMs: number;
  readonly downMs: number;
}

export interface Schedule {
  readonly seed: number;
  readonly packets: number;
  readonly credit: CreditTerms;
  readonly quoteMinor: number;
  readonly trial: TrialTerms | null;
  readonly afterTrial: 'restart' | 'continue';
  /** When the listener says yes, or no, to the trial. */
  readonly answer: { readonly atMs: number; readonly yes: boolean };
  readonly weather: readonly Weather[];
  readonly kills: readonly Kill[];
  readonly diskFull: readonly { readonly side: Side; readonly fromMs: number; readonly untilMs: number }[];
  readonly clockJumps: readonly { readonly atMs: number; readonly byMs: number }[];
  readonly pauses: readonly { readonly atMs: number; readonly forMs: number }[];
  /** Of a film less than 20: it has more slots in the same time, and a PLAY begins at an access point. */
  readonly packetMs: number;
  readonly accessEvery: number;
  /** What the account may have unpaid over all that it does. */
  readonly accountPackets: number;
  readonly seeks: readonly { readonly atMs: number; readonly packetIndex: number }[];
  readonly rewinds: readonly { readonly atMs: number; readonly packets: number }[];
  /** The listener leaves; null = hears it out. */
  readonly stopAtMs: number | null;
}

/** After this moment nothing disturbs any more, so that every schedule ends. */
export const CALM_FROM_MS = 8_000;

const CALM: Weather = {
  untilMs: Number.POSITIVE_INFINITY,
  loss: 0,
  burst: 0,
  burstDatagrams: 0,
  duplicate: 0,
  corrupt: 0,
  callLoss: 0,
  delayMs: 10,
  jitterMs: 0,
};

/** One schedule of faults, from its seed alone. */
export function scheduleOf(seed: number): Schedule {
  const sound = soundOf(seed);
  // What came later is drawn apart, so that a seed still names the faults that it did.
  const random = new SeededRandom(seed * 104_729 + 7);
  const between = (low: number, high: number): number => low + Math.floor(random.fraction() * (high - low + 1));
  const packetMs = random.fraction() < 0.25 ? (FILM_PACKET_MS[between(0, FILM_PACKET_MS.length - 1)] ?? 20) : 20;
  const film = packetMs === 20 ? sound : filmOf(sound, 20 / packetMs);
  const { creditWindowPackets: window, ackEveryPackets, ackIntervalMs } = film.credit;
  const least = Math.max(10, 2 * ackEveryPackets, Math.ceil((2 * ackIntervalMs) / packetMs));
  const seeks = random.fraction() < 0.4 ? between(1, 2) : 0;
  return {
    ...film,
    packetMs,
    accessEvery: packetMs === 20 ? 1 : between(5, 60),
    accountPackets: random.fraction() < 0.5 ? between(least, 3 * window) : 2_000,
    seeks: Array.from({ length: seeks }, () => ({ atMs: between(500, 4_000), packetIndex: between(0, film.packets - 1) })),
  };
}

const FILM_PACKET_MS = [10, 5, 4];

/** The same, in packets that are so many times shorter. */
function filmOf(sound: SoundSchedule, times: number): SoundSchedule {
  const { credit, trial } = sound;
  const packets = { creditWindowPackets: credit.creditWindowPackets * times, receiptWindowPackets: credit.receiptWindowPackets * times };
  return {
    ...sound,
    packets: sound.packets * times,
    credit: { ...credit, ...packets, ackEveryPackets: credit.ackEveryPackets * times, playoutBufferPackets: credit.playoutBufferPackets * times },
    trial: trial === null ? null : { ...trial, packets: trial.packets * times },
    rewinds: sound.rewinds.map(({ atMs, packets: back }) => ({ atMs, packets: back * times })),
  };
}

type SoundSchedule = Omit<Schedule, 'packetMs' | 'accessEvery' | 'accountPackets' | 'seeks'>;

function soundOf(seed: number): SoundSchedule {
  const random = new SeededRandom(seed * 7_919 + 13);
  const chance = (share: number): boolean => random.fraction() < share;
  const between = (low: number, high: number): number => low + Math.floor(random.fraction() * (high - low + 1));
  const some = <T>(most: number, make: () => T): readonly T[] => Array.from({ length: between(0, most) }, make);
  const packets = between(20, 160);
  const mode = TRIAL_MODES[between(0, 2)] ?? 'restrict';
  const trial = chance(0.4) ? { mode, packets: between(5, Math.max(6, Math.floor(packets / 2))) } : null;
  const side = (): Side => (chance(0.5) ? 'device' : 'headend');
  const windowPackets = between(10, 40);
  return {
    seed,
    packets,
    credit: {
      creditWindowPackets: windowPackets,
      receiptWindowPackets: windowPackets + between(75, 120),
      lossAllowancePerMille: between(0, 3) * 15,
      ackEveryPackets: between(1, 5),
      ackIntervalMs: between(2, 5) * 20,
      receiptIntervalMs: between(10, 40) * 20,
      challengeEveryMinPackets: 8,
      challengeEveryMaxPackets: 24,
      retransmitDeadlineMs: between(0, 4) * 150,
      prebufferMs: 100,
      playoutBufferPackets: 60,
    },
    quoteMinor: between(1, 997),
    trial,
    afterTrial: trial?.mode === 'deferred' || chance(0.5) ? 'restart' : 'continue',
    answer: { atMs: between(100, 3_000), yes: chance(0.8) },
    weather: chance(0.1) ? [CALM] : [...weatherOf(random, between(1, 4)), CALM],
    kills: some(3, () => killOf(side(), chance, between)),
    diskFull: some(1, () => {
      const fromMs = between(0, 4_000);
      return { side: side(), fromMs, untilMs: fromMs + between(100, 2_500) };
    }),
    clockJumps: some(1, () => ({ atMs: between(0, 5_000), byMs: between(-86_400_000, 86_400_000) })),
    pauses: some(1, () => ({ atMs: between(200, 4_000), forMs: between(50, 1_500) })),
    rewinds: some(1, () => ({ atMs: between(500, 4_000), packets: between(1, 80) })),
    stopAtMs: chance(0.2) ? between(300, 5_000) : null,
  };
}

function weatherOf(random: SeededRandom, phases: number): readonly Weather[] {
  const upTo = (most: number): number => (random.fraction() < 0.5 ? random.fraction() ** 2 * most : 0);
  return Array.from({ length: phases }, (_, at): Weather => {
    const isOut = random.fraction() < 0.08;
    return {
      untilMs: 1_000 + ((at + 1) * (CALM_FROM_MS - 1_000)) / phases,
      loss: isOut ? 1 : upTo(0.3),
      burst: upTo(0.02),
      burstDatagrams: 5 + Math.floor(random.fraction() * 40),
      duplicate: upTo(0.3),
      corrupt: upTo(0.2),
      callLoss: isOut ? 1 : upTo(0.3),
      delayMs: 5 + random.fraction() * 60,
      jitterMs: upTo(150),
    };
  });
}

function killOf(side: Side, chance: (share: number) => boolean, between: (low: number, high: number) => number): Kill {
  const atWrite = chance(0.7);
  // Counts are committed often, receipts and epochs seldom: the first writes are the rare ones.
  return { side, write: atWrite ? between(1, chance(0.5) ? 6 : 30) : null, afterWrite: chance(0.5), atMs: between(100, 5_000), downMs: between(20, 1_500) };
}
