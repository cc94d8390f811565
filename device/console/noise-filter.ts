import { isUtf8 } from 'node:buffer';
import { Transform } from 'node:stream';

/** Nobody types so many bytes between two reads of the port; a program that pastes sends text. */
const HEAP_BYTES = 16;

/** Keeps line noise from the console: a heap of bytes that is no text is dropped whole, before it is edited, echoed and completed. */
export class NoiseFilter extends Transform {
  override _transform(chunk: Buffer, _: BufferEncoding, done: (error: null, chunk?: Buffer) => void): void {
    if (chunk.length >= HEAP_BYTES && !isUtf8(chunk)) done(null);
    else done(null, chunk);
  }
}
