import type { BrokenRule } from './broken-rules.ts';
import type { Verdict } from './checks.ts';
import { HeadendDisk } from './headend-disk.ts';
import { type Schedule, scheduleOf } from './schedule.ts';
import { World } from './world.ts';

export interface SimOptions {
  readonly schedules: number;
  readonly seed: number;
  readonly broken: BrokenRule | null;
  readonly say?: (line: string) => void;
}

export interface SimReport {
  schedules: number;
  readonly seed: number;
  readonly broken: BrokenRule | null;
  doubleCounts: number;
  lostSignedUnits: number;
  totalsDiffer: number;
  overWindow: number;
  unfinished: number;
  /** Schedules with any of these, and the seeds of the first ones. */
  failed: number;
  failedSeeds: number[];
  packetsPaid: number;
  deviceKills: number;
  headendKills: number;
  resumes: number;
  /** Plays that ended early because more was lost than the terms forgive; settled all the same. */
  gaveUp: number;
}

/** A database of its own for so many plays, so that memory stays bounded. */
const PLAYS_PER_DISK = 1_000;
const SEEDS_NAMED = 20;

/** Runs schedules one after the other and adds up what the checks found. */
export async function simulate({ schedules, seed, broken, say = () => {} }: SimOptions): Promise<SimReport> {
  const report = emptyReport(seed, broken);
  let disk = new HeadendDisk();
  for (let number = 0; number < schedules; number += 1) {
    if (number > 0 && number % PLAYS_PER_DISK === 0) {
      disk.close();
      disk = new HeadendDisk();
      say(`${number} schedules from seed ${seed} on, ${report.failed} failed`);
    }
    await runOne(scheduleOf(seed + number), disk, report, say);
  }
  disk.close();
  return report;
}

/** One report of several that ran side by side. */
export function joinReports(reports: readonly SimReport[], seed: number, broken: BrokenRule | null): SimReport {
  const joined = emptyReport(seed, broken);
  for (const part of reports) {
    for (const key of SUMS) joined[key] += part[key];
    joined.failedSeeds = [...joined.failedSeeds, ...part.failedSeeds].slice(0, SEEDS_NAMED);
  }
  return joined;
}

const FINDINGS = ['doubleCounts', 'lostSignedUnits', 'totalsDiffer', 'overWindow', 'unfinished'] as const;
const SUMS = [...FINDINGS, 'schedules', 'failed', 'packetsPaid', 'deviceKills', 'headendKills', 'resumes', 'gaveUp'] as const;

function emptyReport(seed: number, broken: BrokenRule | null): SimReport {
  const found = { doubleCounts: 0, lostSignedUnits: 0, totalsDiffer: 0, overWindow: 0, unfinished: 0, failed: 0, failedSeeds: [] };
  return { schedules: 0, seed, broken, ...found, packetsPaid: 0, deviceKills: 0, headendKills: 0, resumes: 0, gaveUp: 0 };
}

async function runOne(schedule: Schedule, disk: HeadendDisk, report: SimReport, say: (line: string) => void): Promise<void> {
  const world = new World(schedule, disk, report.broken);
  const verdict = await world.run();
  const { tape } = world;
  report.schedules += 1;
  report.packetsPaid += tape.paidIndexesDelivered.size;
  report.deviceKills += tape.deviceKills;
  report.headendKills += tape.headendKills;
  report.resumes += tape.resumes;
  report.gaveUp += tape.gaveUp ? 1 : 0;
  if (!add(report, verdict)) return;
  report.failed += 1;
  if (report.failedSeeds.length < SEEDS_NAMED) report.failedSeeds.push(schedule.seed);
  say(`seed ${schedule.seed}: ${verdict.words.join('; ')}`);
}

/** @returns true where anything was found */
function add(report: SimReport, verdict: Verdict): boolean {
  for (const key of FINDINGS) report[key] += verdict[key];
  return FINDINGS.some((key) => verdict[key] > 0);
}
