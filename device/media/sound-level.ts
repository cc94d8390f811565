/** mpv's volume is the cube root of the gain. Source: mpv manual, --volume */
const DB_A_DECADE = 60;

/** What a volume takes off the sound, in dB; negative, and without an end at 0 %. */
export function decibelsOf(percent: number): number {
  return DB_A_DECADE * Math.log10(percent / 100);
}

/** The volume that takes so much off, in whole percent. */
export function percentOf(decibels: number): number {
  return Math.round(100 * 10 ** (decibels / DB_A_DECADE));
}
