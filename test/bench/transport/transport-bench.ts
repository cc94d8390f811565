import { loadavg } from 'node:os';
import { PACKET_MS } from '../../../src/units/time.ts';
import { scriptOptions } from '../../script-options.ts';
import { machine } from '../figures.ts';
import { benchRun } from './bench-run.ts';
import type { RunWish, ServerFigures } from './bench-session.ts';
import { beside } from './beside/beside.ts';
import { returnTraffic, SELDOM_ACKS } from './return-traffic.ts';

const HELP = `What a paid packet costs the headend, with and without SRTP, at the pace of the music and as fast as the credit window lets it; how
punctual the paced ones are; how many bytes come back for one; and what others do beside it. Some four minutes; a run of whose processor somebody else
who shares the machine took more than so much is made again, and all are told.

usage: npm run bench:transport -- [--streams N] [--seconds N] [--return-seconds N] [--runs N] [--alone] [--json]

  --streams N         at once (default 500; a hundred leave the sender waiting for what is to be durable, and each rest costs it time)
  --seconds N         of each run (default 8)
  --return-seconds N  how long the boxes play whose return traffic is counted (default 60)
  --runs N            of each kind at most, until one was left alone (default 4); otherwise the one from which the least was taken counts
  --alone             leaves the others out
  --json              one line of JSON; progress goes to standard error
`;
const values = scriptOptions(HELP, { streams: 500, seconds: 8, 'return-seconds': 60, runs: 4, alone: false, json: false });
const { streams, seconds } = values;
/** Set-up, settling and the lead, beside what is measured. */
const MORE_SECONDS = 15;
const UNPACED_PACKETS = 30_000;
/** What is taken beyond that share of the processor is felt: a packet waits for as long as it is away, and finds the caches full of somebody else's. */
const TAKEN_MAX = 0.005;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const rounded = (value: number): number => Math.round(100 * value) / 100;

/** Processor time decides; another load on the machine makes each packet dearer, and bare sends with it. */
function figuresOf(wish: RunWish, figures: ServerFigures, others: readonly ServerFigures[]) {
  const perCoreSecond = figures.packetsPaid / figures.cpuSeconds;
  return {
    ...{
      streams: wish.streams,
      packets: wish.film ? 'of a film' : 'of sound',
      srtp: wish.srtp,
      native: wish.native,
    },
    ...figures,
    takenPercent: rounded(100 * takenShare(figures)),
    loadAverage: rounded(loadavg()[0] ?? 0),
    coreShare: rounded(figures.cpuSeconds / figures.seconds),
    paidPacketsPerCoreSecond: Math.round(perCoreSecond),
    /** How often a packet costs what sending it costs. */
    costInBareSends: rounded(1e6 / perCoreSecond / figures.bareSendMicros),
    /** Runs that do not count, as more of their processor was taken. */
    disturbed: others.map((other) => ({
      takenPercent: rounded(100 * takenShare(other)),
      paidPacketsPerCoreSecond: Math.round(other.packetsPaid / other.cpuSeconds),
      lateMs: other.lateMs,
    })),
  };
}

function takenShare({ stolenSeconds, seconds: measured }: ServerFigures): number {
  return stolenSeconds / measured;
}

/** By what was taken of its processor it is chosen which run counts, and by nothing that it measured. */
async function leastDisturbed(wish: RunWish) {
  const runs: ServerFigures[] = [];
  for (let taken = 1; taken > TAKEN_MAX && runs.length < Math.max(1, values.runs); ) {
    const figures = await benchRun(wish);
    taken = takenShare(figures);
    runs.push(figures);
    if (taken > TAKEN_MAX) say(`  ${rounded(100 * taken)} % of the processor was taken meanwhile`);
  }
  const [best, ...others] = runs.toSorted((left, right) => takenShare(left) - takenShare(right));
  if (best === undefined) throw new Error('nothing was run');
  return figuresOf(wish, best, others);
}

async function run(words: string, own: Pick<RunWish, 'paced' | 'srtp' | 'native'> & { readonly film?: boolean }) {
  say(`${words} ...`);
  const packets = own.paced ? Math.ceil(((seconds + MORE_SECONDS + (streams * 3) / 1_000) * 1_000) / PACKET_MS) : UNPACED_PACKETS;
  return leastDisturbed({ film: false, ...own, streams, seconds, packets });
}

/** A box with its usual terms, one with an ACK a second, and one whose messages have tags of their own, all at once. */
async function returned() {
  say('return traffic ...');
  const packets = values['return-seconds'] * (1_000 / PACKET_MS);
  const [usual, seldom, tagged] = await Promise.all(['', SELDOM_ACKS, 'auth=hmac-sha256-128'].map((wish) => returnTraffic(wish, packets)));
  return { usual, seldom, tagged };
}

const ours = {
  machine: machine(),
  paced: await run(`1/7 ${streams} streams at the pace of the music`, { paced: true, srtp: true, native: true }),
  asTheWindowAllows: {
    withSrtp: await run('2/7 as fast as the credit window allows', { paced: false, srtp: true, native: true }),
    withoutSrtp: await run('3/7 the same without SRTP', { paced: false, srtp: false, native: true }),
    filmWithSrtp: await run('4/7 packets as long as those of a film', { paced: false, srtp: true, native: true, film: true }),
    filmWithoutSrtp: await run('5/7 the same without SRTP', { paced: false, srtp: false, native: true, film: true }),
    withSrtpByNodeAlone: await run('6/7 sound again, same by Node alone', { paced: false, srtp: true, native: false }),
    withoutSrtpByNodeAlone: await run('7/7 the same by Node alone, without SRTP', { paced: false, srtp: false, native: false }),
  },
  returnTraffic: await returned(),
};
const report = values.alone ? ours : { ...ours, beside: await beside() };
process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${JSON.stringify(report, null, 2)}\n`);
process.exit(0);
