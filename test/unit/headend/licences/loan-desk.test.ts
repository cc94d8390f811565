import { beforeEach, describe, expect, test } from 'vitest';
import type { Licence } from '../../../../src/domain/licence/licence.ts';
import { LoanDesk } from '../../../../src/headend/licences/loan-desk.ts';
import type { CheckoutStore } from '../../../../src/headend/stores/checkout-rows.ts';
import type { LoanStore } from '../../../../src/headend/stores/loan-rows.ts';
import { limits } from '../../../../src/limits.ts';
import { generateDeviceKey } from '../../../../src/platform/crypto/ed25519-signer.ts';
import type { CatalogueStore, OutletRow } from '../../../../src/ports/headend-stores.ts';
import { toHex } from '../../../../src/units/bytes.ts';
import { MemorySegments } from '../../../fakes/memory-segments.ts';
import { payloadOf, workOf } from '../../../fakes/paid-scene.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const PACKETS = 300;
const PART = 1_000;
const DAY_MS = 86_400_000;
const BEGIN_AGAIN = { ok: false, error: { code: 'conflict', message: 'A part is missing before this one; begin the segment again.' } };
const outlet = { outlet: 'o1', account: 'a1' } as OutletRow;

let clock: VirtualClock;
let desk: LoanDesk;
let segment: Uint8Array;
let returned: string[];
let ends: Map<string, number>;

beforeEach(async () => {
  clock = new VirtualClock();
  const segments = new MemorySegments();
  const names = await segments.putWork(Array.from({ length: PACKETS }, (_, index) => payloadOf(index)));
  const work = workOf(PACKETS, names);
  segment = await segments.get(names[0] ?? '');
  returned = [];
  ends = new Map();
  const licence = (id: string) =>
    ({
      licence: id,
      account: outlet.account,
      resource: work.id,
      status: 'active',
      endMs: ends.get(id) ?? clock.wallMs() + DAY_MS,
    }) as Partial<Licence> as Licence;
  desk = new LoanDesk({
    checkouts: { checkout: licence } as CheckoutStore,
    loans: { noteReturnedSegment: (id, number) => void returned.push(`${id}/${number}`) } as LoanStore,
    catalogue: { work: () => work, rendition: () => null } as Pick<CatalogueStore, 'work' | 'rendition'>,
    quote: () => {
      throw new Error('nothing is priced here');
    },
    ...{ segments, clock, signer: generateDeviceKey().signer, floorMinor: () => null },
  });
});

function part(id: string, from: number, { total = segment.length, bytes = segment.subarray(from, from + PART) } = {}) {
  return desk.takeBack(outlet, id, 0, { from, total, hex: toHex(bytes) });
}

/** Sends what is left of it. @returns the last answer */
function rest(id: string, from: number) {
  let answer = part(id, from);
  for (let at = from + PART; at < segment.length && answer.ok; at += PART) answer = part(id, at);
  return answer;
}

describe('a segment that comes back', () => {
  test('part after part is counted once it is whole, and not before', () => {
    expect(part('l1', 0).ok).toBe(true);
    expect(returned).toEqual([]);
    expect(rest('l1', PART).ok).toBe(true);
    expect(returned).toEqual(['l1/0']);
  });

  test('of several titles at once is told apart', () => {
    for (const id of ['l1', 'l2', 'l3']) part(id, 0);
    for (const id of ['l3', 'l1', 'l2']) expect(rest(id, PART).ok).toBe(true);
    expect(returned).toEqual(['l3/0', 'l1/0', 'l2/0']);
  });

  test('that is not the one that was lent is not counted', () => {
    expect(part('l1', 0, { bytes: segment.map((byte) => byte ^ 1) })).toMatchObject({ ok: false, error: { code: 'conflict' } });
    expect(returned).toEqual([]);
  });

  test('is no longer than it says, and does not change its mind', () => {
    expect(part('l1', 0, { total: PART - 1 })).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect(part('l1', 0, { total: limits.loanSegmentBytes + 1 })).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    part('l1', 0);
    expect(part('l1', PART, { total: limits.loanSegmentBytes })).toEqual(BEGIN_AGAIN);
    expect(rest('l1', PART).ok).toBe(true);
  });
});

describe('what is unfinished', () => {
  test('of more titles than the headend takes back at once, gives way to newer: the one of which nothing came for the longest', () => {
    for (let at = 0; at < limits.loanSegmentsReturning; at += 1) part(`l${at}`, 0);
    expect(part('l0', PART).ok).toBe(true);
    expect(part('one-more', 0).ok).toBe(true);
    expect(rest('l1', PART)).toEqual(BEGIN_AGAIN);
    for (const id of ['l0', 'l2', 'one-more']) expect(rest(id, id === 'l0' ? 2 * PART : PART).ok).toBe(true);
    // Whoever was dropped begins again.
    expect(rest('l1', 0).ok).toBe(true);
    expect(returned).toEqual(['l0/0', 'l2/0', 'one-more/0', 'l1/0']);
  });

  test('is forgotten when nothing came for ten minutes', async () => {
    part('l1', 0);
    await clock.advance(599_000);
    part('l2', 0);
    expect(part('l1', PART).ok).toBe(true);
    await clock.advance(599_000);
    expect(part('l1', 2 * PART).ok).toBe(true);
    await clock.advance(600_000);
    expect(part('l1', 3 * PART)).toEqual(BEGIN_AGAIN);
    expect(rest('l1', 0).ok).toBe(true);
  });

  test('is forgotten with the end of its licence, also where that is renewed', () => {
    part('l1', 0);
    ends.set('l1', clock.wallMs());
    expect(part('l1', PART)).toMatchObject({ ok: false, error: { code: 'licence-over' } });
    ends.set('l1', clock.wallMs() + DAY_MS);
    expect(part('l1', PART)).toEqual(BEGIN_AGAIN);
  });

  test('is not forgotten for what another account asks', () => {
    part('l1', 0);
    const stranger = { ...outlet, account: 'a2' } as OutletRow;
    expect(desk.takeBack(stranger, 'l1', 0, { from: 0, total: 1, hex: '00' })).toMatchObject({ ok: false, error: { code: 'not-yours' } });
    expect(rest('l1', PART).ok).toBe(true);
  });
});
