import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { licenceCommands } from '../../../../device/commands/licence-commands.ts';
import type { StoredWork } from '../../../../src/ports/headend-stores.ts';
import { LendingHeadend, LoanScene } from '../../../fakes/loan-scene.ts';

const headend = new LendingHeadend();
let scene: LoanScene;
let work: StoredWork;
beforeAll(async () => {
  await headend.open();
});
beforeEach(async () => {
  scene = await LoanScene.at(headend);
  work = await headend.addWork();
});
afterEach(() => scene.remove());
afterAll(() => headend.remove());

const row = async (licence: string) => (await scene.book.loans()).loans.find((loan) => loan.licence === licence);
const opens = (): boolean => {
  const loan = scene.loans.shelf.playable(work.id);
  return loan !== null && scene.loans.shelf.open(loan) !== null;
};

async function audits(): Promise<readonly string[]> {
  const { records } = await scene.book.pendingRecords(200);
  return records.filter((record) => record.kind === 'audit').map((record) => (JSON.parse(record.body) as { event: string }).event);
}

describe('an intermittent licence', () => {
  test('opens without the headend, also after a restart of the box', async () => {
    await scene.downloaded(work);
    scene.cableOut = true;
    await scene.restart();
    expect(opens()).toBe(true);
  });

  test('opens on no other box: the key in the book is sealed to this one', async () => {
    const licence = await scene.downloaded(work);
    const stranger = await LoanScene.at(headend);
    const loan = await row(licence);
    if (loan === undefined) throw new Error('it is in the book');
    await stranger.book.putLoan(loan);
    await stranger.book.putLoanKeys(licence, { number: 0, wrapped: loan.wrappedKey ?? new Uint8Array(), sealedLease: loan.sealedLease });
    await stranger.loans.shelf.refresh();
    const copied = stranger.loans.shelf.find(licence);
    expect(copied === null ? null : stranger.loans.shelf.open(copied)).toBeNull();
    await stranger.remove();
  });

  test('takes no session pulse', async () => {
    const licence = await scene.downloaded(work);
    expect(await scene.client.leaseKey(licence, 0)).toMatchObject({ ok: false, error: { problem: 'conflict', message: expect.stringContaining('pulse') } });
  });

  test('that is unlocked per use opens for each use anew', async () => {
    headend.lend(work, { unlock: 'use' });
    const licence = await scene.downloaded(work);
    const loan = scene.loans.shelf.find(licence);
    const reader = loan === null ? null : scene.loans.shelf.open(loan);
    expect((await reader?.read(0))?.ok).toBe(true);
    await reader?.close();
    expect(opens()).toBe(true);
  });

  test('for good never ends', async () => {
    headend.lend(work, { unlock: 'good' });
    const licence = await scene.downloaded(work);
    expect(scene.loans.views()[0]).toMatchObject({ licence, endMs: null, state: 'ready' });
    expect(scene.loans.shelf.find(licence)?.terms?.endMs).toBeNull();
  });
});

describe('a continuous licence', () => {
  const PULSE_MS = 4_000;
  beforeEach(() => headend.lend(work, { mode: 'continuous', pulseMs: PULSE_MS, unlock: null }));

  test('lives by its pulse: each brings another key, and what was wrapped before opens with none of the later ones', async () => {
    const licence = await scene.downloaded(work);
    const first = await row(licence);
    expect(first).toMatchObject({ keyNumber: 1, sealedLease: null });
    await scene.until('the next pulse', async () => ((await row(licence))?.keyNumber ?? 0) > 1, 500);
    const second = await row(licence);
    expect(second?.wrappedKey).not.toEqual(first?.wrappedKey);
    expect(second?.sealedLease).toBeNull();
    expect(opens()).toBe(true);
  });

  test('a missed pulse drops the key at once; the next one opens it again', async () => {
    const licence = await scene.downloaded(work);
    scene.cableOut = true;
    await scene.clock.advance(PULSE_MS - 100);
    expect(scene.stateOf(licence)).toBe('ready');
    await scene.clock.advance(100);
    expect(scene.loans.views()[0]).toMatchObject({ state: 'locked', message: expect.stringContaining('pulse') });
    expect(opens()).toBe(false);
    scene.cableOut = false;
    await scene.until('the next pulse', () => scene.stateOf(licence) === 'ready', 500);
  });

  test('does not open after a restart without the headend: no key is at rest', async () => {
    const licence = await scene.downloaded(work);
    scene.cableOut = true;
    await scene.restart();
    await scene.pass(1_000);
    expect(scene.stateOf(licence)).toBe('locked');
    scene.cableOut = false;
    await scene.until('a pulse', () => scene.stateOf(licence) === 'ready', 500);
    expect(opens()).toBe(true);
  });
});

