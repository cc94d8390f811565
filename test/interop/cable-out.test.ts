import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approveByCode } from '../../src/cli/approve-enrolment.ts';
import { decodedWork, floatsOf } from '../fakes/decoded-work.ts';
import { makeClip } from '../fakes/film-work.ts';
import { BoxWatch, balance, clearAway, operatorJson, run, scratch, soundFile } from '../fakes/house.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const SECONDS = 9;
const FILM_SECONDS = 6;
const home = scratch();
const folder = (name: string): string => join(home, name);
const watch = new BoxWatch(folder('box'));
let headend: ChildProcess;
let box: ChildProcess;
let url = '';

type Event = Readonly<Record<string, unknown>>;

/** A program of ours, and the first of its events that is asked for. */
async function start(args: readonly string[], ...names: readonly string[]): Promise<{ readonly child: ChildProcess; readonly event: Event }> {
  const child = spawn(NODE, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  const event = await new Promise<Event>((resolve) => {
    lines.on('line', (line) => {
      const said = JSON.parse(line) as Event;
      if (names.includes(String(said.event))) resolve(said);
    });
  });
  return { child, event };
}

async function startHeadend(port: string): Promise<void> {
  const started = await start(['src/headend/main.ts', '--data', folder('headend'), '--http-port', port, '--rtsp-port', '0'], 'ready', 'failed');
  expect(started.event).toMatchObject({ event: 'ready' });
  headend = started.child;
  url = String(started.event.url);
}

async function startBox(): Promise<void> {
  const sound = ['--audio-output', `wav:${folder('sound.wav')}`];
  const args = ['device/main.ts', '--data', folder('box'), '--headend', url, '--profile', 'set-top', '--screen-port', '0', ...sound];
  const started = await start(args, 'enrol-code', 'ready');
  box = started.child;
  if (started.event.event === 'enrol-code') await approveByCode({ url, headendFolder: folder('headend'), code: String(started.event.code) });
}

function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

async function tell(line: string): Promise<{ readonly ok: boolean; readonly code: string; readonly text: string }> {
  return await (await watch.client()).command(line, 'staff');
}

const stateOf = (title: string, wanted: string) =>
  watch.until(`${title} ${wanted}`, (view) => view.loans.find((loan) => loan.title === title && loan.state === wanted) ?? null, 40_000);

async function workId(title: string): Promise<string> {
  return (await (await watch.client()).works()).find((work) => work.title === title)?.id ?? '';
}

beforeAll(async () => {
  const library = folder('library');
  await Promise.all([soundFile(library, 'here.flac', SECONDS, 440), soundFile(library, 'there.flac', SECONDS, 550), soundFile(library, 'long.flac', 150, 660)]);
  makeClip(join(library, 'film.mp4'), FILM_SECONDS);
  await startHeadend('0');
  const ingested = await run(NODE, ['src/cli/ackbox.ts', 'ingest', '--data', folder('headend'), '--json', library]);
  expect(ingested.code, ingested.err).toBe(0);
  await startBox();
  await watch.until('four works', (view) => (view.connectivity === 'online' && view.catalogueSize === 4 ? true : null), 40_000);
}, 400_000);

afterAll(async () => {
  await Promise.all([kill(box), kill(headend)]);
  clearAway(home);
});

describe('a title that is checked out', () => {
  test('comes onto the box, also where the box is killed in the middle of it', { timeout: 90_000 }, async () => {
    expect(await tell('licence checkout long')).toMatchObject({ ok: true });
    await watch.until('a part of it', (view) => ((view.loans[0]?.doneBytes ?? 0) > 0 ? true : null));
    await kill(box);
    const licence = readdirSync(join(folder('box'), 'loans'))[0] ?? '';
    const before = readdirSync(join(folder('box'), 'loans', licence)).filter((name) => name.endsWith('.seg')).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(31);
    await startBox();
    const { doneBytes, totalBytes } = await stateOf('long', 'ready');
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

const ackbox = (...args: readonly string[]) => run(NODE, ['src/cli/ackbox.ts', ...args]);

describe('the cable out', () => {
  test('what is checked out plays to its end, sample by sample; everything else is refused before money', { timeout: 120_000 }, async () => {
    const { outlet } = JSON.parse(readFileSync(join(folder('box'), 'enrolment.json'), 'utf8')) as { outlet: string };
    const operator = ['--headend', url, '--data', folder('headend')];
    expect(await ackbox('checkout', 'floor', outlet, '110', ...operator)).toMatchObject({ code: 0, out: expect.stringContaining('may owe 110') });
    expect(await ackbox('checkout', 'lend', await workId('here'), '--unlock', 'use', ...operator)).toMatchObject({ code: 0 });
    expect(await ackbox('checkout', 'lend', await workId('here'), '--pulse', '5', ...operator)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no session pulse'),
    });
    expect(await tell('licence checkout here')).toMatchObject({ ok: true });
    await stateOf('here', 'ready');
    expect(await tell('licence checkout film')).toMatchObject({ ok: true });
    await stateOf('film', 'ready');
    const [here, there] = [await workId('here'), await workId('there')];
    await kill(headend);
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
    await watch.press('intent.ok', { workId: await workId('film') });
    await watch.until('the pre-listen', (view) => ((view.nowPlaying?.play.positionMs ?? 0) > 200 ? true : null));
    await watch.press('intent.ok');
    const receipt = await watch.until('the receipt', (view) => (view.lastReceipt?.title === 'film' ? view.lastReceipt : null), 60_000);
    expect(receipt).toMatchObject({ quoteMinor: '50', chargedMinor: '50', refundMinor: '0', endReason: 'finished' });
    expect(receipt.heardMs).toBeGreaterThanOrEqual(1_000 * (FILM_SECONDS - 1));
  });

  test('sells no more than the floor that was signed, until the headend has heard of it', { timeout: 60_000 }, async () => {
    await watch.press('intent.ok', { workId: await workId('here') });
    await watch.until('the pre-listen', (view) => ((view.nowPlaying?.play.positionMs ?? 0) > 200 ? true : null));
    await watch.press('intent.ok');
    await watch.until('a refusal', (view) => (view.sentence.includes('Not enough credit') ? true : null));
    await watch.press('intent.back');
    await watch.until('the end of it', (view) => (view.playback === 'browse' ? true : null));
  });

  test('is billed to the minor unit when the headend is back, and once', { timeout: 60_000 }, async () => {
    await startHeadend(new URL(url).port);
    await watch.until('the headend', (view) => (view.connectivity === 'online' ? true : null), 90_000);
    const { ledger, outbox } = await watch.deliveredTotals(40_000);
    expect(ledger).toMatchObject({ earnedMinor: '100', heldMinor: '0', problem: null });
    expect(outbox.quarantined).toBe(0);
    const operator = await operatorJson(url, folder('headend'));
    expect(operator.ledger.problem).toBeNull();
    expect(balance(operator, 'earned')).toBe('100');
  });
});
