import { limits } from '../limits.ts';
import type { LineSink } from './json-log.ts';

/** Passes the lines of a log on, and keeps the last of them for whoever asks later. */
export class LogRing {
  readonly #pass: LineSink;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<LineSink>();

  constructor(pass: LineSink) {
    this.#pass = pass;
  }

  readonly sink: LineSink = (line) => {
    this.#pass(line);
    const kept = line.length > limits.logRingLineCharacters ? JSON.stringify({ cut: line.slice(0, limits.logRingLineCharacters) }) : line;
    if (this.#lines.push(kept) > limits.logRingLines) this.#lines.shift();
    for (const listener of this.#listeners) listener(kept);
  };

  /** The oldest first. */
  lines(): readonly string[] {
    return [...this.#lines];
  }

  /** @returns what ends it */
  onLine(listener: LineSink): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
