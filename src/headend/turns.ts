/** Work that must not overlap for one key runs one after the other; different keys do not wait for each other. */
export class Turns {
  readonly #running = new Map<string, Promise<unknown>>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#running.get(key) ?? Promise.resolve();
    const turn = before.then(work);
    const settled = turn.then(
      () => {},
      () => {},
    );
    this.#running.set(key, settled);
    try {
      return await turn;
    } finally {
      if (this.#running.get(key) === settled) this.#running.delete(key);
    }
  }
}
