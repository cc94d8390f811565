import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HeadendBook, openHeadendBook } from '../../../../src/headend/stores/headend-book.ts';
import { EnrolmentDesk } from '../../../../src/headend/trust/enrolment-desk.ts';
import { limits } from '../../../../src/limits.ts';
import { enrolmentCode } from '../../../../src/platform/enrolment-code.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';
import { systemRandom } from '../../../../src/platform/system-random.ts';
import { toHex } from '../../../../src/units/bytes.ts';
import { dropFolders, scratchFolder } from '../../../fakes/headend-on-localhost.ts';

const CA = new Uint8Array(400).fill(7);
let folder = '';
let book: HeadendBook;
let nowMs = 1_700_000_000_000;
let desk: EnrolmentDesk;

beforeEach(() => {
  folder = scratchFolder();
  nowMs = 1_700_000_000_000;
  book = openHeadendBook(join(folder, 'headend.db'), { clock: { ...systemClock, wallMs: () => nowMs }, random: systemRandom, currency: 'EUR' });
  desk = new EnrolmentDesk({ outlets: book, caDer: CA, headendPublicKey: new Uint8Array(32).fill(9), wallMs: () => nowMs });
});
afterEach(() => {
  book.close();
  dropFolders(folder);
});

function ask(seed: number): { readonly code: string; readonly outcome: ReturnType<EnrolmentDesk['request']> } {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, seed);
  const nonce = new Uint8Array(16).fill(seed);
  const outcome = desk.request({ devicePublicKey: toHex(key), nonce: toHex(nonce), name: `Box ${seed}`, profile: 'jukebox' });
  return { code: enrolmentCode(key, CA, nonce), outcome };
}

describe('the enrolment desk', () => {
  test('forgets a code that was not used within its time', () => {
    const { code } = ask(1);
    nowMs += limits.enrolmentCodeMs + 1;
    expect(desk.approve({ code, account: null, location: null })).toMatchObject({ ok: false, error: { code: 'unknown-code' } });
    expect(book.outlets()).toEqual([]);
  });

  test('lets only so many boxes wait, and says so', () => {
    for (let seed = 0; seed < limits.enrolmentPendingMax; seed += 1) expect(ask(seed).outcome).toMatchObject({ ok: true });
    expect(ask(limits.enrolmentPendingMax).outcome).toMatchObject({ ok: false, error: { code: 'pending-full' } });
    const first = ask(0);
    expect(first.outcome).toEqual({ ok: true, value: { state: 'pending' } });
    expect(desk.approve({ code: first.code, account: null, location: null })).toMatchObject({ ok: true, value: { name: 'Box 0' } });
    expect(ask(limits.enrolmentPendingMax).outcome).toMatchObject({ ok: true });
  });

  test('uses the account and location of the house where none is named, and one account for one name', () => {
    const approve = (seed: number, account: string | null) => desk.approve({ code: ask(seed).code, account, location: null });
    expect(approve(1, null)).toMatchObject({ ok: true, value: { account: book.defaults().account, location: book.defaults().location } });
    const [second, third] = [approve(2, 'Bar Roma'), approve(3, 'Bar Roma')];
    expect(second.ok && third.ok && second.value.account === third.value.account).toBe(true);
    expect(second).not.toMatchObject({ value: { account: book.defaults().account } });
  });

  test.each([['-'], ['a/b'], ['x'.repeat(64)], ['']])('refuses %j as the name of an account', (account) => {
    expect(desk.approve({ code: ask(1).code, account, location: null })).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });

  test('remembers who waits over a restart', () => {
    const { code } = ask(1);
    const again = new EnrolmentDesk({ outlets: book, caDer: CA, headendPublicKey: new Uint8Array(32), wallMs: () => nowMs });
    expect(again.approve({ code, account: null, location: null })).toMatchObject({ ok: true });
  });
});