describe('what this box can not honour', () => {
  test('an unknown protection stays closed, and nothing is fetched', async () => {
    headend.lend(work, { protection: 'rot13' });
    expect(await scene.loans.counter.checkOut(work.id)).toMatchObject({ ok: false, error: { problem: 'rights-refused' } });
    expect(scene.asked.filter((call) => call.startsWith('loanPart'))).toEqual([]);
  });

  test('terms that the headend did not sign for this box are not taken', async () => {
    const loanContent = scene.client.loanContent.bind(scene.client);
    Object.assign(scene.client, {
      loanContent: async (licence: string) => {
        const content = await loanContent(licence);
        return content.ok ? { ...content, value: { ...content.value, terms: content.value.terms.replace('"quoteMinor":"100"', '"quoteMinor":"1"') } } : content;
      },
    });
    expect(await scene.loans.counter.checkOut(work.id)).toMatchObject({ ok: false, error: { problem: 'terms-foreign' } });
    expect(scene.loans.views()).toEqual([]);
  });
});

test('a breach drops the key, takes no lease again, and is an audit line', async () => {
  const licence = await scene.downloaded(work);
  const path = join(scene.loanFolder, licence, '1.seg');
  const bytes = readFileSync(path);
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const loan = scene.loans.shelf.find(licence);
  const reader = loan === null ? null : scene.loans.shelf.open(loan);
  expect((await reader?.read(0))?.ok).toBe(true);
  expect(await reader?.read(1)).toMatchObject({ ok: false, error: { code: 'loan-damaged' } });
  await reader?.close();
  expect(reader?.isOpen()).toBe(false);
  expect(scene.stateOf(licence)).toBe('breached');
  expect(await row(licence)).toMatchObject({ state: 'breached', wrappedKey: null, sealedLease: null });
  expect(await audits()).toContain('loan-breached');
  scene.asked.length = 0;
  await scene.loans.counter.sync();
  await scene.loans.downloads.settled();
  expect(await scene.loans.counter.renew(licence)).toMatchObject({ ok: false, error: { problem: 'breached' } });
  expect(scene.asked.filter((call) => /^(leaseKey|renewLicence)/.test(call))).toEqual([]);
  expect(await scene.loans.counter.giveBack(licence, false)).toEqual({ ok: true, value: 'told' });
});

describe('a return', () => {
  test('takes effect at once without the headend, and is delivered when it is back', async () => {
    const licence = await scene.downloaded(work);
    scene.cableOut = true;
    expect(await scene.loans.counter.giveBack(licence, false)).toEqual({ ok: true, value: 'to-be-told' });
    expect(existsSync(join(scene.loanFolder, licence))).toBe(false);
    expect(await row(licence)).toMatchObject({ state: 'returning', wrappedKey: null, sealedLease: null });
    expect(opens()).toBe(false);
    await scene.restart();
    scene.cableOut = false;
    await scene.loans.counter.sync();
    expect(scene.loans.views()).toEqual([]);
    expect(headend.running.book.checkout(licence)?.status).toBe('returned');
    expect(headend.running.book.returnOf(licence)).toMatchObject({ uses: 0, heardMs: 0, content: 'deleted', copiesFound: 0 });
    expect(headend.running.book.returnOf(licence)?.bytes).toBeGreaterThan(10_000);
  });

  test('counts copies of its content that lie elsewhere in the store, as far as this box can see', async () => {
    const licence = await scene.downloaded(work);
    writeFileSync(join(scene.loanFolder, 'copy.bin'), readFileSync(join(scene.loanFolder, licence, '0.seg')));
    await scene.loans.counter.giveBack(licence, false);
    expect(headend.running.book.returnOf(licence)).toMatchObject({ copiesFound: 1 });
  });

  test('sends the content back whole where that is asked, checked by the headend before it counts', async () => {
    const licence = await scene.downloaded(work);
    expect(await scene.loans.counter.giveBack(licence, true)).toEqual({ ok: true, value: 'told' });
    expect(headend.running.book.returnOf(licence)).toMatchObject({ content: 'sent-back' });
    expect(headend.running.book.returnedSegments(licence)).toBe(3);
    expect(readdirSync(scene.loanFolder)).toEqual([]);
  });

  test('of content that never came back whole is refused as such', async () => {
    const licence = await scene.downloaded(work);
    const brought = { uses: 0, heardMs: 0, content: 'sent-back', bytes: 1, copiesFound: 0 } as const;
    expect(await scene.client.returnLicence(licence, brought)).toMatchObject({ ok: false, error: { problem: 'return-incomplete' } });
  });

  test('that the provider took back ends here at the next contact', async () => {
    const licence = await scene.downloaded(work);
    const known = headend.running.book.checkout(licence);
    if (known === null) throw new Error('it is there');
    headend.running.book.putCheckout({ ...known, status: 'revoked', endMs: Date.now() }, null);
    await scene.loans.counter.sync();
    expect(scene.loans.views()).toEqual([]);
    expect(existsSync(join(scene.loanFolder, licence))).toBe(false);
    expect(await audits()).toContain('loan-over');
  });
});

