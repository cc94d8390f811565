import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodedWork, floatsOf } from '../fakes/decoded-work.ts';
import { makeClip } from '../fakes/film-work.ts';
import { balance, clearAway, operatorJson, scratch, soundFile } from '../fakes/house.ts';
import { TwoPrograms } from '../fakes/two-programs.ts';

const SECONDS = 9;
const FILM_SECONDS = 6;
const home = scratch();
const folder = (name: string): string => join(home, name);
const house = new TwoPrograms(home);
const { watch } = house;
const tell = (line: string) => house.tell(line);
beforeAll(async () => {
  const library = folder('library');
  await Promise.all([soundFile(library, 'here.flac', SECONDS, 440), soundFile(library, 'there.flac', SECONDS, 550), soundFile(library, 'long.flac', 150, 660)]);
  makeClip(join(library, 'film.mp4'), FILM_SECONDS);
  await house.startHeadend();
  const ingested = await house.ackbox('ingest', '--json', library);
  expect(ingested.code, ingested.err).toBe(0);
  await house.startBox();
  await watch.until('four works', (view) => (view.connectivity === 'online' && view.catalogueSize === 4 ? true : null), 40_000);
}, 400_000);

afterAll(async () => {
  await Promise.all([house.killBox(), house.killHeadend()]);
  clearAway(home);
});

describe('a title that is checked out', () => {
  test('comes onto the box, also where the box is killed in the middle of it', { timeout: 90_000 }, async () => {
    expect(await tell('licence checkout long')).toMatchObject({ ok: true });
    await watch.until('a part of it', (view) => ((view.loans[0]?.doneBytes ?? 0) > 0 ? true : null));
    await house.killBox();
    const licence = readdirSync(join(folder('box'), 'loans'))[0] ?? '';
    const before = readdirSync(join(folder('box'), 'loans', licence)).filter((name) => name.endsWith('.seg')).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(31);
    await house.startBox();
    await house.loan('long', 'ready');
    const [{ doneBytes, totalBytes } = { doneBytes: 0, totalBytes: 1 }] = (await watch.view()).loans;
    expect(doneBytes).toBe(totalBytes);
    expect(readdirSync(join(folder('box'), 'loans', licence))).toHaveLength(31);
    expect((await tell('licence list')).text).toMatch(/here: ready 100 %/);
  });

  test('is returned at once, and what it was used for goes with it', { timeout: 60_000 }, async () => {
    expect(await tell('licence return long')).toMatchObject({ ok: true, text: 'The title was returned.' });
    expect((await watch.view()).loans).toEqual([]);
    expect(readdirSync(join(folder('box'), 'loans'))).toEqual([]);
  });
});

describe('the cable out', () => {
  test('what is checked out plays to its end, sample by sample; everything else is refused before money', { timeout: 120_000 }, async () => {
    const operator = ['--headend', house.url];
    expect(await house.ackbox('checkout', 'floor', house.outlet, '110', ...operator)).toMatchObject({ code: 0, out: expect.stringContaining('may owe 110') });
    expect(await house.ackbox('checkout', 'lend', await house.workId('here'), '--unlock', 'use', ...operator)).toMatchObject({ code: 0 });
    expect(await house.ackbox('checkout', 'lend', await house.workId('here'), '--pulse', '5', ...operator)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no session pulse'),
    });
    expect(await tell('licence checkout here')).toMatchObject({ ok: true });
    await house.loan('here', 'ready');
    expect(await tell('licence checkout film')).toMatchObject({ ok: true });
    await house.loan('film', 'ready');
    const [here, there] = [await house.workId('here'), await house.workId('there')];
    await house.killHeadend();
    await watch.until('word of it', (view) => (view.connectivity === 'offline' ? true : null), 30_000);

    await watch.press('intent.ok', { workId: there });
    const refused = await watch.until('a refusal', (view) => (view.sentence.includes('only what is checked out') ? view : null));
    expect(refused).toMatchObject({ playback: 'browse', nowPlaying: null });
    const totals = (await (await watch.client()).totals()) as { ledger: Record<string, string> };
    expect(totals.ledger).toMatchObject({ heldMinor: '0', accountDebtMinor: '0', earnedMinor: '0' });

    await watch.press('intent.ok', { workId: here });
    await watch.until('the pre-listen', (view) => ((view.nowPlaying?.play.positionMs ?? 0) > 200 ? true : null));
    await watch.press('intent.ok');
    await watch.until('the paid play', (view) => (view.nowPlaying?.play.phase === 'paid' ? true : null));
    const receipt = await watch.until('the receipt', (view) => (view.lastReceipt?.title === 'here' ? view.lastReceipt : null), 40_000);
    expect(receipt).toMatchObject({ quoteMinor: '50', chargedMinor: '50', refundMinor: '0', endReason: 'finished' });

    const sound = floatsOf(folder('sound.wav'));
    const reference = await decodedWork(folder('headend'), 'here', home);
    expect(reference.length).toBeGreaterThanOrEqual(48_000 * SECONDS);
    const first = sound.findIndex((sample) => sample !== 0);
    const begins = reference.findIndex((sample) => sample !== 0);
    const heard = sound.subarray(first - begins, first - begins + reference.length);
    expect(heard.length).toBe(reference.length);
    expect(heard.findIndex((sample, at) => sample !== reference[at])).toBe(-1);
  });

  test('a film that is checked out is shown to its end, and costs its price', { timeout: 90_000 }, async () => {
    await watch.press('intent.ok', { workId: await house.workId('film') });
    await watch.until('the pre-listen', (view) => ((view.nowPlaying?.play.positionMs ?? 0) > 200 ? true : null));
    await watch.press('intent.ok');
    const receipt = await watch.until('the receipt', (view) => (view.lastReceipt?.title === 'film' ? view.lastReceipt : null), 60_000);
    expect(receipt).toMatchObject({ quoteMinor: '50', chargedMinor: '50', refundMinor: '0', endReason: 'finished' });
    expect(receipt.heardMs).toBeGreaterThanOrEqual(1_000 * (FILM_SECONDS - 1));
  });

  test('sells no more than the floor that was signed, until the headend has heard of it', { timeout: 60_000 }, async () => {
    await watch.press('intent.ok', { workId: await house.workId('here') });
    await watch.until('the pre-listen', (view) => ((view.nowPlaying?.play.positionMs ?? 0) > 200 ? true : null));
    await watch.press('intent.ok');
    await watch.until('a refusal', (view) => (view.sentence.includes('Not enough credit') ? true : null));
    await watch.press('intent.back');
    await watch.until('the end of it', (view) => (view.playback === 'browse' ? true : null));
  });

  test('is billed to the minor unit when the headend is back, and once', { timeout: 60_000 }, async () => {
    await house.startHeadend();
    await watch.until('the headend', (view) => (view.connectivity === 'online' ? true : null), 90_000);
    const { ledger, outbox } = await watch.deliveredTotals(40_000);
    expect(ledger).toMatchObject({ earnedMinor: '100', heldMinor: '0', problem: null });
    expect(outbox.quarantined).toBe(0);
    const operator = await operatorJson(house.url, folder('headend'));
    expect(operator.ledger.problem).toBeNull();
    expect(balance(operator, 'earned')).toBe('100');
  });
});
