import { rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SegmentFiles } from '../../src/headend/stores/segment-files.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import type { SegmentStore } from '../../src/ports/segment-store.ts';
import { scratchFolder } from '../fakes/headend-on-localhost.ts';

interface Subject {
  readonly store: SegmentStore;
  /** As a failing disk does. */
  damage(hash: string): void;
  remove(): void;
}

/** What a SegmentStore promises, whatever it is made of. */
function segmentStoreContract(name: string, make: () => Subject): void {
  describe(`SegmentStore on ${name}`, () => {
    let subject: Subject;
    beforeEach(() => {
      subject = make();
    });
    afterEach(() => subject.remove());
    const bytes = Uint8Array.from({ length: 5_000 }, (_, index) => index % 251);

    test('names bytes by their hash, the same bytes once, and gives them back', async () => {
      const { store } = subject;
      const hash = await store.put(bytes);
      expect([hash, await store.put(bytes)]).toEqual([sha256Hex(bytes), hash]);
      expect([Buffer.from(await store.get(hash)).equals(bytes), await store.has(hash), await store.size(hash)]).toEqual([true, true, 5_000]);
    });

    test('what is missing or damaged is refused by its name', async () => {
      const { store } = subject;
      const none = 'ab'.repeat(32);
      await expect(store.get(none)).rejects.toThrow(none);
      expect([await store.has(none), await store.size(none)]).toEqual([false, null]);
      const hash = await store.put(bytes);
      subject.damage(hash);
      await expect(store.get(hash)).rejects.toThrow(hash);
    });

    test('forgets what is removed, and removing it again is no fault', async () => {
      const { store } = subject;
      const hash = await store.put(bytes);
      await store.remove(hash);
      await store.remove(hash);
      expect(await store.has(hash)).toBe(false);
    });
  });
}

segmentStoreContract('files', () => {
  const folder = scratchFolder();
  const store = new SegmentFiles(folder);
  const damage = (hash: string): void => truncateSync(join(folder, hash.slice(0, 2), hash.slice(2, 4), hash), 100);
  return { store, damage, remove: () => rmSync(folder, { recursive: true, force: true }) };
});
