import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { StoredWork } from '../../../../src/ports/headend-stores.ts';
import { encodeSegment } from '../../../../src/wire/segment.ts';
import { LendingHeadend, LoanScene, payload } from '../../../fakes/loan-scene.ts';

const headend = new LendingHeadend();
let scene: LoanScene;
let work: StoredWork;
let other: StoredWork;
beforeAll(async () => {
  await headend.open();
});
afterEach(() => scene.remove());
afterAll(() => headend.remove());

async function sceneWithWorks(options = {}): Promise<void> {
  scene = await LoanScene.at(headend, options);
  work = await headend.addWork();
  other = await headend.addWork();
}

const files = (licence: string): readonly string[] => readdirSync(join(scene.loanFolder, licence)).sort();
const parts = (): readonly string[] => scene.asked.filter((call) => call.startsWith('loanPart'));

/** What a play would hand to the player, from the disk. */
async function wholeContent(licence: string): Promise<readonly Buffer[]> {
  const loan = scene.loans.shelf.find(licence);
  const reader = loan === null ? null : scene.loans.shelf.open(loan);
  if (loan === null || reader === null) throw new Error('it does not open');
  const segments: Buffer[] = [];
  for (const number of loan.segments.keys()) {
    const read = await reader.read(number);
    if (!read.ok) throw new Error(read.error.message);
    segments.push(Buffer.from(read.value));
  }
  await reader.close();
  return segments;
}

const sent = (number: number): Buffer => {
  const count = number === 2 ? 100 : 250;
  return Buffer.from(encodeSegment(Array.from({ length: count }, (_, index) => payload(Number.parseInt(work.id.slice(1), 16), number * 250 + index))));
};

