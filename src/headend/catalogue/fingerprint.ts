import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { FoundFile } from './folder-scan.ts';

const END_BYTES = 65_536;

/** What a file is without reading all of it: size, time, and the hash of its first and last 64 KiB. */
export interface FileEnds {
  readonly fingerprint: string;
  /** True for an Ogg file whose last page is not all there: ffmpeg itself does not notice. */
  readonly breaksOff: boolean;
}

export async function readFileEnds(file: FoundFile): Promise<FileEnds> {
  const handle = await open(file.path, 'r');
  try {
    const head = await readAt(handle, 0, Math.min(END_BYTES, file.bytes));
    const tail = await readAt(handle, Math.max(0, file.bytes - END_BYTES), Math.min(END_BYTES, file.bytes));
    const hash = createHash('sha256').update(`${file.bytes} ${file.modifiedMs}\n`).update(head).update(tail).digest('hex');
    return { fingerprint: hash.slice(0, 32), breaksOff: head.subarray(0, 4).toString('latin1') === 'OggS' && endsInsidePage(tail) };
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function endsInsidePage(tail: Buffer): boolean {
  const start = tail.lastIndexOf('OggS');
  if (start < 0) return tail.length < END_BYTES;
  const lacings = tail[start + 26];
  const bodyStart = start + 27 + (lacings ?? 0);
  if (lacings === undefined || bodyStart > tail.length) return true;
  return bodyStart + tail.subarray(start + 27, bodyStart).reduce((sum, lace) => sum + lace, 0) > tail.length;
}
