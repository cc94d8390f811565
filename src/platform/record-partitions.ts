import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUFFERED_BYTES = 65_536;

/** Lines spread over temporary files, so that what belongs together can be read alone. Removed by `remove`. */
export class RecordPartitions {
  readonly #folder: string;
  readonly #files: number[] = [];
  readonly #buffers: string[] = [];

  constructor(count: number) {
    this.#folder = mkdtempSync(join(tmpdir(), 'ackbox-usage-'));
    for (let index = 0; index < count; index += 1) {
      this.#files.push(openSync(this.#path(index), 'wx', 0o600));
      this.#buffers.push('');
    }
  }

  add(partition: number, line: string): void {
    const buffer = `${this.#buffers[partition] ?? ''}${line}\n`;
    this.#buffers[partition] = buffer.length > BUFFERED_BYTES ? this.#write(partition, buffer) : buffer;
  }

  /** @returns the files, whole; nothing can be added any more */
  finish(): readonly string[] {
    for (const [index, buffer] of this.#buffers.entries()) this.#write(index, buffer);
    for (const file of this.#files.splice(0)) closeSync(file);
    return this.#buffers.map((_, index) => this.#path(index));
  }

  remove(): void {
    for (const file of this.#files.splice(0)) closeSync(file);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(partition: number, text: string): '' {
    const file = this.#files[partition];
    if (file !== undefined && text !== '') writeSync(file, text);
    return '';
  }

  #path(index: number): string {
    return join(this.#folder, `${index}.jsonl`);
  }
}
