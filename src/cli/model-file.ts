import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { limits } from '../limits.ts';

/** A model's file as bytes, or why there are none. */
export type ModelFile = { readonly bytes: Uint8Array } | { readonly problem: string };

/**
 * Reads a file, or the standard input for `-`, never much more than the largest pricing model: what is beyond that tells the reader
 * that the file is too large, whatever is behind it.
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  try {
    return { bytes: await readAtMost(path === '-' ? process.stdin : createReadStream(path), limits.pricingModelBytes + 1) };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { problem: `${path} can not be read (${reason}); name a pricing model, or - for the standard input` };
  }
}

async function readAtMost(stream: Readable, bytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const buffer = Buffer.from(chunk);
    chunks.push(buffer);
    length += buffer.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(chunks);
}
