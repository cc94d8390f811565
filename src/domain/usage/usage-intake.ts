import type { ProcessingRecord } from './processing-record.ts';

export type Admission = 'accepted' | 'duplicate' | 'conflict';

/**
 * Takes records in any order, each once. The first payload under an id stands; the same payload again is a duplicate, another one
 * a conflict that is named and never counted (B-13, ruling 30). Memory: one entry a record.
 */
export class UsageIntake {
  readonly #fingerprints = new Map<string, number>();
  readonly #outlets = new Map<string, ProcessingRecord[]>();

  /** @param fingerprint of the whole payload (`payloadFingerprint`) */
  admit(record: ProcessingRecord, fingerprint: number): Admission {
    const keys = keysOf(record);
    const taken = keys.map((key) => this.#fingerprints.get(key)).filter((known) => known !== undefined);
    if (taken.length > 0) return taken.every((known) => known === fingerprint) ? 'duplicate' : 'conflict';
    for (const key of keys) this.#fingerprints.set(key, fingerprint);
    const outlet = JSON.stringify([record.accountNo, record.outletNo]);
    const known = this.#outlets.get(outlet);
    if (known === undefined) this.#outlets.set(outlet, [record]);
    else known.push(record);
    return 'accepted';
  }

  /** The accepted records, one list an outlet, in the order in which they came. */
  outlets(): Iterable<readonly ProcessingRecord[]> {
    return this.#outlets.values();
  }
}

/** A record is known by its id and by (device, sequence); mostly that is the same. */
function keysOf({ id, deviceId, sequence }: ProcessingRecord): readonly string[] {
  const place = `${deviceId}:${sequence}`;
  return sequence === null || place === id ? [id] : [id, place];
}
