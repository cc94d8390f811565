import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clearAway, scratch, soundFile } from '../fakes/house.ts';
import { TwoPrograms } from '../fakes/two-programs.ts';

const home = scratch();
const house = new TwoPrograms(home);
const { watch } = house;
const TITLES = ['pulsed', 'each', 'ever', 'rated', 'foreign', 'locked', 'torn', 'plain'];

/** Without the headend a box shows only what lies on it. */
const ids = new Map<string, string>();
const idOf = (title: string): string => ids.get(title) ?? '';

/** Rows of the headend's book, past our own code. */
function rows<Row>(sql: string, ...values: readonly unknown[]): readonly Row[] {
  const database = new Database(join(house.folder('headend'), 'headend.db'));
  try {
    const statement = database.prepare(sql);
    if (statement.reader) return statement.all(...values) as Row[];
    statement.run(...values);
    return [];
  } finally {
    database.close();
  }
}

const lend = (title: string, ...how: readonly string[]) => house.ackbox('checkout', 'lend', idOf(title), ...how, '--headend', house.url);
const checkOut = (title: string) => house.tell(`licence checkout ${title}`);

/** Chosen, and confirmed where it is tried first; until it is heard to its end. */
async function hear(title: string): Promise<Readonly<Record<string, unknown>>> {
  const before = (await watch.view()).lastReceipt?.playId;
  await watch.press('intent.ok', { workId: idOf(title) });
  await watch.until(`${title} tried`, (view) => ((view.nowPlaying?.play.positionMs ?? 0) > 100 ? true : null), 30_000);
  await watch.press('intent.ok');
  return await watch.until(
    `the receipt of ${title}`,
    (view) => (view.lastReceipt?.title === title && view.lastReceipt.playId !== before ? { ...view.lastReceipt } : null),
    30_000,
  );
}

async function refusedWith(title: string, words: RegExp): Promise<void> {
  await watch.press('intent.ok', { workId: idOf(title) });
  await watch.until(`${title}: ${words}`, (view) => (words.test(view.sentence) ? true : null), 20_000);
  expect(await watch.view()).toMatchObject({ playback: 'browse', nowPlaying: null });
}

beforeAll(async () => {
  await Promise.all(TITLES.map((title, place) => soundFile(house.folder('library'), `${title}.flac`, 2, 300 + 40 * place)));
  await house.startHeadend();
  const ingested = await house.ackbox('ingest', '--json', house.folder('library'));
  expect(ingested.code, ingested.err).toBe(0);
  await house.startBox();
  await watch.until('the works', (view) => (view.connectivity === 'online' && view.catalogueSize === TITLES.length ? true : null), 60_000);
  for (const title of TITLES) ids.set(title, await house.workId(title));
}, 300_000);
afterAll(async () => {
  await Promise.all([house.killBox(), house.killHeadend()]);
  clearAway(home);
});

describe('access control', { timeout: 120_000 }, () => {
  test('a work of another region is not there, until the box stands in it', async () => {
    const work = idOf('foreign');
    expect(await house.ackbox('checkout', 'restrict', work, '--regions', 'JP')).toMatchObject({ code: 0 });
    expect(await house.ackbox('checkout', 'place', house.outlet, '--region', 'DE')).toMatchObject({ code: 0 });
    await watch.until('the catalogue without it', (view) => (view.catalogueSize === TITLES.length - 1 ? true : null), 60_000);
    expect(await checkOut('foreign')).toMatchObject({ ok: false });
    expect(await house.ackbox('checkout', 'place', house.outlet, '--region', 'JP')).toMatchObject({ code: 0 });
    await watch.until('the catalogue with it', (view) => (view.catalogueSize === TITLES.length ? true : null), 60_000);
    expect(await checkOut('foreign')).toMatchObject({ ok: true });
    await house.loan('foreign', 'ready');
  });

  test('a policy refuses by its number, and lets go when it ends', async () => {
    const work = idOf('plain');
    const added = await house.ackbox('headend', 'policy', 'add', 'refuse', '--work', work, '--reason', 'Not this week', '--json');
    const { number } = (JSON.parse(added.out) as { policies: { number: number }[] }).policies[0] ?? { number: 0 };
    expect((await checkOut('plain')).text).toContain(`Not this week (policy ${number})`);
    expect(await house.ackbox('headend', 'policy', 'end', String(number))).toMatchObject({ code: 0 });
    expect(await checkOut('plain')).toMatchObject({ ok: true });
  });

  test('a rated work is opened by the PIN of the household, which only its people set', async () => {
    expect(await house.tell('parental set pin=4711 age=16', 'customer')).toMatchObject({ ok: false, code: 'not-permitted' });
    expect(await house.tell('parental set pin=4711 age=16')).toMatchObject({ ok: true });
    const { catalogueVersion } = await watch.view();
    expect(await house.ackbox('checkout', 'restrict', idOf('rated'), '--age', '18')).toMatchObject({ code: 0 });
    await watch.until('the catalogue with it', (view) => (view.catalogueVersion !== catalogueVersion ? true : null), 60_000);
    await watch.press('intent.ok', { workId: idOf('rated') });
    const asked = await watch.until('the PIN', (view) => (view.viewer.state === 'pin' ? view.viewer : null));
    expect(asked.pin).toMatchObject({ of: 'work', name: 'rated' });
    const key = async (digits: string) => {
      for (const digit of digits) await watch.press('intent.digit', { digit: Number(digit) });
    };
    await key('1111');
    await watch.until('a refusal', (view) => (view.viewer.pin?.keyed === 0 && view.playback === 'browse' ? true : null));
    expect((await watch.view()).nowPlaying).toBeNull();
    await key('4711');
    await watch.until('the sound', (view) => ((view.nowPlaying?.play.positionMs ?? 0) > 0 ? true : null), 30_000);
    await watch.press('intent.stop');
    await watch.until('its end', (view) => (view.playback === 'browse' ? true : null));
  });
});