describe('a download', () => {
  test('brings a title whole, says how far it is, and leaves nothing readable on the disk', async () => {
    await sceneWithWorks();
    const seen = new Set<number>();
    scene.loans.shelf.onChange(() => seen.add(scene.loans.views()[0]?.doneBytes ?? 0));
    const licence = await scene.downloaded(work);
    expect(scene.loans.views()).toMatchObject([{ state: 'ready', title: work.title, workId: work.id }]);
    const [{ doneBytes, totalBytes } = { doneBytes: 0, totalBytes: 1 }] = scene.loans.views();
    expect(doneBytes).toBe(totalBytes);
    expect([...seen].length).toBeGreaterThanOrEqual(4);
    expect(await wholeContent(licence)).toEqual([0, 1, 2].map(sent));
    for (const name of files(licence)) {
      const bytes = readFileSync(join(scene.loanFolder, licence, name));
      expect(bytes.toString('latin1')).toContain(licence);
      expect(bytes.includes(Buffer.from(payload(1, 0).subarray(4)))).toBe(false);
    }
    const book = readFileSync(join(scene.folder, 'box.db'));
    expect(book.includes(sent(0).subarray(0, 64))).toBe(false);
  });

  test('goes on after a kill at any write, fetches nothing twice, and ends with the same title', async () => {
    await sceneWithWorks();
    const writes = 9;
    const whole = [0, 1, 2].map(sent);
    for (let killAt = 1; killAt <= writes; killAt += 1) {
      const one = await headend.addWork();
      let written = 0;
      const kill = (): void => {
        written += 1;
        if (written === killAt) throw new Error('killed');
      };
      await scene.restart({ faults: { beforeWrite: kill, afterCommit: () => {} } });
      const licence = await scene.downloaded(one);
      const before = files(licence).filter((name) => name.endsWith('.seg')).length;
      expect(before).toBeLessThan(3);
      scene.asked.length = 0;
      await scene.restart();
      scene.loans.downloads.wake();
      await scene.loans.downloads.settled();
      expect(files(licence)).toEqual(['0.seg', '1.seg', '2.seg']);
      expect(parts()).toHaveLength(3 - before);
      expect((await wholeContent(licence)).map((segment) => segment.length)).toEqual(whole.map((segment) => segment.length));
    }
  });

  test('waits without a network and goes on where it was, at whatever time', async () => {
    await sceneWithWorks();
    // Once: what the box tries again in the hour without a network must not pull the cable a second time.
    let whole = true;
    scene.loans.shelf.onChange(() => {
      if (!whole || (scene.loans.views()[0]?.doneBytes ?? 0) === 0) return;
      [whole, scene.cableOut] = [false, true];
    });
    const licence = await scene.downloaded(work);
    expect(scene.loans.views()[0]).toMatchObject({ state: 'waiting', message: expect.stringContaining('cannot be reached') });
    expect(files(licence)).toHaveLength(1);
    await scene.clock.advance(3_600_000);
    scene.cableOut = false;
    await scene.restart();
    scene.asked.length = 0;
    scene.loans.downloads.wake();
    await scene.loans.downloads.settled();
    expect(scene.stateOf(licence)).toBe('ready');
    expect(parts()).toHaveLength(2);
  });

  test('refuses what is not what its hash says, and fetches it again', async () => {
    await sceneWithWorks();
    const hash = work.segments[1] ?? '';
    const path = join(headend.folder, 'segments', hash.slice(0, 2), hash.slice(2, 4), hash);
    const right = readFileSync(path);
    const loanPart = scene.client.loanPart.bind(scene.client);
    let lies = 1;
    Object.assign(scene.client, {
      loanPart: async (...asked: Parameters<typeof loanPart>) => {
        const part = await loanPart(...asked);
        if (asked[1] !== 1 || !part.ok || lies === 0) return part;
        lies -= 1;
        return { ok: true, value: Buffer.from(part.value).fill(7, 10, 20) };
      },
    });
    const licence = await scene.downloaded(work);
    expect(scene.loans.views()[0]).toMatchObject({ state: 'waiting', message: expect.stringContaining('not what was agreed on') });
    await scene.until('the title', () => scene.stateOf(licence) === 'ready', 1_000);
    expect((await wholeContent(licence))[1]).toEqual(right);
  });

  test('says when the disk is full, keeps what is here, and goes on when there is room', async () => {
    let free = 1e12;
    await sceneWithWorks({ freeBytes: () => free });
    scene.loans.shelf.onChange(() => {
      if ((scene.loans.views()[0]?.doneBytes ?? 0) > 0) free = 1_000;
    });
    const licence = await scene.downloaded(work);
    expect(scene.loans.views()[0]).toMatchObject({ state: 'waiting', message: expect.stringContaining('disk of the box is full') });
    expect(files(licence)).toEqual(['0.seg']);
    await scene.restart();
    scene.loans.downloads.wake();
    await scene.loans.downloads.settled();
    expect(scene.stateOf(licence)).toBe('ready');
  });

  test('keeps to its bound: what a licence holds is never thrown out, what none holds goes first', async () => {
    await sceneWithWorks();
    headend.lend(work, { periodMs: 60_000 });
    const first = await scene.downloaded(work);
    const taken = scene.loans.views()[0]?.totalBytes ?? 0;
    await scene.book.putSetting('loan-cache-bytes', String(Math.ceil(taken * 1.5)));
    const second = await scene.downloaded(other);
    expect(scene.loans.views()[1]).toMatchObject({ state: 'waiting', message: expect.stringContaining('Return one') });
    expect(files(first)).toHaveLength(3);
    await scene.clock.advance(Math.ceil((scene.loans.views()[0]?.endMs ?? 0) - scene.loans.shelf.nowMs()) + 1);
    await scene.until('room', () => scene.stateOf(second) === 'ready', 1_000);
    expect(scene.stateOf(first)).toBe('expired');
    expect(readdirSync(scene.loanFolder)).toEqual([second]);
  });

  test('removes what no book knows of only where it needs the room', async () => {
    await sceneWithWorks();
    const licence = await scene.downloaded(work);
    mkdirSync(join(scene.loanFolder, 'stranger'));
    writeFileSync(join(scene.loanFolder, 'stranger', '0.seg'), Buffer.alloc(200_000));
    await scene.downloaded(other);
    expect(readdirSync(scene.loanFolder)).toContain('stranger');
    await scene.book.putSetting('loan-cache-bytes', '180000');
    const third = await headend.addWork();
    await scene.downloaded(third);
    expect(readdirSync(scene.loanFolder)).not.toContain('stranger');
    expect(scene.stateOf(licence)).toBe('ready');
  });
});
