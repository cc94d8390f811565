/** Loudness of a whole work (EBU R128): integrated, and the highest true peak. Null where the work is silence. */
export interface Loudness {
  readonly integratedLufs: number | null;
  readonly truePeakDbtp: number | null;
}

/** Every work is played at this loudness, and with no peak above the ceiling. */
export const TARGET_LUFS = -18;
export const PEAK_CEILING_DBTP = -1;

const GAIN_MAX_DB = 40;
/** ebur128 says -70 where nothing was loud enough to be measured. */
const SILENCE_LUFS = -70;

/** Measures what passes through, on ffmpeg's standard error at the end; nothing in between. */
export const LOUDNESS_FILTER = 'ebur128=peak=true:framelog=verbose';

/** Sample peak instead of true peak: for sound of our own making, which keeps away from full scale. */
export const QUICK_LOUDNESS_FILTER = 'ebur128=peak=sample:framelog=verbose';

/** Reads ffmpeg's ebur128 summary: the last one, because tags are printed before it and could imitate one. */
export function readLoudness(lines: readonly string[]): Loudness {
  const start = lines.findLastIndex((line) => /Parsed_ebur128.*Summary:/.test(line));
  const summary = start < 0 ? [] : lines.slice(start);
  const figure = (pattern: RegExp): number | null => {
    const text = summary.map((line) => pattern.exec(line)?.[1]).find((match) => match !== undefined);
    const value = Number(text ?? Number.NaN);
    return Number.isFinite(value) ? value : null;
  };
  const integrated = figure(/^\s+I:\s+(-?[\d.]+) LUFS/);
  return { integratedLufs: integrated === null || integrated <= SILENCE_LUFS ? null : integrated, truePeakDbtp: figure(/^\s+Peak:\s+(-?[\d.]+) dBFS/) };
}

/**
 * Gain that brings a work to the target, limited so that its true peak stays at or below the ceiling: a quiet work with one
 * loud stroke stays quieter rather than clip. In dB, rounded down to a tenth. 0 for silence.
 */
export function gainFor(loudness: Loudness): number {
  if (loudness.integratedLufs === null) return 0;
  const wanted = TARGET_LUFS - loudness.integratedLufs;
  const room = loudness.truePeakDbtp === null ? wanted : PEAK_CEILING_DBTP - loudness.truePeakDbtp;
  const gain = Math.floor(Math.min(wanted, room) * 10 + 1e-6) / 10;
  return Math.max(-GAIN_MAX_DB, Math.min(GAIN_MAX_DB, gain)) + 0;
}