describe('modes of property rights', { timeout: 120_000 }, () => {
  test('a pulse on an intermittent licence, a continuous one without, and an unknown protection are refused by name', async () => {
    expect(await lend('each', '--pulse', '5')).toMatchObject({ code: 1, err: expect.stringContaining('no session pulse') });
    expect(await lend('pulsed', '--mode', 'continuous')).toMatchObject({ code: 1, err: expect.stringContaining('pulse') });
    expect(await lend('locked')).toMatchObject({ code: 0 });
    rows("UPDATE lending_rules SET rule = json_set(rule, '$.protection', 'rot13') WHERE work = ?", idOf('locked'));
    expect(await checkOut('locked')).toMatchObject({ ok: false, text: expect.stringContaining('rot13') });
  });

  test('continuous: plays as long as its pulse is answered; a missed one ends the lease, and the key is gone', async () => {
    expect(await lend('pulsed', '--mode', 'continuous', '--pulse', '2')).toMatchObject({ code: 0 });
    expect(await lend('each', '--unlock', 'use')).toMatchObject({ code: 0 });
    expect(await lend('ever', '--unlock', 'good')).toMatchObject({ code: 0 });
    for (const title of ['pulsed', 'each', 'ever']) expect(await checkOut(title)).toMatchObject({ ok: true });
    const licence = await house.loan('pulsed', 'ready');
    const pulses = () => rows<{ number: number }>('SELECT number FROM loan_keys WHERE licence = ?', licence)[0]?.number ?? 0;
    const first = pulses();
    await expect.poll(pulses, { timeout: 20_000, interval: 200 }).toBeGreaterThan(first);
    await house.loan('each', 'ready');
    await house.loan('ever', 'ready');
    await house.killHeadend();
    await house.loan('pulsed', 'locked');
    await watch.until('word of it', (view) => (view.connectivity === 'offline' ? true : null), 30_000);
    await refusedWith('pulsed', /only what is checked out/);
  });

  test('intermittent: each use, and for good, without the headend', async () => {
    expect(await hear('each')).toMatchObject({ chargedMinor: '50', endReason: 'finished' });
    expect(await hear('each')).toMatchObject({ chargedMinor: '50', endReason: 'finished' });
    expect(await hear('ever')).toMatchObject({ chargedMinor: '50', endReason: 'finished' });
    expect((await watch.view()).loans.find(({ title }) => title === 'ever')).toMatchObject({ state: 'ready', endMs: null });
  });

  test('the pulse comes again with the headend, which is owed what was heard meanwhile', async () => {
    await house.startHeadend();
    await house.loan('pulsed', 'ready');
    const { ledger } = await watch.deliveredTotals(60_000);
    expect(ledger).toMatchObject({ earnedMinor: '150', problem: null });
    expect(rows<{ minor: number }>('SELECT sum(charged_minor) AS minor FROM loan_uses WHERE outlet = ?', house.outlet)).toEqual([{ minor: 150 }]);
  });
});

test('a breach drops the key, is not renewed, and is an audit line at the headend', { timeout: 90_000 }, async () => {
  expect(await checkOut('torn')).toMatchObject({ ok: true });
  const licence = await house.loan('torn', 'ready');
  const folder = join(house.folder('box'), 'loans', licence);
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.seg'))) {
    const bytes = readFileSync(join(folder, name));
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
    writeFileSync(join(folder, name), bytes);
  }
  await watch.press('intent.ok', { workId: idOf('torn') });
  await house.loan('torn', 'breached');
  expect(await house.tell(`licence renew ${licence}`)).toMatchObject({ ok: false, text: expect.stringContaining('altered') });
  const box = new Database(join(house.folder('box'), 'box.db'), { readonly: true });
  expect(box.prepare('SELECT wrapped_key, sealed_lease FROM loans WHERE licence = ?').get(licence)).toEqual({ wrapped_key: null, sealed_lease: null });
  box.close();
  await watch.deliveredTotals(60_000);
  const audits = rows<{ body: string }>("SELECT CAST(body AS TEXT) AS body FROM usage_records WHERE kind = 'audit'").map(({ body }) => body);
  expect(audits.filter((body) => body.includes('loan-breached') && body.includes(licence))).toHaveLength(1);
});
