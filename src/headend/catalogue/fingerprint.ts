import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { FoundFile } from './folder-scan.ts';

const END_BYTES = 65_536;

/** What a file is without reading all of it: size, time, and the hash of its first and last 64 KiB. */
export interface FileEnds {
  readonly fingerprint: string;
  /** True for an Ogg file whose last page, or a WAV file whose samples are not all there: ffmpeg itself does not notice. */
  readonly breaksOff: boolean;
}

export async function readFileEnds(file: FoundFile): Promise<FileEnds> {
  const handle = await open(file.path, 'r');
  try {
    const head = await readAt(handle, 0, Math.min(END_BYTES, file.bytes));
    const tail = await readAt(handle, Math.max(0, file.bytes - END_BYTES), Math.min(END_BYTES, file.bytes));
    const hash = createHash('sha256').update(`${file.bytes} ${file.modifiedMs}\n`).update(head).update(tail).digest('hex');
    return { fingerprint: hash.slice(0, 32), breaksOff: isCutOgg(head, tail) || isCutWav(head, file.bytes) };
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function isCutOgg(head: Buffer, tail: Buffer): boolean {
  if (head.toString('latin1', 0, 4) !== 'OggS') return false;
  const start = tail.lastIndexOf('OggS');
  if (start < 0) return tail.length < END_BYTES;
  const lacings = tail[start + 26];
  const bodyStart = start + 27 + (lacings ?? 0);
  if (lacings === undefined || bodyStart > tail.length) return true;
  return bodyStart + tail.subarray(start + 27, bodyStart).reduce((sum, lace) => sum + lace, 0) > tail.length;
}

/** The `data` chunk states how many bytes of samples follow; 0 and all ones mean that its writer did not know. */
function isCutWav(head: Buffer, fileBytes: number): boolean {
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return false;
  for (let at = 12; at + 8 <= head.length; ) {
    const bytes = head.readUInt32LE(at + 4);
    if (head.toString('latin1', at, at + 4) === 'data') return bytes < 0xffff_fff0 && at + 8 + bytes > fileBytes;
    at += 8 + bytes + (bytes % 2);
  }
  return false;
}
