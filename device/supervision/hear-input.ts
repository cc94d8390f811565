import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Recording, readWav } from '../media/wav-file.ts';

/** ALSA's own recorder needs as long as it records, and a little to open the card. */
const SPARE_MS = 5_000;
const BYTES_MAX = 4 * 1_048_576;

/** What the line-in or the microphone of the box hears, or ALSA's loopback card where it is loaded. Null: nothing is there to hear by. */
export async function hearInput(seconds: number): Promise<Recording | null> {
  const args = ['-q', '-t', 'wav', '-f', 'S16_LE', '-r', '48000', '-c', '1', '-d', String(seconds)];
  const options = { encoding: 'buffer', maxBuffer: BYTES_MAX, timeout: seconds * 1_000 + SPARE_MS } as const;
  const heard = await promisify(execFile)('arecord', args, options).catch(() => null);
  return heard === null ? null : readWav(new Uint8Array(heard.stdout));
}
