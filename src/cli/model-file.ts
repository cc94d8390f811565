import { open } from 'node:fs/promises';
import { limits } from '../limits.ts';

/** A model's file as bytes, or why there are none. */
export type ModelFile = { readonly bytes: Uint8Array } | { readonly problem: string };

/**
 * Reads a file, or the standard input for `-`, never more than one byte beyond the largest pricing model: that byte is what tells
 * the reader that the file is too large, whatever is behind it.
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  try {
    const file = await open(path === '-' ? '/dev/stdin' : path, 'r');
    try {
      return { bytes: await readAtMost(file, limits.pricingModelBytes + 1) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return {
      problem: `${path} can not be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)}); name a pricing model, or - for the standard input`,
    };
  }
}

async function readAtMost(file: Awaited<ReturnType<typeof open>>, bytes: number): Promise<Uint8Array> {
  const whole = new Uint8Array(bytes);
  let length = 0;
  while (length < bytes) {
    const { bytesRead } = await file.read(whole, length, bytes - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return whole.subarray(0, length);
}