describe('the period', () => {
  const leftMs = (): number => Math.ceil((scene.loans.views()[0]?.endMs ?? 0) - scene.loans.shelf.nowMs());

  test('ends by a clock that never goes back, asks whether to renew, and goes on after yes', async () => {
    headend.lend(work, { periodMs: 60_000 });
    const licence = await scene.downloaded(work);
    await scene.clock.advance(leftMs() - 100);
    expect(scene.stateOf(licence)).toBe('ready');
    expect(scene.loans.renewal()).toBeNull();
    await scene.clock.advance(200);
    expect(scene.stateOf(licence)).toBe('expired');
    expect(opens()).toBe(false);
    expect(scene.loans.renewal()).toMatchObject({ licence, title: work.title, text: expect.stringContaining('Renew it?') });
    await scene.book.flush();
    await scene.restart();
    expect(scene.stateOf(licence)).toBe('expired');
    expect(await scene.loans.answerRenewal(licence, true)).toBeNull();
    expect(scene.loans.renewal()).toBeNull();
    expect(scene.stateOf(licence)).toBe('ready');
  });

  test('answered with no, it asks no more', async () => {
    headend.lend(work, { periodMs: 60_000 });
    const licence = await scene.downloaded(work);
    await scene.clock.advance(leftMs() + 100);
    expect(await scene.loans.answerRenewal(licence, false)).toBeNull();
    expect(scene.loans.renewal()).toBeNull();
    await scene.restart();
    expect(scene.loans.renewal()).toBeNull();
    expect(scene.stateOf(licence)).toBe('expired');
  });
});

test('a program is erased after each use, and fetched again only when it is asked for', async () => {
  headend.lend(work, { resourceKind: 'software', unlock: 'use' });
  const licence = await scene.downloaded(work);
  const loan = scene.loans.shelf.find(licence);
  const reader = loan === null ? null : scene.loans.shelf.open(loan);
  expect((await reader?.read(0))?.ok).toBe(true);
  await reader?.close();
  expect(existsSync(join(scene.loanFolder, licence))).toBe(false);
  await scene.loans.counter.sync();
  await scene.loans.downloads.settled();
  expect(scene.stateOf(licence)).toBe('downloading');
  await scene.downloaded(work);
  expect(scene.stateOf(licence)).toBe('ready');
});

test('the commands of the box drive the content: checkout, list, renew, return, with the headend or without', async () => {
  const context = {
    box: { works: () => headend.works, view: () => ({ currency: 'EUR', loans: scene.loans.views() }) },
    licences: scene.headendApi,
    loans: scene.loans.counter,
  } as unknown as Parameters<(typeof licenceCommands)[number]['run']>[0];
  const run = (name: string, values: Readonly<Record<string, string>> = {}) =>
    licenceCommands.find((command) => command.name === name)?.run(context, values) ?? Promise.reject(new Error(name));
  expect(await run('licence checkout', { work: work.id })).toMatchObject({ ok: true, data: { status: 'active' } });
  await scene.loans.downloads.settled();
  expect((await run('licence list')).text).toMatch(new RegExp(`active +\\d{4}-.*${work.title}[\\s\\S]*here: ready 100 % +${work.title}`));
  expect(await run('licence renew', { title: work.id })).toMatchObject({ ok: true });
  expect(await run('licence renew', { title: 'nothing of ours' })).toMatchObject({ ok: false, code: 'no-such-licence' });
  scene.cableOut = true;
  expect((await run('licence list')).text).toMatch(/here: ready 100 %[\s\S]*cannot be reached/);
  expect(await run('licence return', { title: work.id })).toMatchObject({ ok: true, data: { headend: 'to-be-told' } });
  expect((await run('licence list')).text).toMatch(/here: returning/);
  scene.cableOut = false;
  expect(await run('licence return', { title: work.id })).toMatchObject({ ok: true, data: { headend: 'told' } });
  expect(await run('licence return', { title: work.id })).toMatchObject({ ok: false, code: 'return-already' });
});
