import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StoredWork } from '../../ports/headend-stores.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import type { WorkId } from '../../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { SAMPLE_RATE_HZ } from '../../units/time.ts';
import { type CutFault, cutWork, workIdOf } from './cut-work.ts';
import { type EncodeFault, type EncodeSource, encodeOpus } from './encode.ts';
import { gainFor } from './loudness.ts';
import type { MediaPrograms } from './programs.ts';

export interface MakeWorkDeps {
  readonly segments: SegmentStore;
  readonly programs: MediaPrograms;
  readonly clock: Clock;
  /** Holds the encoded file until it is cut. */
  readonly workFolder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onSeconds?: (seconds: number) => void;
  /** See encode.ts. */
  readonly urgent?: boolean;
}

/** The sound of a work, and its pictures: everything that does not come from tags, prices and pictures. */
export type WorkSound = { readonly id: WorkId } & Pick<
  StoredWork,
  'durationMs' | 'channels' | 'preSkip' | 'totalSamples' | 'packets' | 'gainDb' | 'integratedLufs' | 'segments' | 'video'
>;

export type MakeWorkFault = EncodeFault | CutFault | 'breaks-off';

/** A recording with more damaged places than this is not sold. */
const ERRORS_MAX = 10;
/** Containers round; an encoder's padding is cut or not. Less than this short is whole. */
const SHORTFALL_MS = 500;

/** Whether an encoded source was whole. @param expectedMs what the container promises, or null */
export function findDamage(
  encoded: { readonly durationMs: number; readonly errorCount: number; readonly errors: readonly string[] },
  expectedMs: number | null,
): ReturnType<typeof fault<'too-long' | 'breaks-off' | 'damaged'>> | null {
  const { durationMs, errorCount, errors } = encoded;
  if (durationMs > limits.workMs) return fault('too-long', `it is longer than ${limits.workMs / 3_600_000} hours; split it`);
  if (expectedMs !== null && durationMs < expectedMs - Math.max(SHORTFALL_MS, expectedMs / 100))
    return fault('breaks-off', `it breaks off after ${Math.round(durationMs / 1_000)} of ${Math.round(expectedMs / 1_000)} seconds; copy it again`);
  if (errorCount > ERRORS_MAX) return fault('damaged', `it is damaged in ${errorCount} places (${shortError(errors)}); copy it again`);
  return null;
}

let made = 0;

/**
 * Encodes, checks and cuts one work. Segments are written only after the whole source was decoded and found good, so that a
 * broken file and a stop leave nothing behind.
 * @param expectedMs what the container promises, or null
 */
export async function makeWork(
  source: EncodeSource,
  channels: 1 | 2,
  expectedMs: number | null,
  deps: MakeWorkDeps,
): Promise<Result<WorkSound, Fault<MakeWorkFault>>> {
  made += 1;
  const target = join(deps.workFolder, `${process.pid}-${made}.opus`);
  try {
    const encoded = await encodeOpus({ ...deps, source, channels, target });
    if (!encoded.ok) return encoded;
    const damage = findDamage(encoded.value, expectedMs);
    if (damage !== null) return damage;
    const { loudness } = encoded.value;
    const cut = await cutWork(target, deps.segments);
    if (!cut.ok) return cut;
    const heardMs = Math.round((cut.value.totalSamples * 1_000) / SAMPLE_RATE_HZ);
    return ok({ id: workIdOf(cut.value), ...cut.value, durationMs: heardMs, gainDb: gainFor(loudness), integratedLufs: loudness.integratedLufs });
  } finally {
    await rm(target, { force: true });
  }
}

function shortError(errors: readonly string[]): string {
  return (errors[0] ?? '')
    .replaceAll(/\[[^\]]*\]\s*/g, '')
    .trim()
    .slice(0, 80);
}
